"""Producers, and the feed of changes to them that routing folds into its roster."""

import zoneinfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from simple_history.models import HistoricalRecords

from licenses.states import JURISDICTIONS

NPN = RegexValidator(r"^[0-9]{1,10}\Z", "An NPN is up to ten digits.")


ZONES = frozenset(zoneinfo.available_timezones())


def validate_state(code: str) -> None:
    """Refuse a code that is no state, district or territory."""
    if code not in JURISDICTIONS:
        raise ValidationError("Use a two-letter state code, such as FL.", code="state.unknown")


def validate_zone(name: str) -> None:
    """Refuse a time zone that does not exist."""
    if name not in ZONES:
        raise ValidationError("Use a zone such as America/New_York.", code="zone.unknown")


class Producer(models.Model):
    """A licensed agent or broker."""

    class Status(models.TextChoices):
        """Whether the producer works at all."""

        ACTIVE = "ACTIVE", "Active"
        LEAVE = "LEAVE", "On leave"
        OFFBOARDED = "OFFBOARDED", "Left"

    npn = models.CharField("NPN", max_length=10, unique=True, validators=[NPN])
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    email = models.EmailField(blank=True)
    resident_state = models.CharField(max_length=2, validators=[validate_state])
    time_zone = models.CharField(max_length=60, default="America/New_York", validators=[validate_zone])
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="producer"
    )
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.ACTIVE)
    facts_version = models.PositiveBigIntegerField(
        default=0, editable=False, help_text="Raised with every change of a license fact; a claim compares it."
    )
    history = HistoricalRecords(excluded_fields=["facts_version"])

    class Meta:
        ordering = ["last_name", "first_name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(resident_state__in=[*JURISDICTIONS]), name="producer_resident_state"
            )
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}"


class ProducerChange(models.Model):
    """Something about a producer (or, without one, about reference data) changed."""

    producer = models.ForeignKey(Producer, on_delete=models.CASCADE, null=True, related_name="changes")
    at = models.DateTimeField()
    what = models.CharField(max_length=200)
    folded_version = models.PositiveBigIntegerField(null=True, help_text="The roster version that took it in.")

    class Meta:
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(folded_version__isnull=True), name="producer_change_unfolded"
            )
        ]

    def __str__(self) -> str:
        return self.what
