"""The roster takes in every change before the next decision, keeps every version, and forgets what was undone."""

from collections.abc import Callable
from functools import partial

import pytest
from django.db import transaction

from accounts.errors import Missing
from licenses.models import Producer
from routing.models import PoolMember, ProducerProfile, RosterChange, RosterEntry, RosterState
from routing.queries import past_rosters
from routing.services import deciding, handing, roster
from tests.agency import (
    MINUTE,
    NOW,
    held,
    hire,
    make_pool,
    mona,
    open_agency,
    receive,
    receive_lead,
    send_on_leave,
    set_license,
    set_profile,
    tell,
)
from tests.races import together

pytestmark = pytest.mark.django_db


def capacities() -> dict[str, int]:
    """Return what the process believes of everybody's capacity."""
    return {each.name: each.capacity for each in deciding.context().roster.producers.values()}


def test_a_change_is_folded_before_the_next_decision() -> None:
    open_agency()
    kim = hire(capacity=1)
    first = deciding.context().roster.version

    set_profile(kim, capacity=7)

    assert capacities() == {"Kim Park": 7}
    assert deciding.context().roster.version == first + 1
    assert not RosterChange.objects.filter(folded_version=None).exists()


def test_a_change_that_changes_nothing_makes_no_version() -> None:
    open_agency()
    kim = hire()
    before = deciding.context().roster.version

    tell(kim)

    assert deciding.context().roster.version == before
    assert RosterEntry.objects.filter(subject=f"producer:{kim.pk}").count() == 1


def test_a_change_that_changes_nothing_is_taken_in_by_the_version_there_is() -> None:
    open_agency()
    kim = hire(capacity=1)
    before = deciding.context().roster.version
    roster.changed(roster.producer_subject(kim.pk), at=NOW + MINUTE)
    deciding.context()

    ProducerProfile.objects.filter(producer=kim).update(capacity=7)
    roster.changed(roster.producer_subject(kim.pk), at=NOW + 2 * MINUTE)
    after = deciding.context().roster.version

    assert [past_rosters.version_at(NOW + minutes * MINUTE) for minutes in (0, 1, 2)] == [before, before, after]


def test_a_version_that_is_not_there_yet_is_refused_and_not_remembered() -> None:
    open_agency()
    kim = hire(capacity=1)
    coming = deciding.context().roster.version + 1
    with pytest.raises(Missing):
        past_rosters.at_version(coming)

    set_profile(kim, capacity=7)
    deciding.context()

    assert past_rosters.at_version(coming).producers[kim.pk].capacity == 7


def test_every_version_reads_back_as_it_was() -> None:
    open_agency()
    kim = hire(capacity=1)
    versions = []
    for capacity in (1, 2, 3):
        set_profile(kim, capacity=capacity)
        versions.append(deciding.context().roster.version)
    ProducerProfile.objects.filter(producer=kim).delete()
    tell(kim)
    gone = deciding.context().roster

    assert [past_rosters.at_version(version).producers[kim.pk].capacity for version in versions] == [1, 2, 3]
    assert dict(gone.producers) == {}


def test_a_licence_change_reaches_the_roster_without_a_word_from_routing() -> None:
    open_agency()
    kim = hire()
    receive()

    set_license(kim, status="SUSPENDED")

    assert receive().body["reason"]["code"] == "NO_LICENSED_PRODUCER"


def test_what_a_refused_transaction_folded_is_forgotten() -> None:
    open_agency()
    kim, lee = hire("Kim", capacity=1), hire("Lee", capacity=1)
    deciding.context()
    send_on_leave(kim, until=NOW.replace(year=2027))

    with transaction.atomic():
        deciding.context()
        transaction.set_rollback(True)
    set_profile(lee, capacity=9)

    assert capacities() == {"Kim Park": 1, "Lee Park": 9}


def test_a_refused_hand_over_leaves_the_memory_as_it_was() -> None:
    open_agency()
    kim, lee = hire("Kim", capacity=1), hire("Lee", capacity=0)
    lead = receive_lead()
    set_profile(kim, capacity=2)

    with pytest.raises(handing.NotEligible):
        handing.assign(lead=lead, producer_id=lee.pk, reason="Rather Lee", actor=mona(), now=NOW)
    set_profile(lee, capacity=3)

    assert capacities() == {"Kim Park": 2, "Lee Park": 3}
    assert held(kim) == 1


def test_who_joins_starts_level_with_the_members() -> None:
    pool = open_agency()
    hire("Kim")
    for _ in range(5):
        receive()

    lee = hire("Lee")
    deciding.context()

    assert pool.credits.get(producer=lee).credit == 5


def test_who_leaves_a_pool_and_returns_starts_level() -> None:
    pool = open_agency()
    kim, lee = hire("Kim"), hire("Lee")
    receive(), receive()
    PoolMember.objects.filter(producer=lee).update(is_active=False)
    tell(lee)
    for _ in range(6):
        receive()
    assert (held(kim), held(lee)) == (7, 1)

    PoolMember.objects.filter(producer=lee).update(is_active=True)
    tell(lee)
    for _ in range(4):
        receive()

    assert (held(kim), held(lee)) == (9, 3)
    assert pool.credits.get(producer=lee).credit == 9


def test_a_pool_that_is_switched_off_takes_nobody() -> None:
    pool = open_agency()
    hire()
    pool.is_active = False
    pool.save()
    roster.changed(roster.pool_subject("life"), at=NOW)

    assert receive().body["reason"]["code"] == "POOL_UNKNOWN"


def test_a_producer_in_two_pools_has_one_desk() -> None:
    open_agency()
    make_pool("health")
    kim = hire(capacity=2)
    PoolMember.objects.create(pool=make_pool("annuity"), producer=kim)
    tell(kim)

    answers = [receive().body["status"] for _ in range(3)]

    assert answers == ["assigned", "assigned", "fallback"]
    assert held(kim) == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_folds_at_once_take_turns_and_lose_nothing() -> None:
    open_agency()
    team = [hire(name, capacity=1) for name in ("Kim", "Lee", "Ray", "Sam")]
    deciding.context()
    works: list[Callable[[], object]] = [partial(set_profile, each, capacity=8) for each in team]

    together([*works, *[deciding.context] * 4])

    assert set(capacities().values()) == {8}
    versions = list(RosterEntry.objects.values_list("subject", "from_version").order_by("subject", "from_version"))
    assert len(set(versions)) == len(versions)
    assert RosterEntry.objects.filter(to_version=None).count() == 1 + 1 + len(team)
    assert RosterState.objects.get().version == deciding.context().roster.version
    assert Producer.objects.count() == 4
