"""Everything a manager must see: fallback, review, quarantine."""

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
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    deputy = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField()
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    claimed_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    resolution = models.CharField(max_length=400, blank=True)
    rerun_at = models.DateTimeField(null=True, help_text="When to try the lead again by itself.")

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["lead"], condition=~models.Q(state="RESOLVED"), name="one_open_queue_item_a_lead"
            )
        ]
        indexes = [models.Index(fields=["state", "kind", "created_at"], name="queue_waiting")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.reason}"
