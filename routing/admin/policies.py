"""How fast each tier must be answered: the promise, the ladder as its time runs out, and a picture of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from accounts.http import actor_of
from accounts.policy_admin import LabelledFormSet
from routing.admin.inputs import checkboxes
from routing.admin.ladder_picture import draw
from routing.admin.pages import require, show
from routing.admin.saving import SetupPages, SetupRows
from routing.models import LadderStep, Lead, SlaPolicy, SlaTarget, Touch
from routing.models.clock import default_evidence
from routing.services import setup
from routing.services.planning import Planned, plan
from routing.sla.ladder import HOURS, Step, faults, in_order

ANSWERS: Final = dict(Touch.Kind.choices)
HELPS: Final = {
    "target_minutes": "How long a producer has.",
    "hours": "Time counts only in these hours.",
    "pause_minutes": "Open time for which a lead's clock may pause, for a reason.",
    "max_hops": "How often a lead goes to the next producer before a manager gets it.",
    "cool_down_minutes": "Least minutes between two moves of a lead.",
    "alarm_minutes": "Minutes after receipt at which the manager is told that nobody has answered.",
    "away_after": "Leads missed in a row after which a producer is set away; 0: never. Misses that could not be helped "
    "do not count, and one click brings the producer back.",
    "away_minutes": "For how many minutes.",
}
LABELS: Final = {
    "target_minutes": "Minutes",
    "hours": "Hours",
    "pause_minutes": "Pauses",
    "max_hops": "Hand-overs",
    "cool_down_minutes": "Cool-down",
    "alarm_minutes": "Alarm after",
    "away_after": "Set away after",
    "away_minutes": "Away for",
}


class PolicyForm(forms.ModelForm[SlaPolicy]):
    """A promise of speed; what counts as an answer is ticked."""

    evidence = checkboxes(
        "What counts as an answer",
        ANSWERS,
        required=True,
        help_text="Contacts of these kinds stop the producer's clock; others are only noted.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk and "tier" in self.fields:
            self.initial.setdefault("evidence", default_evidence())
            kept = SlaPolicy.objects.values_list("tier", flat=True)
            self.fields["tier"].choices = [each for each in Lead.Tier.choices if each[0] not in kept]  # type: ignore[attr-defined]  # a choice field


class LadderFormSet(LabelledFormSet):
    """Steps that make a ladder somebody stands at the end of."""

    def clean(self) -> None:
        """Show what is wrong with the ladder at its step, or above all of them."""
        super().clean()
        standing = [
            form
            for form in self.forms
            if not form.errors and form.cleaned_data.get("kind") and not self._should_delete_form(form)  # type: ignore[attr-defined]  # Django's own
        ]
        for fault in faults([Step(form.instance.at_percent, form.instance.kind) for form in standing]):
            if fault.place is None:
                raise forms.ValidationError(fault.text, code=fault.code)
            standing[fault.place].add_error("kind", fault.text)


class StepRows(SetupRows):
    """What happens as the producer's time runs out."""

    model = LadderStep
    resource = "setup"
    formset = LadderFormSet
    fields = ("at_percent", "kind", "hours", "channel")
    verbose_name = "step"
    verbose_name_plural = "ladder"

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Name the columns."""
        labels = {"at_percent": "At percent of the time", "kind": "What happens"}
        return super().get_formset(request, obj, **{**kwargs, "labels": labels})


class TargetForm(forms.ModelForm[SlaTarget]):
    """One more promise; what keeps it is ticked."""

    evidence = checkboxes("What keeps it", ANSWERS)


class TargetRows(SetupRows):
    """What the tier promises besides the first touch."""

    model = SlaTarget
    resource = "setup"
    form = TargetForm
    fields = ("kind", "clock", "minutes", "hours", "evidence")
    verbose_name = "promise"
    verbose_name_plural = "further promises"


class PreviewForm(forms.Form):
    """What of a policy's page says when things fall due, and from which instant to count."""

    target_minutes = forms.IntegerField(min_value=1, max_value=10_080)
    hours = forms.ChoiceField(choices=list(HOURS.items()))
    at = forms.DateTimeField(
        label="Assigned at",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


@admin.register(SlaPolicy)
class PolicyOfTierAdmin(SetupPages):
    """One promise a tier."""

    resource = "setup"
    form = PolicyForm
    inlines = (StepRows, TargetRows)
    change_form_template = "routing/policy_form.html"
    list_display = ("level", "minutes", "steps_in_words", "hand_overs", "alarm", "answers")
    ordering = ("target_minutes",)
    in_words = {"evidence": "answers"}
    fieldsets = (
        (None, {"fields": ("tier",)}),
        ("The producer's clock", {"fields": ("target_minutes", "hours", "evidence", "pause_minutes")}),
        ("When it runs out", {"fields": ("max_hops", "cool_down_minutes", "alarm_minutes")}),
        ("Whoever misses leads in a row", {"fields": ("away_after", "away_minutes")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Read the steps along."""
        return super().get_queryset(request).prefetch_related("steps")

    def get_urls(self) -> list[URLPattern]:
        """Add the preview."""
        view = self.admin_site.admin_view(preview)
        return [path("<int:pk>/preview/", view, name="routing_slapolicy_preview"), *super().get_urls()]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Say what the fields are for."""
        named = {"help_texts": HELPS, "labels": LABELS}
        return super().get_form(request, obj, change=change, **{**kwargs, **named})

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Keep the tier: there is one policy each."""
        return [*super().get_readonly_fields(request, obj), *(["tier"] if obj else [])]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let add what is missing: one policy a tier."""
        return super().has_add_permission(request) and SlaPolicy.objects.count() < len(Lead.Tier.values)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Draw the ladder beside the form."""
        sla = kwargs.get("obj")
        if sla is not None:
            context |= _picture(plan(_stored(sla), now=timezone.now()))
            context |= {
                "preview_url": reverse("admin:routing_slapolicy_preview", args=[sla.pk]),
                "preview_form": PreviewForm(auto_id="preview_%s"),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def save_whole(self, request: HttpRequest, row: Any, rows: Sequence[Any], removed: Sequence[Any]) -> None:
        """Save through the service."""
        setup.save_policy(sla=row, rows=rows, removed=removed, actor=actor_of(request), now=timezone.now())

    @admin.display(description="Tier", ordering="tier")
    def level(self, sla: SlaPolicy) -> str:
        """Return the tier."""
        return sla.get_tier_display()

    @admin.display(description="Minutes to answer", ordering="target_minutes")
    def minutes(self, sla: SlaPolicy) -> int:
        """Return how long a producer has."""
        return sla.target_minutes

    @admin.display(description="Hand-overs", ordering="max_hops")
    def hand_overs(self, sla: SlaPolicy) -> int:
        """Return how often a lead goes on before a manager gets it."""
        return sla.max_hops

    @admin.display(description="Alarm after", ordering="alarm_minutes")
    def alarm(self, sla: SlaPolicy) -> str:
        """Return when the manager is told that nobody has answered."""
        return f"{sla.alarm_minutes} min"

    @admin.display(description="Ladder")
    def steps_in_words(self, sla: SlaPolicy) -> str:
        """Return what happens, by the share of the time it comes at."""
        return "; ".join(f"{step.at_percent}%: {step.label.lower()}" for step in draw(_stored(sla).steps).steps)

    @admin.display(description="What counts as an answer")
    def answers(self, sla: SlaPolicy) -> str:
        """Return the kinds of contact that stop the clock."""
        return "; ".join(str(Touch.Kind(kind).label) for kind in sla.evidence)


def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show when the steps of a ladder would fall due: of the one on the page where that is sent, else of the stored."""
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "POST"])
    require(request, "setup.view")
    sla = get_object_or_404(SlaPolicy.objects.prefetch_related("steps"), pk=pk)
    planned, form = _stored(sla), PreviewForm(request.POST if request.method == "POST" else None, auto_id="preview_%s")
    context: dict[str, Any] = {"title": f"Preview of {sla.get_tier_display().lower()} leads", "preview_form": form}
    at: datetime | None = None
    if form.is_bound and form.is_valid():
        given, at = form.cleaned_data, form.cleaned_data["at"]
        planned = Planned(given["target_minutes"], given["hours"], in_order(_sent(request.POST)))
        context["problems"] = [fault.text for fault in faults(_sent(request.POST))]
    elif form.is_bound:
        context["problems"] = [str(text) for texts in form.errors.values() for text in texts]
    context |= _picture(plan(planned, now=at or timezone.now()))
    context |= {"trail": [(str(sla), reverse("admin:routing_slapolicy_change", args=[pk]))]}
    return show(request, "routing/policy_preview.html", context)


def _stored(sla: SlaPolicy) -> Planned:
    steps = [Step(step.at_percent, step.kind, step.hours, step.channel) for step in sla.steps.all()]
    return Planned(sla.target_minutes, sla.hours, in_order(steps))


def _sent(given: Mapping[str, str]) -> list[Step]:
    """Return the steps on the page, as far as they can be read; the form itself says what is wrong with others."""
    total = given.get("steps-TOTAL_FORMS", "0")
    steps = []
    for place in range(min(int(total), 50) if total.isascii() and total.isdecimal() else 0):
        row = {name: given.get(f"steps-{place}-{name}", "") for name in ("at_percent", "kind", "hours", "DELETE")}
        read = forms.modelform_factory(LadderStep, fields=("at_percent", "kind", "hours"))(row)
        if not row["DELETE"] and read.is_valid():
            steps.append(Step(*(read.cleaned_data[name] for name in ("at_percent", "kind", "hours"))))
    return steps


def _picture(planned: Any) -> dict[str, Any]:
    return {"ladder": draw(planned.policy.steps), "planned": planned}
