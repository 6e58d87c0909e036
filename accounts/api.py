"""What API views share: who is asking, the default answer, no, and how a refusal is described."""

from typing import Any, Self

from rest_framework import serializers
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


class FaultAt(serializers.Serializer[Any]):
    """One thing to mend, and where: a JSON pointer into the rule, the document or the fields that were sent."""

    pointer = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """What went wrong (RFC 9457), with every field at fault where fields are."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    errors = serializers.ListField(child=FaultAt(), required=False)  # type: ignore[assignment]  # a field of that name


def refusals(*statuses: int) -> dict[tuple[int, str], type[Problem]]:
    """Return how these refusals read in the OpenAPI document."""
    return {(status, "application/problem+json"): Problem for status in statuses}
