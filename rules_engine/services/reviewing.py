"""Review: one person sends a draft, another approves or rejects exactly what was sent."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import policy
from accounts.actor import Actor
from accounts.errors import FieldProblem, Forbidden, Invalid, Refused
from accounts.models import User
from audit import services as audit
from outbox import services as outbox
from rules_engine.documents import content_hash
from rules_engine.mappers import document_of
from rules_engine.models import Proposal, RuleComment, RuleSet, RuleSetVersion
from rules_engine.services import gating
from rules_engine.services.drafts import person
from rules_engine.services.publishing import (
    get_held,
    hold,
    issue,
    require_change,
    require_same_draft,
)
from rules_engine.services.stale import DraftMoved
from rules_engine.services.words import require_keepable, require_words
from rules_engine.services.writers import writers_of

State = Proposal.State


class PersonRequired(Refused):
    """Rules are sent and approved by people, each under their own name."""

    code = "proposal.person_required"


class SentAlready(Refused):
    """This draft is with its reviewers already. Withdraw it to send it anew."""

    code = "proposal.sent_already"


class NotInReview(Refused):
    """It is not in review any more. Look at where it stands."""

    code = "proposal.not_in_review"


class NotOpen(Refused):
    """It is settled already. Look at where it stands."""

    code = "proposal.not_open"


class OwnWork(Refused):
    """You wrote part of it. Somebody else must approve it."""

    code = "proposal.own_work"


@transaction.atomic
def submit(*, ruleset: RuleSet, comment: str, actor: Actor, now: datetime, reviewed_hash: str = "") -> Proposal:
    """Send the draft for review. `reviewed_hash` is the hash of the draft its sender looked at.

    :raises Unpublishable: if it has problems, failing examples, or law without its source
    :raises Unchanged: if it says what is live already
    :raises DraftMoved: if it is not what the sender looked at
    :raises SentAlready: if it is with its reviewers already
    """
    policy.require(actor, "rules.edit")
    locked = hold(ruleset)
    document = document_of(locked)
    digest = content_hash(document)
    if reviewed_hash and reviewed_hash != digest:
        raise DraftMoved
    if Proposal.objects.open().of_draft().filter(ruleset=locked).exists():
        raise SentAlready
    gating.require_open(gating.content_gates(document))
    require_change(locked, digest)
    author = get_person(actor)
    writers = sorted({author.pk, *writers_of(locked, document)})
    proposal = open_proposal(locked, document, comment=comment, author=author, contributors=writers, now=now)
    record(proposal, "rule_set.sent_for_review", actor, now, comment=proposal.comment)
    return proposal


@transaction.atomic
def approve(*, proposal: Proposal, actor: Actor, now: datetime, reviewed_hash: str = "", comment: str = "") -> Proposal:
    """Approve exactly what was sent; a roll back goes live with it. `reviewed_hash` is that of what was looked at.

    :raises NotInReview: if it is approved, settled or void already
    :raises DraftMoved: if the draft, or the document, is another than was looked at
    :raises OwnWork: if the approver wrote part of it
    :raises Invalid: if the comment cannot be kept
    """
    policy.require(actor, "rules.approve")
    require_keepable(comment, "/comment")
    ruleset = hold(proposal.ruleset)
    held = get_held(proposal)
    _require_in_review(held)
    if reviewed_hash and reviewed_hash != held.content_hash:
        raise DraftMoved
    reviewer = get_person(actor)
    require_other(held, reviewer)
    if held.restored_from_id is None:
        require_same_draft(ruleset, held)
    _review(held, State.APPROVED, comment, reviewer, now)
    record(held, "rule_set.approved", actor, now, comment=held.review_comment)
    if held.restored_from_id is not None:
        gating.require_open(gating.gates_of(held, now))
        issue(held, ruleset=ruleset, action="rule_set.rolled_back", actor=actor, now=now)
    return held


@transaction.atomic
def reject(*, proposal: Proposal, reason: str, actor: Actor, now: datetime) -> Proposal:
    """Send it back with the reason; the draft stays as it is.

    :raises NotInReview: if it is approved, settled or void already
    :raises OwnWork: if it is the author, who withdraws instead
    """
    policy.require(actor, "rules.approve")
    require_words(reason, "/reason", "reason.required", "Say what must change.")
    hold(proposal.ruleset)
    held = get_held(proposal)
    _require_in_review(held)
    reviewer = get_person(actor)
    require_other(held, reviewer)
    _review(held, State.REJECTED, reason, reviewer, now)
    record(held, "rule_set.rejected", actor, now, reason=held.review_comment)
    return held


@transaction.atomic
def withdraw(*, proposal: Proposal, actor: Actor, now: datetime) -> Proposal:
    """Take back what was sent, at whatever point before its publication.

    :raises NotOpen: if it is settled already
    """
    policy.require(actor, "rules.edit")
    hold(proposal.ruleset)
    held = get_held(proposal)
    if not held.is_open:
        raise NotOpen
    held.state, held.closed_at = State.WITHDRAWN, now
    held.save(update_fields=["state", "closed_at"])
    record(held, "rule_set.withdrawn", actor, now)
    return held


@transaction.atomic
def comment(*, ruleset: RuleSet, rule_id: str, text: str, actor: Actor, now: datetime) -> RuleComment:
    """Say something about a rule of the draft, or of what was sent.

    :raises Invalid: without words, or about a rule that is nowhere
    """
    if not (policy.allows(actor, "rules.edit") or policy.allows(actor, "rules.approve")):
        raise Forbidden("To comment on rules takes the permission to edit or to approve them.")
    require_words(text, "/text", "text.required", "Say something about the rule.")
    proposal = Proposal.objects.open().of_draft().filter(ruleset=ruleset).first()
    sent = [body["id"] for body in proposal.document["rules"]] if proposal else []
    if rule_id not in sent and not ruleset.rules.filter(rule_id=rule_id).exists():
        raise Invalid((FieldProblem("/rule", "rule.unknown", f"The set has no rule {rule_id}."),))
    author = get_person(actor)
    said = RuleComment.objects.create(
        ruleset=ruleset, rule_id=rule_id, proposal=proposal, text=text.strip(), author=author,
        author_label=actor.label, at=now,
    )  # fmt: skip
    audit.record(at=now, actor=actor, action="rule_set.commented", target=ruleset, detail={"rule": rule_id})
    return said


def open_proposal(
    ruleset: RuleSet,
    document: dict[str, Any],
    *,
    comment: str,
    author: User,
    contributors: list[int],
    now: datetime,
    restored_from: RuleSetVersion | None = None,
    is_emergency: bool = False,
) -> Proposal:
    """Write a proposal of a held set.

    :raises Invalid: without a comment
    """
    require_words(comment, "/comment", "comment.required", "Say what changes and why.")
    return Proposal.objects.create(
        ruleset=ruleset,
        document=document,
        content_hash=content_hash(document),
        based_on_id=ruleset.live_version_id,
        restored_from=restored_from,
        is_emergency=is_emergency,
        comment=comment.strip(),
        author=author,
        author_label=str(author),
        contributors=contributors,
        sent_at=now,
    )


def get_person(actor: Actor) -> User:
    """Return the person an actor is.

    :raises PersonRequired: if it is none
    """
    found = person(actor)
    if found is None:
        raise PersonRequired
    return found


def require_other(proposal: Proposal, reviewer: User) -> None:
    """Refuse who wrote part of it.

    :raises OwnWork: if they did
    """
    if reviewer.pk in proposal.contributors:
        raise OwnWork


def _require_in_review(proposal: Proposal) -> None:
    if proposal.state != State.IN_REVIEW:
        raise NotInReview(f"It is not in review any more: {proposal.get_state_display().lower()}.")


def _review(proposal: Proposal, state: str, words: str, reviewer: User, now: datetime) -> None:
    proposal.state, proposal.review_comment, proposal.reviewed_at = state, words.strip(), now
    proposal.reviewer, proposal.reviewer_label = reviewer, str(reviewer)
    proposal.closed_at = None if proposal.is_open else now
    proposal.save(update_fields=["state", "review_comment", "reviewed_at", "reviewer", "reviewer_label", "closed_at"])


def record(proposal: Proposal, action: str, actor: Actor, now: datetime, **detail: Any) -> None:
    """Write the ledger entry, and the message from which the people concerned are told."""
    told = {"proposal": proposal.pk, "content_hash": proposal.content_hash, **detail}
    audit.record(at=now, actor=actor, action=action, target=proposal.ruleset, detail=told)
    outbox.publish(topic=action, payload={"proposal": proposal.pk, "by": str(actor)}, at=now)
