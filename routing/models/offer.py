"""Offers: a lead that producers are asked about, before anybody has it."""

from decimal import Decimal

from django.db import models

from licenses.models import Producer
from routing.models.decision import Decision
from routing.models.keys import new_id
from routing.models.lead import Lead
from routing.models.pool import Pool


class OfferRound(models.Model):
    """One asking about a lead: of one producer, of several at once, or of whoever takes the next. It ends once."""

    class State(models.TextChoices):
        """How it ended, if it did."""

        OPEN = "OPEN", "Open"
        ACCEPTED = "ACCEPTED", "Accepted"
        PASSED = "PASSED", "Nobody accepted"
        WITHDRAWN = "WITHDRAWN", "Withdrawn"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="rounds")
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="rounds")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="rounds")
    pick = models.CharField(max_length=12, help_text="The pool's pick, by its name in the tables of a method.")
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField(help_text="When nobody may accept any more; never changed.")
    try_at = models.DateTimeField(help_text="When to look next: at the end, later after a failure.")
    due_at = models.DateTimeField(help_text="When the lead should have been answered, to the minute.")
    score = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["lead"], condition=models.Q(state="OPEN"), name="one_open_offer_round_a_lead"
            )
        ]
        indexes = [
            models.Index(fields=["try_at"], condition=models.Q(state="OPEN"), name="offer_round_open_by_end"),
            models.Index(
                fields=["pool", "due_at"], condition=models.Q(state="OPEN", pick="pull"), name="offer_round_to_take"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.pick} {self.opened_at:%Y-%m-%d %H:%M}"


class Offer(models.Model):
    """One producer asked in a round. A reserving offer holds a seat, counted against the producer's caps."""

    class State(models.TextChoices):
        """What came of it."""

        OPEN = "OPEN", "Open"
        ACCEPTED = "ACCEPTED", "Accepted"
        DECLINED = "DECLINED", "Declined"
        EXPIRED = "EXPIRED", "Not answered in time"
        REFUSED = "REFUSED", "No longer lawful"
        TAKEN = "TAKEN", "Taken by another"
        WITHDRAWN = "WITHDRAWN", "Withdrawn"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    round = models.ForeignKey(OfferRound, on_delete=models.PROTECT, related_name="offers")
    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="offers")
    # The index below begins with the producer.
    producer = models.ForeignKey(Producer, on_delete=models.PROTECT, related_name="offers", db_index=False)
    reserves = models.BooleanField(default=False, help_text="A seat and caps are held until it is answered.")
    is_free = models.BooleanField(default=False, help_text="A no, or no answer, costs nothing.")
    offered_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    answered_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=400, blank=True)
    # What it comes to in the pool's rotation and ledger, worked out when it was made.
    turns = models.DecimalField(max_digits=30, decimal_places=12, default=Decimal(0), help_text="The lead's own turn.")
    beyond = models.DecimalField(max_digits=30, decimal_places=12, default=Decimal(0), help_text="Written off with it.")
    value = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(0))
    among = models.TextField(blank=True, help_text="Those it was shared among: producer:weight, and so on.")
    pending = models.DecimalField(
        max_digits=30, decimal_places=12, default=Decimal(0), help_text="What the rotation counts while it is open."
    )

    class Meta:
        ordering = ["-offered_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["round", "producer"], name="one_offer_a_producer_and_round")]
        indexes = [
            models.Index(fields=["producer"], condition=models.Q(state="OPEN"), name="offer_open_by_producer"),
            models.Index(fields=["offered_at"], name="offer_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} → {self.producer_id}: {self.state}"
