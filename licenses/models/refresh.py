"""Each run of the licence refresh, and exactly what it changed."""

from django.db import models

from audit.instants import by_agency
from licenses.models.producer import Producer


class LicenseRefresh(models.Model):
    """One run."""

    class State(models.TextChoices):
        """How it ended."""

        RUNNING = "RUNNING", "Running"
        DONE = "DONE", "Done"
        PARTIAL = "PARTIAL", "Done in part"
        FAILED = "FAILED", "Failed"

    source = models.CharField(max_length=40)
    actor = models.CharField(max_length=200)
    is_full = models.BooleanField(default=False, help_text="The source sent everything it knows.")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    read = models.PositiveIntegerField(default=0, help_text="Licenses the source sent.")
    changed = models.PositiveIntegerField(default=0, help_text="Licenses added or changed.")
    absent = models.PositiveIntegerField(default=0, help_text="Licenses a full snapshot no longer held.")
    rejected = models.JSONField(default=list, help_text="Rows that could not be taken, with line and reason.")
    error = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["-started_at"]
        verbose_name_plural = "license refreshes"

    def __str__(self) -> str:
        return f"{self.source}, {by_agency(self.started_at)}"


class LicenseRefreshChange(models.Model):
    """One field that a refresh changed."""

    refresh = models.ForeignKey(LicenseRefresh, on_delete=models.CASCADE, related_name="changes")
    producer = models.ForeignKey(Producer, on_delete=models.CASCADE, related_name="+")
    what = models.CharField(max_length=120)
    field = models.CharField(max_length=40)
    before = models.CharField(max_length=400, blank=True)
    after = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.what}: {self.field}"
