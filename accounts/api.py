"""What API views share: who is asking, and the default answer, no."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request


class DenyUnlessDeclared(BasePermission):
    """Refuse a view that declares no policy of its own."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Answer no."""
        return False
