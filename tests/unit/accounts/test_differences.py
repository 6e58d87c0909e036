"""Two JSON values compared for a reader."""

from json import dumps

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.differences import Difference, differences, readable

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(["TX"], ["TX", "NY"], [Difference("", None, "NY")], id="item added"),
        pytest.param(["TX", "CA"], ["CA"], [Difference("", "TX", None)], id="item removed"),
        pytest.param(["TX"], ["NY"], [Difference("", "TX", "NY")], id="item replaced"),
        pytest.param({"a": 1}, {"a": 2}, [Difference("a", "1", "2")], id="value changed"),
        pytest.param(
            {"a": 1}, {"b": True}, [Difference("a", "1", None), Difference("b", None, "yes")], id="key changed"
        ),
        pytest.param({"a": True}, {"a": 1}, [Difference("a", "yes", "1")], id="yes is not one"),
        pytest.param({}, {"a": []}, [Difference("a", None, "(empty)")], id="empty list"),
        pytest.param(None, ["TX", "NY"], [Difference("", "(empty)", "TX, NY")], id="from nothing"),
    ],
)
def test_a_difference_names_its_place_and_both_values(old: object, new: object, expected: list[Difference]) -> None:
    assert list(differences(old, new)) == expected


def test_a_condition_put_before_others_is_one_difference() -> None:
    old = {"all": [{"field": "lead.state"}, {"field": "lead.age"}]}
    new = {"all": [{"field": "lead.line"}, {"field": "lead.state"}, {"field": "lead.age"}]}

    found = list(differences(old, new))

    assert found == [Difference("all › 1", None, '{"field": "lead.line"}')]


def test_a_change_deep_within_a_tree_names_the_way_there() -> None:
    old = {"when": {"all": [{"op": "in", "value": ["TX"]}, {"op": "gte", "value": 18}]}}
    new = {"when": {"all": [{"op": "in", "value": ["TX"]}, {"op": "gte", "value": 21}]}}

    found = list(differences(old, new))

    assert found == [Difference("when › all › 2 › value", "18", "21")]


def test_a_mapping_is_not_mistaken_for_nothing() -> None:
    assert readable({"op": "eq"}) == '{"op": "eq"}'


@given(value=JSON)
def test_a_value_does_not_differ_from_itself(value: object) -> None:
    assert list(differences(value, value)) == []


@given(old=JSON, new=JSON)
def test_any_two_values_can_be_compared(old: object, new: object) -> None:
    found = list(differences(old, new))

    assert bool(found) == (dumps(old, sort_keys=True) != dumps(new, sort_keys=True))
