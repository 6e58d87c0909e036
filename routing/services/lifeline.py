"""One time line of a lead: what the ledger tells, with what stands beside it in rows of its own."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import Q

from audit.models import Entry
from outbox.models import Message
from routing import actor_words
from routing.actor_words import actor_name
from routing.models import Assignment, Decision, Lead, SlaTimer
from routing.services import explaining
from rules_engine.models import RuleSet

# What a line of the story is about, by how its action begins.
KINDS: Final[Mapping[str, str]] = {
    "lead.received": "Intake",
    "lead.mended": "Facts",
    "lead.decided": "Rules",
    "lead.duplicated": "Intake",
    "license": "Facts",
    "sla": "Clock",
    "queue": "Queue",
    "message": "Message",
    "lead.held": "Data",
    "lead.hold": "Data",
    "lead.erased": "Data",
}
CLOCK, OUTBOX = actor_words.SYSTEM["sla"], actor_words.SYSTEM["outbox"]
CLOCKS: Final = {
    "REMIND": "the producer is reminded",
    "FORESEEN": "it moves if a miss is foreseen",
    "BREACH": "it must be answered",
    "TEAM_LEAD": "the pool's manager is told",
    "MANAGER": "the agency's manager is told",
    "POOL": "it goes before a manager",
    "ALARM": "the manager is told",
}


def tell(lead: Lead) -> list[dict[str, Any]]:
    """Return everything that happened to a lead, oldest first: intake, rules, facts, hands, clocks, messages.

    What is still to come, a running clock, stands last.
    """
    beside = [(line["at"], line) for lines in (_of_owners, _clocks, _messages) for line in lines(lead)]
    placed = sorted([*_in_order(_told_with_rules(lead)), *beside], key=lambda each: each[0])
    return [{"kind": _kind(line["action"]), **line} for _, line in placed]


def _in_order(lines: Iterator[dict[str, Any]]) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """Yield the ledger's lines with where each stands: in the order they were written, whatever time each names."""
    last = datetime.min.replace(tzinfo=UTC)
    for line in lines:
        last = max(last, line["at"])
        yield last, line


def _kind(action: str) -> str:
    return next((kind for start, kind in KINDS.items() if action.startswith(start)), "Hands")


def _line(at: datetime, action: str, actor: str, text: str, **more: Any) -> dict[str, Any]:
    return {"at": at, "action": action, "actor": actor, "text": text, **more}


def _told_with_rules(lead: Lead) -> Iterator[dict[str, Any]]:
    """Yield what the ledger tells; decisions with the versions they were made under."""
    made = Decision.objects.filter(lead=lead).values_list("pk", "receipt__rule_set_versions", "roster_version")
    names = dict(RuleSet.objects.values_list("slug", "name"))
    under = {str(pk): (versions, roster) for pk, versions, roster in made.order_by("made_at", "pk")}
    for line in explaining.timeline(lead):
        decision = line["detail"].get("decision", "")
        if line["action"] != "lead.decided" or decision not in under:
            yield line
            continue
        versions, roster = under[decision]
        rules = (
            ", ".join(f"{names.get(slug, slug)} v{number}" for slug, number in sorted((versions or {}).items()))
            or "no rules"
        )
        yield {**line, "decision": decision, "more": f"Under {rules}; roster {roster}."}


def _of_owners(lead: Lead) -> Iterator[dict[str, Any]]:
    """Yield what changed of the licenses of whoever held the lead, while they held it."""
    for held in Assignment.objects.filter(lead=lead).select_related("producer").order_by("assigned_at", "pk"):
        until = Q(occurred_at__lt=held.ended_at) if held.ended_at else Q()
        changed = Entry.objects.filter(until, occurred_at__gte=held.assigned_at, target_type="licenses.producer")
        for entry in changed.filter(target_id=str(held.producer_id)).order_by("seq"):
            text = f"{held.producer}: {entry.detail.get('what') or explaining.sentence(entry)}"
            yield _line(entry.occurred_at, "license.changed", actor_name(entry.actor_kind, entry.actor_label), text)


def _clocks(lead: Lead) -> Iterator[dict[str, Any]]:
    """Yield the clocks that were stopped, and those that run; of those that ran out the ledger tells."""
    for timer in SlaTimer.objects.filter(lead=lead).exclude(state=SlaTimer.State.FIRED).order_by("due_at", "pk"):
        what = CLOCKS.get(timer.kind, timer.kind.lower())
        if timer.state == SlaTimer.State.RUNNING:
            yield _line(timer.due_at, "sla.running", CLOCK, f"A clock runs: by then {what}.", is_ahead=True)
        elif timer.settled_at is not None:
            due = explaining.read_instant(timer.due_at)
            yield _line(timer.settled_at, "sla.stopped", CLOCK, f"A clock stopped before {what}: it was due {due}.")


def _messages(lead: Lead) -> Iterator[dict[str, Any]]:
    """Yield what was sent about the lead, as long as messages are kept."""
    for message in Message.objects.filter(aggregate=str(lead.pk)).order_by("seq"):
        if message.done_at:
            yield _line(message.done_at, "message.delivered", OUTBOX, f"Sent out: {_topic(message)}.")
        elif message.dead_at:
            yield _line(message.dead_at, "message.given_up", OUTBOX, f"Could not be sent out: {_topic(message)}.")
        else:
            yield _line(message.at, "message.waiting", OUTBOX, f"Waits to be sent out: {_topic(message)}.")


def _topic(message: Message) -> str:
    """Return a message's topic as words: "lead.fell_back" is lead fell back."""
    return message.topic.replace(".", " ").replace("_", " ")
