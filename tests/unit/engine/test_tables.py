"""Decision tables beyond the conformance cases: what rows mean, how they read, how large they may be."""

from dataclasses import replace
from typing import Any

import pytest

from rules_engine.engine import reading
from rules_engine.engine.budget import Budget
from rules_engine.engine.compile import compile_set
from rules_engine.engine.examples import run_examples
from rules_engine.engine.explain import explain_rule
from rules_engine.engine.limits import MAX_CELLS, MAX_COLUMNS
from rules_engine.engine.masks import bits
from rules_engine.engine.nodes import All, Leaf, Literal, Not, Rule
from rules_engine.engine.overlaps import PROOF
from rules_engine.engine.parse import parse, parse_rule, to_document
from rules_engine.engine.problems import Code
from rules_engine.engine.rivals import rivals_of
from rules_engine.engine.ruleset import gate
from rules_engine.engine.tables import expand, rows
from tests.unit.engine.vocabulary import CATALOG, NOW, leaf, make_document, make_rule, make_tree

STATE = {"field": "lead.state", "op": "in"}
AGE = {"field": "lead.age", "op": "between"}


def make_table(*cells: list[Any], hit: str = "first", **changes: Any) -> dict[str, Any]:
    """Return a gate table by state and age with rows r0, r1, … of these cells, all rejecting."""
    table = {
        "inputs": [STATE, AGE][: len(cells[0])],
        "outputs": ["effect", "reason"],
        "hit": hit,
        "rows": [{"id": f"r{place}", "if": row, "then": ["reject", "CLOSED"]} for place, row in enumerate(cells)],
    }
    return {"id": "a-table", "name": "A table", "table": table} | changes


def parsed(document: dict[str, Any], stage: str = "gate") -> Rule:
    """Return the rule of a table, or fail with its problems."""
    found = parse_rule(document, stage, CATALOG)
    assert found.rule is not None, found.problems
    return found.rule


def _leaf(field: str, op: str, value: Any) -> Leaf:
    return Leaf(field, op, Literal(value))


def test_a_rule_that_is_no_table_expands_to_itself() -> None:
    rule = parsed(make_rule())

    assert expand(rule) == (rule,) == rows(rule)


def test_rows_become_rules_named_after_table_and_row() -> None:
    first, second = expand(
        parsed(make_table([["FL"], "-"], ["-", [18, 64]], hit="collect", when=leaf("lead.line", "eq", "LIFE")))
    )

    assert (first.id, first.name, second.id) == ("a-table/r0", "A table, row r0", "a-table/r1")
    assert first.when == All((_leaf("lead.line", "eq", "LIFE"), _leaf("lead.state", "in", ("FL",))))
    assert second.when == All((_leaf("lead.line", "eq", "LIFE"), _leaf("lead.age", "between", (18, 64))))


def test_a_row_asks_that_those_before_it_do_not_hold_where_they_could() -> None:
    _, apart, beside = expand(parsed(make_table([["FL"]], [["TX"]], [["TX", "NY"]])))

    assert apart.when == _leaf("lead.state", "in", ("TX",))
    assert beside.when == All(
        (_leaf("lead.state", "in", ("TX", "NY")), Not(All((_leaf("lead.state", "in", ("TX",)),))))
    )


def test_rows_on_bands_of_a_number_are_told_apart() -> None:
    rule = parsed(make_table(["-", [0, 17]], ["-", [18, 64]], ["-", [64, 99]], ["-", "-"]))

    assert [list(bits(rivals)) for rivals in rivals_of(rule.action)] == [[0, 3], [1, 2, 3], [1, 2, 3], [0, 1, 2, 3]]  # type: ignore[arg-type]  # a table


def test_a_table_reads_as_a_sentence_and_its_rows_do() -> None:
    rule = parsed(make_table([["FL"], "-"], ["-", [18, 64]]))

    assert explain_rule(rule, CATALOG) == "Of 2 rows by state and age, the first that holds decides."
    assert [explain_rule(row, CATALOG) for row in rows(rule)] == [
        "Reject (CLOSED) when state is one of Florida.",
        "Reject (CLOSED) when age is between 18 and 64.",
    ]


def test_a_named_list_reads_by_its_name_and_first_values() -> None:
    lists = {"strict-states": ["FL", "TX", "NY"], "few": ["FL"], "many-names": ["a", "b", "c", "d"]}

    def said(field: str, name: str) -> str:
        found = parse_rule(make_rule(when=leaf(field, "in", list=name)), "gate", CATALOG, lists=lists)
        assert found.rule is not None, found.problems
        return explain_rule(found.rule, CATALOG)

    assert said("lead.state", "strict-states").endswith("state is one of strict states (Florida, Texas, New York).")
    assert said("lead.name", "many-names").endswith("name is one of many names (“a”, “b”, “c”, …).")


def test_a_tree_carries_the_lists_of_the_agency_it_used_and_no_others() -> None:
    document = make_document(make_rule(when=leaf("lead.state", "in", list="strict")))
    ours = {"strict": ["FL"], "other": ["TX"]}

    tree = parse(document, CATALOG, lists=ours).tree

    assert tree is not None
    assert to_document(tree)["lists"] == {"strict": ["FL"]}
    assert parse(to_document(tree), CATALOG).tree == tree


def test_a_document_s_own_list_stands_before_the_agency_s() -> None:
    document = make_document(make_rule(when=leaf("lead.state", "in", list="strict")), lists={"strict": ["NY"]})

    tree = parse(document, CATALOG, lists={"strict": ["FL"]}).tree

    assert tree is not None
    assert tree.lists[0].values == ("NY",)


def test_examples_test_a_table_as_a_whole() -> None:
    at = "2026-06-01T12:00:00Z"
    examples = [
        {"facts": {"lead.state": "FL"}, "at": at, "expect": "reject"},
        {"facts": {"lead.state": "TX"}, "at": at, "expect": "none"},
        {"facts": {}, "at": at, "expect": "none"},
    ]

    results = run_examples(make_tree(make_table([["FL"]], examples=examples)), CATALOG)

    assert [(result.got, result.passed) for result in results] == [("reject", True), ("none", True), ("review", False)]


@pytest.mark.parametrize(
    ("producer", "expect"),
    [({"producer.languages": ["es"]}, "ALLOW"), ({"producer.languages": []}, "BLOCK"), ({}, "UNKNOWN")],
    ids=str,
)
def test_examples_of_requirements_speak_of_every_row(producer: dict[str, Any], expect: str) -> None:
    table = make_table([["FL"]], [["TX"]], hit="collect")["table"]
    column = {"field": "producer.languages", "op": "contains"}
    table |= {"outputs": [column, "reason"], "rows": [row | {"then": ["es", "NO_SPANISH"]} for row in table["rows"]]}
    facts = {"lead.state": "TX"} | producer
    example = {"facts": facts, "at": "2026-06-01T12:00:00Z", "expect": expect}
    nobody = {"facts": {"lead.state": "NY"} | producer, "at": "2026-06-01T12:00:00Z", "expect": "NOT_APPLICABLE"}
    rule = {"id": "a-table", "name": "A table", "table": table, "examples": [example, nobody]}

    results = run_examples(make_tree(rule, stage="eligibility"), CATALOG)

    assert [result.got for result in results] == [expect, "NOT_APPLICABLE"]


def test_an_overlap_is_told_with_a_lead_that_shows_it() -> None:
    document = make_table([["FL", "TX"], [18, 64]], [["TX"], [64, 99]], hit="unique")

    (problem,) = parse_rule(document, "gate", CATALOG).problems

    assert (problem.pointer, problem.code) == ("/table/rows/1", Code.TABLE_OVERLAP)
    assert problem.message == (
        "Rows r0 and r1 can hold together, for instance where state is Texas and age is 64; "
        "tell them apart, or change the hit policy."
    )


def _table_of_names(*names: str, **changes: Any) -> dict[str, Any]:
    document = make_table(*([name] for name in names), hit="unique", **changes)
    document["table"]["inputs"] = [{"field": "lead.name", "op": "starts_with"}]
    return document


def test_proofs_of_one_table_are_bounded() -> None:
    document = _table_of_names("Ana", "Bo", "Cy", "An")
    three = Budget(3 * PROOF)  # spent on the pairs of the first three rows, none of which overlap

    assert [problem.pointer for problem in parse_rule(document, "gate", CATALOG).problems] == ["/table/rows/3"]
    assert parse_rule(document, "gate", CATALOG, proofs=three).problems == ()


def test_all_tables_of_a_document_share_one_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    apart, overlapping = _table_of_names("Ana", "Bo", "Cy"), _table_of_names("Bo", "B", id="another")
    document = {"language": 1, "stage": "gate", "time_zone": "UTC", "rules": [apart, overlapping]}

    whole = parse(document, CATALOG).problems
    monkeypatch.setattr(reading, "READING_STEPS", 3 * PROOF)

    assert [problem.pointer for problem in whole] == ["/rules/1/table/rows/1"]
    assert parse(document, CATALOG).problems == ()
    assert parse(document | {"rules": [overlapping]}, CATALOG).problems != ()


@pytest.mark.parametrize(
    ("columns", "count"), [(MAX_COLUMNS + 1, 1), (3, MAX_CELLS // 3 + 1)], ids=["too wide", "too long"]
)
def test_a_table_that_is_too_large_is_refused_as_a_whole(columns: int, count: int) -> None:
    row = {"id": "r", "if": ["-"], "then": ["warn"] * (columns - 1)}
    table = {"inputs": [STATE], "outputs": ["effect"] * (columns - 1), "hit": "first", "rows": [row] * count}

    (problem,) = parse_rule({"id": "t", "name": "T", "table": table}, "gate", CATALOG).problems

    assert (problem.pointer, problem.code) == ("/table", Code.TABLE_BIG)


def test_a_lead_costs_a_long_table_no_more_questions_than_a_short_one() -> None:
    """A column is asked once, whatever the number of rows: the finder calls each fact's lookup and nothing per row."""
    bands = [["-", [age, age]] for age in range(300)]
    asked: list[str] = []

    class Watched(dict[str, Any]):
        def get(self, name: str, otherwise: Any = None) -> Any:
            asked.append(name)
            return super().get(name, otherwise)

    compiled = compile_set(make_tree(make_table(*bands, hit="unique")), CATALOG)
    facts = CATALOG.facts({"lead.state": "FL", "lead.age": 299})
    facts.known = Watched(facts.known)

    outcome = gate([compiled], facts, NOW)

    assert [fired.rule for fired in outcome.fired] == ["a-table/r299"]
    assert asked == ["lead.age"]


def test_a_table_about_producers_is_asked_row_by_row() -> None:
    table = make_table([["FL"]], hit="first")["table"]
    table["inputs"] = [{"field": "producer.years", "op": "lt"}]
    table["outputs"] = [{"field": "producer.languages", "op": "contains"}, "reason"]
    table["rows"] = [
        {"id": "new", "if": [2], "then": ["es", "NEW"]},
        {"id": "rest", "if": ["-"], "then": ["en", "REST"]},
    ]
    tree = make_tree({"id": "t", "name": "T", "table": table}, stage="eligibility")

    compiled = compile_set(tree, CATALOG)

    assert compiled.find({}, None) == [0, 1]  # type: ignore[arg-type]  # nothing here asks the time
    assert compile_set(replace(tree, rules=expand(tree.rules[0])), CATALOG).find({}, None) == [0, 1]  # type: ignore[arg-type]
