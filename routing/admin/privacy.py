"""How long data is kept, and what is on legal hold."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from accounts.http import actor_of
from accounts.policy import allows
from accounts.policy_admin import ReadOnlyAdmin
from routing.admin.forms import ServiceForm
from routing.admin.pages import Told, act, require, show
from routing.models import LegalHold, RetentionPolicy
from routing.services import retaining


class DaysForm(ServiceForm):
    """After how many days each kind goes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days = dict(RetentionPolicy.objects.values_list("kind", "days"))
        for kind, label in RetentionPolicy.Kind.choices:
            self.fields[kind] = forms.IntegerField(
                label=label, required=False, min_value=1, initial=days.get(kind), help_text="Days; blank: for ever."
            )


@admin.register(RetentionPolicy)
class RetentionAdmin(ReadOnlyAdmin):
    """The policies on one page, with what is on hold."""

    resource = "audit"

    def get_urls(self) -> list[URLPattern]:
        """Add setting the days."""
        own = [path("days/", self.admin_site.admin_view(self.set_days), name="routing_retention_days")]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show policies and holds."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET"])
        return self._page(request, DaysForm())

    def _page(self, request: HttpRequest, form: DaysForm) -> HttpResponse:
        require(request, "audit.view")
        held = LegalHold.objects.select_related("lead", "placed_by", "asked_by")
        context = {
            "title": "Kept and erased",
            "form": form,
            "may_edit": allows(actor_of(request), "privacy.edit"),
            "holds": held.filter(lifted_at=None)[:200],
        }
        return show(request, "routing/retention.html", context)

    def set_days(self, request: HttpRequest) -> HttpResponse:
        """Change the policies."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        require(request, "privacy.edit")
        form = DaysForm(request.POST)

        def change() -> Told:
            for kind, days in form.cleaned_data.items():
                retaining.set_days(kind=kind, days=days, actor=actor_of(request), now=timezone.now())
            return Told("Kept.")

        back = reverse("admin:routing_retentionpolicy_changelist")
        return act(request, change, back=back, form=form, again=lambda: self._page(request, form))


@admin.register(LegalHold)
class HoldAdmin(ReadOnlyAdmin):
    """Every hold there ever was; it is placed and lifted on the lead's page."""

    resource = "audit"
    list_display = ("lead_label", "reason", "placed_by", "placed_at", "asked_by", "lifted_by", "lifted_at")
    list_select_related = ("lead", "placed_by", "asked_by", "lifted_by")
    ordering = ("-placed_at", "-pk")
    fields = ("lead_label", "reason", "placed_by", "placed_at", "asked_by", "asked_at", "lifted_by", "lifted_at")
    readonly_fields = fields

    @admin.display(description="lead")
    def lead_label(self, hold: LegalHold) -> str:
        """Return which lead, without its name."""
        return hold.lead.ledger_label
