"""Pools with their members."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.http import actor_of
from accounts.policy_admin import LabelledFormSet
from accounts.whole_pages import NATIVE
from licenses.models import Producer
from routing.admin import fairness, selling
from routing.admin.inputs import OwnedForm, blame
from routing.admin.loads import load_of, plain
from routing.admin.method_form import MethodField, StrategyRadios
from routing.admin.pool_preview import page_context, pool_preview
from routing.admin.saving import SetupPages, SetupRows
from routing.models import Lead, Pool, PoolCredit, PoolMember
from routing.services import setup
from routing.strategies import STRATEGIES, parse
from routing.strategies.telling import told


class PoolForm(OwnedForm):
    """A pool; each strategy says what it does."""

    strategy = forms.ChoiceField(
        label="Order",
        widget=StrategyRadios,
        initial="round_robin",
        choices=[(name, each.label) for name, each in STRATEGIES.items()],
    )
    method = MethodField(required=False, label="Method")
    tier = forms.ChoiceField(
        required=False,
        choices=[("", "By score"), *Lead.Tier.choices],
        help_text="How fast its leads must be answered.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if {"strategy", "method"} <= set(self.fields):
            self.fields["strategy"].widget.method = self["method"].value()
        if "overflow" in self.fields and self.instance.pk:
            others = Pool.objects.exclude(pk=self.instance.pk)
            self.fields["overflow"].queryset = others  # type: ignore[attr-defined]  # a model choice

    def clean(self) -> Any:
        """Judge the method together with its order."""
        cleaned = super().clean()
        if {"strategy", "method"} <= set(self.cleaned_data):
            blame(self, setup.method_problems(self.cleaned_data["method"], self.cleaned_data["strategy"]))
        if {"overflow", "overflow_minutes"} <= set(self.cleaned_data):
            overflow, minutes = self.cleaned_data["overflow"], self.cleaned_data["overflow_minutes"]
            blame(self, setup.waterfall_problems(self.instance, overflow, minutes))
        return cleaned


class MemberForm(forms.ModelForm[PoolMember]):
    """A place in a pool; who has it does not change."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "is_active" in self.fields:
            self.fields["is_active"].label = "Active"
            self.fields["weight"].help_text = "Weight 0 stands in when nobody else can."
            self.fields["territory"].help_text = "Blank: everywhere. TX, TX/Collin, 75201, 750*, 75201+25 (miles)."
        if self.instance.pk and "producer" in self.fields:
            self.fields["producer"].disabled = True
            self.fields["producer"].widget = Told(self.instance.producer)

    def clean_territory(self) -> str:
        """Refuse what names no area."""
        text: str = self.cleaned_data["territory"]
        problems = setup.territory_problems([text])
        if problems:
            raise forms.ValidationError(problems[0].detail, code=problems[0].code)
        return text


class Told(forms.Widget):
    """A choice that stands: the producer's name, leading to the profile."""

    def __init__(self, producer: Producer) -> None:
        super().__init__()
        self.producer = producer

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Write the name."""
        profile = getattr(self.producer, "profile", None)
        if profile is None:
            return format_html("{} <small>has no profile yet</small>", self.producer)
        url = reverse("admin:routing_producerprofile_change", args=[profile.pk])
        return format_html('<a href="{}">{}</a>', url, self.producer)

    def id_for_label(self, id_: str | None) -> str:
        """Name no input: there is none."""
        return ""


class MemberFormSet(LabelledFormSet):
    """Members whose empty row offers everybody who is not in the pool yet, looked up once."""

    def add_fields(self, form: Any, index: int | None) -> None:
        """Offer the newcomers."""
        super().add_fields(form, index)
        if not form.instance.pk and "producer" in form.fields:
            form.fields["producer"].choices = self._newcomers()

    def _newcomers(self) -> list[tuple[Any, str]]:
        if not hasattr(self, "_offered"):
            free = Producer.objects.exclude(status=Producer.Status.OFFBOARDED)
            if self.instance.pk:
                free = free.exclude(memberships__pool=self.instance)
            self._offered = [("", "Choose…"), *((each.pk, f"{each} ({each.resident_state})") for each in free)]
        return self._offered


class MemberRows(SetupRows):
    """The members, and how full their desks are."""

    model = PoolMember
    resource = "pools"
    form = MemberForm
    formset = MemberFormSet
    fields = ("producer", "weight", "territory", "is_active", "load", "turn")
    formfield_overrides = {**NATIVE, models.TextField: {"widget": forms.TextInput(attrs={"size": 24})}}
    readonly_fields = ("load", "turn")
    verbose_name = "member"
    verbose_name_plural = "members"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Read desks and turns along."""
        turn = PoolCredit.objects.filter(pool=OuterRef("pool"), producer=OuterRef("producer")).values("credit")
        rows = super().get_queryset(request).select_related("producer__profile", "producer__load", "pool")
        found: QuerySet[Any] = rows.annotate(turn=Subquery(turn[:1]))
        return found.order_by("producer__last_name", "producer__first_name")

    @admin.display(description="Open / capacity")
    def load(self, member: PoolMember) -> str:
        """Return how full the desk is."""
        return load_of(member.producer) if member.pk else "–"

    @admin.display(description="Turns had")
    def turn(self, member: Any) -> str:
        """Return where the member stands in the rotation: who has had fewer turns is next."""
        return plain(member.turn) if member.pk and member.turn is not None else "–"


@admin.register(Pool)
class PoolAdmin(SetupPages):
    """Who gets which leads, and how one is chosen."""

    resource = "pools"
    form = PoolForm
    inlines = (MemberRows,)
    list_display = ("name", "how", "urgency", "member_count", "fullness", "shares", "manager", "active")
    list_filter = ("is_active", "strategy")
    list_select_related = ("manager",)
    prepopulated_fields = {"slug": ("name",)}
    change_form_template = "routing/pool_form.html"
    in_words = {"method": "told"}
    fieldsets = (
        (None, {"fields": ("name", "slug", "is_active", "tier")}),
        ("How a lead finds its producer", {"fields": ("method", "strategy")}),
        ("Where its leads go on to", {"fields": ("overflow", "overflow_minutes")}),
        ("Who answers when nobody may take it", {"fields": ("manager", "deputy", "queue_minutes")}),
        ("When the manager hears of unequal shares", {"fields": ("fair_leads", "fair_percent")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Count members, their open work and their room."""
        active = Q(members__is_active=True)
        found: QuerySet[Any] = (
            super()
            .get_queryset(request)
            .annotate(
                active_members=Count("members", filter=active),
                open_effort=Sum("members__producer__load__open_effort", filter=active),
                room=Sum("members__producer__profile__capacity", filter=active),
            )
        )
        return found

    def get_urls(self) -> list[URLPattern]:
        """Put the map of states and lines before the admin's own pages."""
        site = self.admin_site.admin_view
        return [
            path("map/", site(selling.selling_map), name="routing_pool_map"),
            path("<int:pk>/preview/", site(pool_preview), name="routing_pool_preview"),
            path("<int:pk>/fairness/", site(fairness.pool_fairness), name="routing_pool_fairness"),
            path("map/<str:state>/<str:line>/", site(selling.selling_cell), name="routing_pool_map_cell"),
            *super().get_urls(),
        ]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show beside the form whether another order would serve better, and room for the preview."""
        pool = context.get("original")
        beside = page_context(pool) if pool else {}
        return super().render_change_form(request, {**context, **beside}, *args, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Keep the slug: rules name it."""
        return [*super().get_readonly_fields(request, obj), *(["slug"] if obj else [])]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        """Suggest a slug for a new pool."""
        return {} if obj else dict(self.prepopulated_fields)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Say what the fields are for."""
        helps = {
            "slug": "What rules call the pool. It never changes.",
            "is_active": "Switched off, its leads go to the queue.",
        }
        labels = {"is_active": "Active"}
        return super().get_form(request, obj, change=change, **{**kwargs, "help_texts": helps, "labels": labels})

    def save_whole(self, request: HttpRequest, row: Any, rows: Sequence[Any], removed: Sequence[Any]) -> None:
        """Save through the service."""
        setup.save_pool(pool=row, members=rows, removed=removed, actor=actor_of(request), now=timezone.now())

    @admin.display(description="Active", ordering="is_active", boolean=True)
    def active(self, pool: Pool) -> bool:
        """Say whether leads come here."""
        return pool.is_active

    @admin.display(description="Strategy", ordering="strategy")
    def how(self, pool: Pool) -> str:
        """Return the strategy's name."""
        return pool.get_strategy_display()

    @admin.display(description="Method")
    def told(self, pool: Pool) -> str:
        """Return the method in words."""
        return " ".join(told(parse(pool.method, pool.strategy)))

    @admin.display(description="Tier", ordering="tier")
    def urgency(self, pool: Pool) -> str:
        """Return the tier."""
        return pool.get_tier_display() or "By score"

    @admin.display(description="Members", ordering="active_members")
    def member_count(self, pool: Any) -> int:
        """Return how many members are active."""
        return int(pool.active_members)

    @admin.display(description="Fairness")
    def shares(self, pool: Pool) -> SafeString:
        """Lead to who had what."""
        url = reverse("admin:routing_pool_fairness", args=[pool.pk])
        return format_html('<a href="{}" aria-label="Shares in {}">Shares</a>', url, pool)

    @admin.display(description="Open / capacity", empty_value="–")
    def fullness(self, pool: Any) -> str | None:
        """Return the members' open work against their room."""
        return f"{plain(pool.open_effort or Decimal(0))} / {pool.room}" if pool.room is not None else None
