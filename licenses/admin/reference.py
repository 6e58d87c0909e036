"""What holds for everybody: carriers, products, names of lines, and the law on appointments."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.http import actor_of
from licenses import services as licenses
from licenses.admin.saving import ReferencePages
from licenses.lines import names
from licenses.models import AppointmentRegime, Carrier, LoaMap, Product


@admin.register(Carrier)
class CarrierAdmin(ReferencePages):
    """Insurers."""

    list_display = ("name", "cocode")
    search_fields = ("name", "cocode")
    fields = ("name", "cocode")


@admin.register(Product)
class ProductAdmin(ReferencePages):
    """What can be asked for, and the lines that allow its sale."""

    list_display = ("label", "code", "lines", "governing", "is_complex")
    list_filter = ("governing", "is_complex")
    search_fields = ("label", "code")
    fields = ("label", "code", "lines_any_of", "governing", "is_complex")

    def get_readonly_fields(self, request: HttpRequest, obj: Product | None = None) -> tuple[str, ...]:
        """Keep the code: rules and contracts name it."""
        return ("code",) if obj else ()

    @admin.display(description="Any one of")
    def lines(self, product: Product) -> str:
        """Return the sets of lines as a sentence."""
        return " or ".join(" and ".join(names(lines)) for lines in product.lines_any_of)

    def history_text(self, name: str, value: Any) -> str | None:
        """Say the sets as the list does."""
        return " or ".join(" and ".join(lines) for lines in value) if isinstance(value, list) else None


@admin.register(LoaMap)
class LoaMapAdmin(ReferencePages):
    """What states call the lines."""

    list_display = ("state", "raw_name", "said", "source", "verified_on")
    list_display_links = ("raw_name",)
    list_filter = ("state",)
    search_fields = ("raw_name",)
    fields = ("state", "raw_name", "lines", "source", "verified_on")

    @admin.display(description="Lines")
    def said(self, row: LoaMap) -> str:
        """Return the lines it stands for."""
        return ", ".join(names(row.lines))


@admin.register(AppointmentRegime)
class AppointmentRegimeAdmin(ReferencePages):
    """When states want an appointment. A provisional rule decides nothing until somebody confirms it."""

    list_display = ("state", "said", "carrier", "regime", "file_within_days", "begins", "standing")
    list_filter = ("status", "regime", "state")
    list_select_related = ("carrier",)
    ordering = ("state", "pk")
    fieldsets = (
        (None, {"fields": ("state", "lines", "carrier", "regime", "file_within_days", "trigger")}),
        ("Source", {"fields": ("status", "verified_on", "source")}),
        ("In force", {"fields": ("active_from", "active_to")}),
    )
    readonly_fields = ("status", "verified_on")
    actions = ("confirm", "withdraw")

    @admin.display(description="Lines")
    def said(self, rule: AppointmentRegime) -> str:
        """Return the lines the rule speaks to."""
        return ", ".join(names(rule.lines)) or "All"

    @admin.display(description="Days count from", ordering="trigger")
    def begins(self, rule: AppointmentRegime) -> str:
        """Return what the days to file are counted from."""
        return rule.trigger.replace("_", " ").capitalize() or "–"

    @admin.display(description="Status", ordering="status")
    def standing(self, rule: AppointmentRegime) -> SafeString:
        """Return whether the rule decides."""
        tone = "ok" if rule.status == AppointmentRegime.Status.CONFIRMED else "warn"
        return format_html('<span class="fl-badge" data-tone="{}">{}</span>', tone, rule.get_status_display())

    @admin.action(description="Confirm the chosen rules: they decide from now on", permissions=["change"])
    def confirm(self, request: HttpRequest, chosen: QuerySet[AppointmentRegime]) -> None:
        """Confirm rules somebody has checked against the law."""
        self._set(request, chosen, AppointmentRegime.Status.CONFIRMED)

    @admin.action(description="Make the chosen rules provisional: they no longer decide", permissions=["change"])
    def withdraw(self, request: HttpRequest, chosen: QuerySet[AppointmentRegime]) -> None:
        """Withdraw rules."""
        self._set(request, chosen, AppointmentRegime.Status.PROVISIONAL)

    def _set(self, request: HttpRequest, chosen: QuerySet[AppointmentRegime], status: AppointmentRegime.Status) -> None:
        licenses.set_regimes(regimes=list(chosen), status=status, actor=actor_of(request), now=timezone.now())
        messages.success(request, f"{chosen.count()} appointment rules are {status.label.lower()} now.")
