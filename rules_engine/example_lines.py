"""Why an example came out as it did: what was seen at each condition, line by line, for whoever mends it."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from rules_engine.catalog_setting import catalog
from rules_engine.engine import tables
from rules_engine.engine.evaluate import LeafTrace, Trace, trace
from rules_engine.engine.explain import explain_trace
from rules_engine.engine.nodes import Condition, Example, Rule, Table, unmuted
from rules_engine.engine.values import Verdict

Line = dict[str, Any]
GROUPS: Final = {"all": "All of these", "any": "At least one of these", "not": "Not so that"}
VERDICTS: Final = {Verdict.TRUE: "yes", Verdict.FALSE: "no", Verdict.UNKNOWN: "not known"}


def lines(rule: Rule, example: Example, zone: ZoneInfo) -> Iterator[Line]:
    """Yield whether the rule is in force that day, then what each condition met.

    Of a table only the rows that hold, or cannot be told: the many that do not hold say nothing.
    """
    if not _is_active(rule, example.at.astimezone(zone).date()):
        yield {"depth": 0, "verdict": Verdict.FALSE.value, "text": "The rule is not in force on that day."}
    judged = [(head, trace(condition, example.facts, example.at, zone)) for head, condition in _asked(rule)]
    if isinstance(rule.action, Table):
        judged = [(head, seen) for head, seen in judged if seen.verdict is not Verdict.FALSE]
    for head, seen in judged:
        if head:
            yield _line(0, seen, f"{head}: {VERDICTS[seen.verdict]}.")
        yield from _inside(seen, 1 if head else 0)
    if not judged:
        yield _nothing(rule)


def _asked(rule: Rule) -> Iterator[tuple[str, Condition]]:
    """Yield the conditions in force, each with what it is for where there are several."""
    if isinstance(rule.action, Table):
        parts = [(f"Row {row.id.rpartition('/')[2]}", row.when) for row in tables.rows(rule)]
    elif len(rule.conditions) > 1:
        parts = list(zip(("It applies", "The producer meets it"), rule.conditions, strict=True))
    else:
        parts = [("", condition) for condition in rule.conditions]
    for head, condition in parts:
        left = None if condition is None else unmuted(condition)
        if left is not None:
            yield head, left


def _nothing(rule: Rule) -> Line:
    """Return what there is to say where nothing was asked: no row of the table holds, or the rule asks nothing."""
    if isinstance(rule.action, Table):
        return {"depth": 0, "verdict": Verdict.FALSE.value, "text": "No row holds."}
    return {"depth": 0, "verdict": Verdict.TRUE.value, "text": "The rule asks nothing: it always applies."}


def _is_active(rule: Rule, day: date) -> bool:
    return (rule.active_from or date.min) <= day < (rule.active_to or date.max)


def _inside(seen: Trace, depth: int) -> Iterator[Line]:
    if isinstance(seen, LeafTrace):
        yield _line(depth, seen, explain_trace(seen, catalog()))
        return
    yield _line(depth, seen, f"{GROUPS[seen.group]}: {VERDICTS[seen.verdict]}.")
    for member in seen.members:
        yield from _inside(member, depth + 1)


def _line(depth: int, seen: Trace, text: str) -> Line:
    return {"depth": depth, "verdict": seen.verdict.value, "text": text}
