"""Refreshes of licence data, to read: what each run brought, and what it could not take."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.policy_admin import ReadOnlyAdmin
from licenses.models import LicenseRefresh, LicenseRefreshChange

TONES = {"DONE": "ok", "PARTIAL": "warn", "FAILED": "bad"}
SHOWN = 200  # rejected rows on the page; the import or the log has them all


@admin.register(LicenseRefresh)
class LicenseRefreshAdmin(ReadOnlyAdmin):
    """One row a run."""

    resource = "licenses"
    list_display = ("started_at", "source", "is_full", "came_to", "read", "changed", "absent", "rejected_count")
    list_filter = ("state", "source", "is_full")
    fieldsets = (
        (None, {"fields": ("source", "by", "is_full", "started_at", "ended_at", "came_to", "error")}),
        ("What it brought", {"fields": ("read", "changed", "absent", "differences")}),
        ("What it could not take", {"fields": ("rejected_rows",)}),
    )

    @admin.display(description="By")
    def by(self, run: LicenseRefresh) -> str:
        """Return who started it: the actor's text without its kind and id."""
        return run.actor.partition(" ")[2] or run.actor

    @admin.display(description="State", ordering="state")
    def came_to(self, run: LicenseRefresh) -> SafeString:
        """Return how it ended."""
        tone = TONES.get(run.state, "info")
        return format_html('<span class="fl-badge" data-tone="{}">{}</span>', tone, run.get_state_display())

    @admin.display(description="Rejected")
    def rejected_count(self, run: LicenseRefresh) -> int:
        """Return how many rows were not taken."""
        return len(run.rejected)

    @admin.display(description="Rows")
    def rejected_rows(self, run: LicenseRefresh) -> SafeString | str:
        """Return the rows with their reasons."""
        if not run.rejected:
            return "None."
        told = [(each["place"], each["reason"]) for each in run.rejected[:SHOWN]]
        rows = format_html_join("", "<li>Line {}: {}</li>", told)
        more = f"and {len(run.rejected) - SHOWN} more." if len(run.rejected) > SHOWN else ""
        return format_html("<ul>{}</ul>{}", rows, more)

    @admin.display(description="Differences")
    def differences(self, run: LicenseRefresh) -> SafeString | str:
        """Link to the fields the run changed."""
        count = run.changes.count()
        if not count:
            return "Nothing was different."
        url = f"{reverse('admin:licenses_licenserefreshchange_changelist')}?refresh__id__exact={run.pk}"
        return format_html('<a href="{}">{} field{}</a>', url, count, "" if count == 1 else "s")


@admin.register(LicenseRefreshChange)
class LicenseRefreshChangeAdmin(ReadOnlyAdmin):
    """One row a field that a run changed."""

    resource = "licenses"
    list_display = ("what", "producer", "field", "before", "after", "refresh")
    list_display_links = None
    list_filter = ("field",)
    list_select_related = ("producer", "refresh")
    search_fields = ("what", "producer__npn", "producer__last_name")
    ordering = ("-refresh", "pk")

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Allow the link from a run to its differences."""
        return lookup == "refresh__id__exact" or super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]  # None only from old callers

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Stay out of the lists of pages: one comes here from a run."""
        return False
