"""Which conditions a set of leads ever tries: how often each was true, false or unknown, and which are never reached.

A condition is reached as a reader reaches it: in the order written, for as long as nothing before it has decided. So
what follows a FALSE in `all`, or a TRUE in `any`, is not reached, nor is a route rule after the one that matched.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from rules_engine.engine.catalog import Facts
from rules_engine.engine.evaluate import GroupTrace, Trace, trace
from rules_engine.engine.nodes import (
    Condition,
    Hit,
    Prefer,
    Require,
    Route,
    Rule,
    RuleSetTree,
    Table,
    fields_of,
    leaves,
    members,
    unmuted,
)
from rules_engine.engine.tables import rows
from rules_engine.engine.values import Verdict

Place = tuple[str, ...]  # the rule, "when" or "asks", and the way down to the condition
DECISIVE = {"all": Verdict.FALSE, "any": Verdict.TRUE}


@dataclass(frozen=True, slots=True)
class Sample:
    """One lead that came as far as the set, and for eligibility rules the producers it met."""

    facts: Facts
    now: datetime
    producers: tuple[Facts, ...] = ()


@dataclass(frozen=True, slots=True)
class Covered:
    """One condition, and how often it came out how."""

    condition: Condition
    true: int
    false: int
    unknown: int
    members: tuple["Covered", ...]

    @property
    def gap(self) -> str:
        """What was never tried, in words; blank where it has been both true and false."""
        if not self.true + self.false + self.unknown:
            return "never reached"
        never = [word for word, count in (("true", self.true), ("false", self.false)) if not count]
        return f"never {' or '.join(never)}" if never else ""


@dataclass(frozen=True, slots=True)
class RuleCoverage:
    """One rule, or one row of a table: how often it was reached, and what became of its conditions."""

    rule: Rule
    reached: int
    when: Covered | None
    asks: Covered | None

    @property
    def gaps(self) -> int:
        """How many conditions were not tried both ways; of a group that is never reached, the group alone."""
        return sum(map(_gaps, filter(None, (self.when, self.asks))))


def _gaps(covered: Covered) -> int:
    if covered.gap == "never reached":
        return 1
    return bool(covered.gap) + sum(map(_gaps, covered.members))


def cover(tree: RuleSetTree, samples: Iterable[Sample]) -> tuple[RuleCoverage, ...]:
    """Return what the samples try of each rule, in the order of the set."""
    tally = _Tally(tree)
    for sample in samples:
        tally.take(sample)
    return tuple(
        RuleCoverage(
            rule,
            tally.reached[rule.id],
            tally.covered(rule.when, (rule.id, "when")),
            tally.covered(_asked(rule), (rule.id, "asks")),
        )
        for written in tree.rules
        for rule in rows(written)
    )


class _Tally:
    """What has been counted so far."""

    def __init__(self, tree: RuleSetTree) -> None:
        self.tree = tree
        self.zone = ZoneInfo(tree.time_zone)
        self.seen: Counter[tuple[Place, Verdict]] = Counter()
        self.reached: Counter[str] = Counter()

    def take(self, sample: Sample) -> None:
        """Count what every rule that the lead comes to says of it."""
        day = sample.now.astimezone(self.zone).date()
        for written in self.tree.rules:
            if not _is_active(written, day):
                continue
            for rule in rows(written):
                self.reached[rule.id] += 1
                held = self._ask(rule, sample)
                if held and isinstance(rule.action, Route) and not rule.is_provisional:
                    return
                if held and isinstance(written.action, Table) and written.action.hit is Hit.FIRST:
                    break

    def covered(self, condition: Condition | None, place: Place) -> Covered | None:
        """Return what became of a condition, without what is muted in it."""
        live = None if condition is None else unmuted(condition)
        return None if live is None else self._node(live, place)

    def _node(self, condition: Condition, place: Place) -> Covered:
        inner = tuple(self._node(member, (*place, str(index))) for index, member in enumerate(members(condition)))
        true, false, unknown = (self.seen[place, verdict] for verdict in (Verdict.TRUE, Verdict.FALSE, Verdict.UNKNOWN))
        return Covered(condition, true, false, unknown, inner)

    def _ask(self, rule: Rule, sample: Sample) -> bool:
        """Count what the rule says of a lead, and of it with each producer; say whether `when` held of the lead."""
        asks, when = _asked(rule), (rule.id, "when")
        by_producer = _reads_producer(rule.when)
        verdict = Verdict.UNKNOWN if by_producer else self._judge(rule.when, when, sample.facts, sample.now)
        for producer in sample.producers if asks is not None else ():
            facts = sample.facts.merged(producer)
            applies = self._judge(rule.when, when, facts, sample.now) if by_producer else verdict
            if applies is not Verdict.FALSE:
                self._judge(asks, (rule.id, "asks"), facts, sample.now)
        return verdict is Verdict.TRUE

    def _judge(self, condition: Condition | None, place: Place, facts: Facts, now: datetime) -> Verdict:
        live = None if condition is None else unmuted(condition)
        if live is None:
            return Verdict.TRUE
        judged = trace(live, facts, now, self.zone)
        self._count(judged, place)
        return judged.verdict

    def _count(self, judged: Trace, place: Place) -> None:
        self.seen[place, judged.verdict] += 1
        if isinstance(judged, GroupTrace):
            for index, member in enumerate(judged.members):
                self._count(member, (*place, str(index)))
                if member.verdict is DECISIVE.get(judged.group):
                    break


def _is_active(rule: Rule, day: date) -> bool:
    begun = rule.active_from is None or rule.active_from <= day
    return begun and (rule.active_to is None or day < rule.active_to)


def _asked(rule: Rule) -> Condition | None:
    return rule.action.condition if isinstance(rule.action, Require | Prefer) else None


def _reads_producer(condition: Condition | None) -> bool:
    asked = () if condition is None else leaves(condition)
    return any(name.startswith("producer.") for leaf in asked for name in fields_of(leaf))
