"""A licence day is a local day: midnight, several zones, and the nights on which the clocks change."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from licenses.authority import ContractFact, LineFact
from tests.unit.licenses.cast import (
    CHICAGO,
    DENVER,
    LOS_ANGELES,
    NEW_YORK,
    NOON,
    TODAY,
    TOMORROW,
    YESTERDAY,
    codes,
    make_ask,
    make_contract,
    make_license,
    make_licensing,
    make_regime,
    verdict,
)

HONOLULU = "Pacific/Honolulu"


def at(zone: str, *when: int, fold: int = 0) -> datetime:
    """Return an instant by its local clock."""
    return datetime(*when, tzinfo=ZoneInfo(zone), fold=fold)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("now", "ends", "allowed"),
    [
        (at(CHICAGO, 2026, 5, 12, 0, 0), TODAY, True),
        (at(CHICAGO, 2026, 5, 12, 23, 59, 59), TODAY, True),
        (at(CHICAGO, 2026, 5, 13, 0, 0), TODAY, False),
        # 8 March 2026: 02:00 becomes 03:00, so local midnight is one hour nearer to UTC than it was the day before.
        (at(CHICAGO, 2026, 3, 8, 23, 30), date(2026, 3, 8), True),
        (at(CHICAGO, 2026, 3, 9, 0, 30), date(2026, 3, 8), False),
        # 1 November 2026: 01:30 comes twice, on the same local day.
        (at(CHICAGO, 2026, 11, 1, 1, 30), date(2026, 11, 1), True),
        (at(CHICAGO, 2026, 11, 1, 1, 30, fold=1), date(2026, 11, 1), True),
        (at(CHICAGO, 2026, 11, 1, 1, 30), date(2026, 10, 31), False),
        (at(CHICAGO, 2026, 11, 1, 23, 30), date(2026, 11, 1), True),
    ],
    ids=[
        "first minute of the last day",
        "last second of the last day",
        "first minute after",
        "late on the night the clocks go forward",
        "after the night the clocks went forward",
        "the first 01:30 of the night the clocks go back",
        "the second 01:30",
        "the first 01:30, a day too late",
        "late on the day of 25 hours",
    ],
)
def test_a_licence_is_valid_through_its_last_local_day(now: datetime, ends: date, allowed: bool) -> None:
    authority = verdict(make_licensing(make_license(expiry_date=ends)), now=now.astimezone(ZoneInfo("UTC")))

    assert authority.allowed is allowed


@pytest.mark.parametrize(
    ("zones", "allowed"),
    [((DENVER,), True), ((CHICAGO,), False), ((CHICAGO, DENVER), False), ((), False)],
    ids=["El Paso", "Dallas", "either", "not known"],
)
def test_where_the_lead_may_be_in_two_zones_the_licence_must_hold_in_both(
    zones: tuple[str, ...], allowed: bool
) -> None:
    half_past_midnight_in_dallas = at(CHICAGO, 2026, 5, 13, 0, 30)
    licensing = make_licensing(
        make_license(residency="NR", expiry_date=TODAY), make_license("CA", pk=2), resident_state="CA"
    )

    authority = verdict(licensing, make_ask(zones=zones), now=half_past_midnight_in_dallas)

    assert authority.allowed is allowed


def test_a_licence_that_begins_tomorrow_has_not_begun_in_the_western_zone() -> None:
    just_begun_in_dallas = at(CHICAGO, 2026, 5, 13, 0, 30)
    licensing = make_licensing(make_license(effective_date=TOMORROW))

    assert verdict(licensing, now=just_begun_in_dallas).allowed
    either = verdict(licensing, make_ask(zones=(CHICAGO, DENVER)), now=just_begun_in_dallas)
    assert [(block.code, block.text, block.on) for block in either.blocks] == [
        ("LICENSE_NOT_YET", "license begins May 13, 2026", TOMORROW)
    ]


def test_the_home_licence_ends_with_the_day_at_home() -> None:
    home = make_license("NY", expiry_date=TODAY, pk=2)
    licensing = make_licensing(make_license("HI", residency="NR"), home, resident_state="NY")
    evening_in_honolulu = at(HONOLULU, 2026, 5, 12, 20)
    hawaii = make_regime("HI", "JIT")

    authority = verdict(licensing, make_ask("HI", zones=(HONOLULU,)), hawaii, now=evening_in_honolulu)

    assert [block.text for block in authority.blocks] == ["home license (NY) ended May 12, 2026"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (LineFact(10, "LIFE", expiry_date=TODAY), []),
        (LineFact(10, "LIFE", expiry_date=YESTERDAY), ["LOA_INACTIVE"]),
        (LineFact(10, "LIFE", effective_date=TODAY), []),
        (LineFact(10, "LIFE", effective_date=TOMORROW), ["LOA_INACTIVE"]),
    ],
)
def test_a_line_has_days_of_its_own(line: LineFact, expected: list[str]) -> None:
    assert codes(verdict(make_licensing(make_license("TX", line)))) == expected


def test_a_perpetual_licence_never_ends_and_one_without_a_known_end_never_counts() -> None:
    perpetual = make_license(expiry_date=None, is_perpetual=True)
    unknown = make_license(expiry_date=None)

    assert verdict(make_licensing(perpetual)).allowed
    assert [block.text for block in verdict(make_licensing(unknown)).blocks] == ["license has no known last day"]


@pytest.mark.parametrize(
    ("contract", "expected"),
    [
        (make_contract(end_date=TODAY), []),
        (make_contract(end_date=YESTERDAY), ["contract with carrier 00101 ended May 11, 2026"]),
        (make_contract(start_date=TOMORROW), ["contract with carrier 00101 begins May 13, 2026"]),
    ],
)
def test_a_contract_lasts_through_its_last_day(contract: ContractFact, expected: list[str]) -> None:
    assert [block.text for block in verdict(make_licensing(contracts=(contract,))).blocks] == expected


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        verdict(make_licensing(), now=NOON.replace(tzinfo=None))


def test_the_same_instant_is_two_days_on_two_coasts() -> None:
    late_in_los_angeles = at(LOS_ANGELES, 2026, 5, 12, 22)
    resident = make_licensing(make_license("CA", expiry_date=TODAY), resident_state="CA")
    california = make_regime("CA", "JIT")

    west = verdict(resident, make_ask("CA", zones=(LOS_ANGELES,)), california, now=late_in_los_angeles)
    east = verdict(resident, make_ask("CA", zones=(NEW_YORK,)), california, now=late_in_los_angeles)

    assert (west.allowed, east.allowed) == (True, False)
