"""What would have to change for a producer to be eligible: the fewest things, in plain sentences. Pure.

Nothing here guesses: licences, lines, appointments and contracts are tried on the guard (`licenses.repairs`), rules are
read off their own traces (`rules_engine.engine.turning`), hours off the calendar and desks off their numbers.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from licenses.authority import Ask, Case
from licenses.changes import apply
from licenses.repairs import Changes, repair
from routing.caps import CAP_REASONS, PACED, PERIODS
from routing.catalog import CATALOG
from routing.decision import Inquiry, Standing, Volatile
from routing.producer_facts import producer_facts
from routing.reasons import PRODUCER_REASONS
from routing.roster import RosterProducer
from rules_engine.engine.catalog import Facts
from rules_engine.engine.compile import CompiledRule, CompiledSet
from rules_engine.engine.evaluate import LeafTrace, trace
from rules_engine.engine.explain import explain_condition, shown_value
from rules_engine.engine.nodes import Require, fields_of
from rules_engine.engine.turning import Turn, turns
from rules_engine.engine.values import MISSING, Verdict

PRODUCER: Final = "producer."
NO_LINE: Final = "the lead names no product or line with lines of authority"
ABSENT: Final = frozenset({"OFF_SHIFT", "ON_LEAVE"})


@dataclass(frozen=True, slots=True)
class NearestChange:
    """The steps that clear all that stands in one producer's way, and what no step clears."""

    steps: tuple[str, ...] = ()
    stuck: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All of it as one clause, ready to stand after a name."""
        hopeless = f"nothing would do: {'; '.join(self.stuck)}" if self.stuck else ""
        return hopeless or "; ".join(self.steps)


@dataclass(frozen=True, slots=True)
class Desk:
    """What is on a producer's desk, and why it is full: AT_CAPACITY or a cap's reason."""

    volatile: Volatile
    full: str


class Adviser:
    """One question at one instant, worked out once; it advises about any number of producers."""

    def __init__(self, inquiry: Inquiry, ask: Ask, pool: str | None) -> None:
        self.inquiry = inquiry
        self.pool = pool
        self.guard = Case(ask, inquiry.context.roster.agency.regimes, inquiry.now)
        self.rules = dict(_requirements(inquiry.context.rules.eligibility))

    def nearest_change(self, producer: RosterProducer, standing: Standing, desk: Desk | None = None) -> NearestChange:
        """Return the fewest changes that make this producer eligible, with room on the desk."""
        codes = {block.code for block in standing.blocks}
        steps: list[str] = []
        stuck: list[str] = []
        changes = self._repair(producer, standing)
        if changes is None:
            stuck.append(NO_LINE)
        steps += map(str, changes or ())
        for rule, found in self._turns(producer, standing, changes or ()):
            told = stuck if found is None else steps
            told.append(f"no change to the producer clears “{rule}”" if found is None else f"meet “{rule}”: {found}")
        steps += self._attendance(producer, codes)
        if "ALREADY_HAD_IT" in codes:
            stuck.append(PRODUCER_REASONS["ALREADY_HAD_IT"])
        if "NOT_IN_POOL" in codes:
            steps.append(f"add to the pool {self._pool_name}")
        steps += _room(producer, desk)
        return NearestChange(tuple(steps), tuple(stuck))

    @property
    def _pool_name(self) -> str:
        known = self.inquiry.context.roster.pools.get(self.pool or "")
        return known.name if known else str(self.pool)

    def _repair(self, producer: RosterProducer, standing: Standing) -> Changes | None:
        if standing.authority is not None and standing.authority.allowed:
            return ()
        return repair(producer.licensing, self.guard)

    def _turns(
        self, producer: RosterProducer, standing: Standing, changes: Changes
    ) -> Iterator[tuple[str, str | None]]:
        """Yield each rule that still says no once the licences are mended, and what would turn it."""
        blocking = [self.rules[block.rule] for block in standing.blocks if block.rule in self.rules]
        if not blocking:
            return
        mended = replace(producer, licensing=apply(changes, producer.licensing)) if changes else producer
        facts = self.inquiry.facts.merged(producer_facts(mended, self.inquiry.now))
        for compiled, zone in blocking:
            found = _fewest(compiled, facts, self.inquiry.now, zone)
            if found != ():
                yield compiled.rule.name, None if found is None else " and ".join(dict.fromkeys(map(_said, found)))

    def _attendance(self, producer: RosterProducer, codes: set[str]) -> Iterator[str]:
        if not codes & ABSENT:
            return
        at = producer.back_at(self.inquiry.now, self.inquiry.context.roster.agency.hours)
        if at is None:
            yield "give the producer hours to work"
        else:
            local = at.astimezone(ZoneInfo(producer.time_zone))
            after = "the leave ends" if "ON_LEAVE" in codes else "the shift begins"
            yield f"wait until {local:%a, %b} {local.day}, {local:%H:%M %Z}, when {after}"


def _requirements(sets: Iterable[CompiledSet]) -> Iterator[tuple[str, tuple[CompiledRule, ZoneInfo]]]:
    for compiled in sets:
        for rule in compiled.rules:
            if isinstance(rule.rule.action, Require):
                yield rule.key, (rule, compiled.zone)


def _fewest(compiled: CompiledRule, facts: Facts, now: datetime, zone: ZoneInfo) -> tuple[Turn, ...] | None:
    """Return the fewest answers to turn: so that the requirement holds, or so that the rule does not apply."""
    rule = compiled.rule
    if not isinstance(rule.action, Require):
        raise ValueError(f"{compiled.key} requires nothing.")
    judged = partial(trace, facts=facts, now=now, tz=zone)
    ways = [turns(judged(rule.action.condition), Verdict.TRUE, _may_turn)]
    if rule.when is not None:
        ways.append(turns(judged(rule.when), Verdict.FALSE, _may_turn))
    return min((way for way in ways if way is not None), key=len, default=None)


def _may_turn(leaf: LeafTrace) -> bool:
    """Say whether the answer can change: it asks about the producer, or the lead has not said yet."""
    return any(name.startswith(PRODUCER) for name in fields_of(leaf.leaf)) or bool(leaf.missing)


def _said(turn: Turn) -> str:
    unsaid = [_label(name) for name in turn.trace.missing if not name.startswith(PRODUCER)]
    if unsaid:
        return f"ask the lead for {' and '.join(unsaid)}"
    said = explain_condition(turn.trace.leaf, CATALOG)
    here = ", ".join(_shown(turn.trace))
    whole = f"{said} (here {here})" if here else said
    return whole if turn.wanted is Verdict.TRUE else f"not so that {whole}"


def _shown(leaf: LeafTrace) -> Iterator[str]:
    """Yield the values the question compares with, where it names facts instead of values."""
    for name, value in zip(fields_of(leaf.leaf)[1:], leaf.compared, strict=True):
        if value is not MISSING:
            yield shown_value(value, CATALOG.get(name))


def _label(name: str) -> str:
    field = CATALOG.get(name)
    return field.label.lower() if field else name


def _room(producer: RosterProducer, desk: Desk | None) -> Iterator[str]:
    if desk is None:
        return
    if desk.full in CAP_REASONS:
        yield _cap_step(producer, desk)
        return
    load = desk.volatile.load
    over, enough = math.ceil(load + 1 - producer.capacity), math.ceil(load + 1)
    closing = f"close {over} of {load.normalize():f} open, or " if over <= load else ""
    yield f"{closing}raise the capacity to {enough}"


def _cap_step(producer: RosterProducer, desk: Desk) -> str:
    """Say how to get past the cap that refuses."""
    if desk.full == PACED:
        return "wait until the cap's pace allows the next one, or stop pacing it"
    used = {cap: desk.volatile.caps[cap.id].count for cap in producer.caps if cap.id in desk.volatile.caps}
    cap = next(cap for cap, count in used.items() if cap.reason == desk.full and count >= cap.most)
    enough = f"raise the {PERIODS[cap.period].adjective} cap to {used[cap] + 1}"
    return f"close one, or {enough}" if cap.period == "OPEN" else f"wait for the next {cap.period.lower()}, or {enough}"
