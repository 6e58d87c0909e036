"""docs/strategies.md lists the steps of a method as the tables have them."""

from collections.abc import Mapping

import pytest

from routing.strategies.options import OneOf, Option
from routing.strategies.table import FILTERS, PICKS, PREFERENCES, STRATEGIES, Step
from tests.unit.docs.markdown import rows

TABLES: dict[str, Mapping[str, Step]] = {
    "## Who is left out": FILTERS,
    "## Who comes first": PREFERENCES,
    "## The order": STRATEGIES,
    "## The pick": PICKS,
}


def told(step: Step) -> list[str]:
    """Return a step as its row in the documentation."""
    return [step.label, step.name, step.help, "; ".join(map(_option, step.options))]


def _option(option: Option) -> str:
    kind = option.kind
    shipped = (
        kind.choices[option.default].lower() if isinstance(kind, OneOf) else kind.to_text(option.default) or "none"
    )
    words = {"on": "yes", "none": "no"}
    return f"{option.label} ({words.get(shipped, shipped)})"


@pytest.mark.parametrize("heading", TABLES)
def test_every_step_is_listed_with_its_options_as_shipped(heading: str) -> None:
    assert rows("strategies.md", under=heading) == [told(step) for step in TABLES[heading].values()]
