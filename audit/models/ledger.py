"""The ledger: what happened, and the chain of hashes that seals it."""

from typing import Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import CheckConstraint, Expression, Q
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import IsNull
from uuid_utils.compat import uuid7

# What entries tell of in their detail and are looked up by. As text on both databases: one holds numbers as numbers.
REASON: Final = Cast(KeyTextTransform("reason", "detail"), models.TextField())
RULE_SET: Final = Cast(KeyTextTransform("rule_set", "detail"), models.TextField())
VERSION: Final = Cast(KeyTextTransform("version", "detail"), models.TextField())
PRODUCER: Final = Coalesce(  # by the id alone, or with name and number
    Cast(KeyTextTransform("id", KeyTransform("producer", "detail")), models.TextField()),
    Cast(KeyTextTransform("producer", "detail"), models.TextField()),
)


def _told(told: Expression, name: str) -> models.Index:
    """Return the index of the entries that tell it, in the order in which they are shown."""
    return models.Index(told, "occurred_at", "seq", name=name, condition=Q(IsNull(told, False)))


class Entry(models.Model):
    """One thing that happened. Written once; the database refuses every change.

    Triggers set `seq`, `txid` and `recorded_at`, whatever the INSERT says, so a fresh instance shows None for them.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    seq = models.BigIntegerField(null=True, unique=True, editable=False)
    txid = models.BigIntegerField(null=True, editable=False)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(null=True, editable=False)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=100)
    actor_label = models.CharField(max_length=200)
    action = models.CharField(max_length=80)
    target_type = models.CharField(max_length=100, blank=True)
    target_id = models.CharField(max_length=100, blank=True)
    target_label = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)

    class Meta:
        """What auditors look entries up by."""

        verbose_name_plural = "entries"
        ordering = ["-seq"]
        indexes = [
            models.Index(fields=["txid", "seq"], name="audit_entry_tx_order"),
            models.Index(fields=["target_type", "target_id", "seq"], name="audit_entry_target"),
            models.Index(fields=["action", "occurred_at", "seq"], name="audit_entry_by_action"),
            models.Index(fields=["actor_id", "occurred_at", "seq"], name="audit_entry_by_actor"),
            models.Index(fields=["occurred_at", "seq"], name="audit_entry_in_time"),
            _told(REASON, "audit_entry_by_reason"),
            _told(RULE_SET, "audit_entry_by_rule_set"),
            _told(PRODUCER, "audit_entry_by_producer"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target_label}".strip()


class Seal(models.Model):
    """One link of the chain: the hash of the link before and of one entry. Written once, like the entry."""

    position = models.BigIntegerField(primary_key=True)
    # Without a foreign key, whose check would lock every entry, and which proves nothing the chain does not.
    entry = models.OneToOneField(Entry, on_delete=models.DO_NOTHING, related_name="seal", db_constraint=False)
    hash = models.CharField(max_length=64)
    # Where the sealer looks next: at transactions from the floor on, and at numbers above the highest sealed so far.
    floor_txid = models.BigIntegerField()
    top_seq = models.BigIntegerField()
    sealed_at = models.DateTimeField()

    class Meta:
        """The chain has no holes at its start."""

        constraints = [CheckConstraint(condition=Q(position__gte=1), name="audit_seal_position_from_one")]

    def __str__(self) -> str:
        return f"{self.position} {self.hash[:12]}"
