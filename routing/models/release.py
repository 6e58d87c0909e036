"""A release: leads that wait with a manager, let go again at a pace."""

from django.conf import settings
from django.db import models

from audit.instants import by_agency
from licenses.models import Producer
from routing.models.keys import new_id
from routing.models.queue import QueueItem


class Release(models.Model):
    """So many waiting leads to be tried again, so many a minute; a worker lets them go one by one."""

    class State(models.TextChoices):
        """How far it is."""

        RUNNING = "RUNNING", "Running"
        DONE = "DONE", "Done"
        CANCELLED = "CANCELLED", "Cancelled"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    wanted = models.JSONField(help_text="Which leads were asked for: reason, pool, state, line.")
    per_minute = models.PositiveSmallIntegerField()
    per_producer = models.PositiveSmallIntegerField(null=True, help_text="Of this release; null: as many as come.")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["created_at"], condition=models.Q(state="RUNNING"), name="release_running"),
        ]

    def __str__(self) -> str:
        return f"Release of {by_agency(self.created_at)}"


class ReleaseLead(models.Model):
    """One lead of a release: its turn, and what came of it."""

    class State(models.TextChoices):
        """What came of it."""

        WAITING = "WAITING", "Not yet its turn"
        GIVEN = "GIVEN", "Given to a producer"
        MOVED = "MOVED", "Tried, and waits again"
        STAYED = "STAYED", "Still waits: nobody could take it"
        GONE = "GONE", "Somebody saw to it first"
        CANCELLED = "CANCELLED", "Cancelled before its turn"

    id = models.BigAutoField(primary_key=True)
    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="leads")
    item = models.ForeignKey(QueueItem, on_delete=models.PROTECT, related_name="releases")
    due_at = models.DateTimeField(help_text="Not before.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    producer = models.ForeignKey(Producer, on_delete=models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["release", "item"], name="release_lead_once"),
            models.UniqueConstraint(
                fields=["item"], condition=models.Q(state="WAITING"), name="one_waiting_release_a_lead"
            ),
        ]

    def __str__(self) -> str:
        return self.get_state_display()
