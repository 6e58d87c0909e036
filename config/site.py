"""The admin site: navigation by task, home with today's numbers."""

from functools import wraps
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse, TemplateResponse
from django.utils import timezone

from accounts.http import actor_of
from accounts.models import User
from accounts.policy import may_change_anything
from accounts.sign_in import SignInForm
from accounts.views import ChangePassword
from config import home, navigation

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
# Their own password; a POST that only asks; an auditor's own filters and exports.
OPEN_TO_ONLOOKERS: Final = (
    "admin:password_change",
    "admin:bench",
    "admin:audit_filter_save",
    "admin:audit_filter_delete",
    "admin:audit_export_new",
    "admin:audit_export_fetch",
)


class FairleadSite(AdminSite):
    """Fairlead's admin site: whoever has a role comes in, and the policy table says how far."""

    site_header = "Fairlead"
    site_title = "Fairlead"
    index_title = "Today"
    enable_nav_sidebar = False
    login_form = SignInForm

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in every active person whose role allows anything."""
        return isinstance(request.user, User) and bool(actor_of(request).permissions)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Show every page, and read every form, in the agency's time; a page may choose its reader's own within."""
        checked = super().admin_view(view, cacheable)

        @wraps(checked)
        def in_agency_time(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            self._refuse_onlookers(request)
            with timezone.override(ZoneInfo(settings.AGENCY_TIME_ZONE)):
                response = checked(request, *args, **kwargs)
                return response.render() if isinstance(response, SimpleTemplateResponse) else response

        return in_agency_time

    def _refuse_onlookers(self, request: HttpRequest) -> None:
        """Refuse any POST of somebody who may change nothing, before a page could forget to.

        Services refuse them as well: this is the second lock.
        """
        onlooker = self.has_permission(request) and not may_change_anything(actor_of(request))
        is_open = request.resolver_match is not None and request.resolver_match.view_name in OPEN_TO_ONLOOKERS
        if request.method not in SAFE_METHODS and onlooker and not is_open:
            raise PermissionDenied

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Add the navigation and the section the page belongs to."""
        tasks = navigation.tasks(request) if self.has_permission(request) else ()
        here = next((task for task in tasks if task.current), None)
        return {**super().each_context(request), "tasks": tasks, "here": here}

    def password_change(  # type: ignore[override]  # the stubs know of no redirect
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """Let people change their own password, by the service that writes it down."""
        return ChangePassword.as_view(extra_context=extra_context)(request)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show today: the agency's numbers, or a producer's own desk."""
        shown = home.context(actor=actor_of(request), now=timezone.now())
        return super().index(request, {**shown, **(extra_context or {})})
