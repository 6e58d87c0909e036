"""Messages to send, each a row until it is delivered or given up."""

from datetime import datetime

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, OuterRef, Q
from uuid_utils.compat import uuid7


class MessageQuerySet(models.QuerySet["Message"]):
    """Which messages a relay may take."""

    def undone(self) -> "MessageQuerySet":
        """Return what is neither delivered nor given up."""
        return self.filter(done_at=None, dead_at=None)

    def due(self, now: datetime) -> "MessageQuerySet":
        """Return what may be sent now: its time has come, nobody holds it, nothing of its aggregate and topic is ahead.

        A dead message steps aside: it must not hold up for ever what follows it.
        """
        ahead = self.model.objects.undone().filter(
            aggregate=OuterRef("aggregate"), topic=OuterRef("topic"), seq__lt=OuterRef("seq")
        )
        free = Q(lease_until=None) | Q(lease_until__lte=now)
        return (
            self.undone()
            .filter(free, next_at__lte=now)
            .filter(Q(aggregate="") | ~Exists(ahead))
            .order_by("next_at", "seq")
        )


class Message(models.Model):
    """Something that must be told to the outside, at least once. Its id is the receiver's idempotency key."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    seq = models.BigIntegerField(
        null=True, unique=True, editable=False
    )  # set by a trigger: the order within an aggregate
    topic = models.CharField(max_length=80)
    aggregate = models.CharField(max_length=100, blank=True)
    payload = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    at = models.DateTimeField()
    next_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)  # how often it was leased; a relay's lease is known by it
    # How many of the attempts tried nobody, since all who are owed it were spared. Null stands for 0: to add a column
    # with a default, SQLite would rebuild the table and lose its trigger.
    postponed = models.PositiveIntegerField(null=True, blank=True)
    progress = models.JSONField(default=dict, blank=True)
    last_error = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    dead_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        """Only what is undone is ever searched, and what was done long ago pruned."""

        ordering = ["-seq"]
        indexes = [
            models.Index(fields=["next_at", "seq"], name="outbox_due", condition=Q(done_at=None, dead_at=None)),
            models.Index(
                fields=["aggregate", "topic", "seq"], name="outbox_ahead", condition=Q(done_at=None, dead_at=None)
            ),
            models.Index(fields=["aggregate", "seq"], name="outbox_of_one", condition=~Q(aggregate="")),
            models.Index(fields=["done_at"], name="outbox_done", condition=Q(done_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(dead_at=None), name="outbox_message_is_not_done_and_dead"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.aggregate}".strip()

    @property
    def tries(self) -> int:
        """How often somebody was really asked to take it."""
        return self.attempts - (self.postponed or 0)


class Circuit(models.Model):
    """How one consumer fares: after failures in a row it is spared until an instant, then tried with one message."""

    consumer = models.CharField(max_length=200, primary_key=True)
    failures = models.PositiveIntegerField(default=0)  # in a row
    retry_at = models.DateTimeField(null=True, blank=True)  # set while the circuit is open
    opened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Open ones are looked for."""

        ordering = ["consumer"]

    def __str__(self) -> str:
        return self.consumer


class Heartbeat(models.Model):
    """When a process that works unseen last said that it lives."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
