"""The small catalog and the builders that the engine's tests share."""

from collections.abc import Mapping
from datetime import UTC, datetime

from rules_engine.engine.catalog import Catalog, Field, Option
from rules_engine.engine.compile import CompiledSet, compile_set
from rules_engine.engine.nodes import RuleSetTree
from rules_engine.engine.parse import parse
from rules_engine.engine.values import Kind

NOW = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)

STATES = (Option("FL", "Florida"), Option("TX", "Texas"), Option("NY", "New York"))

CATALOG = Catalog(
    [
        Field("lead.name", Kind.TEXT, "name", "Lead"),
        Field("lead.email", Kind.TEXT, "e-mail", "Lead"),
        Field("lead.state", Kind.CHOICE, "state", "Lead", options=STATES),
        Field("lead.home_state", Kind.CHOICE, "home state", "Lead", options=STATES),
        Field("lead.line", Kind.TEXT, "line", "Lead"),
        Field("lead.age", Kind.NUMBER, "age", "Lead"),
        Field("lead.household", Kind.NUMBER, "household size", "Lead"),
        Field("lead.premium", Kind.MONEY, "premium", "Lead"),
        Field("lead.has_consent", Kind.BOOLEAN, "consent", "Lead"),
        Field("lead.birth_date", Kind.DATE, "birth date", "Lead", personal=True),
        Field("lead.received_at", Kind.DATETIME, "time of receipt", "Lead"),
        Field("lead.languages", Kind.TEXT, "languages", "Lead", many=True),
        Field("now.local_time", Kind.TIME, "local time", "Now"),
        Field("score.total", Kind.NUMBER, "score", "Score"),
        Field("producer.languages", Kind.TEXT, "producer's languages", "Producer", many=True),
        Field("producer.states", Kind.CHOICE, "producer's states", "Producer", options=STATES, many=True),
        Field("producer.years", Kind.NUMBER, "producer's years of practice", "Producer"),
        Field(
            "producer.authorities",
            Kind.KEY,
            "producer's authorities",
            "Producer",
            many=True,
            parts=("state", "line"),
        ),
    ]
)


def make_rule(stage: str = "gate", **changes: object) -> dict[str, object]:
    """Return a valid rule document of a stage; a change of None takes a key out."""
    by_stage: dict[str, dict[str, object]] = {
        "gate": {"effect": "reject", "reason": "CLOSED"},
        "score": {"add": 10},
        "route": {"route": {"pool": "everyone"}},
        "eligibility": {
            "require": {"field": "producer.languages", "op": "contains", "value": "es"},
            "reason": "NO_SPANISH",
        },
    }
    rule = {"id": "a-rule", "name": "A rule"} | by_stage[stage] | changes
    return {key: value for key, value in rule.items() if value is not None}


def make_document(*rules: Mapping[str, object], stage: str = "gate", **changes: object) -> dict[str, object]:
    """Return a rule-set document with these rules, given ids in order where several would share one."""
    numbered = [rule if len(rules) == 1 else dict(rule) | {"id": f"{rule['id']}-{n}"} for n, rule in enumerate(rules)]
    return {"language": 1, "stage": stage, "time_zone": "America/New_York", "rules": numbered} | changes


def make_tree(*rules: Mapping[str, object], stage: str = "gate", **changes: object) -> RuleSetTree:
    """Return the tree of a valid document, or fail with its problems."""
    parsed = parse(make_document(*rules, stage=stage, **changes), CATALOG)
    assert parsed.tree is not None, parsed.problems
    return parsed.tree


def make_set(*rules: Mapping[str, object], stage: str = "gate", slug: str = "set", **changes: object) -> CompiledSet:
    """Return a compiled set."""
    return compile_set(make_tree(*rules, stage=stage, **changes), CATALOG, slug)


def leaf(field: str, op: str, value: object = None, **operand: object) -> dict[str, object]:
    """Return a condition on one field."""
    return {"field": field, "op": op} | operand | ({} if value is None else {"value": value})
