"""The assignment: a lead in a producer's hands."""

from decimal import Decimal

from django.db import models

from licenses.models import Producer
from routing.models.decision import Decision
from routing.models.keys import new_id
from routing.models.lead import Lead
from routing.models.pool import Pool
from routing.models.source import LeadSource


class Assignment(models.Model):
    """One producer's hold on one lead, from claim to disposition or hand-over."""

    class End(models.TextChoices):
        """Why it ended."""

        DECLINED = "DECLINED", "Declined by the producer"
        BREACHED = "BREACHED", "Not answered in time"
        REASSIGNED = "REASSIGNED", "Moved by a manager"
        DISPOSED = "DISPOSED", "Closed"

    class Excuse(models.TextChoices):
        """What stood between the producer and a lead not answered in time."""

        OUTAGE = "OUTAGE", "Telephone or systems were down"
        LAW = "LAW", "The person might not be called for most of that time"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="assignments")
    # The index below begins with the producer.
    producer = models.ForeignKey(Producer, on_delete=models.PROTECT, related_name="assignments", db_index=False)
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, null=True, related_name="assignments")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="assignments")
    effort = models.DecimalField(max_digits=6, decimal_places=2, default=Decimal(1))
    line = models.CharField(max_length=10, blank=True, help_text="The lead's then, as the source: caps count by them.")
    source = models.ForeignKey(LeadSource, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    hop = models.PositiveSmallIntegerField(default=0)
    assigned_at = models.DateTimeField(db_index=True)
    clock_starts_at = models.DateTimeField(help_text="The owner clock: assignment, or the agency's opening.")
    due_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    first_touch_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end = models.CharField(max_length=12, choices=End.choices, blank=True)
    end_reason = models.CharField(max_length=400, blank=True)
    excuse = models.CharField(
        max_length=8, choices=Excuse.choices, blank=True, help_text="Why a breach is not held against the producer."
    )
    is_returned = models.BooleanField(default=False, help_text="Handed back: no cap of a window counts it any more.")
    relies_on = models.JSONField(
        default=dict, help_text="The license, line, appointment and contract rows it stood on."
    )

    class Meta:
        ordering = ["-assigned_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["lead"], condition=models.Q(ended_at__isnull=True), name="one_active_assignment_a_lead"
            )
        ]
        indexes = [
            models.Index(fields=["producer", "assigned_at"], name="assignment_of_producer_since"),
            models.Index(
                fields=["producer"], condition=models.Q(ended_at__isnull=True), name="assignment_open_by_producer"
            ),
            models.Index(fields=["ended_at"], condition=models.Q(ended_at__isnull=False), name="assignment_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} → {self.producer_id}"


class Touch(models.Model):
    """A verifiable contact with the person, or an attempt at one."""

    class Kind(models.TextChoices):
        """What was done; the policy says which kinds stop the owner clock."""

        CALL_CONNECTED = "CALL_CONNECTED", "Call, spoke to them"
        CALL_ATTEMPT = "CALL_ATTEMPT", "Call, no answer"
        VOICEMAIL = "VOICEMAIL", "Left a voicemail"
        SMS = "SMS", "Text message"
        EMAIL = "EMAIL", "E-mail"
        MEETING = "MEETING", "Met in person"
        QUOTE = "QUOTE", "Gave a quote"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="touches")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="touches")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    at = models.DateTimeField()
    evidence = models.CharField(max_length=200, blank=True, help_text="A call id, message id or the like.")
    stops_clock = models.BooleanField(default=False)

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"
