"""The decision: an immutable record of one run from gate to claim."""

from django.db import models

from routing.models.keys import new_id
from routing.models.lead import Lead


class Decision(models.Model):
    """The receipt of one decision; inserted once, never changed (the database refuses)."""

    class Trigger(models.TextChoices):
        """What caused the decision."""

        INTAKE = "INTAKE"
        BREACH = "BREACH"
        FORESEEN = "FORESEEN"  # a miss was foreseen
        DECLINE = "DECLINE"
        MANUAL = "MANUAL"
        ABSENCE = "ABSENCE"
        RERUN = "RERUN"
        OFFER = "OFFER"  # an offer was declined or ran out
        ACCEPT = "ACCEPT"
        TAKE = "TAKE"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="decisions")
    trigger = models.CharField(max_length=10, choices=Trigger.choices)
    made_at = models.DateTimeField(db_index=True)
    roster_version = models.PositiveBigIntegerField()
    # The row personal facts are read from on replay; no constraint, since the person is deletable and this row is not
    # changeable.
    person_id = models.UUIDField(null=True)
    receipt = models.JSONField()
    receipt_sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["-made_at"]
        # Reports ask many assignments what caused them, and must not read the receipts beside it.
        indexes = [models.Index(fields=["id", "trigger"], name="decision_trigger")]

    def __str__(self) -> str:
        return f"{self.trigger} {self.made_at:%Y-%m-%d %H:%M}"
