"""Decisions: the list, and the receipt of one as people read it. Nothing here changes anything."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.errors import Missing
from accounts.http import actor_of
from accounts.policy import allows
from accounts.policy_admin import BoundedPaginator, ReadOnlyAdmin
from routing import reasons, words
from routing.admin import looking, receipt_page
from routing.admin.pages import MomentFilter, in_readers_zone, reader_zone, require, show
from routing.models import Decision
from routing.queries import visible
from routing.services import explaining

WHY_AT_ONCE = 100  # producers up to which everybody's standing is recomputed without being asked for


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    """Receipts, to read."""

    resource = "decisions"
    list_display = ("made", "about", "because", "came_to", "fingerprint")
    list_filter = ("trigger", ("made_at", MomentFilter))
    change_list_template = "routing/list.html"
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = BoundedPaginator
    ordering = ("-made_at",)

    def get_urls(self) -> list[URLPattern]:
        """Add sampling, and looking back at an instant."""
        return [*looking.urls(), *super().get_urls()]

    def may_view(self, request: HttpRequest) -> bool:
        """Let producers in as well; they see the decisions about their own leads."""
        actor = actor_of(request)
        return allows(actor, "decisions.view") or allows(actor, "decisions.view_own")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Decision]:
        """Return the decisions this person may see."""
        decisions = visible.decisions(actor_of(request)).select_related("lead__person")
        read = {"reason_code": KeyTextTransform("reason", "receipt"), "gates": KeyTransform("gates", "receipt")}
        return decisions.annotate(**read).defer("receipt")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the list, its times in the reader's zone."""
        return in_readers_zone(
            request, super().changelist_view(request, {"title": "Decisions", **(extra_context or {})})
        )

    @admin.display(description="Made", ordering="made_at")
    def made(self, decision: Decision) -> str:
        """Return when it was made."""
        made = timezone.localtime(decision.made_at)
        return f"{words.instant(made)}:{made:%S}"

    @admin.display(description="Lead")
    def about(self, decision: Decision) -> str:
        """Return whom it is about."""
        return str(decision.lead)

    @admin.display(description="Because", ordering="trigger")
    def because(self, decision: Decision) -> str:
        """Return what caused it."""
        return words.TRIGGERS[decision.trigger].capitalize()

    @admin.display(description="Came to")
    def came_to(self, decision: Any) -> str:
        """Return its reason in a sentence."""
        return reasons.said(decision.reason_code, decision.gates or [])

    @admin.display(description="Receipt")
    def fingerprint(self, decision: Decision) -> SafeString:
        """Return the beginning of the receipt's hash."""
        return format_html("<code>{}</code>", decision.receipt_sha256[:12])

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the receipt."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET"])
        require(request, "decisions.view", "decisions.view_own")
        decision = self._decision(request, object_id)
        with timezone.override(reader_zone(request)):
            page = receipt_page.read(decision)
        context = {
            "title": "Decision",
            "decision": decision,
            "lead": decision.lead,
            "receipt": page,
            "standings": self._standings(request, decision, page),
            "may_see_everybody": allows(actor_of(request), "decisions.view"),
            "may_see_rules": allows(actor_of(request), "rules.view"),
            "trail": [(decision.lead, reverse("admin:routing_lead_change", args=[decision.lead_id]))],
        }
        return show(request, "routing/receipt.html", context)

    def _decision(self, request: HttpRequest, pk: str) -> Decision:
        try:
            found = visible.decisions(actor_of(request)).filter(pk=UUID(pk))
            decision = found.select_related("lead__person", "lead__source").first()
        except ValueError as error:
            raise Http404 from error
        if decision is None:
            raise Http404
        return decision

    def _standings(
        self, request: HttpRequest, decision: Decision, page: receipt_page.Page
    ) -> list[receipt_page.Stood] | None:
        """Return how each producer stood; None until asked for, where there are many. A producer sees only oneself."""
        actor = actor_of(request)
        everybody = allows(actor, "decisions.view")
        if page.asked.considered > WHY_AT_ONCE and "everyone" not in request.GET:
            return None
        try:
            standings = explaining.standings_in(decision=decision)
        except Missing:
            return []
        own = getattr(getattr(request.user, "producer", None), "pk", None)
        return [receipt_page.stood(each) for each in standings if everybody or each.producer_id == own]
