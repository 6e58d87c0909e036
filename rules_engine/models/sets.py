"""Rule sets, their draft rules, named lists, and the immutable versions published from them."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
RULE_ID = r"^[a-z0-9][a-z0-9_.-]*$"


def agency_time_zone() -> str:
    """Return the zone in which a new set's dates are meant."""
    return str(settings.AGENCY_TIME_ZONE)


class Stage(models.TextChoices):
    """Where in a decision a set speaks; the values are the words of the rule language."""

    GATE = "gate", "Gate"
    SCORE = "score", "Score"
    ROUTE = "route", "Route"
    ELIGIBILITY = "eligibility", "Eligibility"


class RuleSet(models.Model):
    """Rules of one stage that are published together."""

    slug = models.SlugField(max_length=60, unique=True, help_text="Stays as it is: decisions name rules by it.")
    name = models.CharField(max_length=120)
    stage = models.CharField(max_length=20, choices=Stage.choices)
    position = models.PositiveSmallIntegerField(default=0, help_text="Sets of one stage speak in this order.")
    time_zone = models.CharField(max_length=60, default=agency_time_zone, help_text="The zone of the rules' dates.")
    live_version = models.ForeignKey(
        "RuleSetVersion", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="live_in"
    )

    class Meta:
        """In the order they speak."""

        ordering = ["stage", "position", "slug"]
        constraints = [
            models.CheckConstraint(condition=Q(slug__regex=SLUG), name="rule_set_slug_format"),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="rule_set_stage_known"),
            models.UniqueConstraint(
                fields=["stage"],
                condition=Q(stage=Stage.ROUTE, live_version__isnull=False),
                name="rule_set_one_live_route_set",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Rule(models.Model):
    """One draft rule; `body` is the rule as the language writes it, the other columns say where it stands."""

    ruleset = models.ForeignKey(RuleSet, models.CASCADE, related_name="rules", verbose_name="rule set")
    rule_id = models.CharField("id", max_length=80)
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=2000)
    body = models.JSONField()
    history: Any = HistoricalRecords()  # a manager, once the class is made

    class Meta:
        """In the order of the document."""

        ordering = ["ruleset_id", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["ruleset", "rule_id"], name="rule_id_once_in_a_set"),
            models.CheckConstraint(condition=Q(rule_id__regex=RULE_ID), name="rule_id_format"),
        ]

    def __str__(self) -> str:
        return self.name


class RuleSetVersion(models.Model):
    """One published document, never changed: decisions pin it, and an older one can be published again."""

    ruleset = models.ForeignKey(RuleSet, models.PROTECT, related_name="versions", verbose_name="rule set")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    content_hash = models.CharField(max_length=64)
    catalog_hash = models.CharField(max_length=64)
    language = models.PositiveSmallIntegerField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="rule_set_versions"
    )
    author_label = models.CharField(max_length=200)
    comment = models.TextField()
    published_at = models.DateTimeField()
    # Null in what was published before a second person had to approve.
    proposal = models.OneToOneField(
        "Proposal", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="version"
    )
    restored_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="restored_as"
    )

    class Meta:
        """Newest first."""

        verbose_name = "published version"
        ordering = ["ruleset_id", "-number"]
        constraints = [models.UniqueConstraint(fields=["ruleset", "number"], name="rule_set_version_number_once")]

    def __str__(self) -> str:
        return f"{self.ruleset} v{self.number}"


class NamedList(models.Model):
    """Values that conditions name instead of repeating; drafts follow it, a version keeps the values it was made with.

    `field` is the catalog's field whose values it lists; fields alike can be compared with it as well.
    """

    slug = models.SlugField(
        "id", max_length=60, unique=True, help_text="Stays as it is: conditions name the list by it."
    )
    name = models.CharField(max_length=120)
    field = models.CharField("values of", max_length=80)
    values = models.JSONField()
    history: Any = HistoricalRecords()

    class Meta:
        """By name."""

        ordering = ["name", "slug"]
        constraints = [models.CheckConstraint(condition=Q(slug__regex=SLUG), name="named_list_slug_format")]

    def __str__(self) -> str:
        return self.name


class EditingPresence(models.Model):
    """Who has a rule open for editing, so that a second person is told; it bars nobody, and goes stale by itself."""

    rule = models.OneToOneField(Rule, models.CASCADE, related_name="presence")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="editing")
    since = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user} edits {self.rule}"
