"""Roll back: an older version's document goes live again, as a new version; the draft stays as it is."""

from datetime import datetime

from django.db import transaction

from accounts import policy
from accounts.actor import Actor
from accounts.errors import Refused
from rules_engine import queries
from rules_engine.models import Proposal, RuleSet, RuleSetVersion
from rules_engine.services import gating
from rules_engine.services.publishing import get_held, hold, issue, require_change
from rules_engine.services.reviewing import (
    SentAlready,
    get_person,
    open_proposal,
    record,
    require_other,
)
from rules_engine.services.words import require_words


class NothingToConfirm(Refused):
    """Nobody waits for this to be confirmed."""

    code = "proposal.nothing_to_confirm"


@transaction.atomic
def propose_roll_back(*, ruleset: RuleSet, number: int, comment: str, actor: Actor, now: datetime) -> Proposal:
    """Ask to go back to an older version: it goes live as soon as somebody else approves.

    :raises Missing: if the set has no such version
    :raises Unpublishable: if this release can no longer run it, or what it points at is gone
    :raises Unchanged: if it says what is live already
    :raises SentAlready: if a roll back of the set waits already
    """
    proposal, _ruleset = _opened(ruleset, number, comment, actor, now, is_emergency=False)
    record(proposal, "rule_set.sent_for_review", actor, now, comment=proposal.comment, number=number)
    return proposal


@transaction.atomic
def roll_back_now(*, ruleset: RuleSet, number: int, comment: str, actor: Actor, now: datetime) -> RuleSetVersion:
    """Go back to an older version at once, with nobody's approval: somebody else must confirm it afterwards.

    What it points at and is gone keeps nobody from it; the ledger names it for who confirms.

    :raises Missing: if the set has no such version
    :raises Unpublishable: if this release can no longer run it
    :raises Unchanged: if it says what is live already
    """
    proposal, held = _opened(ruleset, number, comment, actor, now, is_emergency=True)
    version = issue(proposal, ruleset=held, action="rule_set.rolled_back", actor=actor, now=now)
    notes = gating.notes_of_return(proposal.document)
    record(proposal, "rule_set.confirmation_awaited", actor, now, version=version.number, notes=notes)
    return version


@transaction.atomic
def confirm(*, proposal: Proposal, comment: str, actor: Actor, now: datetime) -> Proposal:
    """Confirm a roll back that was made in an emergency: somebody else has looked at it, and says what they found.

    :raises NothingToConfirm: if it was no emergency, or was confirmed already
    :raises OwnWork: if they made it themselves
    """
    policy.require(actor, "rules.approve")
    require_words(comment, "/comment", "comment.required", "Say what you found.")
    held = get_held(proposal)
    if not Proposal.objects.unconfirmed().filter(pk=held.pk).exists():
        raise NothingToConfirm
    reviewer = get_person(actor)
    require_other(held, reviewer)
    held.confirmed_by, held.confirmed_label = reviewer, str(reviewer)
    held.confirmation, held.confirmed_at = comment.strip(), now
    held.save(update_fields=["confirmed_by", "confirmed_label", "confirmation", "confirmed_at"])
    record(held, "rule_set.roll_back_confirmed", actor, now, comment=held.confirmation)
    return held


def _opened(
    ruleset: RuleSet, number: int, comment: str, actor: Actor, now: datetime, *, is_emergency: bool
) -> tuple[Proposal, RuleSet]:
    """Return the proposal of an older version's document, and the set, both held."""
    policy.require(actor, "rules.rollback")
    held = hold(ruleset)
    older = queries.get_version(held, number)
    if not is_emergency and Proposal.objects.open().filter(ruleset=held, restored_from__isnull=False).exists():
        raise SentAlready("A roll back of this set waits for approval already.")
    gating.require_open(gating.return_gates(older.document, is_emergency=is_emergency))
    require_change(held, older.content_hash)
    author = get_person(actor)
    proposal = open_proposal(
        held,
        older.document,
        comment=comment,
        author=author,
        contributors=[author.pk],
        now=now,
        restored_from=older,
        is_emergency=is_emergency,
    )
    return proposal, held
