"""The places data as loaded: every defect of the packages that we know of."""

from typing import Any

import pytest
import zipcodes

from routing.geography import sources
from routing.geography.places import AreaFacts, Gazetteer, ZipFacts
from routing.geography.states import JURISDICTIONS, STATE_ZONES
from routing.sla.zones import find_zone

EASTERN, CENTRAL = "America/New_York", "America/Chicago"


@pytest.fixture(scope="module")
def places() -> Gazetteer:
    """The data of the installed packages."""
    return sources.read()


@pytest.fixture(scope="module")
def zips(places: Gazetteer) -> dict[str, ZipFacts]:
    """The ZIPs by their digits."""
    return {facts.zip_code: facts for facts in places.zips}


@pytest.fixture(scope="module")
def areas(places: Gazetteer) -> dict[str, AreaFacts]:
    """The area codes by their digits."""
    return {facts.npa: facts for facts in places.areas}


def test_every_zip_is_five_digits_once(places: Gazetteer, zips: dict[str, ZipFacts]) -> None:
    assert len(zips) == len(places.zips) == 42_789
    assert all(len(zip_code) == 5 and zip_code.isdecimal() for zip_code in zips)
    assert places.malformed_zips == ()


def test_a_zip_of_three_states_has_all_three_its_post_offices_first(zips: dict[str, ZipFacts]) -> None:
    assert zips["86514"].state == "AZ"
    assert zips["86514"].states == ("AZ", "NM", "UT")


def test_every_zip_of_the_list_of_several_states_is_known_and_holds_its_own(zips: dict[str, ZipFacts]) -> None:
    shared = sources.several_states()

    assert len(shared) == 60
    for zip_code, states in shared.items():
        assert zips[zip_code].state in states
        assert set(zips[zip_code].states) == set(states)


def test_area_codes_flag_every_zip_of_several_states_without_the_list() -> None:
    listed = sources.several_states()
    rows = [row for row in zipcodes.list_all() if row["zip_code"] in listed]

    unlisted = sources.gazetteer(rows, {})

    assert {facts.zip_code for facts in unlisted.zips if facts.hinted_states} == set(listed)


def test_fishers_island_is_in_new_york_and_hints_at_connecticut(zips: dict[str, ZipFacts]) -> None:
    assert (zips["06390"].states, zips["06390"].hinted_states) == (("NY",), ("CT",))


def test_a_blank_county_stays_blank(zips: dict[str, ZipFacts]) -> None:
    assert (zips["96910"].state, zips["96910"].county) == ("GU", "")


@pytest.mark.parametrize("zip_code", ["09001", "34002", "96201"])
def test_a_military_zip_has_no_zone(zips: dict[str, ZipFacts], zip_code: str) -> None:
    assert zips[zip_code].is_military
    assert zips[zip_code].zones == ()


def test_all_military_zips_and_no_others_are_without_a_zone(places: Gazetteer) -> None:
    without = [facts for facts in places.zips if not facts.zones]

    assert len(without) == 823
    assert all(facts.is_military for facts in without)


def test_a_place_that_is_no_zone_is_dropped_and_the_other_source_stands_in(
    places: Gazetteer, zips: dict[str, ZipFacts]
) -> None:
    assert places.unreadable_zones == ("99634",)
    assert zips["99634"].zones == ("America/Anchorage",)


@pytest.mark.parametrize(
    ("zip_code", "why"), [("37405", "zip2info says Eastern"), ("37338", "the rest of its county is Eastern")]
)
def test_a_tennessee_zip_with_a_doubtful_zone_has_both(zips: dict[str, ZipFacts], zip_code: str, why: str) -> None:
    assert zips[zip_code].zones == (CENTRAL, EASTERN), why


def test_phenix_city_is_legally_central_and_informally_eastern(zips: dict[str, ZipFacts]) -> None:
    assert zips["36867"].zones == (CENTRAL, EASTERN)


def test_the_navajo_nation_keeps_daylight_saving_time(zips: dict[str, ZipFacts]) -> None:
    assert zips["86515"].zones == ("America/Denver",)
    assert zips["85001"].zones == ("America/Phoenix",)


def test_sources_that_differ_in_name_alone_leave_one_zone(zips: dict[str, ZipFacts]) -> None:
    assert zips["40202"].zones == ("America/Kentucky/Louisville",)


def test_no_more_zips_keep_several_times_than_are_known_to(places: Gazetteer) -> None:
    assert len(places.several_times) == 26


def test_every_zone_is_one(places: Gazetteer) -> None:
    named = {
        zone
        for zones in [*(each.zones for each in places.zips), *(each.zones for each in places.areas)]
        for zone in zones
    }

    assert all(find_zone(zone) for zone in named)


def test_puerto_rico_is_there(zips: dict[str, ZipFacts]) -> None:
    assert (zips["00926"].state, zips["00926"].zones) == ("PR", ("America/Puerto_Rico",))


def test_every_state_keeps_the_times_its_zips_keep(places: Gazetteer) -> None:
    doubtful = set(places.several_times)

    for facts in places.zips:
        of_state = STATE_ZONES.get(facts.state or "")
        if of_state and facts.zip_code not in doubtful:
            kept = {sources._times(zone) for zone in of_state}
            assert {sources._times(zone) for zone in facts.zones} <= kept, facts


def test_every_state_has_an_area_code(areas: dict[str, AreaFacts]) -> None:
    assert {state for facts in areas.values() for state in facts.states} == set(JURISDICTIONS)
    assert len(areas) == 365


@pytest.mark.parametrize("npa", ["800", "900", "500", "416", "876"])
def test_numbers_that_are_nobodys_or_foreign_are_no_area(areas: dict[str, AreaFacts], npa: str) -> None:
    assert npa not in areas


@pytest.mark.parametrize(
    ("npa", "state", "zone"),
    [
        pytest.param("423", "TN", EASTERN, id="Chattanooga is Eastern"),
        pytest.param("850", "FL", CENTRAL, id="Pensacola is Central"),
        pytest.param("270", "KY", CENTRAL, id="western Kentucky is Central"),
        pytest.param("219", "IN", CENTRAL, id="Gary is Central"),
        pytest.param("906", "MI", "America/Menominee", id="Iron Mountain is Central"),
        pytest.param("308", "NE", "America/Denver", id="Scottsbluff is Mountain"),
        pytest.param("541", "OR", "America/Boise", id="Ontario, Oregon is Mountain"),
        pytest.param("928", "AZ", "America/Denver", id="the Navajo Nation"),
    ],
)
def test_an_area_code_has_the_zones_of_the_places_it_serves(
    areas: dict[str, AreaFacts], npa: str, state: str, zone: str
) -> None:
    assert areas[npa].states == (state,)
    assert zone in areas[npa].zones
    assert len(areas[npa].zones) == 2


def test_a_row_whose_zip_lost_a_zero_is_left_out_and_told() -> None:
    sound: dict[str, Any] = next(row for row in zipcodes.list_all() if row["zip_code"] == "02861")

    places = sources.gazetteer([sound, {**sound, "zip_code": "2861"}, {**sound, "zip_code": "028610"}], {})

    assert [facts.zip_code for facts in places.zips] == ["02861"]
    assert places.malformed_zips == ("2861", "028610")
