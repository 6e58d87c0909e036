"""Rules on trial: rehearsals replay stored decisions under a draft, shadows follow live ones. They decide nothing.

All of it lies apart from leads and decisions, and may be deleted without a trace there.
"""

from django.db import models

from routing.models.decision import Decision
from routing.models.keys import new_id
from routing.models.lead import Lead


class Trial(models.Model):
    """One document put in the place of one rule set. It is kept whole, since a draft goes on being edited."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    rule_set = models.CharField(max_length=60, help_text="The set's slug.")
    rule_set_name = models.CharField(max_length=120)
    stage = models.CharField(max_length=20)
    version = models.PositiveIntegerField(null=True, help_text="The published version on trial; null: a draft.")
    document = models.JSONField()
    content_hash = models.CharField(max_length=64)
    started_by = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.rule_set_name}, {self.rules}"

    @property
    def rules(self) -> str:
        """Name what is on trial: a draft by the head of its hash, since it has no number."""
        return f"v{self.version}" if self.version else f"draft {self.content_hash[:8]}"


class Contrast(models.Model):
    """What one decision came to, and would have come to under the rules on trial. Names nobody but producers."""

    class Kind(models.TextChoices):
        """How the two differ; blank: they do not."""

        PRODUCER = "PRODUCER", "To another producer"
        STOPPED = "STOPPED", "No longer to a producer"
        ROUTED = "ROUTED", "Now to a producer"
        QUEUE = "QUEUE", "Still to nobody, for another reason"
        TIER = "TIER", "Same place, another tier"
        POOL = "POOL", "Same place, by another pool"

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices, blank=True)
    state = models.CharField(max_length=2, blank=True)
    line = models.CharField(max_length=20, blank=True)
    tier = models.CharField(max_length=8, blank=True)
    before = models.JSONField()
    after = models.JSONField()
    why = models.TextField(blank=True, help_text="Which rule, guard or order makes the difference.")
    is_assumed = models.BooleanField(default=False, help_text="The receipt does not hold the desks it would have met.")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.get_kind_display() or "The same"


class Rehearsal(Trial):
    """The decisions of some days, replayed under the rules on trial by a worker, stretch by stretch."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "WAITING", "Waiting for a worker"
        RUNNING = "RUNNING", "Running"
        DONE = "DONE", "Done"
        CANCELLED = "CANCELLED", "Cancelled"
        FAILED = "FAILED", "Failed"

    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    since = models.DateTimeField()
    until = models.DateTimeField()
    sample = models.PositiveIntegerField(null=True, help_text="How many decisions at most, evenly spread; null: all.")
    live = models.PositiveIntegerField(null=True, help_text="The set's live version when it was asked for; null: none.")
    made = models.PositiveIntegerField(null=True, help_text="Decisions of those days; null until a worker has counted.")
    total = models.PositiveIntegerField(null=True, help_text="How many of them to replay; null until then.")
    passed = models.PositiveIntegerField(default=0, help_text="How many of those days' decisions it is past.")
    passed_at = models.DateTimeField(null=True, help_text="When the last of them was made.")
    passed_id = models.UUIDField(null=True, help_text="Which one that is.")
    through = models.PositiveIntegerField(default=0, help_text="Decisions it is through with.")
    replayed = models.PositiveIntegerField(default=0, help_text="Of these, the ones that could be replayed.")
    moved = models.PositiveIntegerField(default=0, help_text="Of these, the ones that come out otherwise.")
    result = models.JSONField(default=dict, help_text="The tally so far.")
    lease_until = models.DateTimeField(null=True, help_text="Until then one worker is at it.")
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Turns begun since it last came further.")
    error = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=models.Q(state__in=["WAITING", "RUNNING"]),
                name="rehearsal_unfinished",
            ),
            models.Index(fields=["rule_set", "content_hash"], name="rehearsal_of_document"),
        ]

    @property
    def percent(self) -> int:
        """How much of it is through."""
        return min(self.through * 100 // self.total, 100) if self.total else 0


class RehearsalMove(Contrast):
    """One decision that comes out otherwise."""

    rehearsal = models.ForeignKey(Rehearsal, on_delete=models.CASCADE, related_name="moves")

    class Meta:
        ordering = ["-decision_id"]
        constraints = [models.UniqueConstraint(fields=["rehearsal", "decision"], name="rehearsal_move_once")]
        indexes = [models.Index(fields=["rehearsal", "kind"], name="rehearsal_move_by_kind")]


class Shadow(Trial):
    """Rules on trial that follow every live decision for a time."""

    class State(models.TextChoices):
        """How far it is."""

        RUNNING = "RUNNING", "Running"
        ENDED = "ENDED", "Ended"
        CANCELLED = "CANCELLED", "Cancelled"

    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["-created_at"]


class ShadowReading(Contrast):
    """What a shadow says of one live decision."""

    shadow = models.ForeignKey(Shadow, on_delete=models.CASCADE, related_name="readings")

    class Meta:
        ordering = ["-decision_id"]
        constraints = [models.UniqueConstraint(fields=["shadow", "decision"], name="shadow_reading_once")]
        indexes = [models.Index(fields=["shadow", "kind"], name="shadow_reading_by_kind")]


class ShadowMiss(models.Model):
    """A live decision a shadow has nothing to say of, and why; one row each, so that none is counted twice."""

    class Reason(models.TextChoices):
        """What kept it from reading the decision."""

        ERASED = "ERASED", "The person was erased before its turn"
        UNROUTED = "UNROUTED", "No rules were asked"
        UNREPEATABLE = "UNREPEATABLE", "It no longer comes out as it did under its own rules"
        FAILED = "FAILED", "It could not be followed"

    shadow = models.ForeignKey(Shadow, on_delete=models.CASCADE, related_name="misses")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=12, choices=Reason.choices)
    error = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["shadow", "decision"], name="shadow_miss_once")]

    def __str__(self) -> str:
        return self.error or self.get_reason_display()
