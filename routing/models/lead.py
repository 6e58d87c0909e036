"""The lead, and the person behind it."""

from django.conf import settings
from django.db import models

from licenses.models import Producer
from routing.models.keys import new_id
from routing.models.source import LeadSource


class Person(models.Model):
    """What identifies somebody who asked about insurance; deletable, and never copied elsewhere.

    A row is never edited: a correction writes a new one, and each decision keeps pointing at the one it saw.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    email = models.CharField(max_length=254, blank=True, db_index=True)
    phone = models.CharField(max_length=16, blank=True, db_index=True, help_text="E.164.")
    zip_code = models.CharField(max_length=5, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    consent = models.JSONField(default=dict, blank=True)
    attributes = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or "(no name)"


class Lead(models.Model):
    """A person's request, from receipt to disposition."""

    class State(models.TextChoices):
        """Where a lead stands; `routing.lead_states` lists the allowed moves."""

        RECEIVED = "RECEIVED"
        OFFERED = "OFFERED"
        ASSIGNED = "ASSIGNED"
        ACCEPTED = "ACCEPTED"
        WORKING = "WORKING"
        CLOSED = "CLOSED"
        FALLBACK = "FALLBACK"
        REVIEW = "REVIEW"
        QUARANTINED = "QUARANTINED"
        REJECTED = "REJECTED"
        DUPLICATE = "DUPLICATE"

    class Tier(models.TextChoices):
        """How urgent."""

        HOT = "hot"
        WARM = "warm"
        LOW = "low"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    source = models.ForeignKey(LeadSource, on_delete=models.PROTECT, related_name="leads")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="leads")
    external_id = models.CharField(max_length=255, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.RECEIVED)
    received_at = models.DateTimeField(db_index=True, help_text="The lead clock starts here and never restarts.")
    governing_state = models.CharField(max_length=2, blank=True, help_text="Whose license law governs; blank: unclear.")
    unclear = models.CharField(
        max_length=40, blank=True, help_text="Why a person must look at the state; blank: clear."
    )
    declared_state = models.CharField(max_length=2, blank=True)
    also_states = models.JSONField(default=list, blank=True, help_text="States whose contact law applies as well.")
    zones = models.JSONField(default=list, blank=True, help_text="The lead's candidate time zones.")
    line = models.CharField(max_length=20, blank=True)
    products = models.JSONField(default=list, blank=True)
    carrier = models.CharField(max_length=10, blank=True, help_text="NAIC company code, when the lead names one.")
    language = models.CharField(max_length=10, blank=True)
    premium = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    campaign = models.CharField(max_length=120, blank=True)
    readings = models.JSONField(default=list, blank=True, help_text="What the source sent, and how it was read.")
    tier = models.CharField(max_length=8, choices=Tier.choices, blank=True)
    score = models.PositiveSmallIntegerField(null=True, blank=True)
    owner = models.ForeignKey(Producer, on_delete=models.PROTECT, null=True, blank=True, related_name="leads")
    pool = models.CharField(max_length=60, blank=True)
    decision_id = models.UUIDField(null=True, blank=True, help_text="The decision that put it where it stands.")
    reason = models.CharField(max_length=40, blank=True)
    hop = models.PositiveSmallIntegerField(default=0, help_text="Reassignments so far.")
    due_at = models.DateTimeField(null=True, blank=True, help_text="When the owner clock ends.")
    first_touch_at = models.DateTimeField(null=True, blank=True)
    disposition = models.CharField(max_length=20, blank=True)
    duplicate_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="duplicates")
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-received_at"]
        indexes = [
            models.Index(fields=["state", "-received_at"], name="lead_by_state"),
            models.Index(fields=["owner", "state"], name="lead_by_owner"),
            models.Index(fields=["id", "tier"], name="lead_tier"),  # reports ask it of many assignments
        ]

    def __str__(self) -> str:
        return str(self.person) if self.person else "(erased)"

    @property
    def ledger_label(self) -> str:
        """What the ledger calls it: never by the person's name, which must be erasable."""
        return f"Lead {str(self.pk)[-12:]}"


class Note(models.Model):
    """What somebody wrote down about a lead; may be personal, so it is deletable."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.TextField(max_length=4000)

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.author} {self.at:%Y-%m-%d %H:%M}"
