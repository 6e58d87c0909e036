"""Producers' profiles: what they can take, their shifts and their leave."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from accounts.http import actor_of
from accounts.policy import allows
from accounts.policy_admin import LabelledFormSet
from licenses.lines import ALL_LINES
from licenses.models import Producer
from routing import words
from routing.admin.inputs import Levels, WeekFormSet, Words, blame
from routing.admin.loads import load_of
from routing.admin.saving import SetupPages, SetupRows
from routing.models import Cap, Leave, ProducerProfile, Shift
from routing.queries import capped
from routing.services import setup


class ProfileForm(forms.ModelForm[ProducerProfile]):
    """What a producer can take."""

    languages = Words(required=False, help_text="Two-letter codes with commas between, such as en, es.")
    skills = Words(required=False, help_text="Words that rules ask for, with commas between, such as senior.")
    skill_levels = Levels(
        required=False, help_text="How good, from 1 to 5: annuities 3, medicare 5. A skill without a level is at 1."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "producer" in self.fields:
            self.fields["producer"].queryset = Producer.objects.filter(profile=None)  # type: ignore[attr-defined]  # a model choice
        if "capacity" in self.fields:
            self.fields["capacity"].help_text = "Leads open at once. Lowering it takes none away."
            self.fields["calls_per_hour"].help_text = "First calls; pools that count calls read it. Blank: not counted."

    def clean_languages(self) -> list[str]:
        """Refuse what is no code."""
        languages: list[str] = self.cleaned_data["languages"]
        problems = setup.language_problems(languages)
        blame(self, problems)
        return [] if problems else languages

    def clean(self) -> Any:
        """Judge levels beside the skills they belong to."""
        cleaned = super().clean()
        if {"skills", "skill_levels"} <= set(self.cleaned_data):
            blame(self, setup.level_problems(self.cleaned_data["skill_levels"], self.cleaned_data["skills"]))
        return cleaned


class CapFormSet(LabelledFormSet):
    """Caps, none twice."""

    def clean(self) -> None:
        """Show a repeat at the later row."""
        super().clean()
        seen: set[tuple[Any, ...]] = set()
        for form in self.forms:
            is_blank = not form.instance.pk and not form.has_changed()
            if is_blank or form.errors or self._should_delete_form(form):  # type: ignore[attr-defined]  # Django's own
                continue
            kind = tuple(form.cleaned_data.get(name) for name in ("period", "line", "source"))
            if kind in seen:
                form.add_error("period", "There is such a cap already.")
            seen.add(kind)


class CapForm(forms.ModelForm[Cap]):
    """A cap; what is left blank is any."""

    line = forms.ChoiceField(required=False, choices=[("", "Any line"), *ALL_LINES.items()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "source" in self.fields:
            self.fields["source"].empty_label = "Any source"  # type: ignore[attr-defined]  # a model choice


class CapRows(SetupRows):
    """How many leads, in which time, of which line and source, and how many were counted."""

    model = Cap
    resource = "pools"
    form = CapForm
    formset = CapFormSet
    fields = ("most", "period", "line", "source", "is_paced", "counted")
    readonly_fields = ("counted",)

    @admin.display(description="Now")
    def counted(self, cap: Cap) -> str:
        """Return how much of it is used: "3 of 10 today"."""
        return next((each.text for each in capped.of([cap], now=timezone.now())), "–") if cap.pk else "–"


class ShiftRows(SetupRows):
    """The week; a day may have several spans."""

    model = Shift
    resource = "pools"
    formset = WeekFormSet
    fields = ("weekday", "opens", "closes")


class LeaveRows(SetupRows):
    """Absences."""

    model = Leave
    resource = "pools"
    fields = ("starts_at", "ends_at", "reason")
    verbose_name_plural = "leave"


@admin.register(ProducerProfile)
class ProfileAdmin(SetupPages):
    """What producers can take, and when."""

    resource = "pools"
    form = ProfileForm
    inlines = (CapRows, ShiftRows, LeaveRows)
    change_form_template = "routing/profile_form.html"
    list_display = ("producer", "load", "capped", "in_pools", "spoken", "skilled", "away")
    list_filter = ("producer__memberships__pool",)
    search_fields = ("producer__last_name", "producer__first_name", "producer__npn")
    ordering = ("producer__last_name", "producer__first_name")
    in_words = {"languages": "spoken", "skills": "skilled", "skill_levels": "graded"}
    readonly_fields = ("time_zone", "load", "in_pools")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProducerProfile]:
        """Read desks, pools and leave along."""
        rows = super().get_queryset(request).select_related("producer__load")
        return rows.prefetch_related("caps__source", "leaves", "producer__memberships__pool")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for the producer once; afterwards show where the desk stands."""
        take = (
            "What they can take",
            {"fields": ("capacity", "calls_per_hour", "languages", "skills", "skill_levels")},
        )
        if obj is None:
            return [(None, {"fields": ("producer",)}), take]
        return self.for_reader(request, [take, ("Now", {"fields": ("load", "in_pools", "time_zone")})])

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show and read leave in the producer's own time."""
        profile = self.get_object(request, object_id) if object_id else None
        context = {
            "producer_zone": profile.producer.time_zone if profile else "",
            "may_empty": allows(actor_of(request), "leads.reassign"),
            **(extra_context or {}),
        }
        with timezone.override(ZoneInfo(profile.producer.time_zone) if profile else timezone.get_current_timezone()):
            page = super().changeform_view(request, object_id, form_url, context)
            return page.render() if isinstance(page, SimpleTemplateResponse) else page

    def save_whole(self, request: HttpRequest, row: Any, rows: Sequence[Any], removed: Sequence[Any]) -> None:
        """Save through the service."""
        setup.save_profile(profile=row, rows=rows, removed=removed, actor=actor_of(request), now=timezone.now())

    @admin.display(description="Time zone", ordering="producer__time_zone")
    def time_zone(self, profile: ProducerProfile) -> str:
        """Return the zone that shifts and leave are meant in."""
        return profile.producer.time_zone

    @admin.display(description="Open / capacity")
    def load(self, profile: ProducerProfile) -> str:
        """Return how full the desk is."""
        return load_of(profile.producer)

    @admin.display(description="Caps")
    def capped(self, profile: ProducerProfile) -> str:
        """Return the caps."""
        return ", ".join(map(str, profile.caps.all())) or "–"

    @admin.display(description="Languages")
    def spoken(self, profile: ProducerProfile) -> str:
        """Return the languages."""
        return ", ".join(map(words.language_name, profile.languages)) or "–"

    @admin.display(description="Skills")
    def skilled(self, profile: ProducerProfile) -> str:
        """Return the skills."""
        return ", ".join(profile.skills) or "–"

    @admin.display(description="Skill levels")
    def graded(self, profile: ProducerProfile) -> str:
        """Return the level of each skill that has one."""
        return ", ".join(f"{skill} {level}" for skill, level in profile.skill_levels.items()) or "–"

    @admin.display(description="Pools", empty_value="–")
    def in_pools(self, profile: ProducerProfile) -> SafeString:
        """Return the pools, each leading to its page."""
        members = [each for each in profile.producer.memberships.all() if each.is_active]
        pages = [(reverse("admin:routing_pool_change", args=[each.pool_id]), each.pool) for each in members]
        return format_html_join(", ", '<a href="{}">{}</a>', pages)

    @admin.display(description="Leave", empty_value="–")
    def away(self, profile: ProducerProfile) -> str | None:
        """Return the leave that is on, or the next."""
        now = timezone.now()
        zone = ZoneInfo(profile.producer.time_zone)
        coming = next((leave for leave in profile.leaves.all() if leave.ends_at > now), None)
        return None if coming is None else f"{_day(coming.starts_at, zone)} to {_day(coming.ends_at, zone)}"


def _day(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local:%b} {local.day}"
