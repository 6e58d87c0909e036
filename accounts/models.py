"""People who sign in."""

from typing import Final

from django.contrib.auth.models import AbstractUser
from django.db import models

from accounts.actor import Actor, ActorKind
from accounts.policy import POLICY, Role


class User(AbstractUser):
    """A person at the agency, with one role."""

    ROLES: Final = [(role.value, role.value.title()) for role in Role]

    role = models.CharField(max_length=20, choices=ROLES, default=Role.PRODUCER.value)

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def actor(self) -> Actor:
        """Return the actor this person is, with the permissions of the role (none when deactivated)."""
        permissions = POLICY[Role(self.role)] if self.is_active else frozenset()
        return Actor(ActorKind.USER, str(self.pk), str(self), permissions)
