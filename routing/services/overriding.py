"""Set rules aside for one lead and one producer: with a reason, for a time, and by two people where a law is cited.

The license guard cannot be set aside, by nobody and by no number of people; nor can a full desk.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction

from accounts import policy
from accounts.actor import Actor, system
from accounts.errors import FieldProblem, Forbidden, Invalid, Missing
from audit import services as audit
from routing.decision import Block, Context, Standing, judge_producer
from routing.errors import WrongState
from routing.lead_states import QUEUED
from routing.models import Lead, Override
from routing.services import claim, deciding, desk, handing
from routing.services.handing import NotEligible
from routing.services.outcomes import Case, Placement
from routing.services.placing import place

SHORTEST: Final = 15  # characters that say why
LONGEST: Final = timedelta(days=3)


class SecondPerson(Forbidden):
    """A law is cited for a rule you set aside: somebody else has to agree."""

    code = "override.second_person"


@dataclass(frozen=True, slots=True)
class Waiver:
    """One thing in the way that people may set aside."""

    key: str
    text: str
    is_legal: bool

    def as_dict(self) -> dict[str, Any]:
        """Return it as the row and the receipt keep it."""
        return {"key": self.key, "text": self.text, "is_legal": self.is_legal}


def waivers(*, lead: Lead, producer_id: int, now: datetime) -> tuple[str, list[Waiver]]:
    """Return the producer's name, and what would be set aside.

    :raises NotEligible: if the guard says no
    :raises WrongState: if nothing stands in the way but room
    """
    return _waivers(lead, producer_id, deciding.context(), now)


def _waivers(lead: Lead, producer_id: int, context: Context, now: datetime) -> tuple[str, list[Waiver]]:
    producer = context.roster.producers.get(producer_id)
    asked = deciding.inquiry(lead, lead.person, context, now=now, only=producer_id)
    if producer is None or asked.ask is None:
        raise Missing("There is no such producer on the roster, or the lead's state is not clear.")
    standing = judge_producer(producer, asked, asked.ask)
    _require_lawful(standing)
    if not standing.blocks:
        raise WrongState(f"No rule keeps {producer.name} from it; assign it as usual, as soon as there is room.")
    return producer.name, [_waiver(block, context) for block in standing.blocks]


def _require_lawful(standing: Standing) -> None:
    authority = standing.authority
    if authority is None or not authority.allowed:
        why = "; ".join(block.text for block in authority.blocks) if authority else "the guard was not asked"
        raise NotEligible(f"Nobody sets the license guard aside. {standing.name}: {why}.")


def _waiver(block: Block, context: Context) -> Waiver:
    cited = {rule.key for set_ in context.rules.eligibility for rule in set_.rules if rule.rule.citation is not None}
    return Waiver(block.rule or block.code, block.text, block.rule in cited)


@transaction.atomic
def ask(
    *, lead: Lead, producer_id: int, code: str, text: str, expires_at: datetime, actor: Actor, now: datetime
) -> tuple[Override, Placement | None]:
    """Set aside what keeps one producer from a waiting lead: at once, or once a second person agrees.

    :raises Invalid: if the reason is missing or thin, or it would stand for too long
    :raises NotEligible: if the guard says no, or the desk has no room
    """
    policy.require(actor, "queue.assign")
    _require_reason(code, text, expires_at, now)
    claim.take_turn()
    context = deciding.context()  # may lock the roster: before the lead, as everywhere
    lead = desk.lock(lead)
    _, found = _waivers(lead, producer_id, context, now)
    asked = Override(
        lead=lead,
        producer_id=producer_id,
        code=code,
        text=text.strip()[:400],
        waived=[each.as_dict() for each in found],
        is_legal=any(each.is_legal for each in found),
        asked_by_id=int(actor.id),
        asked_at=now,
        expires_at=expires_at,
    )
    try:
        with transaction.atomic():
            asked.save(force_insert=True)
    except IntegrityError as error:
        raise WrongState("Somebody has asked to set rules aside for this lead already.") from error
    _record(asked, "override.asked", actor, now)
    return asked, None if asked.is_legal else _use(asked, lead, context, actor, now)


def _require_reason(code: str, text: str, expires_at: datetime, now: datetime) -> None:
    problems = []
    if code not in Override.Code.values:
        problems.append(FieldProblem("/code", "override.code", f"Use one of: {', '.join(Override.Code.values)}."))
    if len(text.strip()) < SHORTEST:
        problems.append(FieldProblem("/text", "field.required", "Say why, so that a stranger understands it."))
    if not now < expires_at <= now + LONGEST:
        problems.append(FieldProblem("/expires", "date.unlikely", f"Let it stand for {LONGEST.days} days at most."))
    if problems:
        raise Invalid(problems)


@transaction.atomic
def grant(*, override: Override, actor: Actor, now: datetime) -> Placement:
    """Agree, as the second person, and hand the lead over.

    :raises SecondPerson: if the actor asked for it
    :raises WrongState: if it is settled or has run out, or something else stands in the way by now
    """
    policy.require(actor, "queue.assign")
    claim.take_turn()
    context = deciding.context()
    lead = desk.lock(override.lead)
    asked = _open(override, now)
    if str(asked.asked_by_id) == actor.id:
        raise SecondPerson
    _, found = _waivers(lead, asked.producer_id, context, now)
    agreed = {each["key"] for each in asked.waived}
    if not {each.key for each in found} <= agreed:
        raise WrongState("More stands in the way by now than was asked about; refuse it, and have it asked again.")
    asked.decided_by_id = int(actor.id)
    _record(asked, "override.granted", actor, now)
    return _use(asked, lead, context, actor, now)


@transaction.atomic
def refuse(*, override: Override, actor: Actor, now: datetime) -> None:
    """Say no; whoever asked may take it back the same way."""
    policy.require(actor, "queue.assign")
    asked = _open(override, now)
    _settle(asked, Override.State.REFUSED, int(actor.id), now)
    _record(asked, "override.refused", actor, now)


def expire_due(*, now: datetime, limit: int = 200) -> int:
    """Let run out what nobody agreed to in time; returns how many."""
    late = Override.objects.filter(state=Override.State.ASKED, expires_at__lte=now).order_by("expires_at", "pk")
    return sum(_expire(each, now) for each in late[:limit])


@transaction.atomic
def _expire(override: Override, now: datetime) -> bool:
    if not _settle(override, Override.State.EXPIRED, None, now):
        return False
    _record(override, "override.expired", system("sweep"), now)
    return True


def _open(override: Override, now: datetime) -> Override:
    found = Override.objects.select_for_update(of=("self",), no_key=True).get(pk=override.pk)
    if found.state != Override.State.ASKED or found.expires_at <= now:
        raise WrongState("This is settled, or has run out.")
    return found


def _settle(override: Override, state: str, decided_by: int | None, now: datetime) -> bool:
    waiting = Override.objects.filter(pk=override.pk, state=Override.State.ASKED)
    return bool(waiting.update(state=state, decided_by=decided_by, decided_at=now))


def _use(override: Override, lead: Lead, context: Context, actor: Actor, now: datetime) -> Placement:
    """Hand the lead over with what was set aside, all of which the receipt says; the guard is asked as ever."""
    if lead.state not in QUEUED:
        raise WrongState("Rules are set aside for leads that wait. Take it from its producer first.")
    handing.close_items(
        lead=lead,
        resolution="Assigned with rules set aside.",
        actor=actor,
        now=now,
        asked_by=override.asked_by_id,
    )
    keys = tuple(each["key"] for each in override.waived)
    told = {"id": str(override.pk), "code": override.code, "waived": list(override.waived)}
    case = Case(lead, lead.person, "MANUAL", actor, now, context, only=override.producer_id, waived=keys, override=told)
    placement = place(case)
    if placement.assignment is None:
        raise NotEligible(handing.refusal(placement, context.roster.producers[override.producer_id]))
    _settle(override, Override.State.USED, override.decided_by_id, now)
    Override.objects.filter(pk=override.pk).update(assignment=placement.assignment)
    _record(override, "override.used", actor, now)
    return placement


def _record(override: Override, action: str, actor: Actor, now: datetime) -> None:
    detail = {
        "override": str(override.pk),
        "producer": override.producer_id,
        "code": override.code,
        "waived": [each["key"] for each in override.waived],
        "legal": override.is_legal,
    }
    audit.record(at=now, actor=actor, action=action, target=override.lead, detail=detail)
