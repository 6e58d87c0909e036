"""Two documents compared in sentences."""

from typing import Any

from accounts.differences import Difference
from rules_engine.comparison import Comparison, RowWords, RuleChange, compare
from rules_engine.condition_changes import NodeChange


def gate(rule_id: str, state: str = "FL", **parts: Any) -> dict[str, Any]:
    when = {"field": "lead.state", "op": "eq", "value": state}
    return {"id": rule_id, "name": f"Rule {rule_id}", "when": when, "effect": "warn", **parts}


def document(*rules: dict[str, Any], time_zone: str = "UTC") -> dict[str, Any]:
    return {"language": 1, "stage": "gate", "time_zone": time_zone, "rules": list(rules)}


def test_the_same_document_differs_in_nothing() -> None:
    assert not compare(document(gate("a")), document(gate("a")))


def test_rules_are_added_and_removed_with_their_sentences() -> None:
    found = compare(document(gate("a"), gate("b")), document(gate("b"), gate("c", "TX")))

    assert found.rules == (
        RuleChange("added", "c", "Rule c", new="Warn when State is Texas."),
        RuleChange("removed", "a", "Rule a", old="Warn when State is Florida."),
    )


def test_what_no_sentence_tells_of_a_rule_that_comes_or_goes_is_shown_place_by_place() -> None:
    example = {"facts": {"lead.state": "FL"}, "at": "2026-06-01T12:00:00Z", "expect": "reject"}
    skipping = gate(
        "a",
        effect="reject",
        reason="FLORIDA",
        on_unknown="skip",
        jurisdiction="FL",
        citation={"source": "Bulletin 7"},
        status="confirmed",
        examples=[example],
    )
    silent = {
        "reason": "FLORIDA",
        "on_unknown": "skip",
        "jurisdiction": "FL",
        "citation › source": "Bulletin 7",
        "status": "confirmed",
    }

    (came,) = compare(document(), document(skipping)).rules
    (went,) = compare(document(skipping), document()).rules

    assert came.places == tuple(Difference(place, None, text) for place, text in silent.items())
    assert went.places == tuple(Difference(place, text, None) for place, text in silent.items())
    assert (came.examples, went.examples) == ("Examples: 1 added.", "Examples: 1 removed.")
    assert "  on_unknown: added skip" in compare(document(), document(skipping)).lines()


def test_a_table_that_comes_says_what_it_does_without_a_fact() -> None:
    inputs, rows = [{"field": "lead.state", "op": "eq"}], [{"id": "fl", "if": ["FL"], "then": ["reject"]}]
    body = {"inputs": inputs, "outputs": ["effect"], "hit": "first", "rows": rows}

    (came,) = compare(document(), document({"id": "t", "name": "T", "table": body, "on_unknown": "skip"})).rules

    assert came.places == (Difference("on_unknown", None, "skip"),)


def test_a_changed_rule_shows_both_sentences_and_what_they_do_not_tell() -> None:
    found = compare(document(gate("a")), document(gate("a", "TX", jurisdiction="TX")))

    assert found.rules == (
        RuleChange(
            "changed",
            "a",
            "Rule a",
            "Warn when State is Florida.",
            "Warn when State is Texas.",
            (Difference("jurisdiction", None, "TX"),),
            (NodeChange("changed", "State is Florida", "State is Texas"),),
        ),
    )


def test_a_change_no_sentence_tells_is_shown_place_by_place() -> None:
    found = compare(document(gate("a")), document(gate("a", citation={"source": "Bulletin 7"})))

    (change,) = found.rules
    assert (change.old, change.new) == ("", "")
    assert change.places == (Difference("citation › source", None, "Bulletin 7"),)


def test_only_the_rule_that_left_its_order_has_moved() -> None:
    found = compare(document(gate("a"), gate("b"), gate("c")), document(gate("c"), gate("a"), gate("b")))

    assert found.rules == (RuleChange("moved", "c", "Rule c", new="Now the first."),)


def test_a_first_version_adds_everything() -> None:
    found = compare({}, document(gate("a")))

    assert found == Comparison((), (RuleChange("added", "a", "Rule a", new="Warn when State is Florida."),))


def test_another_time_zone_changes_the_whole() -> None:
    found = compare(document(time_zone="UTC"), document(time_zone="America/Denver"))

    assert found.whole == (Difference("time_zone", "UTC", "America/Denver"),)


def test_a_table_is_told_row_by_row() -> None:
    def table(*rows: dict[str, Any], hit: str = "collect") -> dict[str, Any]:
        inputs = [{"field": "lead.state", "op": "in"}]
        body = {"inputs": inputs, "outputs": ["effect"], "hit": hit, "rows": list(rows)}
        return document({"id": "t", "name": "By state", "table": body})

    florida, georgia = ({"id": code.lower(), "if": [[code]], "then": ["warn"]} for code in ("FL", "GA"))
    found = compare(table(florida, georgia), table({**florida, "then": ["task"]}, {**georgia, "id": "new"}))

    assert found.lines() == [
        "Changed: By state (t)",
        "  Row fl changed: Effect: warn → task.",
        "  Row new added: State is one of: Georgia; Effect: warn.",
        "  Row ga removed: State is one of: Georgia; Effect: warn.",
    ]
    (other,) = compare(table(florida, georgia), table(georgia, florida, hit="first")).rules
    assert [each.place for each in other.places] == ["table › hit", "rows"]


def test_examples_are_counted_not_recited() -> None:
    one, two = (
        {"facts": {"lead.state": state}, "at": "2026-06-01T12:00:00Z", "expect": "warn"} for state in ("FL", "GA")
    )
    found = compare(document(gate("a", examples=[one])), document(gate("a", examples=[two, one, two])))

    (change,) = found.rules
    assert (change.places, change.examples) == ((), "Examples: 2 added.")


def test_all_of_it_can_be_written_as_plain_text() -> None:
    old = document(gate("a"), gate("b"), time_zone="UTC")
    new = document(gate("b", "TX"), gate("c"), time_zone="America/Denver")

    assert compare(old, new).lines() == [
        "time_zone: UTC → America/Denver",
        "Changed: Rule b (b)",
        "  Before: Warn when State is Florida.",
        "  Now: Warn when State is Texas.",
        "  Condition changed: State is Florida → State is Texas.",
        "Added: Rule c (c)",
        "  Warn when State is Florida.",
        "Removed: Rule a (a)",
        "  Warn when State is Florida.",
    ]


def test_a_rule_this_release_cannot_read_says_so() -> None:
    found = compare(document(gate("a")), document({**gate("a"), "when": {"field": "lead.gone", "op": "is_known"}}))

    assert found.rules[0].new.startswith('This release cannot read the rule: There is no field "lead.gone"')


def test_a_table_that_comes_or_goes_is_told_row_by_row() -> None:
    table = {
        "id": "numbers",
        "name": "Numbers",
        "table": {
            "inputs": [{"field": "lead.state", "op": "eq"}],
            "outputs": ["effect", "reason"],
            "hit": "collect",
            "rows": [
                {"id": "fl", "if": ["FL"], "then": ["warn", "FLORIDA"], "citation": {"source": "Fla. Stat. 501.616"}},
                {"id": "tx", "if": ["TX"], "then": ["review", "TEXAS"]},
            ],
        },
        "status": "provisional",
    }
    rows = (
        RowWords("Warn (FLORIDA) when State is Florida.", "Fla. Stat. 501.616"),
        RowWords("Review (TEXAS) when State is Texas."),
    )

    (came,) = compare(document(), document(table)).rules
    (went,) = compare(document(table), document()).rules

    assert (came.kind, came.rows) == ("added", rows)
    assert (went.kind, went.rows) == ("removed", rows)
