"""Everything a manager must see: fallback, review, quarantine; and what wakes a lead that waits."""

from django.conf import settings
from django.db import models

from routing.models.keys import new_id
from routing.models.lead import Lead


class QueueItem(models.Model):
    """A lead that waits for a person, with the reason and a named owner."""

    class Kind(models.TextChoices):
        """Which queue."""

        FALLBACK = "FALLBACK", "Fallback"
        REVIEW = "REVIEW", "Review"
        QUARANTINE = "QUARANTINE", "Quarantine"

    class State(models.TextChoices):
        """How far it is."""

        OPEN = "OPEN", "Waiting"
        CLAIMED = "CLAIMED", "Taken"
        RESOLVED = "RESOLVED", "Resolved"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="queue_items")
    reason = models.CharField(max_length=40)
    text = models.CharField(max_length=400)
    misses = models.JSONField(default=list, help_text="Who came nearest, and what stood in the way.")
    problems = models.JSONField(default=list, help_text="Fields at fault, for a quarantined lead.")
    pool = models.CharField(max_length=60, blank=True, help_text="Whose members could take it.")
    waits_for = models.JSONField(default=dict, help_text="Rule sets in the way, and desks without room.")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    deputy = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, help_text="When the pool's own clock runs out.")
    escalated_at = models.DateTimeField(null=True, help_text="When owner and deputy were last pressed.")
    snoozed_until = models.DateTimeField(null=True, help_text="Nobody need look before; it is woken as ever.")
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    claimed_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    resolution = models.CharField(max_length=400, blank=True)
    rerun_at = models.DateTimeField(null=True, help_text="When to try the lead again by itself.")
    tried_at = models.DateTimeField(null=True, help_text="When it was last tried in vain.")

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["lead"], condition=~models.Q(state="RESOLVED"), name="one_open_queue_item_a_lead"
            )
        ]
        indexes = [
            models.Index(fields=["state", "kind", "created_at"], name="queue_waiting"),
            models.Index(fields=["created_at"], name="queue_came"),
            models.Index(fields=["pool"], condition=models.Q(state="OPEN"), name="queue_waiting_by_pool"),
            models.Index(fields=["rerun_at"], condition=models.Q(state="OPEN"), name="queue_to_try"),
            models.Index(
                fields=["due_at"],
                condition=models.Q(escalated_at__isnull=True) & ~models.Q(state="RESOLVED"),
                name="queue_to_escalate",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.reason}"


class Wake(models.Model):
    """Something changed that leads may wait for; the row goes when every such lead has been looked at.

    Subjects are those of the roster, `producer:<id>` and `pool:<slug>`, and `rules:<slug>`.
    """

    subject = models.CharField(max_length=80, primary_key=True)
    at = models.DateTimeField(help_text="When it was last rung for.")
    ring = models.UUIDField(default=new_id, help_text="Another one with each ring, so that none is lost.")
    lease_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.subject
