"""Policies that say how long, and timers that keep them."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from simple_history.models import HistoricalRecords

from routing.models.assignment import Assignment, Touch
from routing.models.keys import new_id
from routing.models.lead import Lead
from routing.sla.ladder import HOURS


def default_evidence() -> list[str]:
    """Return the touches that stop the owner clock in a fresh policy."""
    return ["CALL_CONNECTED", "CALL_ATTEMPT", "VOICEMAIL", "MEETING"]


class SlaPolicy(models.Model):
    """How fast a tier must be answered, and what counts as an answer."""

    tier = models.CharField(max_length=8, choices=Lead.Tier.choices, unique=True)
    target_minutes = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(10_080)])
    max_hops = models.PositiveSmallIntegerField(
        default=3, validators=[MaxValueValidator(10)], help_text="Reassignments before a manager gets it."
    )
    evidence = models.JSONField(default=default_evidence, help_text="Kinds of touch that stop the owner clock.")
    alarm_minutes = models.PositiveSmallIntegerField(
        default=120, help_text="Minutes after receipt at which the manager is told that nobody answered."
    )
    hours = models.CharField(
        max_length=8, choices=list(HOURS.items()), default="AGENCY", help_text="Time counts only in these hours."
    )
    pause_minutes = models.PositiveSmallIntegerField(
        default=240, validators=[MaxValueValidator(10_080)], help_text="Open time for which a lead's clock may pause."
    )
    cool_down_minutes = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(10_080)], help_text="Least time between two moves of a lead."
    )
    away_after = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(20)],
        help_text="Leads missed in a row after which a producer is set away; 0: never.",
    )
    away_minutes = models.PositiveSmallIntegerField(
        default=30, validators=[MinValueValidator(1), MaxValueValidator(1_440)], help_text="For how long."
    )
    history = HistoricalRecords()

    class Meta:
        ordering = ["target_minutes"]
        verbose_name_plural = "SLA policies"

    def __str__(self) -> str:
        return f"{self.get_tier_display()}: {self.target_minutes} minutes"

    def clean(self) -> None:
        """Refuse an alarm before the producer's own time is up, and evidence nobody can log."""
        if self.alarm_minutes is not None and self.alarm_minutes < (self.target_minutes or 0):
            text = f"Alarm after the {self.target_minutes} minutes a producer has, or later."
            raise ValidationError({"alarm_minutes": ValidationError(text, code="order")})
        if not set(self.evidence) <= set(Touch.Kind.values):
            text = f"Use some of: {', '.join(Touch.Kind.values)}."
            raise ValidationError({"evidence": ValidationError(text, code="kind.unknown")})


class SlaTimer(models.Model):
    """One promise with an instant; swept, never scheduled in a broker."""

    class Kind(models.TextChoices):
        """What falls due: a step of the ladder, the alarm of the lead's clock, or a promise that was not kept."""

        REMIND = "REMIND"
        FORESEEN = "FORESEEN"
        BREACH = "BREACH"
        TEAM_LEAD = "TEAM_LEAD"
        MANAGER = "MANAGER"
        POOL = "POOL"
        ALARM = "ALARM"
        MISS = "MISS"

    class State(models.TextChoices):
        """Whether it still stands."""

        RUNNING = "RUNNING"
        FIRED = "FIRED"
        CANCELLED = "CANCELLED"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="timers")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, null=True, related_name="timers")
    promise = models.ForeignKey("Promise", on_delete=models.PROTECT, null=True, related_name="timers")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at_percent = models.PositiveSmallIntegerField(default=0, help_text="Of the producer's time, for a ladder's step.")
    hours = models.CharField(max_length=8, choices=list(HOURS.items()), default="AGENCY")
    channel = models.CharField(max_length=8, default="EMAIL")
    due_at = models.DateTimeField(help_text="When it falls due by the clock's rules; a pause alone moves it.")
    try_at = models.DateTimeField(help_text="When to look next: the due instant, later after a failure.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    settled_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "kind", "at_percent"],
                condition=models.Q(promise__isnull=True),
                name="one_timer_a_step_and_assignment",
            ),
            models.UniqueConstraint(fields=["lead"], condition=models.Q(kind="ALARM"), name="one_alarm_a_lead"),
        ]
        indexes = [models.Index(fields=["try_at"], condition=models.Q(state="RUNNING"), name="timer_running_by_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.due_at:%Y-%m-%d %H:%M}"
