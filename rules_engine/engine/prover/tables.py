"""Rows of one table that answer the same lead, and leads that no row answers."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from rules_engine.engine.budget import NotDecidedError
from rules_engine.engine.masks import bits
from rules_engine.engine.nodes import Hit, Leaf, Rule, Table
from rules_engine.engine.prover.case import Case, found, undecided
from rules_engine.engine.prover.findings import Finding
from rules_engine.engine.prover.formulas import Ask, Claim, Either, Every, Formula, Variable, Within
from rules_engine.engine.prover.proofs import ANY_DAY, Answer, Prover
from rules_engine.engine.prover.units import Unit

# Of one table; the mending of these shows whether there were more.
MAX_OVERLAPS: Final = 20


# What is wrong with two rows that hold together.
_WRONG: Final = {Hit.FIRST: "and say different things of them", Hit.UNIQUE: "in a table of which at most one may"}


def tables(case: Case) -> Iterator[Finding]:
    """Yield where rows of tables in which one row speaks overlap or leave a gap."""
    by_table: dict[str, list[Unit]] = {}
    for unit in case.units:
        if unit.table is not None:
            by_table.setdefault(unit.table.id, []).append(unit)
    for units in by_table.values():
        table = units[0].table
        if table is not None and isinstance(table.action, Table) and table.action.hit in {Hit.FIRST, Hit.UNIQUE}:
            yield from islice(_overlapping(case, units, table.action.hit), MAX_OVERLAPS)
            yield from _gap(case, units, table, table.action)


def _overlapping(case: Case, units: Sequence[Unit], hit: Hit) -> Iterator[Finding]:
    """Where the first row speaks, a row wholly inside a later one is an exception before the general case, which is
    what the order is for; a row wholly inside an earlier one never gets its turn, which is said elsewhere. Where rows
    must exclude each other, neither excuses it."""
    for one, other, answer in _meeting(units, case.prover, hit):
        pair = [one, other]
        apart = [[one.does_alone(), other.does_alone(Ask.NOT_TRUE)], [other.does_alone(), one.does_alone(Ask.NOT_TRUE)]]
        if hit is Hit.FIRST and any(case.prover.excludes(claims, one.period) for claims in apart):
            continue
        if not answer.decided:
            yield undecided(pair, f"Whether {one.name} and {other.name} can hold together", answer)
            continue
        text = f"{one.name} and {other.name} both hold for some leads, {_WRONG[hit]}."
        yield found("table.overlap", pair, text, answer.example)


def _gap(case: Case, units: Sequence[Unit], rule: Rule, table: Table) -> Iterator[Finding]:
    """Leads that lack one of the facts are no gap: what is unknown is told apart in every stage."""
    known = [Claim(Leaf(column.field, "is_known", None)) for column in table.inputs]
    silent = [unit.does_alone(Ask.NOT_TRUE) for unit in units]
    answer = case.prover.ask([Claim(rule.when), *known, *silent], units[0].period)
    pointer = units[0].pointer.removesuffix("/rows/0")
    if answer.example is not None:
        text = f"No row of “{rule.name}” holds for some leads of which everything it asks is known."
        provisional = rule.is_provisional
        yield Finding("table.gap", (rule.id,), (pointer,), text, answer.example, provisional=provisional)
    elif not answer.decided:
        text = f"Whether “{rule.name}” leaves a gap is not decided, because {answer.why}."
        yield Finding("lint.undecided", (rule.id,), (pointer,), text, decided=False)


def _meeting(units: Sequence[Unit], prover: Prover, hit: Hit) -> Iterator[tuple[Unit, Unit, Answer]]:
    """Yield the pairs that are not proven apart; where the first row speaks, of those that say different things.

    Only pairs that every single fact lets meet are asked about.
    """
    for place, beside in enumerate(_beside(units, prover)):
        one = units[place]
        for later in bits(beside >> place + 1):
            other = units[place + 1 + later]
            if hit is Hit.FIRST and one.written.action == other.written.action:
                continue
            answer = prover.ask([one.does_alone(), other.does_alone()], one.period)
            if not answer.is_impossible:
                yield one, other, answer


def _beside(units: Sequence[Unit], prover: Prover) -> list[int]:
    """Return for each row, as bits, the rows that no single fact keeps apart from it."""
    space = prover.space(prover.noon(ANY_DAY))
    everyone = (1 << len(units)) - 1
    beside = [everyone] * len(units)
    try:
        boxes = [_box(space.formula(unit.does_alone())) for unit in units]
    except NotDecidedError:
        return []  # nor would any pair be decided
    for variable in dict.fromkeys(variable for box in boxes for variable in box):
        if isinstance(variable, str) and prover.links.group(variable).days:
            continue  # its classes move with the day
        sharing: dict[int, int] = {}
        for place, box in enumerate(boxes):
            mask = box.get(variable, space.full(variable))
            sharing[mask] = sharing.get(mask, 0) | 1 << place
        for place, box in enumerate(boxes):
            mine = box.get(variable, space.full(variable))
            beside[place] &= sum(rows for mask, rows in sharing.items() if mask & mine)
    return beside


def _box(formula: Formula) -> dict[Variable, int]:
    """Return for single facts the classes outside of which the formula cannot hold."""
    match formula:
        case Within(variable, mask):
            return {variable: mask}
        case Every(parts):
            box: dict[Variable, int] = {}
            for part in map(_box, parts):
                box |= {name: box.get(name, mask) & mask for name, mask in part.items()}
            return box
        case Either(parts) if parts:
            first, *others = map(_box, parts)
            for other in others:
                first = {name: mask | other[name] for name, mask in first.items() if name in other}
            return first
    return {}
