"""The watch over the first day of a version."""

from django.db import models
from django.db.models import Q

from rules_engine.models.sets import RuleSetVersion


class Watch(models.Model):
    """Decisions under a new version, against the day before; over after a day, or once it is not live."""

    class State(models.TextChoices):
        """What the watch has come to."""

        RUNNING = "RUNNING", "Watching"
        ALARMED = "ALARMED", "Worse than before"
        KEPT = "KEPT", "Kept in spite of it"
        OVER = "OVER", "Over"

    version = models.OneToOneField(RuleSetVersion, models.PROTECT, related_name="watch")
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    ends_at = models.DateTimeField()
    next_at = models.DateTimeField()
    before = models.JSONField()  # the counts of the day before: decisions, and of them fallback, unknown, errors
    since = models.JSONField(null=True)
    worse = models.JSONField(default=list)  # which of the three have risen
    kept_label = models.CharField(max_length=200, blank=True)
    kept_because = models.TextField(blank=True)

    class Meta:
        """Only what runs is searched."""

        indexes = [models.Index(fields=["next_at"], name="watch_due", condition=Q(state__in=["RUNNING", "ALARMED"]))]

    def __str__(self) -> str:
        return f"{self.version}: {self.get_state_display()}"
