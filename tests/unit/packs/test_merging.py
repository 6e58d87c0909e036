"""Three-way merges: the pack's change is taken, one's own is kept, and where both changed a person chooses."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.packs.merging import Choice, merge


def rule(rule_id: str, says: str = "x") -> dict[str, Any]:
    return {"id": rule_id, "name": f"{rule_id} {says}"}


def document(*rules: dict[str, Any], **head: Any) -> dict[str, Any]:
    return {"stage": "gate", "time_zone": "UTC", **head, "rules": list(rules)}


def names(merged: dict[str, Any]) -> list[str]:
    return [each["name"] for each in merged["rules"]]


A, B, C = rule("a"), rule("b"), rule("c")
OURS, NEXT = rule("a", "ours"), rule("a", "next")


@pytest.mark.parametrize(
    ("before", "ours", "pack", "come"),
    [
        pytest.param([], [], [A, B], ["a x", "b x"], id="a first install takes everything"),
        pytest.param([A], [A], [NEXT], ["a next"], id="a change of the pack is taken"),
        pytest.param([A, B], [A, B], [A], ["a x"], id="a removal by the pack is taken"),
        pytest.param([A], [OURS], [A, B], ["a ours", "b x"], id="an own edit stays"),
        pytest.param([A, B], [B], [A, B, C], ["b x", "c x"], id="an own removal stays"),
        pytest.param([A], [A, C], [A, B], ["a x", "c x", "b x"], id="an own rule stays after what it followed"),
        pytest.param([A], [OURS], [OURS], ["a ours"], id="the same change on both sides is no conflict"),
        pytest.param([A, B], [B, A], [A, B, C], ["b x", "c x", "a x"], id="an own order stays"),
        pytest.param([A, B], [A, B], [B, A], ["b x", "a x"], id="an order of the pack is taken"),
    ],
)
def test_what_nobody_has_to_decide(before: list[Any], ours: list[Any], pack: list[Any], come: list[str]) -> None:
    merged = merge(document(*before) if before else {}, document(*ours) if ours else {}, document(*pack))

    assert merged.conflicts == ()
    assert names(merged.document({})) == come


@pytest.mark.parametrize(
    ("before", "ours", "pack", "as_ours", "as_pack"),
    [
        pytest.param([A], [OURS], [NEXT], ["a ours"], ["a next"], id="both changed it"),
        pytest.param([A], [], [NEXT], [], ["a next"], id="taken out here, changed in the pack"),
        pytest.param([A], [OURS], [], ["a ours"], [], id="changed here, gone from the pack"),
        pytest.param([], [OURS], [NEXT], ["a ours"], ["a next"], id="written on both sides under one id"),
    ],
)
def test_what_somebody_has_to_decide(
    before: list[Any], ours: list[Any], pack: list[Any], as_ours: list[str], as_pack: list[str]
) -> None:
    merged = merge(document(*before), document(*ours), document(*pack))

    assert [each.rule_id for each in merged.conflicts] == ["a"]
    assert names(merged.document({"a": Choice.OURS})) == as_ours
    assert names(merged.document({})) == as_ours
    assert names(merged.document({"a": Choice.PACK})) == as_pack


def test_own_edits_of_the_packs_rules_are_told_and_own_rules_are_not() -> None:
    merged = merge(document(A, B), document(OURS, C), document(A, B))

    assert merged.kept == ("a", "b")


def test_an_own_time_zone_stays_and_the_packs_comes_where_nobody_touched_it() -> None:
    was, ours, pack = document(time_zone="UTC"), document(time_zone="America/Denver"), document(time_zone="Etc/UTC")

    assert merge(was, ours, pack).document({})["time_zone"] == "America/Denver"
    assert merge(was, was, pack).document({})["time_zone"] == "Etc/UTC"


def test_a_named_list_stays_as_long_as_a_rule_names_it() -> None:
    listed = {**OURS, "when": {"field": "lead.state", "op": "in", "list": "strict-states"}}
    merged = merge(document(A), document(listed, lists={"strict-states": ["AK"]}), document(NEXT))

    assert merged.document({"a": Choice.OURS})["lists"] == {"strict-states": ["AK"]}
    assert "lists" not in merged.document({"a": Choice.PACK})


DOCUMENTS = st.lists(
    st.builds(rule, st.sampled_from("abcd"), st.sampled_from("xyz")), unique_by=lambda each: each["id"]
).map(lambda rules: document(*rules))


@given(DOCUMENTS, DOCUMENTS, DOCUMENTS)
def test_no_edit_is_lost_and_nothing_comes_from_nowhere(before: Any, ours: Any, pack: Any) -> None:
    was, here, there = ({each["id"]: each for each in side["rules"]} for side in (before, ours, pack))

    merged = merge(before, ours, pack).document({})

    come = {each["id"]: each for each in merged["rules"]}
    edited = {rule_id for rule_id in {*was, *here} if here.get(rule_id) != was.get(rule_id)}
    assert {rule_id: come.get(rule_id) for rule_id in edited} == {rule_id: here.get(rule_id) for rule_id in edited}
    untouched = {*here, *there, *was} - edited
    assert {rule_id: come.get(rule_id) for rule_id in untouched} == {
        rule_id: there.get(rule_id) for rule_id in untouched
    }
    assert len(come) == len(merged["rules"])


@given(DOCUMENTS, DOCUMENTS, DOCUMENTS)
def test_taking_the_packs_side_everywhere_leaves_no_decision_for_the_next_time(
    before: Any, ours: Any, pack: Any
) -> None:
    first = merge(before, ours, pack)

    taken = first.document({each.rule_id: Choice.PACK for each in first.conflicts})

    assert merge(pack, taken, pack).conflicts == ()
    assert merge(pack, taken, pack).document({}) == taken
