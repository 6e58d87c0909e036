"""Pools of producers, and what a producer can take and when."""

from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from simple_history.models import HistoricalRecords

from licenses.models import Producer
from routing.models.hours import require_span
from routing.models.lead import Lead
from routing.strategies import STRATEGIES


class Pool(models.Model):
    """A set of producers with one way to choose among them."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    strategy = models.CharField(
        max_length=30, choices=[(name, strategy.label) for name, strategy in STRATEGIES.items()], default="round_robin"
    )
    method = models.JSONField(
        default=dict, blank=True, help_text="Filters, preferences, the order's options and the pick."
    )
    tier = models.CharField(max_length=8, choices=Lead.Tier.choices, blank=True, help_text="Blank: by score.")
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="pools_managed",
        help_text="Owns what nobody in the pool may take.",
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="pools_deputised"
    )
    queue_minutes = models.PositiveSmallIntegerField(
        "minutes in the queue",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(10_080)],
        help_text="Opening time after which manager and deputy are pressed for what waits. Blank: an hour.",
    )
    overflow = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="goes on to",
        help_text="The pool its leads go on to where nobody here may have them or has room. Blank: to the queue.",
    )
    overflow_minutes = models.PositiveSmallIntegerField(
        "at the latest after (minutes)",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1440)],
        help_text="From the first offer on. Blank: once everybody was asked. Leads to be taken wait no longer either.",
    )
    fair_leads = models.PositiveSmallIntegerField(
        "leads from exact", null=True, blank=True, default=2, help_text="Blank: nobody is told."
    )
    fair_percent = models.PositiveSmallIntegerField(
        "or percent, if that is more", null=True, blank=True, default=5, validators=[MaxValueValidator(100)]
    )
    fairness_checked_at = models.DateTimeField(null=True, editable=False)
    is_active = models.BooleanField(default=True)
    history = HistoricalRecords(excluded_fields=["fairness_checked_at"])

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class PoolMember(models.Model):
    """A producer's place in a pool."""

    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="members")
    producer = models.ForeignKey(Producer, on_delete=models.CASCADE, related_name="memberships")
    weight = models.PositiveSmallIntegerField(default=1, validators=[MaxValueValidator(1000)])
    territory = models.TextField(blank=True, max_length=4000, help_text="Blank: everywhere.")
    is_active = models.BooleanField(default=True)
    history = HistoricalRecords()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pool", "producer"], name="pool_member_once")]

    def __str__(self) -> str:
        return f"{self.producer} in {self.pool}"


class PoolCredit(models.Model):
    """Where a member stands in its pool's rotation (stride scheduling); volatile, written by every claim."""

    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="credits")
    producer = models.ForeignKey(Producer, on_delete=models.CASCADE, related_name="+")
    credit = models.DecimalField(max_digits=30, decimal_places=12, default=Decimal(0))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pool", "producer"], name="pool_credit_once")]

    def __str__(self) -> str:
        return f"{self.pool_id}/{self.producer_id}: {self.credit}"


class ProducerProfile(models.Model):
    """What a producer can take: capacity, languages and skills; caps are rows beside it."""

    producer = models.OneToOneField(Producer, on_delete=models.CASCADE, related_name="profile")
    capacity = models.PositiveSmallIntegerField(default=20, help_text="Effort units open at once.")
    languages = models.JSONField(default=list, blank=True, help_text='Language codes, e.g. ["en", "es"].')
    skills = models.JSONField(default=list, blank=True)
    skill_levels = models.JSONField(default=dict, blank=True, help_text="1 to 5 by skill; a skill without one is at 1.")
    calls_per_hour = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(60)], help_text="First calls."
    )
    history = HistoricalRecords()

    def __str__(self) -> str:
        return f"Profile of {self.producer}"


class Shift(models.Model):
    """One span of a producer's week, in the producer's zone; it may cross midnight. No shifts: the agency's hours."""

    profile = models.ForeignKey(ProducerProfile, on_delete=models.CASCADE, related_name="shifts")
    weekday = models.PositiveSmallIntegerField(
        choices=list(enumerate(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"])),
        validators=[MaxValueValidator(6)],
    )
    opens = models.TimeField()
    closes = models.TimeField()
    history = HistoricalRecords()

    class Meta:
        ordering = ["weekday", "opens"]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"

    def clean(self) -> None:
        """Refuse a span of no length."""
        require_span(self.opens, self.closes)


class Leave(models.Model):
    """A stretch in which a producer takes no leads; end exclusive."""

    profile = models.ForeignKey(ProducerProfile, on_delete=models.CASCADE, related_name="leaves")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=120, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="leave_ends_after_it_starts"
            )
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d} to {self.ends_at:%Y-%m-%d}"

    def clean(self) -> None:
        """Refuse a leave that ends before it starts."""
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": ValidationError("It must end after it starts.", code="order")})


class Presence(models.Model):
    """When a producer was last seen at the desk; volatile."""

    producer = models.OneToOneField(Producer, on_delete=models.CASCADE, primary_key=True, related_name="presence")
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.producer_id}: {self.seen_at:%Y-%m-%d %H:%M}"


class ProducerLoad(models.Model):
    """What a producer has on the desk; volatile, changed by claims and releases only, guarded by a trigger."""

    producer = models.OneToOneField(Producer, on_delete=models.CASCADE, primary_key=True, related_name="load")
    open_effort = models.DecimalField(max_digits=8, decimal_places=2, default=Decimal(0))
    last_assigned_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.producer_id}: {self.open_effort}"
