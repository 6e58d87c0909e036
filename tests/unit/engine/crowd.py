"""A vocabulary with every kind of fact on both sides, and random rules, rosters, leads and instants in it."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from rules_engine.engine.catalog import Catalog, Facts, Field
from rules_engine.engine.compile import CompiledSet, compile_set
from rules_engine.engine.operators import Operator, Shape, operators_for
from rules_engine.engine.parse import parse
from rules_engine.engine.values import Kind
from tests.unit.engine.strategies import ANYTHING, VALUES, operands
from tests.unit.engine.vocabulary import STATES, make_rule

Strategy = st.SearchStrategy[Any]


def _fields(scope: str) -> list[Field]:
    """Return a fact of every kind, a set of every kind that comes in sets, and a second one of a few."""
    listed = [kind for kind in Kind if kind not in {Kind.KEY, Kind.BOOLEAN}]
    one = [(f"{kind}", kind, False) for kind in (*listed, Kind.BOOLEAN)] + [("other", Kind.TEXT, False)]
    many = [(f"{kind}s", kind, True) for kind in listed] + [("more", Kind.CHOICE, True)]
    return [
        *(
            Field(f"{scope}.{name}", kind, name, scope, options=STATES if kind is Kind.CHOICE else (), many=is_many)
            for name, kind, is_many in one + many
        ),
        Field(f"{scope}.keys", Kind.KEY, "keys", scope, many=True, parts=("state", "line")),
    ]


CATALOG = Catalog([*_fields("lead"), *_fields("producer"), Field("now.local_time", Kind.TIME, "time", "now")])
SCALAR_TEXTS = [field.name for field in CATALOG.fields if field.kind in {Kind.TEXT, Kind.CHOICE} and not field.many]
INSTANTS = st.sampled_from(
    [
        datetime(2025, 12, 31, 23, 30, tzinfo=UTC),
        datetime(2026, 11, 20, 15, tzinfo=UTC),
        datetime(2026, 11, 21, 4, 59, 59, tzinfo=UTC),
        datetime(2026, 11, 21, 15, tzinfo=UTC),
        datetime(2026, 11, 22, 5, tzinfo=UTC),
        datetime(2027, 3, 1, tzinfo=UTC),
    ]
)


def _operands(field: Field, operator: Operator) -> Strategy:
    """Return what may stand beside the operator: a value, or a fact of the lead or of the producer himself."""
    if field.kind is Kind.KEY and operator.shape is Shape.ONE:
        ref = st.sampled_from(SCALAR_TEXTS).map(lambda name: {"ref": name})
        part: Strategy = ref | st.sampled_from(["FL", "LIFE"]).map(lambda text: {"value": text})
        return st.lists(part, min_size=2, max_size=2).map(lambda parts: {"key": parts})
    literal = operands(field, operator, CATALOG)
    if operator.shape not in {Shape.ONE, Shape.LIST}:
        return literal
    is_list = operator.shape is Shape.LIST
    alike = [other for other in CATALOG.fields if other.kind is field.kind and other.many is is_list]
    return st.sampled_from(alike).map(lambda other: {"ref": other.name}) | literal


PAIRS = [(field, operator) for field in CATALOG.fields for operator in operators_for(field.kind, field.many)]
LEAVES = st.sampled_from(PAIRS).flatmap(
    lambda pair: _operands(*pair).map(lambda operand: {"field": pair[0].name, "op": pair[1].name} | operand)
)
CONDITIONS: Strategy = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda members: {"all": members}),
        st.lists(inner, min_size=1, max_size=3).map(lambda members: {"any": members}),
        inner.map(lambda member: {"not": member}),
    ),
    max_leaves=5,
)
COMMON: dict[str, Strategy] = {
    "when": st.none() | CONDITIONS,
    "active_from": st.sampled_from([None, None, "2026-01-01", "2026-11-21"]),
    "active_to": st.sampled_from([None, None, "2026-11-22", "2031-01-01"]),
    "status": st.sampled_from(["confirmed", "confirmed", "provisional"]),
}
REQUIRE = st.fixed_dictionaries(COMMON | {"require": CONDITIONS})
PREFER = st.fixed_dictionaries(
    COMMON | {"prefer": CONDITIONS, "weight": st.integers(-5, 5), "require": st.none(), "reason": st.none()}
)
RULES = (REQUIRE | REQUIRE | PREFER).map(lambda changes: make_rule("eligibility", **changes))


def rule_set(documents: list[dict[str, object]]) -> CompiledSet:
    """Return the compiled set of these rules."""
    rules = [rule | {"id": f"rule-{index}"} for index, rule in enumerate(documents)]
    document = {"language": 1, "stage": "eligibility", "time_zone": "America/New_York", "rules": rules}
    parsed = parse(document, CATALOG)
    assert parsed.tree is not None, parsed.problems
    return compile_set(parsed.tree, CATALOG, "set")


def _raw(scopes: set[str]) -> Strategy:
    """Return raw facts: some missing, some absurd, and now and then two that contradict each other."""
    fields = {
        field.name: (st.lists(VALUES[field.kind], max_size=3) if field.many else VALUES[field.kind])
        for field in CATALOG.fields
        if field.scope in scopes
    }
    absurd = st.dictionaries(st.sampled_from(sorted(fields)), ANYTHING, max_size=2)
    return st.tuples(st.fixed_dictionaries({}, optional=fields), absurd).map(lambda both: both[0] | both[1])


def _facts(scopes: set[str]) -> st.SearchStrategy[Facts]:
    return _raw(scopes).map(CATALOG.facts)


LEADS = _facts({"lead", "now"})
PRODUCERS = _facts({"producer"})
