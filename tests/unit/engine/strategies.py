"""Hypothesis strategies: conditions and rule sets as an author may write them, and facts as the world may send them."""

from collections.abc import Callable
from typing import Any, cast

from hypothesis import strategies as st

from rules_engine.engine.catalog import Catalog, Field
from rules_engine.engine.operators import Operator, Shape, operators_for
from rules_engine.engine.parse import parse_rule
from rules_engine.engine.stages import STAGES
from rules_engine.engine.values import Kind
from tests.unit.engine.vocabulary import CATALOG, make_rule

Strategy = st.SearchStrategy[Any]

_TEXTS = st.sampled_from(["es", "en", "LIFE", "a/b~c", "Núñez"])
_STATES = st.sampled_from(["FL", "TX", "NY"])
VALUES: dict[Kind, Strategy] = {
    Kind.TEXT: _TEXTS,
    Kind.CHOICE: _STATES,
    Kind.NUMBER: st.integers(-5, 5) | st.sampled_from([0.1, 2.5, -0.75]),
    Kind.MONEY: st.sampled_from([0, 1200, 0.3, "0.30", "1200.50", "0.1000000000000000000001"]),
    Kind.BOOLEAN: st.booleans(),
    Kind.DATE: st.sampled_from(["2026-11-20", "2026-11-21", "2027-02-28", "1950-01-01"]),
    Kind.DATETIME: st.sampled_from(["2026-11-20T15:00:00Z", "2026-11-21T10:00:00-05:00", "2027-01-01T00:00:00.5Z"]),
    Kind.TIME: st.sampled_from(["00:00", "08:30", "21:00:01"]),
    Kind.KEY: st.tuples(_STATES, _TEXTS).map(list),
}
_TEXT_FIELDS = ("lead.name", "lead.line", "lead.email")


def operands(field: Field, operator: Operator, catalog: Catalog) -> Strategy:
    """Return what may stand beside the operator on that field."""
    value = VALUES[field.kind]
    match operator.shape:
        case Shape.NOTHING:
            return st.just({})
        case Shape.PAIR:
            pair = st.lists(value, min_size=2, max_size=2, unique_by=lambda raw: str(field.read(raw)))
            return pair.map(lambda both: {"value": sorted(both, key=cast(Callable[[object], Any], field.read))})
        case Shape.DAYS:
            return st.integers(0, 400).map(lambda days: {"value": days})
        case Shape.PATTERN:
            return st.sampled_from(["[a-z]+", "(?i)l.*", ".*", "N\\p{L}+"]).map(lambda pattern: {"value": pattern})
    if field.kind is Kind.KEY:
        ref: Strategy = st.sampled_from(_TEXT_FIELDS).map(lambda name: {"ref": name})
        part: Strategy = ref | _TEXTS.map(lambda text: {"value": text})
        return st.lists(part, min_size=2, max_size=2).map(lambda parts: {"key": parts})
    is_list = operator.shape is Shape.LIST
    refs = [
        {"ref": other.name}
        for other in catalog.fields
        if other.kind is field.kind and other.many is is_list and other.scope == "lead"
    ]
    literal = (st.lists(value, min_size=1, max_size=3) if is_list else value).map(lambda raw: {"value": raw})
    return literal | st.sampled_from(refs) if refs else literal


def leaves(scopes: frozenset[str]) -> Strategy:
    """Return conditions on one field of these scopes."""
    pairs = [
        (field, operator)
        for field in CATALOG.fields
        if field.scope in scopes
        for operator in operators_for(field.kind, field.many)
    ]
    return st.sampled_from(pairs).flatmap(
        lambda pair: operands(*pair, CATALOG).map(lambda operand: {"field": pair[0].name, "op": pair[1].name} | operand)
    )


def conditions(scopes: frozenset[str] = frozenset({"lead", "now", "producer", "score"})) -> Strategy:
    """Return conditions of any shape, a few levels deep."""
    return st.recursive(
        leaves(scopes),
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda members: {"all": members}),
            st.lists(inner, min_size=1, max_size=3).map(lambda members: {"any": members}),
            inner.map(lambda member: {"not": member}),
        ),
        max_leaves=6,
    )


def rules(stage: str) -> Strategy:
    """Return rule documents of a stage."""
    inside = conditions(STAGES[stage].scopes)
    common = {
        "when": st.none() | inside,
        "active_from": st.none() | st.sampled_from(["2026-01-01", "2026-11-21"]),
        "active_to": st.none() | st.sampled_from(["2026-11-22", "2031-01-01"]),
        "status": st.sampled_from(["confirmed", "provisional"]),
        "jurisdiction": st.none() | st.just("FL"),
        "citation": st.none() | st.just({"source": "a statute", "verified_on": "2026-10-02", "confidence": "low"}),
    }
    own: dict[str, dict[str, Strategy]] = {
        "gate": {"effect": st.sampled_from(["reject", "review", "warn", "task"]), "message": st.none() | _TEXTS},
        "score": {"add": st.integers(-100, 100)},
        "route": {"on_unknown": st.none() | st.just("stop")},
        "eligibility": {"require": inside},
    }
    return st.fixed_dictionaries(common | own[stage]).map(lambda changes: make_rule(stage, **changes))


def cells(field: Field, operator: Operator) -> Strategy:
    """Return what a cell of a table may hold under that column."""
    if operator.shape is Shape.NOTHING:
        return st.booleans()
    return operands(field, operator, CATALOG).map(
        lambda operand: operand["value"] if operand.keys() == {"value"} else operand
    )


def _columns(scopes: frozenset[str], at_most: int) -> Strategy:
    pairs = [
        (field, operator)
        for field in CATALOG.fields
        if field.scope in scopes
        for operator in operators_for(field.kind, field.many)
    ]
    column = st.sampled_from(pairs)
    return st.lists(column, min_size=1, max_size=at_most, unique_by=lambda pair: (pair[0].name, pair[1].name))


_EFFECTS = st.sampled_from(["reject", "quarantine", "review", "task", "warn"])
_SAID: dict[str, Strategy] = {
    "effect": _EFFECTS,
    "reason": st.just("CLOSED"),
    "message": _TEXTS | st.just("-"),
    "add": st.integers(-40, 40),
    "weight": st.integers(-5, 5),
    "pool": st.sampled_from(["florida", "texas"]),
    "tier": st.sampled_from(["hot", "-"]),
}


@st.composite
def tables(draw: st.DrawFn, stage: str) -> dict[str, object]:
    """Return documents of rules that are tables of a stage: every hit policy, open cells, overlapping rows."""
    scopes = STAGES[stage].scopes
    outputs, hits = draw(st.sampled_from(_OUTPUTS[stage]))
    asked = draw(_columns(scopes, 3))
    asks = draw(_columns(frozenset({"producer"}), 2)) if stage == "eligibility" else []
    row = {
        "if": st.tuples(*(st.just("-") | cells(*pair) for pair in asked)).map(list),
        "then": st.tuples(*(cells(*pair) for pair in asks), *(_SAID[name] for name in outputs)).map(list),
    }
    rows = draw(st.lists(st.fixed_dictionaries(row), min_size=1, max_size=6))
    table: dict[str, Any] = {
        "inputs": [{"field": field.name, "op": operator.name} for field, operator in asked],
        "outputs": [*({"field": field.name, "op": operator.name} for field, operator in asks), *outputs],
        "hit": draw(st.sampled_from(hits)),
        "rows": [each | {"id": f"row-{place}"} for place, each in enumerate(rows)],
    }
    common = {
        "when": st.none() | conditions(scopes),
        "status": st.sampled_from(["confirmed", "provisional"]),
        "on_unknown": st.none() | st.just(STAGES[stage].on_unknown or None),
    }
    rule = {"id": "a-table", "name": "A table", "table": table} | draw(st.fixed_dictionaries(common))
    rule = {key: value for key, value in rule.items() if value is not None}
    overlapping = {problem.pointer for problem in parse_rule(rule, stage, CATALOG).problems}
    table["rows"] = [row for place, row in enumerate(table["rows"]) if f"/table/rows/{place}" not in overlapping]
    return rule


_OUTPUTS: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "gate": [(("effect", "reason", "message"), ("first", "unique", "collect"))],
    "score": [(("add",), ("first", "unique", "sum"))],
    "route": [(("pool", "tier"), ("first", "unique"))],
    "eligibility": [
        (("reason", "message"), ("first", "unique", "collect")),
        (("weight",), ("first", "unique", "sum")),
    ],
}


# What a source may send for any fact: right, wrong, or not of this world.
ANYTHING: Strategy = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates() | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=5,
)


def facts(*, hostile: bool = False) -> Strategy:
    """Return raw facts, some missing; hostile ones may hold anything anywhere."""
    fields = {}
    for field in CATALOG.fields:
        value = VALUES[field.kind]
        good = st.lists(value, max_size=3) if field.many else value
        fields[field.name] = good | ANYTHING if hostile else good
    return st.fixed_dictionaries({}, optional=fields)
