"""The chart of the home page: a day's leads, as a drawing and as a table."""

from config.home import OUTCOMES, chart
from routing.queries.today import Hour


def day(**outcomes_at: dict[str, int]) -> list[Hour]:
    """Return a day's hours, given as h9={...}."""
    return [Hour(hour, outcomes_at.get(f"h{hour}", {})) for hour in range(24)]


def test_each_outcome_has_its_own_tone() -> None:
    drawn = chart(day(h9={"assigned": 3, "fallback": 1}))

    assert [bar.tone for bar in drawn["upright"].bars] == [OUTCOMES["assigned"].tone, OUTCOMES["fallback"].tone]
    assert len({each.tone for each in OUTCOMES.values()}) == len(OUTCOMES)


def test_the_table_says_what_the_picture_shows() -> None:
    drawn = chart(day(h9={"assigned": 3, "fallback": 1}, h14={"quarantined": 2}))

    assert drawn["rows"] == [("09:00", (3, 1, 0, 0)), ("14:00", (0, 0, 2, 0))]
    assert drawn["desc"].startswith("6 leads so far")


def test_a_day_without_leads_can_be_drawn() -> None:
    assert chart(day())["rows"] == []
