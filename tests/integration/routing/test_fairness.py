"""The fairness ledger under real claims: its sum is what the rotation goes by, whatever happens."""

import json
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import DatabaseError, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licenses.models import Producer
from routing.models import FairnessEntry, Lead, PoolCredit, PoolMember
from routing.services import bursts, desk, handing, sla
from tests.agency import (
    NOW,
    a_lead,
    actor_of,
    fresh,
    hire,
    make_source,
    mona,
    open_agency,
    owners,
    receive,
    receive_lead,
    send_on_leave,
    tell,
)
from tests.races import together

pytestmark = pytest.mark.django_db
NOTHING = Decimal(0)


def kinds(producer: Producer) -> list[str]:
    """Return what the ledger holds of a producer, oldest first."""
    return list(FairnessEntry.objects.filter(producer=producer).order_by("id").values_list("kind", flat=True))


def assert_the_balance_is_the_credit() -> None:
    """Hold the ledger against what the rotation goes by."""
    told = FairnessEntry.objects.order_by().values_list("pool", "producer").annotate(Sum("turns"))
    kept = PoolCredit.objects.values_list("pool", "producer", "credit")
    assert {(pool, each): total for pool, each, total in told if total} == {
        (pool, each): credit for pool, each, credit in kept if credit
    }


def test_a_lead_is_one_entry_with_its_worth_and_those_it_was_shared_among() -> None:
    open_agency()
    kim, lee = hire("Kim"), hire("Lee")

    lead = receive_lead(premium="640.00")

    got = FairnessEntry.objects.get(kind="ASSIGNED")
    assert (got.assignment, got.leads, got.turns, got.value) == (lead.assignments.get(), 1, Decimal(1), Decimal("6.40"))
    assert got.among == f"{kim.pk}:1,{lee.pk}:1"
    assert_the_balance_is_the_credit()


@pytest.mark.parametrize(("disposition", "back"), [("BAD_LEAD", True), ("DUPLICATE", True), ("SOLD", False)])
def test_a_lead_that_was_none_gives_its_turn_back(disposition: str, back: bool) -> None:
    open_agency()
    kim = hire("Kim")
    lead = receive_lead()

    desk.dispose(lead=lead, disposition=disposition, actor=actor_of(kim), now=NOW)

    assert kinds(kim)[1:] == ["ASSIGNED", *([disposition] if back else [])]
    assert PoolCredit.objects.get().credit == (0 if back else 1)
    assert_the_balance_is_the_credit()


def test_a_declined_lead_uses_the_turn_and_one_taken_back_does_not() -> None:
    open_agency()
    kim, lee = hire("Kim"), hire("Lee")
    lead = receive_lead()
    first = {kim.pk: kim, lee.pk: lee}[fresh(lead).owner_id or 0]
    second = lee if first == kim else kim

    desk.decline(lead=lead, reason="Not mine", actor=actor_of(first), now=NOW)
    handing.reassign(lead=lead, reason="Wrong desk", actor=mona(), now=NOW)

    assert (kinds(first)[-2:], kinds(second)[-2:]) == (["ASSIGNED", "DECLINED"], ["ASSIGNED", "RETURNED"])
    assert {each.producer_id: each.credit for each in PoolCredit.objects.all()} == {first.pk: 1, second.pk: 0}
    assert_the_balance_is_the_credit()


def test_a_late_answer_uses_the_turn() -> None:
    open_agency()
    kim = hire("Kim")
    receive()

    sla.sweep_due(now=NOW + timedelta(hours=1))

    assert set(kinds(kim)) == {"LATE", "ASSIGNED", "JOINED"}
    assert PoolCredit.objects.get().credit == 1


def test_who_was_away_is_brought_up_in_an_entry_of_its_own() -> None:
    open_agency()
    hire("Kim")
    lee = hire("Lee")
    send_on_leave(lee, until=NOW + timedelta(days=1))
    for _ in range(10):
        receive()

    receive(now=NOW + timedelta(days=1))

    brought = FairnessEntry.objects.get(kind="CAUGHT_UP")
    assert (brought.producer_id, brought.turns, brought.leads) == (lee.pk, Decimal(7), 0)
    assert_the_balance_is_the_credit()


def test_joining_leaving_and_coming_back_are_entries() -> None:
    open_agency()
    kim = hire("Kim")
    receive(), receive()
    lee = hire("Lee")
    receive()
    PoolMember.objects.filter(producer=lee).update(is_active=False)
    tell(lee)
    receive()
    PoolMember.objects.filter(producer=lee).update(is_active=True)
    tell(lee)
    receive()

    told = FairnessEntry.objects.filter(producer=lee).exclude(kind="ASSIGNED").order_by("id")
    assert [(each.kind, each.leads) for each in told] == [("JOINED", 0), ("LEFT", 0), ("CAME_BACK", 0)]
    assert FairnessEntry.objects.get(producer=lee, kind="JOINED").turns == 2
    assert kinds(kim).count("JOINED") == 1
    assert_the_balance_is_the_credit()


@pytest.mark.parametrize("strategy", ["round_robin", "weighted", "least_loaded"])
def test_leads_placed_together_keep_the_balance_too(strategy: str) -> None:
    open_agency(strategy=strategy)
    hire("Kim", weight=3, capacity=100)
    lee = hire("Lee", weight=2, capacity=100)
    send_on_leave(lee, until=NOW + timedelta(days=1))
    source, _ = make_source()

    for day in (0, 1):  # on the second day Lee is back, and is brought up to Kim in the midst of a stretch
        bodies = [json.dumps(a_lead()).encode() for _ in range(9)]
        bursts.receive_together(source=source, bodies=bodies, now=NOW + timedelta(days=day))

    counts = Counter(FairnessEntry.objects.values_list("kind", flat=True))
    assert (counts["ASSIGNED"], counts["CAUGHT_UP"]) == (18, 0 if strategy == "least_loaded" else 1)
    assert_the_balance_is_the_credit()


def test_an_entry_is_never_rewritten() -> None:
    open_agency()
    hire("Kim")
    receive()

    with pytest.raises(DatabaseError), transaction.atomic():
        FairnessEntry.objects.update(turns=9)
    with pytest.raises(DatabaseError), transaction.atomic():
        FairnessEntry.objects.all()._raw_delete(using="default")

    assert FairnessEntry.objects.filter(turns=9).count() == 0


MOVES = st.lists(
    st.sampled_from(["lead", "lead", "lead", "DECLINED", "REASSIGNED", "BAD_LEAD", "SOLD", "join", "away", "back"]),
    max_size=14,
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(MOVES, st.sampled_from(["round_robin", "weighted", "least_loaded"]))
def test_whatever_happens_the_balance_is_what_the_rotation_goes_by(moves: list[str], strategy: str) -> None:
    with transaction.atomic():
        open_agency(strategy=strategy)
        team = [hire("Kim", weight=3, capacity=100), hire("Lee", weight=2, capacity=100), hire("Ray", capacity=100)]
        for at, move in enumerate(moves):
            held = Lead.objects.filter(owner__isnull=False, state="ASSIGNED").select_related("owner").first()
            if move == "lead":
                receive_lead()
            elif move == "join":
                team.append(hire(f"New{at}", capacity=100))
            elif move in {"away", "back"}:
                PoolMember.objects.filter(producer=team[0]).update(is_active=move == "back")
                tell(team[0])
            elif held and held.owner and move == "DECLINED":
                desk.decline(lead=held, reason="Not mine", actor=actor_of(held.owner), now=NOW)
            elif held and move == "REASSIGNED":
                handing.reassign(lead=held, reason="Wrong desk", actor=mona(), now=NOW)
            elif held and held.owner:
                desk.dispose(lead=held, disposition=move, actor=actor_of(held.owner), now=NOW)
        assert_the_balance_is_the_credit()
        transaction.set_rollback(True)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_leads_and_returns_at_once_leave_the_balance_true() -> None:
    open_agency()
    team = {each.pk: each for each in (hire("Kim"), hire("Lee"))}
    leads = [receive_lead() for _ in range(6)]

    def close(lead: Lead) -> None:
        desk.dispose(lead=lead, disposition="BAD_LEAD", actor=actor_of(team[fresh(lead).owner_id or 0]), now=NOW)

    def take_in() -> None:
        receive()

    together([*(partial(close, lead) for lead in leads), *(partial(take_in) for _ in range(6))])

    assert_the_balance_is_the_credit()
    assert sum(Counter(owners(*Lead.objects.filter(state="ASSIGNED"))).values()) == 6
