"""Answers one question exactly: can all these claims hold of one lead? With the lead where they can."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from typing import Final
from zoneinfo import ZoneInfo

from rules_engine.engine.budget import LINT_STEPS, SPENT, Budget, NotDecidedError
from rules_engine.engine.catalog import Catalog, Facts
from rules_engine.engine.evaluate import trace
from rules_engine.engine.nodes import Condition, leaves
from rules_engine.engine.operators import OPERATORS, Moment
from rules_engine.engine.prover.domains import Supposed
from rules_engine.engine.prover.formulas import Claim, Member
from rules_engine.engine.prover.links import Links
from rules_engine.engine.prover.search import Narrowed, Search
from rules_engine.engine.prover.spaces import PRESENT, Space
from rules_engine.engine.reading import FIRST_YEAR, LAST_YEAR
from rules_engine.engine.values import MISSING, Missing, Value, Verdict

# An ordinary working day, for claims that hold on any.
ANY_DAY: Final = date(2026, 1, 5)
MAX_MOMENTS: Final = 200

UNCONFIRMED: Final = "the example found did not bear it out"
TOO_MANY_MOMENTS: Final = "too many days would have to be looked at"
ON_PATTERNS: Final = "it depends on which texts match a pattern, or begin or end as another fact does"


@dataclass(frozen=True, slots=True)
class ExampleLead:
    """Facts, of a producer too where rules ask about one, and the instant at which something holds of them."""

    facts: Facts
    at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether the claims can hold together: an example where they can; `decided` and none where they cannot.

    Undecided, `why` completes the sentence *not decided, because …*.
    """

    example: ExampleLead | None
    decided: bool = True
    why: str = ""

    @property
    def is_impossible(self) -> bool:
        """Say whether the claims were proven unable to hold together."""
        return self.decided and self.example is None


@dataclass(frozen=True, slots=True)
class Period:
    """Days in the rule set's zone, the end exclusive; None is open."""

    start: date | None = None
    end: date | None = None

    def within(self, other: "Period") -> "Period":
        """Return the days in both."""
        if self == other:
            return self
        starts = [day for day in (self.start, other.start) if day is not None]
        ends = [day for day in (self.end, other.end) if day is not None]
        return Period(max(starts, default=None), min(ends, default=None))

    @property
    def is_empty(self) -> bool:
        """Say whether no day is in it."""
        return self.start is not None and self.end is not None and self.start >= self.end

    def holds(self, day: date) -> bool:
        """Say whether the day is in it."""
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)

    @property
    def some_day(self) -> date:
        """A day in it, an ordinary one where it has that."""
        if self.holds(ANY_DAY):
            return ANY_DAY
        if self.start is not None:
            return self.start
        return (self.end or ANY_DAY) - timedelta(days=1)


ALWAYS: Final = Period()


class Prover:
    """Decides claims about some conditions.

    A choice is taken to have the catalog's options and nothing else. Facts are taken to vary freely, also those that
    in life depend on one another, such as a date and its weekday: what is called impossible is so all the same. All
    that is asked shares one budget; once that is used up nothing more is decided.
    """

    def __init__(
        self, conditions: Iterable[Condition], catalog: Catalog, zone: ZoneInfo, budget: Budget | None = None
    ) -> None:
        self.budget = Budget(LINT_STEPS) if budget is None else budget
        self.links = Links(conditions, catalog)
        self.zone = zone
        self._catalog = catalog
        self._spaces: dict[datetime | None, Space] = {}
        self._turning: dict[str, frozenset[datetime]] = {}

    def ask(self, claims: Sequence[Claim], period: Period = ALWAYS) -> Answer:
        """Say whether all claims can hold together on some day of a period."""
        if period.is_empty:
            return Answer(None)
        if self.budget.is_spent:
            return Answer(None, decided=False, why=SPENT)
        moments = self._moments(claims, period)
        if len(moments) > MAX_MOMENTS:
            return Answer(None, decided=False, why=TOO_MANY_MOMENTS)
        undecided: Answer | None = None
        for at in moments:
            answer = self._ask_at(claims, at)
            if answer.example is not None:
                return answer
            undecided = undecided or (None if answer.decided else answer)
        return undecided or Answer(None)

    def space(self, at: datetime) -> Space:
        """Return the space at an instant; where no question counts days, one serves all."""
        key = at if self.links.count_days else None
        if key not in self._spaces:
            self._spaces[key] = Space(self.links, self._catalog, Moment(at, self.zone), self.budget)
        return self._spaces[key]

    def noon(self, day: date) -> datetime:
        """Return the middle of a day in the rules' zone."""
        return datetime.combine(day, time(12), self.zone).astimezone(UTC)

    def excludes(self, claims: Sequence[Claim], period: Period = ALWAYS) -> bool:
        """Say whether the claims are proven unable to hold together."""
        return self.allows(claims, period) is False

    def allows(self, claims: Sequence[Claim], period: Period = ALWAYS) -> bool | None:
        """Say whether the claims can hold together, None where that is not decided: `ask` for less, with no example."""
        if period.is_empty:
            return False
        if self.budget.is_spent:
            return None
        moments = self._moments(claims, period)
        said = {self._allows_at(claims, at) for at in moments[:MAX_MOMENTS]}
        if len(moments) > MAX_MOMENTS:
            said.add(None)
        return True if True in said else None if None in said else False

    def _allows_at(self, claims: Sequence[Claim], at: datetime) -> bool | None:
        try:
            return self._search(claims, self.space(at)) is not None
        except NotDecidedError:
            return None

    def _ask_at(self, claims: Sequence[Claim], at: datetime) -> Answer:
        space = self.space(at)
        try:
            found = self._search(claims, space)
        except NotDecidedError as error:
            return Answer(None, decided=False, why=error.why)
        return Answer(None) if found is None else self._confirmed(claims, ExampleLead(_facts(found, space), at))

    def _search(self, claims: Sequence[Claim], space: Space) -> Narrowed | None:
        """Return classes with values for which the claims hold, or None where they cannot.

        :raises NotDecidedError: if neither was found
        """
        formulas = [space.formula(claim) for claim in claims]
        search = Search(space, self.budget, certain=True)
        found = search.find(formulas)
        if found is None and search.left_out and Search(space, self.budget, certain=False).find(formulas) is not None:
            raise NotDecidedError(ON_PATTERNS)
        return found

    def _confirmed(self, claims: Sequence[Claim], example: ExampleLead) -> Answer:
        """Let the engine itself judge the example before anybody is shown it."""
        for claim in claims:
            verdict = Verdict.TRUE
            if claim.condition is not None:
                verdict = trace(claim.condition, example.facts, example.at, self.zone).verdict
            if not claim.ask.fits(verdict):
                return Answer(None, decided=False, why=UNCONFIRMED)
        return Answer(example)

    def _moments(self, claims: Sequence[Claim], period: Period) -> list[datetime]:
        """Return an instant for every order in which days counted back from it and the days named can follow."""
        some_day = self.noon(period.some_day)
        if not self.links.count_days:
            return [some_day]
        turns = {turn for name in _dated_fields(claims) for turn in self._turns_of(name)}
        days = ((at, at.astimezone(self.zone).date()) for at in sorted(turns))
        return [some_day, *(at for at, day in days if period.holds(day))]

    def _turns_of(self, name: str) -> frozenset[datetime]:
        if name not in self._turning:
            self._turning[name] = frozenset(self._turns(name))
        return self._turning[name]

    def _turns(self, name: str) -> Iterator[datetime]:
        """Yield the instants just before, at and just after those when a day named turns out of date."""
        group = self.links.group(name)
        for value, days, off in product(group.cuts.values, sorted(group.days | {0}), range(-2, 3)):
            if not (isinstance(value, date) and FIRST_YEAR < value.year < LAST_YEAR - days // 365 - 1):
                continue
            if isinstance(value, datetime):
                yield value + timedelta(days=days, microseconds=off)
            else:
                yield self.noon(value + timedelta(days=days + off))


def _dated_fields(claims: Sequence[Claim]) -> list[str]:
    conditions = [claim.condition for claim in claims if claim.condition is not None]
    asked = [leaf for condition in conditions for leaf in leaves(condition)]
    return list(dict.fromkeys(leaf.field for leaf in asked if OPERATORS[leaf.op].dated))


def _facts(found: Narrowed, space: Space) -> Facts:
    """Return the first class of each fact that was narrowed; nothing is said of the others."""
    members = [variable for variable in found if isinstance(variable, Member)]
    names = dict.fromkeys([*(name for name in found if isinstance(name, str)), *(each.field for each in members)])
    known: dict[str, Value] = {}
    for name in names:
        value = space.domain(name).first(found.get(name, space.certain(name)))
        if space.field(name).many and value is not MISSING:
            known[name] = frozenset(each.value for each in members if each.field == name and found[each] == PRESENT)
        elif not isinstance(value, Missing | Supposed):
            known[name] = value
    return Facts(known)
