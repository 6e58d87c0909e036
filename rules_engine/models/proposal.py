"""What somebody asks to publish, and what people say about rules on the way."""

from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from rules_engine.models.sets import RuleSet, RuleSetVersion


class ProposalQuerySet(models.QuerySet["Proposal"]):
    """Which proposals still lead somewhere."""

    def open(self) -> "ProposalQuerySet":
        """Return what may still be published."""
        return self.filter(state__in=Proposal.OPEN)

    def of_draft(self) -> "ProposalQuerySet":
        """Return what asks to publish a draft, not to go back to a version."""
        return self.filter(restored_from__isnull=True)

    def unconfirmed(self) -> "ProposalQuerySet":
        """Return the roll backs nobody else has looked at yet."""
        return self.filter(is_emergency=True, confirmed_by__isnull=True, state=Proposal.State.PUBLISHED)


class Proposal(models.Model):
    """A document somebody asks to publish, frozen as it was sent; a second person approves exactly it.

    The database keeps it so (see `rules_engine.lifecycle_guard`): what was sent never changes, nobody who wrote part of
    it approves it, an edit of the draft voids it, and no version is published without it.
    """

    class State(models.TextChoices):
        """Where it stands; the first three may still be published, of the others none moves again."""

        IN_REVIEW = "IN_REVIEW", "In review"
        APPROVED = "APPROVED", "Approved"
        SCHEDULED = "SCHEDULED", "Scheduled"
        PUBLISHED = "PUBLISHED", "Published"
        REJECTED = "REJECTED", "Rejected"
        WITHDRAWN = "WITHDRAWN", "Withdrawn"
        VOID = "VOID", "Void: the draft was changed"
        FAILED = "FAILED", "Could not be published"

    OPEN: Final = (State.IN_REVIEW, State.APPROVED, State.SCHEDULED)
    APPROVED_STATES: Final = (State.APPROVED, State.SCHEDULED)

    ruleset = models.ForeignKey(RuleSet, models.PROTECT, related_name="proposals", verbose_name="rule set")
    state = models.CharField(max_length=10, choices=State.choices, default=State.IN_REVIEW)
    document = models.JSONField()
    content_hash = models.CharField(max_length=64)
    based_on = models.ForeignKey(RuleSetVersion, models.PROTECT, null=True, related_name="proposed_changes")
    restored_from = models.ForeignKey(RuleSetVersion, models.PROTECT, null=True, related_name="proposed_returns")
    is_emergency = models.BooleanField(default=False)
    comment = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="proposals")
    author_label = models.CharField(max_length=200)
    contributors = models.JSONField()  # ids of the author and of all who edited what it changes
    sent_at = models.DateTimeField()
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="reviewed_proposals")
    reviewer_label = models.CharField(max_length=200, blank=True)
    review_comment = models.TextField(blank=True)
    reviewed_at = models.DateTimeField(null=True)
    publish_at = models.DateTimeField(null=True)
    scheduler = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    failure = models.TextField(blank=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    confirmed_label = models.CharField(max_length=200, blank=True)
    confirmation = models.TextField(blank=True)
    confirmed_at = models.DateTimeField(null=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        """Newest first."""

        ordering = ["-sent_at", "-pk"]
        indexes = [models.Index(fields=["publish_at"], name="proposal_due", condition=Q(state="SCHEDULED"))]
        constraints = [
            models.UniqueConstraint(
                fields=["ruleset"],
                condition=Q(state__in=["IN_REVIEW", "APPROVED", "SCHEDULED"], restored_from__isnull=True),
                name="proposal_one_open_of_a_draft",
            ),
            models.UniqueConstraint(
                fields=["ruleset"],
                condition=Q(
                    state__in=["IN_REVIEW", "APPROVED", "SCHEDULED"], restored_from__isnull=False, is_emergency=False
                ),
                name="proposal_one_open_roll_back",
            ),
            models.CheckConstraint(
                condition=Q(reviewer__isnull=True) | ~Q(reviewer=F("author")), name="proposal_author_is_not_approver"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("author")),
                name="proposal_author_does_not_confirm",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["APPROVED", "SCHEDULED", "PUBLISHED"])
                | Q(reviewer__isnull=False)
                | Q(is_emergency=True),
                name="proposal_second_person",
            ),
            models.CheckConstraint(
                condition=Q(is_emergency=False) | Q(restored_from__isnull=False), name="proposal_emergency_goes_back"
            ),
            models.CheckConstraint(
                condition=~Q(state="SCHEDULED") | Q(publish_at__isnull=False, scheduler__isnull=False),
                name="proposal_scheduled_for_an_instant",
            ),
            models.CheckConstraint(
                condition=~Q(state="REJECTED") | ~Q(review_comment=""), name="proposal_rejected_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ruleset}: {self.comment.splitlines()[0][:80]}"

    @property
    def is_open(self) -> bool:
        """Say whether it may still be published."""
        return self.state in self.OPEN

    @property
    def is_approved(self) -> bool:
        """Say whether a second person has approved it and nothing was published yet."""
        return self.state in self.APPROVED_STATES


class RuleComment(models.Model):
    """What somebody says about a rule of a draft; kept with the id, since rules go and words stay."""

    ruleset = models.ForeignKey(RuleSet, models.CASCADE, related_name="comments", verbose_name="rule set")
    rule_id = models.CharField("rule", max_length=80)
    proposal = models.ForeignKey(Proposal, models.CASCADE, null=True, related_name="comments")
    text = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="rule_comments")
    author_label = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        """As they were said."""

        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.author_label} on {self.rule_id}"
