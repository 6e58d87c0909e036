"""The agency itself: its hours, holidays, thresholds and who answers when nobody else does."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from simple_history.models import HistoricalRecords

from routing.models.hours import require_span


class Agency(models.Model):
    """The one agency of this installation."""

    name = models.CharField(max_length=120, default="The agency")
    hot_from = models.PositiveSmallIntegerField(default=70, validators=[MaxValueValidator(100)])
    warm_from = models.PositiveSmallIntegerField(default=40, validators=[MaxValueValidator(100)])
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Owns fallback items that no pool's manager owns.",
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "agency"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(hot_from__gt=models.F("warm_from")), name="agency_hot_above_warm"
            ),
            models.CheckConstraint(condition=models.Q(pk=1), name="agency_only_one"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse thresholds that leave no room for warm leads."""
        if self.hot_from is not None and self.warm_from is not None and self.hot_from <= self.warm_from:
            raise ValidationError({"hot_from": ValidationError("Hot must start above warm.", code="order")})


class AgencyHours(models.Model):
    """One span of the agency's week, in AGENCY_TIME_ZONE. None at all: always open."""

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField(
        choices=list(enumerate(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"])),
        validators=[MaxValueValidator(6)],
    )
    opens = models.TimeField()
    closes = models.TimeField()
    history = HistoricalRecords()

    class Meta:
        ordering = ["weekday", "opens"]
        verbose_name_plural = "agency hours"

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"

    def clean(self) -> None:
        """Refuse a span of no length."""
        require_span(self.opens, self.closes)


class AgencyHoliday(models.Model):
    """A day on which the agency is closed, or keeps other hours than on its weekday."""

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="holidays")
    date = models.DateField(unique=True)
    name = models.CharField(max_length=80)
    opens = models.TimeField(null=True, blank=True)
    closes = models.TimeField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["date"]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"

    def clean(self) -> None:
        """Refuse half a span, and one of no length."""
        if (self.opens is None) != (self.closes is None):
            missing = "closes" if self.closes is None else "opens"
            message = "Enter both times, or neither where the agency is closed all day."
            raise ValidationError({missing: ValidationError(message, code="half")})
        require_span(self.opens, self.closes)
