"""What a decision table means: rules, one a row.

Where a rule is named `set:rule`, its rows are named `set:rule/row`; "/" occurs in no id of a document.
"""

from collections.abc import Iterable
from dataclasses import replace

from rules_engine.engine.masks import bits
from rules_engine.engine.nodes import (
    All,
    Any,
    Condition,
    Gate,
    Hit,
    Leaf,
    Not,
    Route,
    Row,
    Rule,
    Table,
    fields_of,
    leaves,
)
from rules_engine.engine.operators import OPERATORS
from rules_engine.engine.rivals import rivals_of


def expand(rule: Rule) -> tuple[Rule, ...]:
    """Return the rules that a rule means: of a table one a row, as its hit policy has them; else itself.

    Where the first row that holds speaks, a row asks besides that none of the earlier ones does which could.
    """
    table = rule.action
    if not isinstance(table, Table) or table.hit is not Hit.FIRST:
        return rows(rule)
    bars = [_bar(row, table) for row in table.rows]
    return tuple(
        _rule_of(rule, row, (bars[at] for at in bits(rivals & ((1 << place) - 1))))
        for place, (row, rivals) in enumerate(zip(table.rows, rivals_of(table), strict=True))
    )


def rows(rule: Rule) -> tuple[Rule, ...]:
    """Return the rows of a table as rules, each as it is written: without regard to the others. Of a rule, itself."""
    table = rule.action
    return tuple(_rule_of(rule, row, ()) for row in table.rows) if isinstance(table, Table) else (rule,)


def passes_over_unknown(table: Table) -> bool:
    """Say whether a row that meets a missing fact leaves the next ones their turn: in routes, and in gates that skip.

    Elsewhere the next row is as unknown as whether the earlier one holds, and does what unknown does in its stage.
    """
    action = table.rows[0].action
    return isinstance(action, Route) or (isinstance(action, Gate) and table.on_unknown)


def _bar(row: Row, table: Table) -> Condition:
    """Return what a row asks of the rows after it: that it does not hold."""
    cells = tuple(cell for cell in row.cells if cell is not None)
    if not cells:
        field = table.inputs[0].field
        return All((Leaf(field, "is_known", None), Leaf(field, "is_missing", None)))  # no later row ever speaks
    if not passes_over_unknown(table):
        return Not(All(cells))
    asking = [leaf for cell in cells for leaf in leaves(cell) if not OPERATORS[leaf.op].sees_missing]
    asked = dict.fromkeys(name for leaf in asking for name in fields_of(leaf))
    return Any((*map(Not, cells), *(Leaf(name, "is_missing", None) for name in asked)))


def _rule_of(rule: Rule, row: Row, bars: Iterable[Condition]) -> Rule:
    shared = () if rule.when is None else rule.when.members if isinstance(rule.when, All) else (rule.when,)
    asked = (*shared, *(cell for cell in row.cells if cell is not None), *bars)
    return replace(
        rule,
        id=f"{rule.id}/{row.id}",
        name=f"{rule.name}, row {row.id}",
        when=All(asked) if len(asked) > 1 else next(iter(asked), None),
        action=row.action,
        citation=row.citation or rule.citation,
        examples=(),
    )
