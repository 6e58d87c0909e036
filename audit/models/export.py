"""A part of the ledger, written to a file for whoever takes it elsewhere."""

from django.db import models
from django.db.models import CheckConstraint, Q
from uuid_utils.compat import uuid7

from audit.instants import by_agency


class Export(models.Model):
    """The sealed entries that matched a filter, with what proves the file; written turn by turn by a worker."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "WAITING", "Waiting for a worker"
        RUNNING = "RUNNING", "Being written"
        DONE = "DONE", "Ready"
        FAILED = "FAILED", "Failed"
        PRUNED = "PRUNED", "Deleted by age"

    class Format(models.TextChoices):
        """How an entry becomes a line."""

        CSV = "csv", "CSV, for spreadsheets"
        JSONL = "jsonl", "JSON lines, for programs"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    format = models.CharField(max_length=5, choices=Format.choices, default=Format.CSV)
    asked = models.JSONField(help_text="The filter.")
    query = models.CharField(max_length=2000, blank=True, help_text="The address that shows the same on the page.")
    asked_by = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    head_position = models.BigIntegerField(null=True, help_text="The chain's last link when it was begun.")
    head_hash = models.CharField(max_length=64, blank=True)
    passed_at = models.DateTimeField(null=True, help_text="When the last entry written happened.")
    passed_seq = models.BigIntegerField(default=0, help_text="And its number.")
    rows = models.BigIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    manifest = models.JSONField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Turns begun since it last came further.")
    error = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        indexes = [
            models.Index(
                fields=["asked_at"], condition=Q(state__in=["WAITING", "RUNNING"]), name="audit_export_unfinished"
            )
        ]
        constraints = [
            CheckConstraint(condition=~Q(state="DONE") | Q(manifest__isnull=False), name="audit_export_done_has_proof")
        ]

    def __str__(self) -> str:
        return f"Export of {by_agency(self.asked_at)}"

    @property
    def file_name(self) -> str:
        """What the file is called, on disk and when it is fetched."""
        return f"ledger-{self.asked_at:%Y%m%d-%H%M%S}-{str(self.pk)[-12:]}.{self.format}"
