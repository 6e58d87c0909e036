"""The fairness ledger of pools, and the episodes in which a share left its band."""

from decimal import Decimal

from django.db import models

from licenses.models import Producer
from routing.fairness import KINDS
from routing.models.assignment import Assignment
from routing.models.keys import new_id
from routing.models.pool import Pool


class FairnessEntry(models.Model):
    """One thing that moved, or deliberately did not move, a member's balance in a pool; append-only.

    The sum of `turns` is the member's `PoolCredit`, which the rotation goes by: the credit is the running total.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="fairness", db_index=False)
    producer = models.ForeignKey(Producer, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=[(code, kind.label) for code, kind in KINDS.items()])
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, null=True, related_name="fairness")
    leads = models.SmallIntegerField(default=0)
    value = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(0))
    turns = models.DecimalField(max_digits=30, decimal_places=12, default=Decimal(0))
    among = models.TextField(blank=True, help_text="Those it was shared among: producer:weight, and so on.")

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["pool", "at"], name="fairness_of_pool_since"),
            models.Index(fields=["at"], name="fairness_since"),
        ]
        verbose_name_plural = "fairness entries"

    def __str__(self) -> str:
        return f"{self.pool_id}/{self.producer_id}: {self.kind}"


class FairnessAlarm(models.Model):
    """One episode in which a member's share was outside the pool's band; the manager is told once an episode."""

    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="fairness_alarms")
    producer = models.ForeignKey(Producer, on_delete=models.CASCADE, related_name="+")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    owed = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "producer"], condition=models.Q(ended_at=None), name="one_fairness_alarm_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.pool_id}/{self.producer_id} since {self.began_at:%Y-%m-%d %H:%M}"
