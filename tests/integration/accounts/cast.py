"""People for the tests of people."""

from datetime import UTC, datetime
from typing import Final

from accounts.models import User
from accounts.policy import Role

NOON: Final = datetime(2026, 5, 13, 16, 0, tzinfo=UTC)
PASSWORD: Final = "correct horse battery"


def make_person(name: str = "kim", role: Role = Role.PRODUCER) -> User:
    """Return somebody who can sign in."""
    return User.objects.create_user(
        name, f"{name}@agency.example", PASSWORD, first_name=name.title(), last_name="Osei", role=role.value
    )
