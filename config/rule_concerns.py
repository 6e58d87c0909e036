"""What the rules ask of whoever looks at the home page."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from accounts.actor import Actor
from rules_engine import queries as rules
from rules_engine.models import Proposal


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that needs a person, and where to see to it."""

    text: str
    note: str
    url: str
    tone: str
    badge: str


def rule_concerns(actor: Actor) -> Iterator[Concern]:
    """Yield what waits for this person: alarms first, then what only they can move on."""
    waiting = rules.waiting_for(actor)
    for watch in waiting.alarms:
        address = reverse("admin:rules_engine_ruleset_change", args=[watch.version.ruleset_id])
        note = "More fallback, missing facts or errors than the day before: roll back, or say why it stays"
        yield Concern(f"{watch.version} comes out worse than before", note, address, "bad", "Alarm")
    for failed in waiting.failures:
        yield _of(failed, f"{failed.ruleset} was not published on time", failed.failure, "bad", "Failed")
    for went_back in waiting.confirmations:
        note = f"{went_back.author_label} went back without a second person"
        yield _of(went_back, f"{went_back.ruleset}: an emergency waits for you to confirm it", note, "warn", "Confirm")
    for sent in waiting.reviews:
        note = f"{sent.author_label}: {sent.comment.splitlines()[0][:80]}"
        yield _of(sent, f"{sent.ruleset} waits for your review", note, "info", "Review")
    for approved in waiting.approved:
        note = f"{approved.reviewer_label} has approved it"
        yield _of(approved, f"{approved.ruleset} can be published", note, "ok", "Approved")


def _of(proposal: Proposal, text: str, note: str, tone: str, badge: str) -> Concern:
    return Concern(text, note, reverse("admin:rules_engine_proposal_change", args=[proposal.pk]), tone, badge)
