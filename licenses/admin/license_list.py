"""All licences, and which of them end soon."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from licenses.admin.saving import FactInline, FactPages
from licenses.lines import names
from licenses.models import License, LineOfAuthority


class EndingFilter(admin.SimpleListFilter):
    """Active licences by how soon they end."""

    title = "last day"
    parameter_name = "ends"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterator[tuple[str, str]]:
        """Offer the thresholds of the notices, and what ended without anybody noting it."""
        yield from (("7", "within 7 days"), ("30", "within 30 days"), ("60", "within 60 days"), ("past", "has passed"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[License]) -> QuerySet[License]:
        """Keep the active licences that end so."""
        today = timezone.localdate()
        ends = self.value() or ""
        active = queryset.filter(status=License.Status.ACTIVE)
        if ends == "past":
            return active.filter(expiry_date__lt=today)
        if ends not in {"7", "30", "60"}:
            return queryset
        return active.filter(expiry_date__range=(today, today + timedelta(days=int(ends))))


class LineRows(FactInline):
    """The lines on the licence, each with a status of its own."""

    model = LineOfAuthority
    related = ("license",)
    fields = ("line", "status", "effective_date", "expiry_date", "raw_name")
    readonly_fields = ("raw_name",)


@admin.register(License)
class LicenseAdmin(FactPages):
    """One row a licence."""

    list_display = ("__str__", "producer", "license_class", "lines_held", "standing", "last_day", "as_of")
    list_filter = (EndingFilter, "status", "license_class", "residency", "state")
    list_select_related = ("producer",)
    search_fields = ("number", "producer__npn", "producer__first_name", "producer__last_name")
    ordering = ("expiry_date", "state")
    inlines = (LineRows,)
    fieldsets = (
        (None, {"fields": ("producer", "state", "license_class", "number", "residency")}),
        ("Standing", {"fields": ("status", "status_reason", "effective_date", "expiry_date", "is_perpetual")}),
        ("Where this comes from", {"fields": ("origin", "as_of")}),
    )
    readonly_fields = ("origin", "as_of")

    def get_queryset(self, request: HttpRequest) -> QuerySet[License]:
        """Read the lines along."""
        return super().get_queryset(request).prefetch_related("lines")

    def get_readonly_fields(self, request: HttpRequest, obj: License | None = None) -> tuple[str, ...]:
        """Keep whose it is: a licence does not change hands."""
        return ("producer", *self.readonly_fields) if obj else self.readonly_fields

    @admin.display(description="Source")
    def origin(self, license_: License) -> str:
        """Return where the facts come from."""
        return "Entered by hand" if license_.source == "MANUAL" else license_.source

    @admin.display(description="Lines")
    def lines_held(self, license_: License) -> str:
        """Return the active lines."""
        return ", ".join(names([each.line for each in license_.lines.all() if each.status == License.Status.ACTIVE]))

    @admin.display(description="Status", ordering="status")
    def standing(self, license_: License) -> SafeString:
        """Return the status, coloured."""
        tone = "ok" if license_.status == License.Status.ACTIVE else "bad"
        return format_html('<span class="fl-badge" data-tone="{}">{}</span>', tone, license_.get_status_display())

    @admin.display(description="Last day", ordering="expiry_date", empty_value="–")
    def last_day(self, license_: License) -> object:
        """Return the last valid day."""
        return "Perpetual" if license_.is_perpetual else license_.expiry_date
