"""Pools with their members."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.http import actor_of
from accounts.policy_admin import LabelledFormSet
from licenses.models import Producer
from routing.admin.inputs import OwnedForm
from routing.admin.loads import load_of, plain
from routing.admin.saving import SetupPages, SetupRows
from routing.models import Lead, Pool, PoolCredit, PoolMember
from routing.services import setup
from routing.strategies import STRATEGIES


class PoolForm(OwnedForm):
    """A pool; each strategy says what it does."""

    strategy = forms.ChoiceField(
        widget=forms.RadioSelect,
        initial="round_robin",
        choices=[
            (name, format_html("<span><strong>{}.</strong> {}</span>", each.label, each.help))
            for name, each in STRATEGIES.items()
        ],
    )
    tier = forms.ChoiceField(
        required=False,
        choices=[("", "By score"), *Lead.Tier.choices],
        help_text="How fast its leads must be answered.",
    )


class MemberForm(forms.ModelForm[PoolMember]):
    """A place in a pool; who has it does not change."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "is_active" in self.fields:
            self.fields["is_active"].label = "Active"
            self.fields["weight"].help_text = "Weight 0 stands in when nobody else can."
        if self.instance.pk and "producer" in self.fields:
            self.fields["producer"].disabled = True
            self.fields["producer"].widget = Told(self.instance.producer)


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
    fields = ("producer", "weight", "is_active", "load", "turn")
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
    list_display = ("name", "how", "urgency", "member_count", "fullness", "manager", "active")
    list_filter = ("is_active", "strategy")
    list_select_related = ("manager",)
    prepopulated_fields = {"slug": ("name",)}
    fieldsets = (
        (None, {"fields": ("name", "slug", "is_active")}),
        ("How a lead finds its producer", {"fields": ("strategy", "tier")}),
        ("Who answers when nobody may take it", {"fields": ("manager", "deputy")}),
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

    @admin.display(description="Tier", ordering="tier")
    def urgency(self, pool: Pool) -> str:
        """Return the tier."""
        return pool.get_tier_display() or "By score"

    @admin.display(description="Members", ordering="active_members")
    def member_count(self, pool: Any) -> int:
        """Return how many members are active."""
        return int(pool.active_members)

    @admin.display(description="Open / capacity", empty_value="–")
    def fullness(self, pool: Any) -> str | None:
        """Return the members' open work against their room."""
        return f"{plain(pool.open_effort or Decimal(0))} / {pool.room}" if pool.room is not None else None
