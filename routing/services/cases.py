"""Saved cases: kept by people, tried on the live rules or on a draft before it is published."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.db import transaction

from accounts import policy
from accounts.actor import Actor
from accounts.errors import FieldProblem, Invalid, Missing, Refused
from audit import services as audit
from licenses.models import Producer
from licenses.services.saved_rows import delete_row, save_row
from routing import reasons
from routing.decision import Considered, Context, Inquiry, consider
from routing.invented import of_nobody, telling
from routing.models import Person, Pool, SavedCase
from routing.roster import Roster
from routing.services import bench, choices
from routing.services.choices import Choice
from rules_engine.documents import content_hash
from rules_engine.gate import Gate

ASSIGNED: Final = SavedCase.Status.ASSIGNED.value


class CaseEditedMeanwhile(Refused):
    """Somebody else has changed this case meanwhile. Look at their change, then make yours again."""

    code = "case.edited_meanwhile"


@dataclass(frozen=True, slots=True)
class Expected:
    """What must become of the lead; blank: no matter what."""

    status: str
    reason: str = ""
    pool: str = ""
    tier: str = ""
    eligible: tuple[int, ...] = ()
    not_eligible: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """One case tried: everything that came out otherwise than expected."""

    case: SavedCase
    misses: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Say whether all came out as expected."""
        return not self.misses


@transaction.atomic
def save(
    *,
    name: str,
    fields: Mapping[str, Any],
    source: str,
    at: datetime,
    expected: Expected,
    actor: Actor,
    now: datetime,
) -> SavedCase:
    """Save a case. Whoever the fields name, it holds an invented person: cases outlive every request to be forgotten.

    :raises Forbidden: if the actor may not edit rules
    :raises Invalid: with every field at fault
    """
    policy.require(actor, "rules.edit")
    row = SavedCase()
    _fill(row, name=name, fields=fields, source=source, at=at, expected=expected, actor=actor, now=now)
    audit.record(at=now, actor=actor, action="case.saved", target=row, detail={"expected": expected.status})
    return row


@transaction.atomic
def change(
    *,
    case: SavedCase,
    name: str,
    fields: Mapping[str, Any],
    source: str,
    at: datetime,
    expected: Expected,
    seen_hash: str,
    actor: Actor,
    now: datetime,
) -> SavedCase:
    """Change a case; what it holds and what it may not are as when it is saved. `seen_hash` is of what was looked at.

    :raises Forbidden: if the actor may not edit rules
    :raises CaseEditedMeanwhile: if it is no longer what was looked at
    :raises Invalid: with every field at fault
    """
    policy.require(actor, "rules.edit")
    row = _seen(case, seen_hash)
    _fill(row, name=name, fields=fields, source=source, at=at, expected=expected, actor=actor, now=now)
    audit.record(at=now, actor=actor, action="case.changed", target=row, detail={"expected": expected.status})
    return row


def case_hash(case: SavedCase) -> str:
    """Return the hash of all that a case says."""
    expected = [case.status, case.reason, case.pool, case.tier, case.eligible, case.not_eligible]
    return content_hash([case.name, case.lead, case.source, case.at.astimezone(UTC).isoformat(), expected])


def _fill(
    row: SavedCase,
    *,
    name: str,
    fields: Mapping[str, Any],
    source: str,
    at: datetime,
    expected: Expected,
    actor: Actor,
    now: datetime,
) -> None:
    """Put what was said into the row, with an invented person in the lead, and save it."""
    tried = bench.made_up(fields=fields, source=source, moment=bench.moment_of(at, now=now))
    _refuse_telling(name, tried.person)
    _require_known(expected)
    row.name, row.lead, row.source, row.at = name.strip(), of_nobody(fields, tried.lead, tried.person, at), source, at
    row.status, row.reason, row.pool, row.tier = expected.status, expected.reason, expected.pool, expected.tier
    row.eligible, row.not_eligible = list(expected.eligible), list(expected.not_eligible)
    row.saved_at, row.saved_by = now, actor.label[:200]
    save_row(row, now)


def _require_known(expected: Expected) -> None:
    """Refuse an expectation that can never come out: of a pool or a producer that is not there.

    :raises Invalid: with each
    """
    problems = []
    if expected.pool and not Pool.objects.filter(slug=expected.pool).exists():
        problems.append(FieldProblem("/pool", "pool.unknown", f"There is no pool {expected.pool}."))
    for part in ("eligible", "not_eligible"):
        named = set(getattr(expected, part))
        unknown = sorted(named - set(Producer.objects.filter(pk__in=named).values_list("pk", flat=True)))
        if unknown:
            text = f"There is no producer {', '.join(map(str, unknown))}."
            problems.append(FieldProblem(f"/{part}", "producer.unknown", text))
    if problems:
        raise Invalid(problems)


def _seen(case: SavedCase, seen_hash: str) -> SavedCase:
    """Return the case as it stands, held; refuse where that is not what was looked at, if anything was."""
    row = SavedCase.objects.select_for_update(of=("self",), no_key=True).filter(pk=case.pk).first()
    if row is None:
        raise Missing("The case is gone: somebody has deleted it.")
    if seen_hash and case_hash(row) != seen_hash:
        raise CaseEditedMeanwhile(
            f"{row.saved_by} has changed it meanwhile. Look at that change, then make yours again."
        )
    return row


def _refuse_telling(name: str, person: Person) -> None:
    if told := telling(name, person):
        text = f"The name holds {told}. Say what the case shows, and name nobody: cases are never erased."
        raise Invalid([FieldProblem("/name", "case.tells", text)], text)


@transaction.atomic
def delete(*, case: SavedCase, actor: Actor, now: datetime, seen_hash: str = "") -> None:
    """Delete a case; its history stays.

    :raises Forbidden: if the actor may not edit rules
    :raises CaseEditedMeanwhile: if it is no longer what was looked at
    """
    policy.require(actor, "rules.edit")
    row = _seen(case, seen_hash)
    audit.record(at=now, actor=actor, action="case.deleted", target=row)
    delete_row(row, now)


def run_all(*, choice: Choice, now: datetime, documents: Mapping[str, Any] | None = None) -> list[Result]:
    """Try every case under the rules chosen; `documents` stand in for the sets of these slugs.

    :raises Missing: if there is no such set or version
    :raises Invalid: if a draft has problems
    """
    return [_tried(*each) for each in tries(choice=choice, now=now, documents=documents)]


def run_one(*, case: SavedCase, choice: Choice, now: datetime) -> Result:
    """Try one case under the rules chosen.

    :raises Missing: if there is no such set or version
    :raises Invalid: if a draft has problems
    """
    return next(_tried(*each) for each in tries(choice=choice, now=now, among=[case]))


def tries(
    *,
    choice: Choice,
    now: datetime,
    documents: Mapping[str, Any] | None = None,
    among: Iterable[SavedCase] | None = None,
) -> Iterator[tuple[SavedCase, Inquiry | Invalid]]:
    """Yield each case, or those given, with what it asks under the rules chosen, or why its lead cannot be read now.

    :raises Missing: if there is no such set or version
    :raises Invalid: if a draft has problems
    """
    rules = choices.rules_of(choice, at=now, documents=documents)
    for case in SavedCase.objects.all() if among is None else among:
        moment = bench.moment_of(case.at, now=now)
        try:
            subject = bench.made_up(fields=case.lead, source=case.source, moment=moment)
        except Invalid as error:
            yield case, error
        else:
            then = choices.rules_of(choice, at=case.at, documents=documents) if choice.of_the_moment else rules
            yield case, bench.inquiry_of(subject, Context(then, moment.roster), case.at)


def _tried(case: SavedCase, asked: Inquiry | Invalid) -> Result:
    if isinstance(asked, Invalid):
        return Result(case, tuple(f"The lead cannot be read: {each.detail}" for each in asked.problems))
    return Result(case, misses(case, consider(asked), asked.context.roster))


def misses(case: SavedCase, found: Considered, roster: Roster) -> tuple[str, ...]:
    """Return what came out otherwise than a case expects, in sentences."""
    return tuple(_misses(case, found, roster))


def _misses(case: SavedCase, found: Considered, roster: Roster) -> Iterator[str]:
    status = ASSIGNED if found.status == "routed" else found.status
    for what, expected, got in (
        ("status", case.status, status),
        ("reason", case.reason, found.reason),
        ("pool", case.pool, found.pool),
        ("tier", case.tier, found.tier),
    ):
        if expected and expected != got:
            why = f" ({reasons.text(found.reason).rstrip('.')})" if what == "status" else ""
            yield f"Expected the {what} {expected}, got {got or 'none'}{why}."
    able = {standing.producer_id for standing in found.eligible}
    blocks = {each.producer_id: each.blocks[0].text for each in found.standings if each.blocks}
    for producer_id in case.eligible:
        if producer_id not in able:
            why = blocks.get(producer_id, "not asked")
            yield f"Expected {_name(producer_id, roster)} to be eligible: {why}."
    for producer_id in case.not_eligible:
        if producer_id in able:
            yield f"Expected {_name(producer_id, roster)} not to be eligible."


def _name(producer_id: int, roster: Roster) -> str:
    producer = roster.producers.get(producer_id)
    return producer.name if producer else f"producer {producer_id}"


def expectation(found: Considered) -> Expected:
    """Return what became of a lead as what must become of it."""
    status = ASSIGNED if found.status == "routed" else found.status
    return Expected(status, "" if status == ASSIGNED else found.reason, found.pool or "", found.tier or "")


def gate(*, rule_set: str, document: Mapping[str, Any], content_hash: str, now: datetime) -> Gate:
    """Say whether every saved case comes out as expected under a document, the other sets as they are live.

    It stays shut while one does not: a case says what must become of a lead.
    """
    label = "Saved cases come out as expected"
    try:
        results = run_all(choice=Choice(), now=now, documents={rule_set: document})
    except Invalid:
        return Gate("saved_cases", label, "Not run", is_met=False)
    problems = tuple(
        FieldProblem("", "saved_case.failed", f"“{result.case}”: {' '.join(result.misses)}")
        for result in results
        if not result.passed
    )
    answer = f"{len(problems)} of {len(results)} fail" if problems else f"{len(results)} of {len(results)}"
    return Gate("saved_cases", label, answer if results else "None", bool(results) and not problems, problems)
