"""Where some producer could ever have a lead: by the guard, by what the live rules leave open, and why not."""

from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.errors import Missing
from routing.selling import Obstacle, Verdict
from routing.services import selling
from tests.agency import NOW, TODAY, hire, open_agency, publish, set_license

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def forget() -> None:
    """Work out anew in each test: a rolled-back test gives its version numbers to the next one."""
    selling.known_cells.cache_clear()


def require(rule: str, condition: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return {"id": rule, "name": rule.capitalize(), "require": condition, "reason": "NOT_FIT", **parts}


TRAINED = {"field": "producer.certifications", "op": "contains", "value": "ANNUITY_BI"}
LIFE = {"field": "lead.line", "op": "eq", "value": "LIFE"}


def verdicts(now: datetime = NOW) -> dict[tuple[str, str], Verdict]:
    return {(cell.state, cell.line): cell.verdict for cell in selling.cells(now=now)}


def test_a_cell_is_open_where_somebody_is_licensed_and_closed_elsewhere() -> None:
    open_agency()
    hire("Kim")

    found = verdicts()

    assert [place for place, verdict in found.items() if verdict is Verdict.OPEN] == [("GA", "LIFE")]
    assert set(found.values()) == {Verdict.OPEN, Verdict.UNLICENSED}
    assert selling.why(state="GA", line="LIFE", now=NOW).cell.producer == "Kim Park"


def test_a_licence_that_lapses_closes_the_cell_and_is_named() -> None:
    open_agency()
    set_license(hire("Kim"), status="INACTIVE")

    why = selling.why(state="GA", line="LIFE", now=NOW)

    assert (why.cell.verdict, why.cell.lawful) == (Verdict.UNLICENSED, 0)
    assert [obstacle.producers for obstacle in why.guard] == [1] * len(why.guard)
    assert why.guard != ()


def test_a_licence_closes_the_cell_when_its_day_ends_in_the_state_not_at_midnight_in_greenwich() -> None:
    open_agency()
    hire("Kim", expiry_date=TODAY)
    evening, night = (datetime(2026, 11, 24, hour, 30, tzinfo=UTC) for hour in (0, 5))  # 19:30 and 0:30 in Georgia

    assert [verdicts(at)["GA", "LIFE"] for at in (evening, night)] == [Verdict.OPEN, Verdict.UNLICENSED]


def test_rules_nobody_can_meet_close_it_and_are_named() -> None:
    open_agency()
    hire("Kim")
    hire("Lee")
    publish("fit", require("training", TRAINED, when=LIFE), stage="eligibility")

    why = selling.why(state="GA", line="LIFE", now=NOW)

    assert (why.cell.verdict, why.cell.lawful) == (Verdict.RULED_OUT, 2)
    assert why.rules == (Obstacle("fit:training", "Training", 2),)
    assert verdicts()["GA", "LIFE"] is Verdict.RULED_OUT


def test_rules_that_leave_some_lead_open_do_not_close_it() -> None:
    open_agency()
    hire("Kim")
    old = {"field": "lead.age", "op": "gt", "value": 65}
    named = {"field": "producer.carriers", "op": "contains", "ref": "lead.carrier"}
    publish("fit", require("training", TRAINED, when=old), require("carrier", named), stage="eligibility")

    assert verdicts()["GA", "LIFE"] is Verdict.OPEN


def test_rules_that_close_it_between_them_do() -> None:
    open_agency()
    hire("Kim")
    old = {"field": "lead.age", "op": "gt", "value": 65}
    publish(
        "fit",
        require("old", TRAINED, when=old),
        require("young", TRAINED, when={"not": old}),
        stage="eligibility",
    )

    why = selling.why(state="GA", line="LIFE", now=NOW)

    assert (why.cell.verdict, why.rules) == (Verdict.RULED_OUT, ())


def test_a_provisional_rule_closes_nothing() -> None:
    open_agency()
    hire("Kim")
    publish("fit", require("training", TRAINED, status="provisional"), stage="eligibility")

    assert verdicts()["GA", "LIFE"] is Verdict.OPEN


def test_what_nobody_asks_about_is_refused() -> None:
    with pytest.raises(Missing):
        selling.why(state="ZZ", line="LIFE", now=NOW)
