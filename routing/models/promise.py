"""Promises beside the producer's first touch, how each ended, and the pauses of a producer's clock."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from simple_history.models import HistoricalRecords

from routing.models.assignment import Assignment, Touch
from routing.models.clock import SlaPolicy
from routing.models.keys import new_id
from routing.models.lead import Lead
from routing.sla import targets
from routing.sla.ladder import CHANNELS, HIGHEST, HOURS, RUNGS

MONTH_IN_MINUTES = 43_200


class SlaTarget(models.Model):
    """One more promise of a tier."""

    policy = models.ForeignKey(SlaPolicy, on_delete=models.CASCADE, related_name="targets")
    kind = models.CharField(max_length=12, choices=list(targets.KINDS.items()))
    clock = models.CharField(max_length=6, choices=list(targets.CLOCKS.items()), default="LEAD")
    minutes = models.PositiveIntegerField(validators=[MinValueValidator(1), MaxValueValidator(MONTH_IN_MINUTES)])
    hours = models.CharField(max_length=8, choices=list(HOURS.items()), default="AGENCY")
    evidence = models.JSONField(default=list, blank=True, help_text="Kinds of touch that keep it.")
    history = HistoricalRecords()

    class Meta:
        ordering = ["minutes", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "kind", "clock", "minutes"], name="one_target_of_a_make")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} in {self.minutes} minutes"

    def clean(self) -> None:
        """Refuse what nobody could keep."""
        faults: dict[str, ValidationError] = {}
        if not set(self.evidence) <= set(Touch.Kind.values):
            faults["evidence"] = ValidationError(f"Use some of: {', '.join(Touch.Kind.values)}.", code="kind.unknown")
        elif not self.evidence and self.kind != "DISPOSITION":
            faults["evidence"] = ValidationError("Tick what counts; nothing else can keep it.", code="required")
        if self.clock == "LEAD" and self.hours == "WORKABLE":
            text = "The lead's clock goes on from producer to producer: choose hours that are nobody's own."
            faults["hours"] = ValidationError(text, code="hours.nobody")
        if self.clock == "OWNER" and self.kind == "FIRST_TOUCH":
            text = "The producer's first touch is the policy's own; choose the lead's clock here."
            faults["clock"] = ValidationError(text, code="clock.own")
        if faults:
            raise ValidationError(faults)


class LadderStep(models.Model):
    """One step of what happens as a producer's time runs out."""

    policy = models.ForeignKey(SlaPolicy, on_delete=models.CASCADE, related_name="steps")
    at_percent = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(HIGHEST)])
    kind = models.CharField(max_length=10, choices=[(rung.code, rung.label) for rung in RUNGS.values()])
    hours = models.CharField(max_length=8, choices=list(HOURS.items()), default="AGENCY")
    channel = models.CharField(max_length=8, choices=list(CHANNELS.items()), default="EMAIL")
    history = HistoricalRecords()

    class Meta:
        ordering = ["at_percent", "pk"]

    def __str__(self) -> str:
        return f"{self.at_percent}%: {self.get_kind_display()}"


class Promise(models.Model):
    """One promise as it holds for one lead, frozen as its policy was then, and how it ended."""

    class Result(models.TextChoices):
        """How it stands."""

        RUNNING = "RUNNING", "Still to be kept"
        MET = "MET", "Kept"
        MISSED = "MISSED", "Missed"
        VOID = "VOID", "No longer due"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="promises")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, null=True, related_name="promises")
    kind = models.CharField(max_length=12, choices=list(targets.KINDS.items()))
    clock = models.CharField(max_length=6, choices=list(targets.CLOCKS.items()))
    hours = models.CharField(max_length=8, choices=list(HOURS.items()), blank=True)  # blank: the policy's own
    evidence = models.JSONField(default=list)
    starts_at = models.DateTimeField()
    due_at = models.DateTimeField()
    result = models.CharField(max_length=8, choices=Result.choices, default=Result.RUNNING)
    stopped_at = models.DateTimeField(null=True, help_text="When it was kept, be it late.")
    late_seconds = models.PositiveIntegerField(null=True, help_text="As it really was: 0 where it was kept in time.")

    class Meta:
        ordering = ["due_at", "pk"]
        indexes = [
            models.Index(
                fields=["starts_at"],
                condition=~models.Q(kind="FIRST_TOUCH", clock="OWNER"),  # of those every assignment has one
                name="promise_beside_first_touch",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} by {self.due_at:%Y-%m-%d %H:%M}"


class ClockPause(models.Model):
    """A span for which a producer's clock does not run, with the reason."""

    class Reason(models.TextChoices):
        """Why; nothing else stops a clock."""

        CUSTOMER_ASKED = "CUSTOMER_ASKED", "The customer asked for a time"
        CONTACT_HOURS = "CONTACT_HOURS", "Outside the hours in which they may be called"
        OUTAGE = "OUTAGE", "Telephone or systems are down"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="pauses")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="pauses")
    reason = models.CharField(max_length=16, choices=Reason.choices)
    starts_at = models.DateTimeField()
    until = models.DateTimeField(help_text="When the clock goes on by itself.")
    seconds = models.PositiveIntegerField(help_text="Open time it costs of the policy's budget.")
    ended_at = models.DateTimeField(null=True, help_text="Where somebody let it go on sooner.")

    class Meta:
        ordering = ["starts_at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} until {self.until:%Y-%m-%d %H:%M}"
