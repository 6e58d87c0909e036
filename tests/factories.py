"""Builders of rows, valid by default: plain functions, each argument a field that matters to the test."""

from typing import Any

from accounts.models import User
from accounts.policy import Role


def make_user(role: Role = Role.OPERATIONS, **fields: Any) -> User:
    """Return a person of the role, who can sign in with "correct horse battery"."""
    username = str(fields.pop("username", role.value.lower()))
    return User.objects.create_user(username=username, password="correct horse battery", role=role.value, **fields)
