"""Two documents compared in sentences."""

from typing import Any

from accounts.differences import Difference
from rules_engine.comparison import Comparison, RuleChange, compare


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
        ),
    )


def test_a_change_no_sentence_tells_is_shown_place_by_place() -> None:
    found = compare(document(gate("a")), document(gate("a", citation={"source": "Bulletin 7"})))

    (change,) = found.rules
    assert (change.old, change.new) == ("", "")
    assert change.places == (Difference("citation", None, '{"source": "Bulletin 7"}'),)


def test_only_the_rule_that_left_its_order_has_moved() -> None:
    found = compare(document(gate("a"), gate("b"), gate("c")), document(gate("c"), gate("a"), gate("b")))

    assert found.rules == (RuleChange("moved", "c", "Rule c", new="Now the first."),)


def test_a_first_version_adds_everything() -> None:
    found = compare({}, document(gate("a")))

    assert found == Comparison((), (RuleChange("added", "a", "Rule a", new="Warn when State is Florida."),))


def test_another_time_zone_changes_the_whole() -> None:
    found = compare(document(time_zone="UTC"), document(time_zone="America/Denver"))

    assert found.whole == (Difference("time_zone", "UTC", "America/Denver"),)


def test_a_rule_this_release_cannot_read_says_so() -> None:
    found = compare(document(gate("a")), document({**gate("a"), "when": {"field": "lead.gone", "op": "is_known"}}))

    assert found.rules[0].new.startswith('This release cannot read the rule: There is no field "lead.gone"')
