"""The admin site: navigation by task, home with today's numbers."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest

from accounts.http import actor_of
from accounts.models import User
from config import navigation


class FairleadSite(AdminSite):
    """Fairlead's admin site: whoever has a role comes in, and the policy table says how far."""

    site_header = "Fairlead"
    site_title = "Fairlead"
    index_title = "Today"
    enable_nav_sidebar = False
    login_form = AuthenticationForm

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in every active person whose role allows anything."""
        return isinstance(request.user, User) and bool(actor_of(request).permissions)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Add the navigation and the section the page belongs to."""
        tasks = navigation.tasks(request) if self.has_permission(request) else ()
        here = next((task for task in tasks if task.current), None)
        return {**super().each_context(request), "tasks": tasks, "here": here}
