"""Void what asks to publish a draft that changes. The database does so whoever changes it; this also tells people."""

from datetime import datetime
from typing import Final

from accounts.actor import Actor
from audit import services as audit
from outbox import services as outbox
from rules_engine.models import NamedList, Proposal, RuleSet

EDITED: Final = "The draft was changed after it was sent."


def draft_changes(*, ruleset: RuleSet, actor: Actor, now: datetime) -> None:
    """Void the open proposal of the draft that is about to change."""
    for proposal in Proposal.objects.open().of_draft().filter(ruleset=ruleset):
        void(proposal, EDITED, actor, now)


def list_changes(*, named_list: NamedList, actor: Actor, now: datetime) -> None:
    """Void the open proposals whose drafts use a list that is about to change."""
    for proposal in Proposal.objects.open().of_draft().select_related("ruleset"):
        if named_list.slug in proposal.document.get("lists", {}):
            void(proposal, EDITED, actor, now)


def void(proposal: Proposal, why: str, actor: Actor, now: datetime) -> None:
    """Close a proposal that can no longer be published, and tell its author and whoever approved it."""
    closed = Proposal.objects.open().filter(pk=proposal.pk)
    if closed.update(state=Proposal.State.VOID, closed_at=now, failure=why):
        told = {"proposal": proposal.pk, "content_hash": proposal.content_hash, "was": proposal.state, "why": why}
        audit.record(at=now, actor=actor, action="rule_set.proposal_voided", target=proposal.ruleset, detail=told)
        outbox.publish(topic="rule_set.proposal_voided", payload={"proposal": proposal.pk, "by": str(actor)}, at=now)
