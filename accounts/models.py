"""People who sign in, and how often somebody has tried to."""

from typing import Any, ClassVar, Final

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from simple_history.models import HistoricalRecords

from accounts.actor import Actor, ActorKind
from accounts.policy import POLICY, Role


class People(UserManager["User"]):
    """Who works at the agency."""

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **extra_fields: Any
    ) -> "User":
        """Create an administrator: being superuser alone counts for nothing in the policy table."""
        return super().create_superuser(username, email, password, **{"role": Role.ADMINISTRATOR.value, **extra_fields})

    def administrators(self) -> "models.QuerySet[User]":
        """Return the active administrators who have set a password, so can sign in."""
        active = self.filter(role=Role.ADMINISTRATOR.value, is_active=True)
        return active.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)


class User(AbstractUser):
    """A person at the agency, with one role."""

    ROLES: Final = [(role.value, role.value.title()) for role in Role]

    role = models.CharField(max_length=20, choices=ROLES, default=Role.PRODUCER.value)
    session_epoch = models.PositiveIntegerField(default=0, editable=False)  # raised to end every session at once

    objects: ClassVar[People] = People()
    history = HistoricalRecords(excluded_fields=["password", "last_login", "session_epoch"])

    class Meta(AbstractUser.Meta):
        """One account an address: it is where the password is reset."""

        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=~models.Q(email=""),
                name="accounts_user_one_per_email",
                violation_error_message="Somebody with this e-mail address is here already.",
            )
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; signing in writes `last_login` alone, which is no change anybody made to the person."""
        fields = kwargs.get("update_fields")
        if fields and set(fields) <= {"last_login", "password", "session_epoch"}:
            self.skip_history_when_saving = True
        try:
            super().save(*args, **kwargs)
        finally:
            self.__dict__.pop("skip_history_when_saving", None)

    def actor(self) -> Actor:
        """Return the actor this person is, with the permissions of the role (none when deactivated)."""
        permissions = POLICY[Role(self.role)] if self.is_active else frozenset()
        return Actor(ActorKind.USER, str(self.pk), str(self), permissions)

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        hashed = super()._get_session_auth_hash(secret=secret)  # type: ignore[misc]  # not in the stubs
        told = f"{self.session_epoch}:{hashed}"
        return salted_hmac("accounts.session", told, secret=secret, algorithm="sha256").hexdigest()


class Tally(models.Model):
    """How often something was tried since an instant; the key is a hash, so no name or address is kept."""

    key = models.CharField(primary_key=True, max_length=64)
    since = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.count} since {self.since:%H:%M}"
