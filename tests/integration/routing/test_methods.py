"""Pools that choose by a method: what it reads is real, kept in the receipt, and replayed to the letter."""

from datetime import time, timedelta
from typing import Any

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from licenses.models import Producer
from routing.geography.places import AreaFacts, Gazetteer, ZipFacts
from routing.models import (
    Agency,
    AgencyHoliday,
    AgencyHours,
    Decision,
    Lead,
    Pool,
    PoolMember,
    Presence,
    ProducerProfile,
    QueueItem,
)
from routing.services import deciding, desk, geography, readings, replaying, roster
from routing.strategies.table import FILTERS, PREFERENCES, STRATEGIES
from tests.agency import (
    MINUTE,
    NOW,
    SETUP,
    TODAY,
    actor_of,
    hire,
    keep_hours,
    open_agency,
    owners,
    receive_lead,
    set_license,
    set_profile,
)

pytestmark = pytest.mark.django_db

ATLANTA = ZipFacts("30303", "GA", ("GA",), county="Fulton County", is_active=True, latitude=33.75, longitude=-84.39)
DECATUR = ZipFacts("30030", "GA", ("GA",), county="DeKalb County", is_active=True, latitude=33.77, longitude=-84.29)
SAVANNAH = ZipFacts("31401", "GA", ("GA",), county="Chatham County", is_active=True, latitude=32.07, longitude=-81.09)


def choose_by(*filters: dict[str, Any], strategy: str = "round_robin", **method: Any) -> Pool:
    """Let the pool "life" choose by this method."""
    pool = Pool.objects.filter(slug="life").first() or open_agency(strategy=strategy)
    Pool.objects.filter(pk=pool.pk).update(strategy=strategy, method={"filters": list(filters), **method})
    roster.changed("pool:life", at=NOW)
    return pool


def work_in(producer: Producer, territory: str) -> None:
    """Give a member a territory."""
    PoolMember.objects.filter(producer=producer).update(territory=territory)
    roster.changed(f"producer:{producer.pk}", at=NOW)


def receipt_of(lead: Lead) -> dict[str, Any]:
    """Return the receipt of the lead's decision, which replays as it is."""
    decision = Decision.objects.get(pk=str(lead.decision_id))
    assert replaying.replay(decision=decision).differences == ()
    receipt: dict[str, Any] = decision.receipt
    return receipt


def test_every_reading_that_a_step_asks_for_can_be_read() -> None:
    steps = [each for table in (FILTERS, PREFERENCES, STRATEGIES) for each in table.values()]
    asked = {name for step in steps for name in (*step.reads, *(option.reads for option in step.options))} - {""}

    assert asked == set(readings.READINGS)


def test_a_skill_is_asked_for_by_level_and_the_relaxing_is_in_the_receipt() -> None:
    choose_by({"step": "skill", "needs": [{"skill": "term", "level": 4}], "relax": 1, "otherwise": "hold"})
    kim, lee = hire("Kim", skills=["term"]), hire("Lee", skills=["term"])
    set_profile(lee, skill_levels={"term": 3})

    leads = [receive_lead() for _ in range(3)]

    assert owners(*leads) == ["Lee", "Lee", "Lee"]
    receipt = receipt_of(leads[0])
    assert receipt["method"] == {
        "filters": [{"step": "skill", "left": 1, "relaxed": 1, "stepped_aside": False}],
        "preferences": [],
        "order": "round_robin",
        "pick": "push",
        "faults": [],
    }
    assert [(each["producer"], each["rank"], each.get("why")) for each in receipt["candidates"]] == [
        (lee.pk, 1, None),
        (kim.pk, None, "SKILL_MISSING"),
    ]


def test_a_lead_for_which_nobody_fits_waits_for_a_manager_where_the_pool_says_so() -> None:
    choose_by({"step": "language", "otherwise": "hold"})
    hire("Kim", languages=["en"])

    lead = receive_lead(language="es")

    item = QueueItem.objects.get(lead=lead)
    assert (lead.state, lead.reason, item.reason, item.rerun_at) == (
        "FALLBACK",
        "NOBODY_FITS",
        "NOBODY_FITS",
        NOW + MINUTE,
    )
    assert receipt_of(lead)["reason"] == "NOBODY_FITS"


def test_a_method_nobody_can_read_is_put_aside_and_the_receipt_says_why() -> None:
    choose_by({"step": "luck"}, order={"catch_up": "many"}, strategy="weighted")
    hire("Kim", weight=9), hire("Lee")

    leads = [receive_lead() for _ in range(4)]

    assert sorted(owners(*leads)) == ["Kim", "Kim", "Lee", "Lee"]
    assert [each["pointer"] for each in receipt_of(leads[0])["method"]["faults"]] == [
        "/filters/0/step",
        "/order/catch_up",
    ]


@pytest.mark.parametrize("strategy", ["round_robin", "weighted", "least_loaded"])
def test_a_plain_method_reads_nothing_more_than_desks_and_turns(
    strategy: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    choose_by(strategy=strategy)
    kim = hire("Kim")
    lead = receive_lead()
    asked = deciding.inquiry(lead, lead.person, deciding.context(), now=NOW)

    with django_assert_num_queries(1):
        decided = deciding.decide(asked, seed="x")

    assert decided.volatile[kim.pk].readings == {}
    assert "method" not in receipt_of(lead)


def test_territories_hold_counties_and_circles_and_overlaps_are_shared() -> None:
    zips = (ATLANTA, DECATUR, SAVANNAH)
    geography.load(gazetteer=Gazetteer(zips, (AreaFacts("404"),), "x", "y", (), (), ()), actor=SETUP, now=NOW)
    geography.forget()
    choose_by({"step": "territory", "otherwise": "hold"})
    work_in(hire("Kim"), "GA/Fulton")
    work_in(hire("Lee"), "30303+10")
    work_in(hire("Ray"), "314*")
    work_in(hire("Sam"), "no such place")

    asked = enumerate(("30030", "31401", "30303", "30303"))
    leads = [receive_lead(zip=zip_code, now=NOW + minute * MINUTE) for minute, zip_code in asked]

    assert owners(*leads) == ["Lee", "Ray", "Kim", "Lee"]
    told = {each["producer"]: each["volatile"]["readings"]["territory"] for each in receipt_of(leads[0])["candidates"]}
    names = dict(Producer.objects.values_list("pk", "first_name"))
    assert {names[producer]: area for producer, area in told.items()} == {
        "Kim": None,
        "Lee": ["circle", "30303+10"],
        "Ray": None,
        "Sam": None,
    }


def test_whoever_had_the_household_gets_its_next_lead_for_as_long_as_the_licence_holds() -> None:
    choose_by(preferences=[{"step": "continuity"}])
    kim, lee = hire("Kim"), hire("Lee")
    first = receive_lead(email="house@example.com", first_name="Ada")
    (holder,) = owners(first)
    other = lee if holder == "Kim" else kim
    owner = kim if holder == "Kim" else lee
    desk.accept(lead=first, actor=actor_of(owner), now=NOW)
    desk.touch(lead=first, kind="CALL_CONNECTED", actor=actor_of(owner), now=NOW)
    desk.dispose(lead=first, disposition="SOLD", actor=actor_of(owner), now=NOW)

    later = NOW + timedelta(days=400)
    again = receive_lead(email="house@example.com", first_name="Ben", now=later)

    assert owners(again) == [holder]
    told = {each["producer"]: each["volatile"]["readings"] for each in receipt_of(again)["candidates"]}
    assert told == {owner.pk: {"tie": ["household", 400]}, other.pk: {"tie": None}}

    set_license(owner, expiry_date=TODAY)
    assert owners(receive_lead(email="house@example.com", first_name="Cy", now=later + timedelta(days=200))) == [
        other.first_name
    ]


def test_only_who_was_seen_at_the_desk_gets_the_lead() -> None:
    choose_by({"step": "availability", "seen_within": 10, "otherwise": "hold"})
    hire("Kim"), hire("Lee")
    for name, minutes in (("Kim", 11), ("Lee", 10)):
        producer = Producer.objects.get(first_name=name)
        Presence.objects.create(producer=producer, seen_at=NOW - minutes * MINUTE)

    leads = [receive_lead(), receive_lead()]

    assert owners(*leads) == ["Lee", "Lee"]
    assert receipt_of(leads[1])["candidates"][0]["volatile"]["readings"] == {"seen": 10}


def test_nobody_gets_a_new_lead_in_the_last_minutes_of_a_shift_while_others_stay() -> None:
    choose_by({"step": "availability", "last_minutes": 45})
    keep_hours(hire("Kim"), (0, 9, 17))
    keep_hours(hire("Lee"), (0, 9, 20))
    late = [NOW + timedelta(hours=6, minutes=minutes) for minutes in (14, 16)]

    before, after = ([receive_lead(now=at), receive_lead(now=at)] for at in late)

    assert (sorted(owners(*before)), owners(*after)) == (["Kim", "Lee"], ["Lee", "Lee"])


@pytest.mark.parametrize(("holidays", "reason"), [(True, "NOBODY_FITS"), (False, "ASSIGNED")])
def test_the_agencys_holiday_is_off_for_those_with_shifts_of_their_own(holidays: bool, reason: str) -> None:
    choose_by({"step": "availability", "holidays": holidays, "otherwise": "hold"})
    agency = Agency.objects.get()
    AgencyHours.objects.create(agency=agency, weekday=0, opens=time(0), closes=time(0))
    AgencyHoliday.objects.create(agency=agency, date=TODAY, name="Founders' day")
    roster.changed(roster.AGENCY, at=NOW)
    keep_hours(hire("Kim"), (0, 9, 17))

    assert receive_lead().reason == reason


def test_calls_to_be_made_count_against_the_rest_of_the_shift() -> None:
    choose_by(strategy="least_loaded", order={"calls": True})
    for name in ("Kim", "Lee"):
        keep_hours(hire(name, capacity=40), (0, 9, 11 if name == "Kim" else 19))
    ProducerProfile.objects.update(calls_per_hour=4)
    roster.changed(*(f"producer:{each.pk}" for each in Producer.objects.all()), at=NOW)

    leads = [receive_lead() for _ in range(10)]

    # An hour of four calls is left to Kim, nine hours of them to Lee: one lead in ten keeps them level.
    assert sorted(owners(*leads)) == ["Kim", *["Lee"] * 9]
    told = receipt_of(leads[7])["candidates"]
    assert sorted(each["volatile"]["readings"]["uncalled"] for each in told) == [0, 7]
