"""Whose licence law governs: every row of the conflict policy, and what comes with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.geography.governing import Governing, resolve
from routing.geography.places import AreaFacts, ZipFacts
from routing.geography.states import JURISDICTIONS, MILITARY, STATE_ZONES

EASTERN, CENTRAL, MOUNTAIN = "America/New_York", "America/Chicago", "America/Denver"


def a_zip(
    state: str | None,
    *others: str,
    hinted: tuple[str, ...] = (),
    zones: tuple[str, ...] = (),
    kind: str = "STANDARD",
    is_active: bool = True,
) -> ZipFacts:
    """Return a ZIP in a state and, if told, in others."""
    states = (state, *others) if state else ()
    return ZipFacts("00000", state, states, hinted, zones=zones, kind=kind, is_active=is_active)


def area(*states: str) -> AreaFacts:
    """Return an area code issued there."""
    return AreaFacts("000", states)


def residence(declared: str | None = None, zip_area: ZipFacts | None = None, *phone: str) -> Governing:
    """Resolve a lead whose residence governs."""
    return resolve(
        declared=declared,
        risk_state="OH",  # never read: residence governs
        zip_area=zip_area,
        phone_area=area(*phone) if phone else None,
        governs="RESIDENCE",
    )


def risk(risk_state: str | None, declared: str | None = None, zip_area: ZipFacts | None = None) -> Governing:
    """Resolve a lead whose risk governs."""
    return resolve(declared=declared, risk_state=risk_state, zip_area=zip_area, phone_area=None, governs="RISK")


TAMPA = a_zip("FL", zones=(EASTERN,))
TEEC_NOS_POS = a_zip("AZ", "NM", "UT", zones=(MOUNTAIN,))  # 86514, in three states
KANSAS_CITY = a_zip("MO", hinted=("KS",), zones=(CENTRAL,))
APO = a_zip("AE", kind="MILITARY")


def test_what_form_zip_and_phone_agree_on_governs() -> None:
    assert residence("FL", TAMPA, "FL") == Governing("FL", (EASTERN,), (), "ALLOW", None)


def test_a_typed_state_that_the_zip_also_reaches_governs_with_a_warning() -> None:
    found = residence("UT", TEEC_NOS_POS)

    assert found == Governing("UT", (MOUNTAIN,), ("AZ", "NM"), "WARN", "ZIP_REACHES_OTHER_STATE")


def test_a_typed_state_that_the_zips_area_codes_hint_at_governs_with_a_warning() -> None:
    found = residence("KS", KANSAS_CITY)

    assert found == Governing("KS", (CENTRAL, MOUNTAIN), ("MO",), "WARN", "ZIP_REACHES_OTHER_STATE")


def test_a_typed_state_that_the_zip_contradicts_leaves_no_state_and_asks() -> None:
    found = residence("TX", TAMPA)

    assert found == Governing(None, (EASTERN, CENTRAL, MOUNTAIN), ("TX", "FL"), "REVIEW", "STATE_ZIP_CONFLICT")


def test_a_typed_state_outside_a_zip_of_three_states_is_a_conflict_too() -> None:
    found = residence("FL", TEEC_NOS_POS)

    assert (found.state, found.reason) == (None, "STATE_ZIP_CONFLICT")
    assert found.also_states == ("FL", "AZ", "NM", "UT")


def test_a_phone_from_elsewhere_adds_that_states_contact_law_and_changes_no_licence() -> None:
    found = residence("NJ", a_zip("NJ", zones=(EASTERN,)), "FL")

    assert found == Governing("NJ", (EASTERN,), ("FL",), "WARN", "PHONE_FROM_OTHER_STATE")


def test_a_zip_alone_governs_where_it_can_only_be_in_one_state() -> None:
    assert residence(None, TAMPA) == Governing("FL", (EASTERN,), (), "ALLOW", None)


def test_a_zip_alone_in_several_states_asks() -> None:
    found = residence(None, TEEC_NOS_POS)

    assert (found.state, found.action, found.reason) == (None, "REVIEW", "ZIP_IN_SEVERAL_STATES")
    assert found.also_states == ("AZ", "NM", "UT")
    assert found.zones == (MOUNTAIN, "America/Phoenix")


@pytest.mark.parametrize(
    ("zip_area", "reason"),
    [
        pytest.param(KANSAS_CITY, "ZIP_NEAR_OTHER_STATE", id="near a border"),
        pytest.param(a_zip("FL", kind="PO BOX"), "PO_BOX_ONLY", id="a post-office box"),
        pytest.param(a_zip(None), "ZIP_UNKNOWN", id="unknown"),
        pytest.param(a_zip("FL", is_active=False), "ZIP_INACTIVE", id="out of use"),
        pytest.param(a_zip("FM", kind="PO BOX"), "ZIP_OUTSIDE_US", id="Micronesia"),
    ],
)
def test_a_zip_alone_that_leaves_a_doubt_asks(zip_area: ZipFacts, reason: str) -> None:
    found = residence(None, zip_area)

    assert (found.state, found.action, found.reason) == (None, "REVIEW", reason)


@pytest.mark.parametrize(
    ("zip_area", "reason"),
    [(a_zip(None), "ZIP_UNKNOWN"), (a_zip("TX", is_active=False), "ZIP_INACTIVE")],
)
def test_a_typed_state_governs_where_the_zip_says_nothing(zip_area: ZipFacts, reason: str) -> None:
    found = residence("FL", zip_area)

    assert (found.state, found.action, found.reason) == ("FL", "WARN", reason)


def test_a_po_box_confirms_a_typed_state() -> None:
    assert residence("FL", a_zip("FL", kind="PO BOX", zones=(EASTERN,))).action == "ALLOW"


def test_a_military_address_is_looked_at_by_a_person_and_the_home_of_record_governs() -> None:
    found = residence("TX", APO, "FL")

    assert found == Governing("TX", (CENTRAL, MOUNTAIN), ("FL",), "REVIEW", "MILITARY_ADDRESS")


@pytest.mark.parametrize("declared", [None, "AE"])
def test_a_military_address_without_a_home_of_record_has_no_state_and_no_zone(declared: str | None) -> None:
    assert residence(declared, APO) == Governing(None, (), (), "REVIEW", "MILITARY_ADDRESS")


def test_a_territory_governs_in_its_own_zone_and_is_looked_at_by_a_person() -> None:
    san_juan = a_zip("PR", zones=("America/Puerto_Rico",))

    assert residence("PR", san_juan) == Governing("PR", ("America/Puerto_Rico",), (), "REVIEW", "TERRITORY")


def test_two_zone_sources_that_differ_leave_both_zones() -> None:
    chattanooga = a_zip("TN", zones=(CENTRAL, EASTERN))

    assert residence("TN", chattanooga).zones == (CENTRAL, EASTERN)


def test_a_state_alone_governs_in_every_zone_it_has() -> None:
    assert residence("FL") == Governing("FL", STATE_ZONES["FL"], (), "ALLOW", None)


def test_a_phone_alone_is_no_place_and_no_zone() -> None:
    assert residence(None, None, "FL") == Governing(None, (), ("FL",), "REVIEW", "NO_STATE")


def test_nothing_at_all_is_never_taken_for_the_east() -> None:
    assert residence() == Governing(None, (), (), "REVIEW", "NO_STATE")


def test_where_the_risk_governs_and_is_where_the_person_lives_all_is_well() -> None:
    assert risk("FL", "FL", TAMPA) == Governing("FL", (EASTERN,), (), "ALLOW", None)


def test_where_the_risk_is_elsewhere_its_state_governs_and_the_home_states_contact_law_holds_too() -> None:
    found = risk("TX", "FL", TAMPA)

    assert found == Governing("TX", STATE_ZONES["TX"], ("FL",), "WARN", "RISK_ELSEWHERE")


def test_where_the_risk_governs_but_is_not_stated_the_residence_stands_in() -> None:
    assert risk(None, "FL", TAMPA) == residence("FL", TAMPA)


def test_a_stated_risk_settles_a_zip_of_several_states() -> None:
    found = risk("UT", None, TEEC_NOS_POS)

    assert (found.state, found.action, found.reason) == ("UT", "WARN", "ZIP_REACHES_OTHER_STATE")


def test_a_stated_risk_alone_governs() -> None:
    assert risk("UT") == Governing("UT", STATE_ZONES["UT"], (), "ALLOW", None)


def test_a_stated_risk_does_not_settle_a_residence_in_conflict() -> None:
    found = risk("FL", "TX", TAMPA)

    assert (found.state, found.action, found.reason) == (None, "REVIEW", "STATE_ZIP_CONFLICT")
    assert found.also_states == ("FL", "TX")


@pytest.mark.parametrize("declared", [None, "OH"])
def test_a_risk_at_home_of_someone_posted_abroad_is_looked_at_by_a_person(declared: str | None) -> None:
    found = risk("TX", declared, APO)

    assert (found.state, found.action, found.reason) == ("TX", "REVIEW", "MILITARY_ADDRESS")


def test_a_risk_in_a_military_region_has_no_state() -> None:
    assert risk("AP", "TX").state is None


codes = st.sampled_from([*JURISDICTIONS, *MILITARY])
zips = st.builds(
    lambda own, others, hinted, kind, is_active: ZipFacts(
        "00000", own, (own, *others), tuple(hinted), zones=STATE_ZONES.get(own, ()), kind=kind, is_active=is_active
    ),
    codes | st.just("FM"),
    st.lists(codes, max_size=2),
    st.lists(codes, max_size=2),
    st.sampled_from(["STANDARD", "PO BOX", "UNIQUE", "MILITARY"]),
    st.booleans(),
)


@given(
    st.none() | codes,
    st.none() | codes,
    st.none() | zips | st.just(ZipFacts("99999")),
    st.none() | st.builds(lambda states: AreaFacts("000", tuple(states)), st.lists(codes, max_size=2)),
    st.sampled_from(["RESIDENCE", "RISK"]),
)
def test_a_state_comes_with_its_zones_and_no_state_never_goes_on(
    declared: str | None, risk_state: str | None, zip_area: ZipFacts | None, phone: AreaFacts | None, governs: str
) -> None:
    found = resolve(
        declared=declared,
        risk_state=risk_state,
        zip_area=zip_area,
        phone_area=phone,
        governs="RISK" if governs == "RISK" else "RESIDENCE",
    )

    assert found.state in {None, *JURISDICTIONS}
    assert found.zones if found.state else found.action == "REVIEW"
    assert found.state not in found.also_states
    assert (found.action == "ALLOW") == (found.reason is None)
    assert len(set(found.also_states)) == len(found.also_states)
