"""Where leads come from, and every body a source ever sent."""

import hashlib
import secrets

from django.db import models
from simple_history.models import HistoricalRecords

from routing.models.keys import new_id

DEFAULT_SCOPES = ["leads:write", "leads:read_own"]


class LeadSource(models.Model):
    """A form, vendor, ad platform or phone system that sends leads under its own key."""

    class Invalid(models.TextChoices):
        """What happens to a lead whose fields are at fault."""

        REFUSE = "REFUSE", "Answer 400 with every field at fault"
        QUARANTINE = "QUARANTINE", "Accept, and queue it for a person to mend"

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    key_prefix = models.CharField(max_length=12, blank=True, editable=False)
    key_hash = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
    scopes = models.JSONField(default=list, help_text="What the key may do.")
    required_fields = models.JSONField(default=list, blank=True, help_text="Fields this source must always send.")
    invalid = models.CharField(max_length=12, choices=Invalid.choices, default=Invalid.REFUSE)
    duplicate_window_days = models.PositiveSmallIntegerField(default=60, help_text="30 to 90 days.")
    aliases = models.JSONField(
        default=dict, blank=True, editable=False, help_text="By field: what the source sends, and how it is read."
    )
    cost = models.DecimalField(max_digits=10, decimal_places=2, default=0, help_text="What one lead costs, in dollars.")
    is_active = models.BooleanField(default=True)
    history = HistoricalRecords(excluded_fields=["key_hash"])

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(duplicate_window_days__range=(30, 90)), name="source_duplicate_window_30_to_90"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def issue_key(self) -> str:
        """Set a fresh key on the (unsaved) row and return it in clear: it is shown once and stored as a hash."""
        key = f"fl_{secrets.token_urlsafe(32)}"
        self.key_prefix = key[:8]
        self.key_hash = hash_key(key)
        return key


def hash_key(key: str) -> str:
    """Return what is stored of an API key; keys are random, so one round of SHA-256 suffices."""
    return hashlib.sha256(key.encode()).hexdigest()


class IntakeRecord(models.Model):
    """One body a source sent: its idempotency key, the raw bytes, and the answer it got.

    A refused body (400) keeps its bytes but does not bind its key. The raw bytes are personal and erased on their own.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    source = models.ForeignKey(LeadSource, on_delete=models.PROTECT, related_name="intake")
    key = models.CharField(max_length=255, null=True)  # noqa: DJ001 - NULL is "binds no key", outside the unique index
    external_id = models.CharField(max_length=255, null=True)  # noqa: DJ001 - likewise
    body_hash = models.CharField(max_length=64)
    raw_body = models.BinaryField(null=True)
    received_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    lead_id = models.UUIDField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    response = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="intake_key_once_a_source"),
            models.UniqueConstraint(fields=["source", "external_id"], name="intake_external_id_once_a_source"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.received_at:%Y-%m-%d %H:%M}"
