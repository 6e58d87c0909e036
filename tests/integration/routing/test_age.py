"""The age of a lead whose zone is one of several."""

from datetime import UTC, date, datetime

import pytest

from routing.facts import personal_facts

AT_NIGHT = datetime(2026, 11, 21, 6, 30, tzinfo=UTC)  # half past midnight in Dallas, half past eleven in El Paso


@pytest.mark.parametrize(("born", "age"), [(date(2019, 1, 1), 7), (date(2008, 11, 21), None), (date(2008, 11, 22), 17)])
def test_the_age_is_known_unless_the_zones_disagree_on_a_birthday(born: date, age: int | None) -> None:
    zones = ["America/Chicago", "America/Denver"]

    facts = personal_facts("", born, zones, AT_NIGHT)

    assert facts["lead.age"] == age
