"""Letters about rules on their way. Called by the outbox relay, at least once each, in no transaction of its own."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import User
from accounts.policy import POLICY
from outbox import email
from rules_engine.comparison import Comparison, compare
from rules_engine.models import Proposal, Watch

MAY_APPROVE: Final = [role.value for role, permissions in POLICY.items() if "rules.approve" in permissions]
MAY_RETURN: Final = [role.value for role, permissions in POLICY.items() if "rules.rollback" in permissions]


def _others(proposal: Proposal) -> Iterable[User]:
    """Return who may approve it: those who wrote none of it."""
    return User.objects.filter(role__in=MAY_APPROVE, is_active=True).exclude(pk__in=proposal.contributors)


def _author(proposal: Proposal) -> Iterable[User]:
    return [proposal.author]


def _both(proposal: Proposal) -> Iterable[User]:
    """Return author and approver, and whoever set the instant."""
    named = (proposal.author, proposal.reviewer, proposal.scheduler)
    return [person for person in named if person is not None]


# What each topic is about, who is told, and whether the letter says what changes.
LETTERS: Final[Mapping[str, tuple[str, Callable[[Proposal], Iterable[User]], bool]]] = {
    "rule_set.sent_for_review": ("{set}: please review what changes", _others, True),
    "rule_set.approved": ("{set}: approved", _author, True),
    "rule_set.rejected": ("{set}: sent back", _author, False),
    "rule_set.proposal_voided": ("{set}: the approval no longer holds", _both, False),
    "rule_set.schedule_failed": ("{set}: not published on time", _both, False),
    "rule_set.confirmation_awaited": ("{set}: an emergency roll back waits for you to confirm it", _others, True),
}


def tell(*, message_id: UUID, topic: str, payload: Mapping[str, Any], at: datetime) -> None:
    """Write to the people a step concerns, the letter from the proposal as it stands."""
    known = Proposal.objects.select_related("ruleset", "based_on", "author", "reviewer", "scheduler")
    proposal = known.filter(pk=payload["proposal"]).first()
    if proposal is None:
        return
    subject, concerned, says_what = LETTERS[topic]
    said = {
        "topic": topic.removeprefix("rule_set."),
        "proposal": proposal,
        "changes": _comparison(proposal).lines() if says_what else (),
        "link": _link("admin:rules_engine_proposal_change", proposal.pk),
    }
    text = render_to_string("rules_engine/letters/step.txt", said)
    _send(message_id, concerned(proposal), subject.format(set=proposal.ruleset), text)


def tell_of_alarm(*, message_id: UUID, topic: str, payload: Mapping[str, Any], at: datetime) -> None:
    """Write to whoever may roll back that a new version comes out worse."""
    watch = Watch.objects.select_related("version__ruleset").filter(pk=payload["watch"]).first()
    if watch is None or watch.state != Watch.State.ALARMED:
        return
    said = {"watch": watch, "link": _link("admin:rules_engine_ruleset_change", watch.version.ruleset_id)}
    text = render_to_string("rules_engine/letters/alarm.txt", said)
    people = User.objects.filter(role__in=MAY_RETURN, is_active=True)
    _send(message_id, people, f"{watch.version} comes out worse than before", text)


def _comparison(proposal: Proposal) -> Comparison:
    return compare(proposal.based_on.document if proposal.based_on else {}, proposal.document)


def _link(name: str, pk: int) -> str:
    return f"{settings.PUBLIC_BASE_URL.rstrip('/')}{reverse(name, args=[pk])}"


def _send(message_id: UUID, people: Iterable[User], subject: str, text: str) -> None:
    to = sorted({person.email for person in people if person.is_active and person.email})
    if to:
        email.send(message_id=message_id, to=to, subject=subject, text=text)
