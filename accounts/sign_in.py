"""Signing in: the password, behind a lock-out."""

import logging
import math
from typing import Any, Final

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest
from django.utils import timezone

from accounts import lockout
from accounts.actor import system
from accounts.http import address_of
from accounts.models import User
from audit import services as audit

logger = logging.getLogger(__name__)
DOOR: Final = "sign-in"


class GuardedBackend(ModelBackend):
    """Check the password of whoever has not tried too often, known here or not."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """Return the person, or None.

        :raises PermissionDenied: after too many attempts, with `request.refused_until` set
        """
        if request is None or username is None or password is None:
            return super().authenticate(request, username, password, **kwargs)
        now, tried = timezone.now(), {"door": DOOR, "name": username, "address": address_of(request)}
        admission = lockout.admit(**tried, now=now)
        if admission.refused_until:
            setattr(request, "refused_until", admission.refused_until)  # noqa: B010  # for SignInForm to tell
            raise PermissionDenied
        person = super().authenticate(request, username, password, **kwargs)
        if person:
            lockout.forgive(**tried)
        elif admission.is_last:
            target = User.objects.filter(username=username).first()
            audit.record(at=now, actor=system("sign-in"), action="person.locked_out", target=target)
            logger.warning("person.locked_out", extra={"person_id": target.pk if target else None})
        return person


class SignInForm(AuthenticationForm):
    """The sign-in form, which says so when somebody is locked out."""

    def get_invalid_login_error(self) -> ValidationError:
        """Say that name and password do not match, or how long to wait; the same for known and unknown names."""
        refused_until = getattr(self.request, "refused_until", None)
        if refused_until is None:
            return super().get_invalid_login_error()
        minutes = max(1, math.ceil((refused_until - timezone.now()).total_seconds() / 60))
        wait = f"{minutes} minute{'s' if minutes > 1 else ''}"
        return ValidationError(f"Too many attempts. Try again in {wait}, or reset your password.", code="locked_out")
