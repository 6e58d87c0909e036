"""Saved test cases: a lead of an invented person at an instant, and what must become of it."""

from typing import Any

from django.core.validators import MinLengthValidator
from django.db import models
from simple_history.models import HistoricalRecords

from routing.models.lead import Lead


class SavedCase(models.Model):
    """One case; an expectation left blank is none. It is tried on the roster of its instant, with empty desks."""

    class Status(models.TextChoices):
        """Where the lead must go; "assigned" says that somebody may lawfully have it."""

        ASSIGNED = "assigned", "To a producer"
        FALLBACK = "fallback", "To the fallback pool"
        REVIEW = "review", "To review"
        QUARANTINED = "quarantined", "Into quarantine"
        REJECTED = "rejected", "Rejected"

    name = models.CharField(max_length=120, unique=True, validators=[MinLengthValidator(3)])
    lead = models.JSONField(help_text="The fields of an invented lead, as a source would send them.")
    source = models.SlugField(max_length=60, blank=True, help_text="The lead source's short name; blank: none.")
    at = models.DateTimeField("instant")
    status = models.CharField("it must go", max_length=12, choices=Status.choices)
    reason = models.CharField(max_length=40, blank=True)
    pool = models.CharField(max_length=60, blank=True)
    tier = models.CharField(max_length=8, choices=Lead.Tier.choices, blank=True)
    eligible = models.JSONField("may have it", default=list, blank=True, help_text="Producers who must be eligible.")
    not_eligible = models.JSONField(
        "may not have it", default=list, blank=True, help_text="Producers who must not be eligible."
    )
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=200)
    history: Any = HistoricalRecords()  # a manager, once the class is made

    class Meta:
        verbose_name = "saved case"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["assigned", "fallback", "review", "quarantined", "rejected"]),
                name="saved_case_status_known",
            )
        ]

    def __str__(self) -> str:
        return self.name


class CaseRun(models.Model):
    """What every saved case came to when all were last tried under one choice of rules."""

    rules = models.CharField(max_length=2000, unique=True, help_text="The choice, such as live or routing=draft.")
    rules_hash = models.CharField(max_length=64, help_text="What the sets chosen held.")
    tried_at = models.DateTimeField()
    tried_by = models.CharField(max_length=200)
    misses = models.JSONField(help_text="By case: what came out otherwise than expected, in sentences.")

    class Meta:
        verbose_name = "run of the saved cases"
        ordering = ["rules"]

    def __str__(self) -> str:
        return self.rules
