"""What lint finds in a set, that it finds nothing in a sound one, and that every example is borne out by the engine."""

import random
from collections.abc import Sequence
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules_engine.engine.budget import NO_PROOFS
from rules_engine.engine.catalog import Catalog, Facts, Field, Option
from rules_engine.engine.evaluate import trace
from rules_engine.engine.lint import SORTS, Finding, lint
from rules_engine.engine.nodes import Condition, Rule, RuleSetTree
from rules_engine.engine.parse import parse
from rules_engine.engine.prover.chorus import Chorus
from rules_engine.engine.prover.formulas import Claim
from rules_engine.engine.prover.proofs import ExampleLead
from rules_engine.engine.tables import rows
from rules_engine.engine.values import Kind, Verdict
from tests.unit.engine import strategies
from tests.unit.engine.vocabulary import CATALOG, NOW, leaf, make_rule

ZONE = ZoneInfo("America/New_York")
FL, TX, NY = (leaf("lead.state", "eq", state) for state in ("FL", "TX", "NY"))
ADULT = leaf("lead.age", "gte", 18)
SPANISH = leaf("producer.languages", "contains", "es")

Document = dict[str, Any]


def tree_of(stage: str, *rules: Document, catalog: Catalog = CATALOG) -> RuleSetTree:
    """Return a set of rules with the ids a, b, c, …; a set of routes is closed with the rule `last`."""
    named = [{**rule, "id": name, "name": f"Rule {name}"} for name, rule in zip("abcdefgh", rules, strict=False)]
    if stage == "route":
        named.append(make_rule("route", id="last"))
    document = {"language": 1, "stage": stage, "time_zone": ZONE.key, "rules": named}
    parsed = parse(document, catalog)
    assert parsed.tree is not None, parsed.problems
    return parsed.tree


def found(tree: RuleSetTree, catalog: Catalog = CATALOG) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    return [(finding.code, finding.rules, finding.pointers) for finding in lint(tree, catalog)]


def gate(when: object, **changes: object) -> Document:
    return make_rule("gate", when=when, **changes)


def route(when: object, **changes: object) -> Document:
    return make_rule("route", when=when, **changes)


def require(when: object, condition: object, **changes: object) -> Document:
    return make_rule("eligibility", when=when, require=condition, **changes)


def at(*places: int) -> tuple[str, ...]:
    return tuple(f"/rules/{place}" for place in places)


FOUND: dict[str, tuple[RuleSetTree, str, tuple[str, ...], tuple[str, ...]]] = {
    "never holds": (
        tree_of("gate", gate({"all": [FL, ADULT, TX]})),
        "rule.unreachable",
        ("a",),
        ("/rules/0/when/all/0", "/rules/0/when/all/2"),
    ),
    "always asked in vain": (
        tree_of("gate", gate({"all": [FL, {"any": [ADULT, leaf("lead.age", "lt", 30)]}]})),
        "condition.always",
        ("a",),
        ("/rules/0/when/all/1/any/0", "/rules/0/when/all/1/any/1"),
    ),
    "after a wider route": (
        tree_of("route", route(ADULT), route(FL), route({"all": [leaf("lead.age", "gt", 64), TX]})),
        "rule.shadowed",
        ("c", "a"),
        at(2, 0),
    ),
    "after two that take everything between them": (
        tree_of("route", route(FL), route(TX), route({"all": [leaf("lead.state", "ne", "NY"), ADULT]})),
        "rule.shadowed",
        ("c", "a", "b"),
        at(2, 0, 1),
    ),
    "the same gate": (
        tree_of("gate", gate({"all": [FL, ADULT]}), gate(leaf("lead.age", "gt", 20)), gate({"all": [ADULT, FL]})),
        "rule.duplicate",
        ("c", "a"),
        at(2, 0),
    ),
    "a narrower gate": (tree_of("gate", gate({"all": [FL, ADULT]}), gate(FL)), "rule.subsumed", ("a", "b"), at(0, 1)),
    "points counted twice": (
        tree_of("score", make_rule("score", when=FL), make_rule("score", when={"not": {"not": FL}})),
        "rule.duplicate",
        ("b", "a"),
        at(1, 0),
    ),
    "a requirement made already": (
        tree_of(
            "eligibility",
            require(FL, SPANISH),
            require(None, leaf("producer.languages", "contains_all", ["es", "en"])),
        ),
        "rule.subsumed",
        ("a", "b"),
        at(0, 1),
    ),
    "nobody can meet both": (
        tree_of("eligibility", require(FL, SPANISH), require(ADULT, leaf("producer.languages", "not_contains", "es"))),
        "rules.contradict",
        ("a", "b"),
        at(0, 1),
    ),
    "nobody can meet both for the state": (
        tree_of(
            "eligibility",
            require(FL, leaf("producer.states", "contains", ref="lead.state")),
            require(None, leaf("producer.states", "not_contains", "FL")),
        ),
        "rules.contradict",
        ("a", "b"),
        at(0, 1),
    ),
    "nobody can meet it": (
        tree_of("eligibility", require(FL, leaf("lead.state", "ne", "FL"))),
        "requirement.impossible",
        ("a",),
        at(0),
    ),
    "it excludes nobody": (
        tree_of("eligibility", require(FL, leaf("lead.state", "in", ["FL", "TX"]))),
        "requirement.idle",
        ("a",),
        at(0),
    ),
    "not decided": (
        tree_of("gate", gate({"all": [leaf("lead.name", "matches", text) for text in ("[bc][de]", "[ac]e")]})),
        "lint.undecided",
        ("a",),
        at(0),
    ),
}


@pytest.mark.parametrize(("tree", "code", "rules", "pointers"), FOUND.values(), ids=FOUND)
def test_it_is_found_and_nothing_else_is(
    tree: RuleSetTree, code: str, rules: tuple[str, ...], pointers: tuple[str, ...]
) -> None:
    assert found(tree) == [(code, rules, pointers)]
    _check_examples(tree, lint(tree, CATALOG))


SOUND: dict[str, RuleSetTree] = {
    "routes that overlap": tree_of("route", route(FL), route(ADULT), route(leaf("lead.line", "eq", "LIFE"))),
    "one after the other in time": tree_of(
        "route", route(FL, active_to="2026-07-01"), route(FL, active_from="2026-07-01")
    ),
    "a provisional catch-all": tree_of("route", route(None, status="provisional"), route(FL)),
    "gates with reasons of their own": tree_of("gate", gate(FL), gate({"all": [FL, ADULT]}, reason="ADULT")),
    "a narrower score": tree_of("score", make_rule("score", when=FL), make_rule("score", when={"all": [FL, ADULT]})),
    "requirements of different states": tree_of(
        "eligibility", require(FL, SPANISH), require(TX, leaf("producer.languages", "not_contains", "es"))
    ),
    "a confirmed rule that a provisional one covers": tree_of(
        "gate", gate({"all": [FL, ADULT]}), gate(FL, status="provisional")
    ),
}


@pytest.mark.parametrize("tree", SOUND.values(), ids=SOUND)
def test_nothing_is_said_of_a_sound_set(tree: RuleSetTree) -> None:
    assert found(tree) == []


def test_whatever_stands_after_a_route_without_a_when_never_gets_its_turn() -> None:
    assert found(tree_of("route", route(None), route(FL))) == [
        ("rule.shadowed", ("b", "a"), at(1, 0)),
        ("rule.shadowed", ("last", "a"), at(2, 0)),
    ]


def test_a_route_is_shadowed_only_where_others_precede_it_on_every_day() -> None:
    halves = route(FL, active_to="2026-07-01"), route(FL, active_from="2026-07-01")

    assert found(tree_of("route", *halves, route({"all": [FL, ADULT]}))) == [
        ("rule.shadowed", ("c", "a", "b"), at(2, 0, 1))
    ]


def test_a_route_that_stops_at_what_is_unknown_takes_those_leads_too() -> None:
    known = leaf("lead.state", "is_missing")

    assert found(tree_of("route", route(leaf("lead.state", "ne", "FL"), on_unknown="stop"), route(known))) == [
        ("rule.shadowed", ("b", "a"), at(1, 0))
    ]
    assert found(tree_of("route", route(leaf("lead.state", "ne", "FL")), route(known))) == []


def test_a_provisional_rule_is_judged_and_marked() -> None:
    (finding,) = lint(tree_of("gate", gate({"all": [FL, TX]}, status="provisional")), CATALOG)

    assert (finding.code, finding.provisional) == ("rule.unreachable", True)


def test_a_set_of_routes_without_a_catch_all_is_shown_a_lead_it_misses() -> None:
    whole = tree_of("route", route(FL), route({"not": FL}))
    open_ended = RuleSetTree("route", ZONE.key, whole.rules[:1])

    (finding,) = lint(open_ended, CATALOG)

    assert (finding.code, finding.pointers) == ("set.no_catch_all", ("/rules",))
    assert finding.example is not None
    assert finding.example.facts.raw() == {"lead.state": "TX"}


def test_the_findings_of_a_set_are_the_same_every_time() -> None:
    tree = tree_of("gate", gate({"all": [FL, TX]}), gate(FL), gate({"all": [FL, ADULT]}))

    assert lint(tree, CATALOG) == lint(tree, CATALOG)


# Decision tables.


def table(*rows_: tuple[list[object], str], hit: str = "first") -> Document:
    return {
        "table": {
            "inputs": [{"field": "lead.state", "op": "in"}, {"field": "lead.age", "op": "between"}],
            "outputs": ["pool"],
            "hit": hit,
            "rows": [{"id": f"r{n}", "if": cells, "then": [pool]} for n, (cells, pool) in enumerate(rows_)],
        }
    }


def test_an_overlap_a_gap_and_a_subsumed_row_are_all_found_with_a_lead_each() -> None:
    planted = table(
        ([["FL"], [0, 64]], "young"),
        ([["FL", "TX"], [60, 99]], "old"),
        ([["TX"], [70, 80]], "never"),
        ([["NY"], "-"], "york"),
    )

    tree = tree_of("route", planted)
    findings = {finding.code: finding for finding in lint(tree, CATALOG)}

    assert {code: finding.rules for code, finding in findings.items()} == {
        "rule.shadowed": ("a/r2", "a/r1"),
        "table.overlap": ("a/r0", "a/r1"),
        "table.gap": ("a",),
    }
    assert findings["table.overlap"].pointers == ("/rules/0/table/rows/0", "/rules/0/table/rows/1")
    _check_examples(tree, findings.values())


def test_a_row_inside_a_later_wider_one_is_what_the_order_is_for() -> None:
    assert found(tree_of("route", table(([["FL"], "-"], "florida"), ([["FL", "TX", "NY"], "-"], "others")))) == []


@pytest.mark.parametrize(
    ("one", "other", "pool"),
    [(["FL"], ["FL", "TX"], "b"), (["FL", "TX"], ["FL"], "b"), (["FL", "TX"], ["FL"], "a")],
    ids=["inside a later one", "inside an earlier one", "saying the same"],
)
def test_rows_of_a_unique_table_that_reading_could_not_refuse_are_found(
    one: list[str], other: list[str], pool: str
) -> None:
    planted = table(([one, "-"], "a"), ([other, "-"], pool), hit="unique")
    document = {"language": 1, "stage": "route", "time_zone": ZONE.key}
    rules = [{**planted, "id": "a", "name": "Rule a"}, make_rule("route", id="last")]
    tree = parse(document | {"rules": rules}, CATALOG, proofs=NO_PROOFS).tree
    assert tree is not None

    (finding,) = [finding for finding in lint(tree, CATALOG) if finding.code == "table.overlap"]

    assert finding.rules == ("a/r0", "a/r1")
    assert "at most one may" in finding.message
    _check_examples(tree, [finding])


def test_what_the_budget_does_not_suffice_for_is_said_once() -> None:
    planted = [gate({"all": [FL, TX]}), *(gate({"all": [ADULT, leaf("lead.age", "ne", 20 + n)]}) for n in range(7))]
    tree = tree_of("gate", *planted)

    short = lint(tree, CATALOG, steps=150)

    assert [finding.code for finding in lint(tree, CATALOG)].count("lint.undecided") == 0
    assert [(finding.rules, finding.pointers) for finding in short if not finding.decided] == [((), ("/rules",))]
    assert "rule.unreachable" in {finding.code for finding in short}


def test_a_budget_used_up_among_the_rows_of_a_table_is_said_too() -> None:
    (finding,) = lint(_wide_table("first"), _wide_catalog(), steps=0)

    assert finding.message.startswith("Whether there is more to find is not decided")


@cache
def _wide_catalog() -> Catalog:
    states = tuple(Option(f"S{number:02}", f"State {number}") for number in range(51))
    lines = tuple(Option(f"L{number}", f"Line {number}") for number in range(6))
    return Catalog(
        [
            Field("lead.state", Kind.CHOICE, "state", "Lead", options=states),
            Field("lead.line", Kind.CHOICE, "line", "Lead", options=lines),
        ]
    )


def _wide_table(hit: str) -> RuleSetTree:
    catalog = _wide_catalog()
    options = [[option.value for option in field.options] for field in catalog.fields]
    cells = [(state, line) for state in options[0] for line in options[1]]
    inputs = [{"field": field.name, "op": "eq"} for field in catalog.fields]
    rows_ = [{"id": f"r{n}", "if": list(pair), "then": [f"pool-{n}"]} for n, pair in enumerate(cells)]
    return tree_of(
        "route", {"table": {"inputs": inputs, "outputs": ["pool"], "hit": hit, "rows": rows_}}, catalog=catalog
    )


@pytest.mark.parametrize("hit", ["first", "unique"])
def test_a_clean_table_of_every_state_and_line_has_none_of_these(hit: str) -> None:
    tree = _wide_table(hit)

    assert len(rows(tree.rules[0])) == 51 * 6
    assert found(tree, _wide_catalog()) == []


# Properties.


@cache
def random_leads() -> Sequence[ExampleLead]:
    """Return ten thousand leads, of facts that conditions tell apart, some missing."""
    rng = random.Random(20_261_121)
    pools = {field.name: _pool(field) for field in CATALOG.fields}
    return [
        ExampleLead(Facts({name: rng.choice(pool) for name, pool in pools.items() if rng.random() < 0.8}), NOW)
        for _ in range(10_000)
    ]


def _pool(field: Field) -> list[Any]:
    raw: dict[Kind, list[object]] = {
        Kind.TEXT: ["es", "en", "LIFE", "a/b~c", "Núñez", "Nunca", "l", "other"],
        Kind.CHOICE: ["FL", "TX", "NY"],
        Kind.NUMBER: [-6, -1, 0, 0.1, 1, 2.5, 3, 5, 6, -0.75],
        Kind.MONEY: [0, 1200, 0.3, "1200.50", "0.1000000000000000000001", 5000],
        Kind.BOOLEAN: [True, False],
        Kind.DATE: ["2026-11-20", "2026-11-21", "2027-02-28", "1950-01-01", "2026-10-01"],
        Kind.DATETIME: ["2026-11-20T15:00:00Z", "2026-11-21T10:00:00-05:00", "2027-01-01T00:00:00.5Z"],
        Kind.TIME: ["00:00", "08:30", "12:00", "21:00:01"],
        Kind.KEY: [["FL", "es"], ["TX", "LIFE"], ["NY", "en"]],
    }
    values = raw[field.kind]
    sets = [[], values[:1], values[:2], values[1:], values]
    return [field.read(value) for value in (sets if field.many else values)]


@pytest.mark.parametrize("stage", ["gate", "score", "route", "eligibility"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_what_lint_calls_unreachable_never_fires_and_every_example_is_confirmed(
    stage: str, data: st.DataObject
) -> None:
    tree = tree_of(stage, *data.draw(st.lists(strategies.rules(stage), min_size=2, max_size=5)))

    findings = lint(tree, CATALOG)

    by_id = {rule.id: rule for rule in tree.rules}
    dead = [by_id[finding.rules[0]] for finding in findings if finding.code == "rule.unreachable"]
    chorus = Chorus([Claim(rule.when) for rule in dead], ZONE)
    assert not any(chorus.holding(lead) for lead in (random_leads() if dead else ()))
    _check_examples(tree, findings)


def _check_examples(tree: RuleSetTree, findings: Any) -> None:
    """Let the reference evaluator say of each example what its finding says of it."""
    written = {row.id: row for rule in tree.rules for row in rows(rule)}
    for finding in findings:
        if finding.code.startswith("condition.") or finding.code in {"rule.unreachable", "lint.undecided"}:
            assert finding.example is None
        elif finding.code in {"set.no_catch_all", "table.gap"}:
            silent = [
                row for name, row in written.items() if not finding.rules or name.startswith(f"{finding.rules[0]}/")
            ]
            assert not any(_holds(row, finding) for row in silent)
        else:
            assert all(_holds(written[name], finding) for name in _holding(finding))


def _holding(finding: Finding) -> tuple[str, ...]:
    """What several rules take between them, no single one needs to hold for."""
    return finding.rules[:1] if finding.code == "rule.shadowed" else finding.rules


def _holds(rule: Rule, finding: Finding) -> bool:
    assert finding.code in SORTS
    assert finding.example is not None
    return rule.when is None or _verdict(rule.when, finding.example) is Verdict.TRUE


def _verdict(condition: Condition, example: ExampleLead) -> Verdict:
    return trace(condition, example.facts, example.at, ZONE).verdict
