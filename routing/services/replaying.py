"""Recompute decisions from their receipts: same rules, same roster, same desks, same instant, same answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from licenses.authority import Ask
from routing import facts as lead_facts
from routing.catalog import CATALOG
from routing.decision import (
    Chosen,
    Context,
    Decided,
    Inquiry,
    Tried,
    Volatile,
    asking_of,
    choose,
    conclude,
    consider,
    nobody_reason,
    way_down,
)
from routing.models import Decision, Person
from routing.queries import past_rosters
from routing.receipt import COMPARED, outcome, sha256
from routing.services import deciding
from routing.stored_decision import steps_of


class Answer(StrEnum):
    """What replay found."""

    SAME = "SAME"
    DIFFERENT = "DIFFERENT"
    ERASED = "ERASED"  # the person was erased, and a rule may have read a personal fact
    UNROUTED = "UNROUTED"  # no rules were asked: nothing to recompute but the fingerprint


@dataclass(frozen=True)
class Replayed:
    """One decision replayed, with every difference found."""

    decision: str
    answer: Answer
    differences: tuple[str, ...] = ()


def replay(*, decision: Decision) -> Replayed:
    """Recompute one decision from its receipt."""
    receipt = decision.receipt
    if sha256(receipt) != decision.receipt_sha256:
        return Replayed(str(decision.pk), Answer.DIFFERENT, ("the receipt is not the one that was fingerprinted",))
    if receipt["engine"] is None:
        return Replayed(str(decision.pk), Answer.UNROUTED)
    person = Person.objects.filter(pk=decision.person_id).first() if decision.person_id else None
    if person is None:
        return Replayed(str(decision.pk), Answer.ERASED)
    differences = tuple(_differences(receipt, _recompute(decision, person)))
    return Replayed(str(decision.pk), Answer.DIFFERENT if differences else Answer.SAME, differences)


def _differences(stored: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    stored = {**stored, "candidates": [_told_as_now(each) for each in stored["candidates"]]}
    return [
        f"{name}: stored {stored.get(name)!r}, found {found.get(name)!r}"
        for name in COMPARED
        if stored.get(name) != found.get(name)
    ]


def _told_as_now(candidate: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a candidate as receipts tell desks today: older ones counted the leads of the day alone."""
    if "caps" in candidate["volatile"]:
        return candidate
    return {**candidate, "volatile": Volatile.from_dict(candidate["volatile"]).as_dict()}


def _recompute(decision: Decision, person: Person) -> dict[str, Any]:
    receipt = decision.receipt
    asked = inquiry_of(decision, person)
    steps = {step["pool"]: step for step in steps_of(receipt)}
    tried: list[Tried] = []
    for considered in way_down(asked, consider(asked)):
        step = steps.get(considered.pool, {})
        volatile = {each["producer"]: Volatile.from_dict(each["volatile"]) for each in step.get("candidates", ())}
        if set(volatile) != {standing.producer_id for standing in considered.eligible}:
            return {**outcome(Decided(asked, considered, {}, Chosen((), {}))), "reason": "ANOTHER_ELIGIBLE_SET"}
        chosen = choose(
            considered=considered,
            inquiry=asked,
            volatile=volatile,
            effort=Decimal(1),
            seed=receipt["lead"],
        )
        tried.append(Tried(Decided(asked, considered, volatile, chosen), step.get("claim", {}).get("skipped", ())))
        if tried[-1].found:
            break
    decided = conclude(tried)
    return {**outcome(decided), **_claimed(decided, receipt)}


def inquiry_of(decision: Decision, person: Person) -> Inquiry:
    """Return what the decision asked, from its receipt and the person it saw."""
    identity = Identity(person.zip_code, person.birth_date, decision.lead.zones)
    return inquiry_from(decision.receipt, identity, context_of(decision.receipt))


@dataclass(frozen=True, slots=True)
class Identity:
    """What personal facts are made of, read anew on every replay."""

    zip_code: str
    birth_date: date | None
    zones: list[str]


def inquiry_from(receipt: Mapping[str, Any], identity: Identity, context: Context) -> Inquiry:
    """Return what a decision asked, put together from what is at hand."""
    now = datetime.fromisoformat(receipt["now"])
    personal = lead_facts.personal_facts(identity.zip_code, identity.birth_date, identity.zones, now)
    return Inquiry(
        facts=CATALOG.facts({**receipt["facts"], **personal}),
        ask=Ask.from_dict(receipt["ask"]) if receipt["ask"] else None,
        context=context,
        now=now,
        had_it=frozenset(receipt["exclude"]),
        only=receipt["only"],
        former_owner=receipt["former_owner"],
        unclear=receipt["unclear"],
        declined=frozenset(receipt.get("declined", ())),
        held_back=frozenset(receipt.get("held_back", ())),
        waived=frozenset(each["key"] for each in (receipt["override"] or {}).get("waived", ())),
        solved=receipt.get("solved"),
        asked_since={pool: datetime.fromisoformat(at) for pool, at in receipt.get("asked_since", {}).items()},
    )


def context_of(receipt: Mapping[str, Any]) -> Context:
    """Return the rules and the roster a receipt was made under."""
    versions = receipt["rule_set_versions"]
    return Context(deciding.rules_at(deciding.pins(versions)), past_rosters.at_version(receipt["roster_version"]))


def _claimed(decided: Decided, receipt: Mapping[str, Any]) -> dict[str, Any]:
    """Given who was skipped at the claim, say who had to be chosen and with which reason."""
    if decided.considered.status != "routed":
        return {"chosen": None, "reason": decided.considered.reason}
    skipped = {each["producer"]: each["why"] for each in receipt["claim"]["skipped"]}
    left = [each.producer_id for each in decided.chosen.ranked if each.producer_id not in skipped]
    asking = asking_of(decided, skipped)
    if asking:
        chosen = asking.first if asking.reserves else None
        return {"chosen": chosen, "reason": asking.reason, "offer": asking.as_dict()}
    if left:
        return {"chosen": left[0], "reason": "ASSIGNED"}
    return {"chosen": None, "reason": nobody_reason(decided, skipped.values())}
