"""The list of leads, with its filters and its search."""

from typing import Any, Final
from uuid import UUID

from django.contrib import admin
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.safestring import SafeString

from accounts.http import actor_of
from accounts.policy import allows
from accounts.policy_admin import BoundedPaginator, ReadOnlyAdmin
from routing import words
from routing.admin import desk, empty_desk, entry, lead_page, overrides, reports
from routing.admin.pages import MomentFilter, in_readers_zone, moment
from routing.geography.states import JURISDICTIONS
from routing.lead_states import OPEN
from routing.models import Lead, Pool
from routing.queries import visible
from routing.templatetags.leads import state_badge, tier_badge

PHONE_DIGITS: Final = 7  # fewer digits are no phone number
OPEN_VALUE: Final = "open"


class StateFilter(admin.SimpleListFilter):
    """Where leads stand; "open" is everything not at rest."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer open leads, and each state."""
        return [(OPEN_VALUE, "Open"), *Lead.State.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        """Narrow the list."""
        if self.value() == OPEN_VALUE:
            return queryset.filter(state__in=OPEN)
        return queryset.filter(state=self.value()) if self.value() else queryset


class PoolFilter(admin.SimpleListFilter):
    """The pool a lead was routed to."""

    title = "pool"
    parameter_name = "pool"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer the pools there are."""
        return list(Pool.objects.values_list("slug", "name"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        """Narrow the list."""
        return queryset.filter(pool=self.value()) if self.value() else queryset


class GoverningStateFilter(admin.SimpleListFilter):
    """Whose license law governs."""

    title = "governing state"
    parameter_name = "governing_state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer every jurisdiction."""
        return list(JURISDICTIONS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        """Narrow the list."""
        return queryset.filter(governing_state=self.value()) if self.value() else queryset


@admin.register(Lead)
class LeadAdmin(ReadOnlyAdmin):
    """Leads, to look at; what changes one is a button that calls a service."""

    resource = "leads"
    change_list_template = "routing/leads.html"
    list_display = ("name", "standing", "where", "urgency", "score", "pool_name", "owner", "received", "due")
    list_display_links = ("name",)
    list_filter = (
        StateFilter,
        "tier",
        PoolFilter,
        "source",
        ("received_at", MomentFilter),
        GoverningStateFilter,
    )
    list_select_related = ("person", "owner")
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    empty_value_display = "–"
    paginator = BoundedPaginator
    search_fields = ("person__last_name",)
    search_help_text = "A name, a phone number, an e-mail address or an id"
    ordering = ("-received_at",)

    def get_urls(self) -> list[URLPattern]:
        """Add the desk's and the manager's addresses, and the reports."""
        own = [*desk.urls(), *empty_desk.urls(), *lead_page.urls(), *overrides.urls(), *reports.urls()]
        return [*own, *super().get_urls()]

    def may_view(self, request: HttpRequest) -> bool:
        """Let producers in as well; they see their own."""
        actor = actor_of(request)
        return allows(actor, "leads.view") or allows(actor, "leads.view_own")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let enter leads by hand whoever may."""
        return allows(actor_of(request), "leads.create")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Lead]:
        """Return the leads this person may see."""
        pool = Pool.objects.filter(slug=OuterRef("pool")).values("name")
        leads = visible.leads(actor_of(request)).annotate(pool_label=Coalesce(Subquery(pool), "pool"))
        return leads.select_related("person", "owner")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Lead], search_term: str
    ) -> tuple[QuerySet[Lead], bool]:
        """Search as the term looks: an id, a phone number, an address, or the beginnings of names."""
        term = search_term.strip()
        digits = "".join(filter(str.isdigit, term))
        if not term:
            return queryset, False
        try:
            return queryset.filter(pk=UUID(term)), False
        except ValueError:
            pass
        if "@" in term:
            return queryset.filter(person__email__istartswith=term), False
        if len(digits) >= PHONE_DIGITS and not any(map(str.isalpha, term)):
            return queryset.filter(person__phone__endswith=digits), False
        for word in term.split():
            queryset = queryset.filter(Q(person__first_name__istartswith=word) | Q(person__last_name__istartswith=word))
        return queryset, False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the list, its times in the reader's zone."""
        return in_readers_zone(request, super().changelist_view(request, {"title": "Leads", **(extra_context or {})}))

    @admin.display(description="Name", ordering="person__last_name")
    def name(self, lead: Lead) -> str:
        """Return the person's name."""
        return str(lead)

    @admin.display(description="State", ordering="state")
    def standing(self, lead: Lead) -> SafeString:
        """Return where the lead stands."""
        return state_badge(lead)

    @admin.display(description="For")
    def where(self, lead: Lead) -> str:
        """Return the governing state and the line."""
        return words.place(lead.governing_state, lead.line)

    @admin.display(description="Tier", ordering="tier")
    def urgency(self, lead: Lead) -> SafeString | str | None:
        """Return the tier."""
        return tier_badge(lead.tier) or None

    @admin.display(description="Pool", ordering="pool")
    def pool_name(self, lead: Any) -> str:
        """Return the pool's name."""
        return str(lead.pool_label)

    @admin.display(description="Received", ordering="received_at")
    def received(self, lead: Lead) -> str:
        """Return when it came."""
        return moment(lead.received_at)

    @admin.display(description="Due", ordering="due_at")
    def due(self, lead: Lead) -> str | None:
        """Return when the owner clock ends, while it runs."""
        if lead.due_at is None or lead.first_touch_at is not None:
            return None
        return moment(lead.due_at)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Let somebody enter a lead."""
        return entry.enter_lead(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show one lead."""
        return lead_page.lead_page(request, object_id)
