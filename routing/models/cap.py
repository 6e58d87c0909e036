"""Caps: how many leads a producer may get, and how many were counted."""

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from simple_history.models import HistoricalRecords

from licenses.lines import ALL_LINES
from routing import caps
from routing.models.pool import ProducerProfile
from routing.models.source import LeadSource


class Cap(models.Model):
    """How many leads a producer may get at once or in a window of the producer's clock, of one line or source or any.

    What may be open of everything together is the profile's capacity, in effort.
    """

    profile = models.ForeignKey(ProducerProfile, on_delete=models.CASCADE, related_name="caps")
    most = models.PositiveIntegerField("leads", validators=[MinValueValidator(1)])
    period = models.CharField(
        max_length=5, choices=[(code, period.label) for code, period in caps.PERIODS.items()], default="DAY"
    )
    line = models.CharField(max_length=10, blank=True, choices=list(ALL_LINES.items()))
    source = models.ForeignKey(LeadSource, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    is_paced = models.BooleanField("pace", default=False)
    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "period", "line", "source"],
                name="cap_once",
                violation_error_message="There is such a cap already.",
            ),
            models.UniqueConstraint(
                fields=["profile", "period", "line"],
                condition=models.Q(source=None),
                name="cap_once_for_any_source",
                violation_error_message="There is such a cap already.",
            ),
        ]

    def __str__(self) -> str:
        of = f" of {self.get_line_display()}" if self.line else ""
        by = f" from {self.source}" if self.source else ""
        return f"{self.most} {self.get_period_display()}{of}{by}"

    def clean(self) -> None:
        """Refuse a cap that repeats the capacity, and pacing where there is nothing to spread."""
        if self.period == "OPEN" and not self.line and self.source is None:
            text = "What may be open of everything together is the capacity. Name a line or a source here."
            raise ValidationError({"period": ValidationError(text, code="capacity")})
        if self.is_paced and self.period in caps.PERIODS and not caps.PERIODS[self.period].can_pace:
            text = "Only a cap of a day or longer can be paced."
            raise ValidationError({"is_paced": ValidationError(text, code="short")})

    def value(self) -> caps.Cap:
        """Return it as decisions see it."""
        source = self.source.slug if self.source else ""
        return caps.Cap(self.pk, self.period, self.most, self.line, source, self.is_paced)


class CapCount(models.Model):
    """How many leads a cap has counted in one window, the last it counted in; volatile.

    Written under the lock of the producer's load only. Where it is missing, or tells of another window, the assignments
    themselves are counted: a new cap, an edited one and a producer who moved to another zone start from the truth.
    """

    cap = models.OneToOneField(Cap, on_delete=models.CASCADE, primary_key=True, related_name="counted")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    used = models.PositiveIntegerField()
    last_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.cap_id}: {self.used} since {self.starts_at:%Y-%m-%d %H:%M}"
