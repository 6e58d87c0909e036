"""The chart of the home page as geometry."""

import pytest

from config.bars import BASE, OUTCOMES, chart
from routing.queries.today import Hour


def day(**outcomes_at: dict[str, int]) -> list[Hour]:
    """Return a day's hours, given as h9={...}."""
    return [Hour(hour, outcomes_at.get(f"h{hour}", {})) for hour in range(24)]


def test_outcomes_of_one_hour_stand_on_each_other() -> None:
    drawn = chart(day(h9={"assigned": 3, "fallback": 1}))

    assigned, fallback = drawn.bars
    assert (assigned.outcome, fallback.outcome) == ("assigned", "fallback")
    assert assigned.x == fallback.x
    assert assigned.y == BASE - assigned.height
    assert fallback.y + fallback.height == assigned.y
    assert assigned.height == pytest.approx(3 * fallback.height)


def test_the_table_says_what_the_picture_shows() -> None:
    drawn = chart(day(h9={"assigned": 3, "fallback": 1}, h14={"quarantined": 2}))

    assert OUTCOMES[0] == ("assigned", "Assigned")
    assert [(row.label, row.numbers) for row in drawn.rows] == [("09:00", (3, 1, 0, 0)), ("14:00", (0, 0, 2, 0))]
    assert drawn.total == 6


@pytest.mark.parametrize(
    ("most", "labels"),
    [
        pytest.param(0, ["0", "1", "2", "3", "4"], id="nothing yet"),
        pytest.param(4, ["0", "1", "2", "3", "4"], id="fits"),
        pytest.param(5, ["0", "2", "4", "6", "8"], id="one more"),
        pytest.param(130, ["0", "50", "100", "150", "200"], id="busy"),
    ],
)
def test_the_scale_has_round_numbers(most: int, labels: list[str]) -> None:
    drawn = chart(day(h9={"assigned": most}))

    assert [line.label for line in drawn.lines] == labels
