"""Carriers, contracts with them, appointments, and when a state wants one."""

from django.core.validators import RegexValidator
from django.db import models
from simple_history.models import HistoricalRecords

from licenses.models.codes import validate_lines, validate_products, validate_states
from licenses.models.producer import Producer, validate_state
from licenses.states import JURISDICTIONS

COCODE = RegexValidator(r"^[0-9]{5}\Z", "A NAIC company code is five digits.")


class Carrier(models.Model):
    """An insurer, by its NAIC company code (text: leading zeros matter)."""

    name = models.CharField(max_length=120)
    cocode = models.CharField("NAIC company code", max_length=5, unique=True, validators=[COCODE])
    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CarrierContract(models.Model):
    """The carrier's own agreement with a producer; not an appointment."""

    class Status(models.TextChoices):
        """How far it is; only READY_TO_SELL counts."""

        INVITED = "INVITED", "Invited"
        CONTRACTED = "CONTRACTED", "Contracted"
        READY_TO_SELL = "READY_TO_SELL", "Ready to sell"
        SUSPENDED = "SUSPENDED", "Suspended"
        ENDED = "ENDED", "Ended"

    producer = models.ForeignKey(Producer, on_delete=models.CASCADE, related_name="contracts")
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="contracts")
    states = models.JSONField(
        default=list, blank=True, validators=[validate_states], help_text="State codes; empty: all."
    )
    products = models.JSONField(
        default=list, blank=True, validators=[validate_products], help_text="Product codes; empty: all."
    )
    status = models.CharField(max_length=14, choices=Status.choices, default=Status.READY_TO_SELL)
    start_date = models.DateField(null=True, blank=True)
    end_date = models.DateField(null=True, blank=True, help_text="The last valid day.")
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["producer", "carrier"], name="contract_once_a_carrier"),
            models.CheckConstraint(
                condition=models.Q(end_date__isnull=True)
                | models.Q(start_date__isnull=True)
                | models.Q(end_date__gte=models.F("start_date")),
                name="contract_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.carrier} ({self.get_status_display()})"


class Appointment(models.Model):
    """A carrier's notice to a state that the producer acts for it."""

    class Status(models.TextChoices):
        """As the state reports it."""

        APPOINTED = "APPOINTED", "Appointed"
        PENDING = "PENDING", "Pending"
        TERMINATED = "TERMINATED", "Terminated"

    producer = models.ForeignKey(Producer, on_delete=models.CASCADE, related_name="appointments")
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="appointments")
    state = models.CharField(max_length=2, validators=[validate_state])
    lines = models.JSONField(default=list, validators=[validate_lines], help_text="Lines it names.")
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.APPOINTED)
    effective_date = models.DateField(null=True, blank=True)
    terminated_date = models.DateField(null=True, blank=True, help_text="The first day without it.")
    termination_reason = models.CharField(max_length=100, blank=True)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["producer", "carrier", "state", "lines"], name="appointment_once"),
            models.CheckConstraint(condition=models.Q(state__in=[*JURISDICTIONS]), name="appointment_state_code"),
        ]

    def __str__(self) -> str:
        return f"{self.carrier} {self.state}"


class AppointmentRegime(models.Model):
    """When a state wants an appointment; law as data, so provisional until a compliance person confirms it."""

    class Regime(models.TextChoices):
        """The four regimes of domain fact 1.6."""

        PRE = "PRE", "Before soliciting"
        JIT = "JIT", "At the first application"
        REGISTRY = "REGISTRY", "Carrier's own register"
        NONE = "NONE", "Not needed"

    class Status(models.TextChoices):
        """Provisional rows never decide."""

        PROVISIONAL = "provisional", "Provisional"
        CONFIRMED = "confirmed", "Confirmed"

    state = models.CharField(max_length=2, validators=[validate_state])
    lines = models.JSONField(
        default=list, blank=True, validators=[validate_lines], help_text="Lines it speaks to; empty: all."
    )
    carrier = models.ForeignKey(
        Carrier,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="regimes",
        help_text="Blank: every carrier.",
    )
    regime = models.CharField(max_length=10, choices=Regime.choices)
    file_within_days = models.PositiveSmallIntegerField(null=True, blank=True)
    trigger = models.CharField(max_length=80, blank=True)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.PROVISIONAL)
    source = models.CharField(max_length=200)
    verified_on = models.DateField(null=True, blank=True)
    active_from = models.DateField(null=True, blank=True)
    active_to = models.DateField(null=True, blank=True, help_text="The first day it no longer holds.")
    history = HistoricalRecords()

    class Meta:
        ordering = ["state"]
        constraints = [models.CheckConstraint(condition=models.Q(state__in=[*JURISDICTIONS]), name="regime_state_code")]

    def __str__(self) -> str:
        return f"{self.state} {', '.join(self.lines) or 'all lines'}: {self.get_regime_display()}"
