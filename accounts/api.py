"""What API views share: who is asking, and the default answer, no."""

from typing import Any, Self

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.http import actor_of
from accounts.policy import allows


class DenyUnlessDeclared(BasePermission):
    """Refuse a view that declares no policy of its own."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Answer no."""
        return False


class Allows(BasePermission):
    """Let in whoever holds a permission: `Allows("rules.publish")`, `Allows(read="rules.view", write="rules.edit")`.

    What is not named is refused.
    """

    def __init__(self, permission: str = "", *, read: str = "", write: str = "") -> None:
        self.read = read or permission
        self.write = write or permission

    def __call__(self) -> Self:
        """Stand where the framework expects a class to instantiate."""
        return self

    def has_permission(self, request: Request, view: Any) -> bool:
        """Ask the policy table."""
        permission = self.read if request.method in SAFE_METHODS else self.write
        return bool(permission) and allows(actor_of(request), permission)


class SignedIn(BasePermission):
    """Let in whoever is known, person or lead source; each view then asks the policy table what they may do."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Say whether a person or a source is known."""
        return bool(request.user and request.user.is_authenticated)
