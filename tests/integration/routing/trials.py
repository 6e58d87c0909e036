"""Rules on trial, for tests: documents put in their set's place without a row of their own."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from routing.models import Decision
from routing.queries.past_rosters import Walk
from routing.services.recalling import Past
from routing.stored_decision import Record
from routing.swap import Swap
from rules_engine.catalog_setting import catalog
from rules_engine.engine.compile import compile_set
from rules_engine.engine.parse import parse
from rules_engine.models import RuleSet


def by_state(first: Sequence[str], rest: str) -> dict[str, Any]:
    """Return a table in which the first states want Spanish, and all others another language."""
    return {
        "id": "by-state",
        "name": "Languages by state",
        "table": {
            "inputs": [{"field": "lead.state", "op": "in"}],
            "outputs": [{"field": "producer.languages", "op": "contains"}, "reason"],
            "hit": "first",
            "rows": [
                {"id": "first", "if": [list(first)], "then": ["es", "LANGUAGE_WANTED"]},
                {"id": "rest", "if": ["-"], "then": [rest, "LANGUAGE_WANTED"]},
            ],
        },
    }


# One change a set, of each way in which a change can tell: its slug, what becomes of the document's rules.
CHANGES: Mapping[str, tuple[str, Any]] = {
    "a gate that stops some": (
        "intake-gates",
        lambda rules: [*rules, _rule("young", when=_is("lead.age", "lt", 45), effect="review", reason="YOUNG")],
    ),
    "gates gone": ("intake-gates", lambda rules: []),
    "another score": ("lead-score", lambda rules: [*rules, _rule("bonus", when=_in_states("FL", "TX"), add=30)]),
    "half the score": ("lead-score", lambda rules: rules[::2]),
    "all to one pool": ("routing", lambda rules: rules[-1:]),
    "another strategy and tier": (
        "routing",
        lambda rules: [
            {**each, "route": {**each["route"], "strategy": "least_loaded", "tier": "hot"}} for each in rules
        ],
    ),
    "a requirement": (
        "agency-fit",
        lambda rules: [*rules, _rule("spanish", require=_is("producer.languages", "contains", "es"), reason="SPANISH")],
    ),
    "an impossible requirement": (
        "agency-fit",
        lambda rules: [*rules, _rule("nobody", require=_is("producer.capacity", "gt", 1000), reason="NOBODY")],
    ),
    "a preference": (
        "agency-fit",
        lambda rules: [*rules, _rule("prefer", prefer=_is("producer.languages", "contains", "es"), weight=5)],
    ),
    "a table of requirements": ("agency-fit", lambda rules: [*rules, by_state(["FL", "GA"], "en")]),
    "requirements gone": ("agency-fit", lambda rules: []),
}


def _rule(rule_id: str, **says: Any) -> dict[str, Any]:
    return {"id": rule_id, "name": f"The rule {rule_id}", **says}


def _is(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def _in_states(*states: str) -> dict[str, Any]:
    return _is("lead.state", "in", list(states))


def changed(name: str) -> tuple[str, dict[str, Any]]:
    """Return the slug and the document of one change to what is live."""
    slug, change = CHANGES[name]
    live = RuleSet.objects.select_related("live_version").get(slug=slug).live_version
    assert live is not None
    return slug, {**live.document, "rules": change(live.document["rules"])}


def swap(slug: str, document: Any) -> Swap:
    """Return a document ready to stand in for the set."""
    tree = parse(document, catalog()).tree
    assert tree is not None
    return Swap(compile_set(tree, catalog(), slug))


def records() -> Iterator[Record]:
    """Yield every stored decision that can be replayed."""
    ids = list(Decision.objects.values_list("pk", flat=True))
    for recalled in Past(Walk().at).recall(ids):
        if recalled.record is not None:
            yield recalled.record
