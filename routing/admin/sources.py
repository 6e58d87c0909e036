"""Lead sources: what they may do, what they must send, and how many leads they sent."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.contrib import admin
from django.db.models import Count, Max, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone

from accounts.http import actor_of
from routing import words
from routing.admin import source_buttons, source_words
from routing.admin.inputs import checkboxes
from routing.admin.saving import SetupPages
from routing.models import Lead, LeadSource
from routing.models.source import DEFAULT_SCOPES
from routing.services import sources
from routing.services.intake import MANUAL

RECENT: Final = timedelta(days=30)
# How the payload's fields read where their own name does not do.
NAMES: Final[Mapping[str, str]] = {
    "external_id": "Your reference",
    "email": "E-mail",
    "zip": "ZIP code",
    "source_campaign": "Campaign",
    "attributes": "Anything else",
}


def field_label(name: str) -> str:
    """Return how a field of the payload reads: "First name"."""
    return NAMES.get(name, name.replace("_", " ").capitalize())


class SourceForm(forms.ModelForm[LeadSource]):
    """A source; what it may do and must send is ticked."""

    scopes = checkboxes("Its key may", sources.SCOPES, required=True)
    required_fields = checkboxes(
        "It must send",
        {name: field_label(name) for name in sources.FIELDS},
        help_text="Besides a name, a phone or e-mail, a state or ZIP code, and a product or line, which all must.",
    )
    duplicate_window_days = forms.IntegerField(
        label="Duplicates within",
        min_value=sources.SHORTEST_WINDOW,
        max_value=sources.LONGEST_WINDOW,
        initial=60,
        help_text="Days, 30 to 90, in which a person who asks again about the same line is a duplicate.",
    )
    cost = forms.DecimalField(
        label="Cost of a lead",
        min_value=Decimal(0),
        max_digits=10,
        decimal_places=2,
        initial=0,
        help_text="In dollars.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.scopes:
            self.initial["scopes"] = DEFAULT_SCOPES


@admin.register(LeadSource)
class LeadSourceAdmin(SetupPages):
    """Who sends leads."""

    resource = "sources"
    form = SourceForm
    change_form_template = "routing/source_form.html"
    list_display = ("name", "last_lead", "recent", "price", "spent", "has_key", "active")
    prepopulated_fields = {"slug": ("name",)}
    in_words = {"scopes": "may_do", "required_fields": "must_send"}
    fieldsets = (
        (None, {"fields": ("name", "slug", "is_active", "cost")}),
        ("What it may do", {"fields": ("scopes",)}),
        ("Its leads", {"fields": ("required_fields", "invalid", "duplicate_window_days")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Read along when the last lead came, and how many came lately."""
        leads = Lead.objects.filter(source=OuterRef("pk")).order_by().values("source")
        lately = leads.filter(received_at__gte=timezone.now() - RECENT).annotate(n=Count("pk")).values("n")
        last = leads.annotate(at=Max("received_at")).values("at")
        rows = super().get_queryset(request)
        known: QuerySet[Any] = rows.annotate(last_lead_at=Subquery(last), lately=Subquery(lately))
        return known.order_by("name")

    def get_urls(self) -> list[URLPattern]:
        """Add the buttons."""
        return [*source_buttons.urls(), *super().get_urls()]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Keep the slug: rules name it."""
        return [*super().get_readonly_fields(request, obj), *(["slug"] if obj else [])]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        """Suggest a slug for a new source."""
        return {} if obj else dict(self.prepopulated_fields)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Say what the fields are for."""
        helps = {
            "slug": "What rules and files call the source. It never changes.",
            "is_active": "Switched off, its key opens nothing; its leads stay.",
        }
        labels = {"invalid": "A lead with faults", "is_active": "Active"}
        return super().get_form(request, obj, change=change, **{**kwargs, "help_texts": helps, "labels": labels})

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Offer a key to every source that needs one, and show how its words are read."""
        source = kwargs.get("obj")
        context["needs_key"] = source is not None and source.slug != MANUAL
        context |= source_words.shown(source)
        return super().render_change_form(request, context, *args, **kwargs)

    def save_whole(self, request: HttpRequest, row: Any, rows: Sequence[Any], removed: Sequence[Any]) -> None:
        """Save through the service."""
        sources.save_source(source=row, actor=actor_of(request), now=timezone.now())

    @admin.display(description="Active", ordering="is_active", boolean=True)
    def active(self, source: LeadSource) -> bool:
        """Say whether its key opens anything."""
        return source.is_active

    @admin.display(description="Last lead", ordering="last_lead_at", empty_value="never")
    def last_lead(self, source: Any) -> str | None:
        """Return when the last lead came."""
        at = source.last_lead_at
        return words.instant(timezone.localtime(at)) if at else None

    @admin.display(description="Leads in 30 days", ordering="lately")
    def recent(self, source: Any) -> int:
        """Return how many came lately."""
        return source.lately or 0

    @admin.display(description="Cost", ordering="cost")
    def price(self, source: LeadSource) -> str:
        """Return what a lead costs."""
        return f"${source.cost:,.2f}"

    @admin.display(description="Spent in 30 days")
    def spent(self, source: Any) -> str:
        """Return what the leads of late cost."""
        return f"${source.cost * (source.lately or 0):,.2f}"

    @admin.display(description="Key")
    def has_key(self, source: LeadSource) -> str:
        """Return how the key begins."""
        return f"{source.key_prefix}…" if source.key_prefix else "none"

    @admin.display(description="Its key may")
    def may_do(self, source: LeadSource) -> str:
        """Return the scopes in words."""
        return "; ".join(sources.SCOPES.get(scope, scope) for scope in source.scopes) or "Nothing"

    @admin.display(description="It must send")
    def must_send(self, source: LeadSource) -> str:
        """Return the required fields in words."""
        return ", ".join(map(field_label, source.required_fields)) or "Only what every lead needs"
