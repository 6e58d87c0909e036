"""Places in their tables: loaded whole, loaded twice, and looked up."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from accounts.actor import Actor, ActorKind, system
from accounts.errors import Forbidden
from audit.models import Entry
from routing.geography.places import AreaFacts, Gazetteer, Places, ZipFacts
from routing.models import AreaCode, ZipArea
from routing.services import geography

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LOADER = system("load_geography")
TAMPA = ZipFacts(
    "33602",
    "FL",
    ("FL",),
    (),
    county="Hillsborough County",
    city="Tampa",
    zones=("America/New_York",),
    area_codes=("813",),
    kind="STANDARD",
    is_active=True,
)
TAMPA_NUMBERS = AreaFacts("813", ("FL",), ("America/New_York",))
SMALL = Gazetteer(
    zips=(TAMPA, replace(TAMPA, zip_code="33603")),
    areas=(TAMPA_NUMBERS,),
    zip_source="zips of November",
    area_source="codes of November",
    malformed_zips=("3360",),
    unreadable_zones=(),
    several_times=(),
)


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    """Look everything up anew, and leave nothing for the next test."""
    geography.forget()
    yield
    geography.forget()


def test_what_is_loaded_is_found_as_it_was() -> None:
    loaded = geography.load(gazetteer=SMALL, actor=LOADER, now=NOW)

    assert (loaded.zips, loaded.areas, loaded.malformed_zips) == (2, 1, ("3360",))
    assert geography.find_places("33602", "813") == Places(TAMPA, TAMPA_NUMBERS)


def test_a_row_says_where_it_comes_from_and_since_when() -> None:
    geography.load(gazetteer=SMALL, actor=LOADER, now=NOW)

    assert ZipArea.objects.values_list("source", "as_of").distinct().get() == ("zips of November", NOW.date())
    assert AreaCode.objects.values_list("source", "as_of").get() == ("codes of November", NOW.date())


def test_loading_again_leaves_each_place_once_and_drops_what_is_gone() -> None:
    geography.load(gazetteer=SMALL, actor=LOADER, now=NOW)

    geography.load(gazetteer=replace(SMALL, zips=(TAMPA,)), actor=LOADER, now=NOW)

    assert list(ZipArea.objects.values_list("pk", flat=True)) == ["33602"]
    assert AreaCode.objects.count() == 1


def test_a_load_is_told_to_the_ledger() -> None:
    geography.load(gazetteer=SMALL, actor=LOADER, now=NOW)

    entry = Entry.objects.get(action="geography.loaded")
    assert entry.detail == {"zips": 2, "areas": 1, "sources": ["zips of November", "codes of November"]}


def test_somebody_without_the_permission_loads_nothing() -> None:
    producer = Actor(ActorKind.USER, "7", "Kim", frozenset({"leads.view_own"}))

    with pytest.raises(Forbidden):
        geography.load(gazetteer=SMALL, actor=producer, now=NOW)

    assert not ZipArea.objects.exists()
    assert not Entry.objects.filter(action="geography.loaded").exists()


def test_looking_up_asks_once_each_and_then_no_more(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    geography.load(gazetteer=SMALL, actor=LOADER, now=NOW)

    with django_assert_num_queries(2):
        geography.find_places("33602", "813")
    with django_assert_num_queries(0):
        geography.find_places("33602", "813")


def test_what_is_unknown_has_no_state_and_is_not_remembered() -> None:
    before = geography.find_places("33602", "813")
    geography.load(gazetteer=SMALL, actor=LOADER, now=NOW)
    after = geography.find_places("33602", "813")

    assert before == Places(ZipFacts("33602"), AreaFacts("813"))
    assert after == Places(TAMPA, TAMPA_NUMBERS)


def test_a_new_load_is_seen_once_it_is_committed(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    geography.load(gazetteer=SMALL, actor=LOADER, now=NOW)
    geography.find_places("33602", None)

    with django_capture_on_commit_callbacks(execute=True):
        moved = replace(TAMPA, zones=("America/Chicago",))
        geography.load(gazetteer=replace(SMALL, zips=(moved,)), actor=LOADER, now=NOW)

    assert geography.find_places("33602", None) == Places(moved, None)


def test_the_command_loads_the_installed_data_and_prints_what_its_checks_found() -> None:
    printed = StringIO()

    call_command("load_geography", stdout=printed)

    assert printed.getvalue().splitlines()[:2] == [
        "42789 ZIPs and 365 area codes.",
        "1 ZIPs named something that is no time zone: 99634.",
    ]
    assert ZipArea.objects.count() == 42_789
    assert geography.find_places("86514", None).zip_area == ZipFacts(
        "86514",
        "AZ",
        ("AZ", "NM", "UT"),
        ("CO",),
        county="Apache County",
        city="Teec Nos Pos",
        zones=("America/Denver",),
        area_codes=("435", "505", "928", "970"),
        kind="STANDARD",
        is_active=True,
        latitude=36.7797,
        longitude=-109.359,
    )


def test_what_a_lead_does_not_give_is_not_looked_up(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert geography.find_places(None, None) == Places()


def test_a_worker_that_has_read_all_places_asks_for_none(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    geography.load(gazetteer=SMALL, actor=LOADER, now=NOW)

    geography.remember_all()

    with django_assert_num_queries(0):
        assert geography.find_places("33602", "813") == Places(TAMPA, TAMPA_NUMBERS)
