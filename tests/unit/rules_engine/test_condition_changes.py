"""Conditions compared node by node."""

from typing import Any

import pytest

from routing.catalog import CATALOG
from rules_engine.condition_changes import condition_changes
from rules_engine.engine.parse import parse_condition

FL: dict[str, Any] = {"field": "lead.state", "op": "eq", "value": "FL"}
GA: dict[str, Any] = {"field": "lead.state", "op": "eq", "value": "GA"}
PHONE: dict[str, Any] = {"field": "lead.has_phone", "op": "eq", "value": True}
REPEAT: dict[str, Any] = {"field": "lead.is_repeat", "op": "eq", "value": True}

CASES: dict[str, tuple[Any, Any, list[str]]] = {
    "nothing": ({"all": [FL, PHONE]}, {"all": [FL, PHONE]}, []),
    "a first one": (None, FL, ["Condition added: State is Florida."]),
    "the last one": (FL, None, ["Condition removed: State is Florida."]),
    "another value": (FL, GA, ["Condition changed: State is Florida → State is Georgia."]),
    "one more": (FL, {"all": [FL, PHONE]}, ["Condition added: Has a phone number is yes."]),
    "one less": ({"all": [FL, PHONE]}, PHONE, ["Condition removed: State is Florida."]),
    "another order": ({"all": [FL, PHONE]}, {"all": [PHONE, FL]}, ["Condition moved: Has a phone number is yes."]),
    "inside a group": (
        {"all": [FL, {"any": [PHONE, REPEAT]}]},
        {"all": [FL, {"any": [PHONE]}]},
        ["Condition removed, within “at least one of”: Asked before is yes."],
    ),
    "into a group": (
        {"all": [FL, PHONE, {"any": [REPEAT]}]},
        {"all": [FL, {"any": [REPEAT, PHONE]}]},
        ["Condition moved, within “at least one of”: Has a phone number is yes."],
    ),
    "another kind of group": (
        {"all": [FL, {"any": [PHONE, REPEAT]}]},
        {"all": [FL, {"not": PHONE}]},
        [
            "Condition changed: Has a phone number is yes or Asked before is yes"
            " → it is not so that Has a phone number is yes."
        ],
    ),
    "a mute": ({"all": [FL, PHONE]}, {"all": [FL, {**PHONE, "muted": True}]}, [
        "Condition changed: Has a phone number is yes → Has a phone number is yes [muted]."
    ]),
    "the same twice": (
        {"any": [FL, FL]},
        {"any": [FL]},
        ["Condition removed, within “at least one of”: State is Florida."],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), CASES.values(), ids=CASES)
def test_what_differs_is_said_node_by_node(old: Any, new: Any, said: list[str]) -> None:
    before, after = (body and parse_condition(body, CATALOG, draft=True).condition for body in (old, new))

    assert [change.text for change in condition_changes(before, after, CATALOG)] == said
