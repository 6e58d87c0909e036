"""How long what is personal is kept, and what must be kept whatever its age."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

from routing.models.lead import Lead


class RetentionPolicy(models.Model):
    """After how many days one kind of data is deleted."""

    class Kind(models.TextChoices):
        """What is deleted, of leads that are at rest."""

        RAW_BODIES = "RAW_BODIES", "What sources sent, word for word"
        NOTES = "NOTES", "Notes about leads that are closed"
        PEOPLE = "PEOPLE", "Who asked: the people behind leads that are closed"

    kind = models.CharField(max_length=12, choices=Kind.choices, unique=True)
    days = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Blank: kept for ever.")
    next_at = models.DateTimeField(null=True, help_text="When to look again.")

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "retention policies"
        constraints = [CheckConstraint(condition=Q(days=None) | Q(days__gte=1), name="retention_at_least_a_day")]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class LegalHold(models.Model):
    """A reason to keep everything about a lead; while it stands neither age nor anybody erases it."""

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=400)
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(null=True, help_text="When somebody asked to lift it.")
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-placed_at", "-pk"]
        constraints = [
            UniqueConstraint(fields=["lead"], condition=Q(lifted_at=None), name="one_hold_a_lead"),
            CheckConstraint(
                condition=Q(lifted_by=None) | (Q(asked_by__isnull=False) & ~Q(lifted_by=F("asked_by"))),
                name="a_hold_is_lifted_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"Hold on {self.lead.ledger_label}"
