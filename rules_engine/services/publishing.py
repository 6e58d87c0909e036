"""Publish: what a second person approved becomes the next immutable version and is live at once."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from accounts import policy
from accounts.actor import Actor
from accounts.errors import Refused
from audit import services as audit
from outbox import services as outbox
from rules_engine import queries
from rules_engine.catalog_setting import catalog
from rules_engine.models import Proposal, RuleSet, RuleSetVersion, Stage
from rules_engine.services import gating, voiding, watching
from rules_engine.services.stale import DraftMoved

OVERTAKEN = "Another version went live meanwhile."


class Unchanged(Refused):
    """This is what is live already. There is nothing to publish."""

    code = "rule_set.unchanged"


class NotApproved(Refused):
    """Nothing here is approved. Send the draft for review; a second person approves it."""

    code = "proposal.not_approved"


class RouteTaken(Refused):
    """Another route set is live, and only one can be."""

    code = "rule_set.route_taken"


@transaction.atomic
def publish(*, proposal: Proposal, actor: Actor, now: datetime, reviewed_hash: str = "") -> RuleSetVersion:
    """Publish an approved proposal. `reviewed_hash` is the hash of the document its publisher looked at.

    :raises NotApproved: if nobody has approved it, or it is no longer open
    :raises DraftMoved: if the draft, or the document, is not what was approved
    :raises Unpublishable: if a gate is shut
    :raises Unchanged: if it says what is live already
    :raises RouteTaken: if it is a route set and another one is live
    """
    policy.require(actor, "rules.publish")
    ruleset = hold(proposal.ruleset)
    held = get_held(proposal)
    if not held.is_approved:
        raise NotApproved(f"It is not approved: {held.get_state_display().lower()}.")
    if reviewed_hash and reviewed_hash != held.content_hash:
        raise DraftMoved
    if held.restored_from_id is None:
        require_same_draft(ruleset, held)
    gating.require_open(gating.gates_of(held, now))
    return issue(held, ruleset=ruleset, action="rule_set.published", actor=actor, now=now)


def hold(ruleset: RuleSet) -> RuleSet:
    """Return the set, held until the end of the transaction; of a route set all route sets, so that one stays live.

    Two who publish at once take turns, and the second finds the proposal published already. It must not join the live
    version: who waited for the lock gets the new row of the set with the old statement's view of everything joined.

    :raises RouteTaken: if it is a route set and another one is live
    """
    held = RuleSet.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    scope = held.filter(stage=Stage.ROUTE) if ruleset.stage == Stage.ROUTE else held.filter(pk=ruleset.pk)
    rows = list(scope)
    others = [row for row in rows if row.pk != ruleset.pk and row.live_version_id is not None]
    if others:
        raise RouteTaken(f"{others[0]} is the live route set, and only one can be. Change its rules instead.")
    return next(row for row in rows if row.pk == ruleset.pk)


def get_held(proposal: Proposal) -> Proposal:
    """Return the proposal as it stands, held until the end of the transaction; its set is held before."""
    return Proposal.objects.select_for_update(of=("self",), no_key=True).get(pk=proposal.pk)


def require_same_draft(ruleset: RuleSet, proposal: Proposal) -> None:
    """Refuse where the draft is not what was sent.

    :raises DraftMoved: with what to do
    """
    if queries.draft_hash(ruleset) != proposal.content_hash:
        raise DraftMoved("The draft is not what was sent for review. Send it again.")


def require_change(ruleset: RuleSet, content_hash: str) -> None:
    """Refuse what is live already.

    :raises Unchanged: if it is
    """
    if ruleset.live_version is not None and ruleset.live_version.content_hash == content_hash:
        raise Unchanged


def issue(proposal: Proposal, *, ruleset: RuleSet, action: str, actor: Actor, now: datetime) -> RuleSetVersion:
    """Make the held proposal of a held set its next version, live, and watched for a day."""
    require_change(ruleset, proposal.content_hash)
    last = ruleset.versions.aggregate(last=Max("number"))["last"] or 0
    version = RuleSetVersion.objects.create(
        ruleset=ruleset,
        proposal=proposal,
        number=last + 1,
        document=proposal.document,
        content_hash=proposal.content_hash,
        catalog_hash=catalog().hash,
        language=proposal.document["language"],
        author_id=proposal.author_id,
        author_label=proposal.author_label,
        comment=proposal.comment,
        published_at=now,
        restored_from=proposal.restored_from,
    )
    ruleset.live_version = version
    ruleset.save(update_fields=["live_version"])
    proposal.state, proposal.closed_at = Proposal.State.PUBLISHED, now
    proposal.save(update_fields=["state", "closed_at"])
    for other in Proposal.objects.open().filter(ruleset=ruleset):
        voiding.void(other, OVERTAKEN, actor, now)
    watching.begin(version, now)
    _tell(version, proposal, action, actor, now)
    return version


def _tell(version: RuleSetVersion, proposal: Proposal, action: str, actor: Actor, now: datetime) -> None:
    """Write the ledger entry, and the message that another version is live."""
    ruleset, older = version.ruleset, version.restored_from
    told = {
        "rule_set": ruleset.slug,
        "stage": ruleset.stage,
        "version": version.number,
        "content_hash": version.content_hash,
        "restored_from": older.number if older else None,
    }
    people = {"author": proposal.author_label, "approver": proposal.reviewer_label or None}
    detail = {**told, **people, "comment": version.comment, "emergency": proposal.is_emergency}
    audit.record(at=now, actor=actor, action=action, target=ruleset, detail=detail)
    outbox.publish(topic="rule_set.published", payload=told, at=now, aggregate=f"rule_set:{ruleset.slug}")
