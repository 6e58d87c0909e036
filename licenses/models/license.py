"""Licences, the lines on them, and certifications."""

from django.db import models
from simple_history.models import HistoricalRecords

from licenses.lines import ALL_LINES
from licenses.models.carrier import Carrier
from licenses.models.producer import Producer, validate_state
from licenses.states import JURISDICTIONS


class License(models.Model):
    """A state's licence; a producer may hold several in one state (tag L9: never key by producer and state alone)."""

    class Class(models.TextChoices):
        """What the licence lets one be; only a producer's sells."""

        PRODUCER = "PRODUCER", "Producer, agent or broker"
        LIMITED = "LIMITED", "Limited lines"
        ADJUSTER = "ADJUSTER", "Adjuster"
        CONSULTANT = "CONSULTANT", "Consultant"
        SURPLUS = "SURPLUS", "Surplus lines"
        ENTITY = "ENTITY", "Business entity"

    class Status(models.TextChoices):
        """As the state reports it."""

        ACTIVE = "ACTIVE", "Active"
        INACTIVE = "INACTIVE", "Inactive"
        EXPIRED = "EXPIRED", "Expired"
        SUSPENDED = "SUSPENDED", "Suspended"
        REVOKED = "REVOKED", "Revoked"
        SURRENDERED = "SURRENDERED", "Surrendered"
        PENDING = "PENDING", "Pending"
        UNKNOWN = "UNKNOWN", "Unknown"

    class Residency(models.TextChoices):
        """Home licence or not."""

        RESIDENT = "R", "Resident"
        NON_RESIDENT = "NR", "Non-resident"

    producer = models.ForeignKey(Producer, on_delete=models.CASCADE, related_name="licenses")
    state = models.CharField(max_length=2, validators=[validate_state])
    license_class = models.CharField("class", max_length=12, choices=Class.choices, default=Class.PRODUCER)
    number = models.CharField(max_length=40)
    residency = models.CharField(max_length=2, choices=Residency.choices, default=Residency.NON_RESIDENT)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.ACTIVE)
    status_reason = models.CharField(max_length=100, blank=True)
    effective_date = models.DateField(null=True, blank=True)
    expiry_date = models.DateField(null=True, blank=True, help_text="The last valid day, in the state's local time.")
    is_perpetual = models.BooleanField("perpetual", default=False, help_text="Has no expiry, as Florida's.")
    as_of = models.DateTimeField(null=True, blank=True, help_text="When the source last confirmed it.")
    source = models.CharField(max_length=40, default="MANUAL", editable=False)
    notified_days = models.PositiveSmallIntegerField(
        null=True, blank=True, editable=False, help_text="The nearest notice before expiry already sent."
    )
    history = HistoricalRecords(excluded_fields=["notified_days"])

    class Meta:
        ordering = ["state", "number"]
        constraints = [
            models.UniqueConstraint(fields=["producer", "state", "license_class", "number"], name="license_once"),
            models.CheckConstraint(condition=models.Q(state__in=[*JURISDICTIONS]), name="license_state_code"),
            models.CheckConstraint(
                condition=models.Q(expiry_date__isnull=True)
                | models.Q(effective_date__isnull=True)
                | models.Q(expiry_date__gte=models.F("effective_date")),
                name="license_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=models.Q(is_perpetual=True, expiry_date__isnull=True)
                | models.Q(is_perpetual=False, expiry_date__isnull=False),
                name="license_ends_or_is_perpetual",
                violation_error_message="Give the last valid day, or mark the license perpetual; not both.",
            ),
        ]
        indexes = [models.Index(fields=["expiry_date"], name="license_by_expiry")]

    def __str__(self) -> str:
        return f"{self.state} {self.number}"


class LineOfAuthority(models.Model):
    """What a licence lets one sell, with a status of its own."""

    license = models.ForeignKey(License, on_delete=models.CASCADE, related_name="lines")
    line = models.CharField(max_length=10, choices=list(ALL_LINES.items()))
    raw_name = models.CharField("name in the source", max_length=120, blank=True)
    status = models.CharField(max_length=12, choices=License.Status.choices, default=License.Status.ACTIVE)
    status_reason = models.CharField(max_length=100, blank=True)
    effective_date = models.DateField(null=True, blank=True)
    expiry_date = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "lines of authority"
        ordering = ["license", "line"]
        constraints = [
            models.UniqueConstraint(fields=["license", "line"], name="line_once_a_license"),
            models.CheckConstraint(
                condition=models.Q(expiry_date__isnull=True)
                | models.Q(effective_date__isnull=True)
                | models.Q(expiry_date__gte=models.F("effective_date")),
                name="line_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.license} {self.line}"


class Certification(models.Model):
    """A course or certificate; always keyed by state or carrier, and plan year where there is one."""

    class Status(models.TextChoices):
        """Whether it counts."""

        VALID = "VALID", "Valid"
        PENDING = "PENDING", "Pending"
        REVOKED = "REVOKED", "Revoked"

    producer = models.ForeignKey(Producer, on_delete=models.CASCADE, related_name="certifications")
    kind = models.CharField(max_length=30, help_text="Such as ANNUITY_BI, AHIP, CA_ANNUITY_8.")
    state = models.CharField(max_length=2, blank=True, validators=[validate_state])
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, null=True, blank=True, related_name="certifications")
    product = models.CharField(max_length=40, blank=True)
    plan_year = models.PositiveSmallIntegerField(null=True, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.VALID)
    history = HistoricalRecords()

    class Meta:
        ordering = ["kind", "state"]

    def __str__(self) -> str:
        return " ".join(filter(None, [self.kind, self.state, str(self.plan_year or "")]))
