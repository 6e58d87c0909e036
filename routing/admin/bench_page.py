"""A run as the bench's page shows it: choices of rules side by side, and every producer beside them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from routing import receipt, words
from routing.admin import lead_way
from routing.admin.lead_way import Names, Stop
from routing.admin.receipt_page import EFFECTS
from routing.models import Pool
from routing.services import bench
from routing.services.bench import Column, Row, Run, Stood
from routing.strategies import STRATEGIES
from rules_engine.models import RuleSet

SHOWN: Final[Mapping[str, str]] = {
    "": "Everybody asked",
    "able": "Could take it",
    "blocked": "Could not take it",
    "differs": "Where the rules differ",
}
PER_PAGE: Final = 25


@dataclass(frozen=True, slots=True)
class Cell:
    """One value under one choice of rules; `differs` from the first."""

    text: str
    note: str = ""
    tone: str = ""
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One thing, under every choice."""

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """The pools a lead goes through, under the choices of rules that agree on it."""

    under: str
    stops: tuple[Stop, ...]
    alone: str  # the one pool, where there are no stops


@dataclass(frozen=True, slots=True)
class Stand:
    """How one producer stands under one choice."""

    under: str
    word: str
    tone: str
    first: str
    others: tuple[str, ...]
    change: str
    stuck: bool


@dataclass(frozen=True, slots=True)
class ProducerLine:
    """One producer under every choice."""

    id: int
    name: str
    pools: tuple[str, ...]  # of those that were asked, where there are several
    differs: bool
    stands: tuple[Stand, ...]

    @property
    def together(self) -> Stand | None:
        """How the producer stands under every choice, where there is no difference at all."""
        first = self.stands[0]
        return first if all(replace(each, under=first.under) == first for each in self.stands) else None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which producers are shown."""

    show: str = ""
    search: str = ""
    everyone: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class Producers:
    """One page of producers, of all that pass the filter."""

    lines: tuple[ProducerLine, ...]
    found: int
    total: int
    first: int
    last: int
    previous: int | None
    next: int | None


def labels(run: Run) -> list[str]:
    """Return the choices of rules in words, sets by their names."""
    names = dict(RuleSet.objects.values_list("slug", "name"))
    return [_label(column, names) for column in run.columns]


def _label(column: Column, names: Mapping[str, str]) -> str:
    said = [
        f"Draft of {names.get(slug, slug)}" if number is None else f"{names.get(slug, slug)} v{number}"
        for slug, number in column.choice.sets
    ]
    if len(said) == len(names) > 1 and all(number is None for _, number in column.choice.sets):
        return "All drafts together"
    return ", ".join((["The rules of that moment"] if column.choice.of_the_moment else []) + said) or "Live"


def verdicts(run: Run) -> list[Line]:
    """Return where the lead goes, thing by thing."""
    pools = dict(Pool.objects.values_list("slug", "name"))
    told: tuple[tuple[str, Callable[[Column], Cell]], ...] = (
        ("Goes to", _status),
        ("Would get it", lambda column: Cell((column.outcome["producer"] or {}).get("name", "nobody"))),
        ("Score", lambda column: Cell(_or_dash(column.outcome["score"]))),
        ("Tier", lambda column: Cell(_or_dash(column.outcome["tier"]))),
        ("Route rule", lambda column: Cell(_route_rule(column))),
        ("Pool", lambda column: Cell(_or_dash(pools.get(column.outcome["pool"] or "", column.outcome["pool"])))),
        ("Chosen by", lambda column: Cell(_strategy(column))),
        ("Eligible", _eligible),
    )
    return [Line(label, _compared(map(cell, run.columns))) for label, cell in told]


def _compared(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    told = tuple(cells)
    return tuple(
        Cell(each.text, each.note, each.tone, (each.text, each.note) != (told[0].text, told[0].note)) for each in told
    )


def _status(column: Column) -> Cell:
    text, tone = words.STATUSES[column.outcome["status"]]
    return Cell(text, column.outcome["reason"]["text"], tone)


def _or_dash(value: object) -> str:
    return "–" if value in (None, "") else str(value)


def _route_rule(column: Column) -> str:
    route, rules = column.decided.considered.route, column.decided.inquiry.context.rules.route
    if route is None or rules is None:
        return "–"
    return next((each.rule.name for each in rules.rules if each.key == route.rule), "none matched")


def _strategy(column: Column) -> str:
    strategy = STRATEGIES.get(column.decided.considered.strategy or "")
    return strategy.label if strategy else "–"


def _eligible(column: Column) -> Cell:
    considered = column.decided.considered
    return Cell(f"{len(considered.eligible)} of {len(considered.standings)}" if considered.standings else "–")


def ways(run: Run) -> list[Way]:
    """Return how the lead comes to its pool, where it goes through several under any choice."""
    told: dict[tuple[tuple[Stop, ...], str], list[str]] = {}
    for column, label in zip(run.columns, labels(run), strict=True):
        told.setdefault((_stops(column), _alone(column)), []).append(label)
    found = [Way(", ".join(under), stops, alone) for (stops, alone), under in told.items()]
    return found if any(way.stops for way in found) else []


def _stops(column: Column) -> tuple[Stop, ...]:
    """Return the pools of the way, told as the receipt of the lead would tell them."""
    if not column.decided.way:
        return ()
    context, outcome = column.decided.inquiry.context, column.outcome
    names = Names(
        {each.id: each.name for each in context.roster.producers.values()},
        {rule.key: rule.rule.name for each in context.rules.eligibility for rule in each.rules},
    )
    chosen = outcome["producer"]["id"] if outcome["producer"] else None
    found = {**receipt.outcome(column.decided), "chosen": chosen, "reason": outcome["reason"]["code"]}
    return lead_way.stops(found, names)


def _alone(column: Column) -> str:
    """Return the pool where no other came into question."""
    pool = "" if column.decided.way else column.decided.considered.pool or ""
    known = column.decided.inquiry.context.roster.pools.get(pool)
    return known.name if known else pool


def gates(run: Run) -> list[Line]:
    """Return every gate rule that speaks under any choice, and what it says under each."""
    fired = [{each.rule: each for each in column.decided.considered.gate.fired} for column in run.columns]
    lines = []
    for rule in dict.fromkeys(rule for each in fired for rule in each):
        name = next(each[rule].name for each in fired if rule in each)
        cells = []
        for each in fired:
            said = each.get(rule)
            word, tone = EFFECTS.get(said.effect, (words.code_name(said.effect), "muted")) if said else ("–", "")
            cells.append(Cell(word, "provisional: would have" if said and said.provisional else "", tone))
        lines.append(Line(name, _compared(cells)))
    return lines


def parts(run: Run) -> list[Line]:
    """Return every score rule that adds under any choice, and its points under each."""
    scores = [
        {part.rule: part for part in column.decided.considered.score.parts} if column.decided.considered.score else {}
        for column in run.columns
    ]
    lines = []
    for rule in dict.fromkeys(rule for each in scores for rule in each):
        name = next(each[rule].name for each in scores if rule in each)
        cells = [
            Cell(f"{each[rule].add:+d}", "not counted" if each[rule].provisional else "") if rule in each else Cell("–")
            for each in scores
        ]
        lines.append(Line(name, _compared(cells)))
    return lines


def producers(run: Run, asked: Filter) -> Producers:
    """Return the producers that pass the filter, one page of them, each with the smallest change that would help."""
    every = bench.rows(run, bench.in_question(run, everyone=asked.everyone))
    found = [row for row in every if _passes(row, asked)]
    start = PER_PAGE * (asked.page - 1)
    page, said = bench.advised(run, found[start : start + PER_PAGE]), labels(run)
    return Producers(
        tuple(
            ProducerLine(
                row.producer.id,
                row.producer.name,
                _pools(run, row.producer.id),
                row.differs,
                tuple(map(_stand, row.stood, said)),
            )
            for row in page
        ),
        found=len(found),
        total=len(every),
        first=start + 1,
        last=start + len(page),
        previous=asked.page - 1 if asked.page > 1 else None,
        next=asked.page + 1 if len(found) > start + PER_PAGE else None,
    )


def _pools(run: Run, producer_id: int) -> tuple[str, ...]:
    """Return in which of the pools a producer was asked, where there are several."""
    roster, pools = run.moment.roster, dict.fromkeys(pool for column in run.columns for pool in column.pools)
    if len(pools) < 2:
        return ()
    return tuple(roster.pools[each].name for each in pools if producer_id in roster.pool_members(each))


def _passes(row: Row, asked: Filter) -> bool:
    able = any(each.could_take for each in row.stood)
    shown = {"able": able, "blocked": not all(each.could_take for each in row.stood), "differs": row.differs}
    return shown.get(asked.show, True) and asked.search.casefold() in row.producer.name.casefold()


def _stand(stood: Stood, under: str) -> Stand:
    texts = [block.text or words.code_name(block.code) for block in stood.standing.blocks]
    if stood.could_take:
        word, tone = "Could take it", "ok"
    elif texts:
        word, tone = "Not eligible", ""
    else:
        word, tone = ("No room" if stood.desk else "Left out"), "warn"
    return Stand(under, word, tone, stood.first_blocker, tuple(texts[1:]), stood.change.text, bool(stood.change.stuck))
