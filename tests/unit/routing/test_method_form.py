"""The form of a method says what the document says, and back."""

from typing import Any

import pytest

from routing.admin.method_form import PARTS, MethodWidget, StrategyRadios, _inputs, _rows
from routing.strategies.table import STRATEGIES

FULL: dict[str, Any] = {
    "filters": [
        {"step": "skill", "needs": [{"skill": "annuities", "level": 3, "products": ["fixed_annuity"]}], "relax": 2},
        {"step": "availability", "holidays": False, "seen_within": 5, "otherwise": "hold"},
        {"step": "territory"},
    ],
    "preferences": [{"step": "closest"}, {"step": "continuity", "within_days": 90}],
    "order": {"catch_up": 4},
}


def sent(document: dict[str, Any], strategy: str) -> dict[str, str]:
    """Return what a browser sends of the page that shows this document."""
    data = {"strategy": strategy}
    rows = [row for part in PARTS for row in _rows("method", part, document)]
    inputs = [each for row in rows for each in row.inputs]
    for step in STRATEGIES.values():
        said = document.get("order", {}) if step.name == strategy else {}
        inputs += _inputs(step, f"method-order-{step.name}", said)
    data |= {f"{row.name}-place": str(row.place) for row in rows}
    data |= {f"{row.name}-use": "on" for row in rows if row.used}
    return data | {each.name: each.text for each in inputs if each.text or each.kind != "flag"}


@pytest.mark.parametrize("document", [{}, FULL], ids=["nothing", "a full method"])
def test_what_the_page_shows_is_what_it_sends(document: dict[str, Any]) -> None:
    assert MethodWidget().value_from_datadict(sent(document, "weighted"), {}, "method") == document


def test_steps_go_by_their_places_and_those_without_one_come_last() -> None:
    data = {
        "method-filters-skill-use": "on",
        "method-filters-skill-place": "",
        "method-filters-territory-use": "on",
        "method-filters-territory-place": "2",
        "method-filters-language-use": "on",
        "method-filters-language-place": "1",
    }

    method = MethodWidget().value_from_datadict(data, {}, "method")

    assert [each["step"] for each in method["filters"]] == ["language", "territory", "skill"]


def test_what_cannot_be_read_is_kept_for_the_parser_to_judge() -> None:
    data = {"strategy": "weighted", "method-order-weighted-catch_up": "many"}

    assert MethodWidget().value_from_datadict(data, {}, "method") == {"order": {"catch_up": "many"}}


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "text",
        {"filters": {}},
        {"filters": ["skill", {"step": 7}, {"step": "skill", "needs": 5}]},
        {"order": 3},
    ],
)
def test_whatever_the_database_holds_can_be_shown(document: Any) -> None:
    radios = StrategyRadios(choices=[])
    radios.method = document

    assert "Skill." in MethodWidget().render("method", document)
    assert "Round robin." in radios.render("strategy", "round_robin")
