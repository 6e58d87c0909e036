"""Offers: asked before anybody has the lead, with a countdown; a seat kept, a licence read again, one who gets it."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from accounts.errors import Refused
from audit.models import Entry
from licenses.models import Producer
from outbox.models import Message
from routing.errors import NotYours
from routing.models import (
    Assignment,
    CapCount,
    Decision,
    FairnessEntry,
    Lead,
    Offer,
    OfferRound,
    Pool,
    PoolCredit,
    ProducerLoad,
    QueueItem,
    SlaTimer,
)
from routing.services import desk, handing, offers, replaying, roster, sweeping
from tests.agency import (
    MINUTE,
    NOW,
    actor_of,
    fresh,
    held,
    hire,
    hire_many,
    keep_hours,
    mona,
    open_agency,
    owners,
    receive,
    receive_lead,
    set_license,
    set_profile,
)
from tests.races import together

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
LATER = NOW + 2 * MINUTE


def open_pool(step: str = "offer", *, strategy: str = "round_robin", **options: Any) -> Pool:
    """Return the pool "life", which offers its leads so."""
    pool = open_agency(strategy=strategy)
    Pool.objects.filter(pk=pool.pk).update(method={"pick": {"step": step, **options}})
    roster.changed("pool:life", at=NOW)
    return pool


def offer_to(producer: Producer, lead: Lead | None = None) -> Offer:
    """Return the producer's open offer."""
    found = Offer.objects.filter(producer=producer, state="OPEN")
    return (found.filter(lead=lead) if lead else found).get()


def states(lead: Lead) -> list[tuple[str, str]]:
    """Return whom the lead was offered to, in turn, and what came of it."""
    found = Offer.objects.filter(lead=lead).order_by("offered_at", "pk").select_related("producer")
    return [(each.producer.first_name, each.state) for each in found]


def seats(producer: Producer) -> int:
    return int(ProducerLoad.objects.values_list("open_effort", flat=True).get(producer=producer))


def accept(producer: Producer, lead: Lead | None = None, *, now: Any = NOW) -> Lead:
    return offers.accept(offer_id=offer_to(producer, lead).pk, actor=actor_of(producer), now=now)


def require_replay(lead: Lead) -> Sequence[Decision]:
    """Return the lead's decisions, each of which replays as it is."""
    made = list(Decision.objects.filter(lead=lead).order_by("made_at", "pk"))
    assert [replaying.replay(decision=each).differences for each in made] == [()] * len(made)
    return made


def test_an_offer_keeps_a_seat_and_nobody_has_the_lead_yet() -> None:
    open_pool()
    kim = hire("Kim")

    answer = receive()

    lead = Lead.objects.get(pk=answer.body["id"])
    offer = offer_to(kim)
    assert (answer.body["status"], answer.body["reason"]["code"], answer.body["producer"]) == (
        "offered",
        "OFFERED",
        None,
    )
    assert (lead.state, lead.owner, lead.due_at) == ("OFFERED", None, None)
    assert (offer.reserves, offer.round.expires_at, seats(kim)) == (True, LATER, 1)
    assert not Assignment.objects.exists()
    assert not QueueItem.objects.exists()
    assert PoolCredit.objects.get(producer=kim).credit == 0
    assert list(SlaTimer.objects.values_list("kind", flat=True)) == ["ALARM"]
    told = Message.objects.filter(topic="offer.made").get()
    assert told.payload == {"lead_id": str(lead.pk), "offer_id": str(offer.pk), "producer_id": kim.pk}
    receipt = require_replay(lead)[0].receipt
    assert receipt["offer"] == {"pick": "offer", "to": [kim.pk], "seconds": 120, "first": kim.pk}
    assert receipt["method"]["pick"] == "offer"


def test_accepting_makes_it_the_producers_and_starts_the_owner_clock() -> None:
    open_pool()
    kim = hire("Kim", capacity=1)
    lead = receive_lead()

    accept(kim, now=NOW + MINUTE)

    lead, assignment = fresh(lead), Assignment.objects.get()
    assert (lead.state, lead.owner, lead.pool) == ("ACCEPTED", kim, "life")
    assert (assignment.assigned_at, assignment.accepted_at) == (NOW + MINUTE, NOW + MINUTE)
    assert assignment.due_at == NOW + MINUTE + timedelta(minutes=60)
    assert held(kim) == 1
    assert PoolCredit.objects.get(producer=kim).credit == 1
    assert FairnessEntry.objects.get(kind="ASSIGNED").turns == 1
    assert states(lead) == [("Kim", "ACCEPTED")]
    assert OfferRound.objects.get().state == "ACCEPTED"
    assert [each.trigger for each in require_replay(lead)] == ["INTAKE", "ACCEPT"]
    assert Entry.objects.filter(action="lead.accepted").count() == 1


def test_accepting_twice_is_accepting_once() -> None:
    open_pool()
    kim = hire("Kim")
    lead = receive_lead()
    offer = offer_to(kim)
    for _ in range(2):
        offers.accept(offer_id=offer.pk, actor=actor_of(kim), now=NOW)

    assert held(kim) == 1
    assert Decision.objects.filter(lead=lead).count() == 2


@pytest.mark.parametrize(("missed", "credit", "kind"), [("turn", 1, "OFFER_NO"), ("free", 0, "OFFER_FREE")])
def test_a_declined_offer_goes_to_the_next_and_costs_what_the_pool_says(missed: str, credit: int, kind: str) -> None:
    open_pool(missed=missed)
    people = {each.pk: each for each in (hire("Kim"), hire("Lee"))}
    lead = receive_lead()
    first = Offer.objects.get().producer
    second = next(each for each in people.values() if each != first)

    offers.decline(offer_id=offer_to(first).pk, actor=actor_of(first), now=NOW + MINUTE)

    assert states(lead) == [(first.first_name, "DECLINED"), (second.first_name, "OPEN")]
    assert offer_to(second).round.expires_at == NOW + 3 * MINUTE
    assert (seats(first), seats(second)) == (0, 1)
    assert PoolCredit.objects.get(producer=first).credit == credit
    assert FairnessEntry.objects.get(producer=first, kind__startswith="OFFER").kind == kind
    assert [each.trigger for each in require_replay(lead)] == ["INTAKE", "OFFER"]


def test_an_offer_nobody_answers_moves_on_by_itself_until_everybody_was_asked() -> None:
    open_pool()
    kim, lee = hire("Kim"), hire("Lee")
    lead = receive_lead()

    sweeping.sweep(now=LATER - SECOND)
    assert [state for _, state in states(lead)] == ["OPEN"]
    sweeping.sweep(now=LATER)
    assert [state for _, state in states(lead)] == ["EXPIRED", "OPEN"]
    sweeping.sweep(now=LATER + 2 * MINUTE)

    lead = fresh(lead)
    assert sorted(states(lead)) == [("Kim", "EXPIRED"), ("Lee", "EXPIRED")]
    assert (lead.state, lead.reason, QueueItem.objects.get().reason) == (
        "FALLBACK",
        "NOBODY_ACCEPTED",
        "NOBODY_ACCEPTED",
    )
    assert (seats(kim), seats(lee)) == (0, 0)
    assert require_replay(lead)[-1].receipt["declined"] == sorted([kim.pk, lee.pk])
    assert sweeping.sweep(now=LATER + 4 * MINUTE) == 0


def test_who_joins_meanwhile_is_asked_when_the_lead_is_tried_again() -> None:
    open_pool()
    hire("Kim")
    lead = receive_lead()
    sweeping.sweep(now=LATER)
    hire("Lee")

    sweeping.sweep(now=LATER + 2 * MINUTE)

    assert fresh(lead).state == "OFFERED"
    assert states(lead) == [("Kim", "EXPIRED"), ("Lee", "OPEN")]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"status": "INACTIVE"}, "license is inactive"),
        ({"expiry_date": date(2026, 11, 22)}, "license ended"),
    ],
)
def test_a_licence_that_lapsed_meanwhile_is_refused_with_the_reason(change: dict[str, Any], why: str) -> None:
    open_pool()
    kim = hire("Kim")
    lead = receive_lead()
    offer = offer_to(kim)
    set_license(kim, **change)

    with pytest.raises(offers.NotLawful, match=why):
        offers.accept(offer_id=offer.pk, actor=actor_of(kim), now=NOW)

    lead = fresh(lead)
    assert states(lead) == [("Kim", "REFUSED")]
    assert (lead.state, lead.owner, seats(kim)) == ("FALLBACK", None, 0)
    assert not Assignment.objects.exists()


def test_an_offer_ends_with_the_shift() -> None:
    open_pool(seconds=3600)
    kim = hire("Kim", time_zone="America/New_York")
    keep_hours(kim, (0, 8, 10), (0, 10, 11))  # it is 10:00 in Georgia

    receive_lead(now=NOW + 30 * MINUTE)

    assert offer_to(kim).round.expires_at == NOW + 60 * MINUTE


def test_nobody_answers_what_is_over_or_somebody_elses() -> None:
    open_pool()
    kim, lee = hire("Kim"), hire("Lee")
    receive_lead()
    offer = Offer.objects.get()
    asked, other = (kim, lee) if offer.producer == kim else (lee, kim)

    with pytest.raises(NotYours):
        offers.accept(offer_id=offer.pk, actor=actor_of(other), now=NOW)
    with pytest.raises(offers.OfferOver):
        offers.accept(offer_id=offer.pk, actor=actor_of(asked), now=LATER)
    with pytest.raises(offers.OfferOver):
        offers.decline(offer_id=offer.pk, actor=actor_of(asked), now=LATER)
    offers.decline(offer_id=offer.pk, actor=actor_of(asked), now=NOW)
    with pytest.raises(offers.OfferOver):
        offers.accept(offer_id=offer.pk, actor=actor_of(asked), now=NOW)

    assert not Assignment.objects.exists()


def test_open_offers_count_as_room_taken_and_as_turns() -> None:
    open_pool()
    kim, lee = hire("Kim", capacity=2), hire("Lee", capacity=2)

    leads = [receive_lead() for _ in range(5)]

    asked = [name for lead in leads[:4] for name, _ in states(lead)]
    assert (sorted(asked[:2]), sorted(asked[2:])) == (["Kim", "Lee"], ["Kim", "Lee"])
    assert fresh(leads[4]).reason == "NO_CAPACITY"
    assert (seats(kim), seats(lee)) == (2, 2)
    for each in leads:
        require_replay(each)


def test_a_kept_seat_counts_against_caps_and_is_given_back() -> None:
    open_pool()
    kim = hire("Kim", caps={"DAY": 1})
    lead = receive_lead()
    assert CapCount.objects.get().used == 1
    assert fresh(receive_lead()).reason == "DAILY_CAP_REACHED"
    CapCount.objects.all().delete()  # counted anew, the offer counts
    assert fresh(receive_lead()).reason == "DAILY_CAP_REACHED"

    accept(kim, lead, now=NOW + MINUTE)

    assert CapCount.objects.get().used == 1
    desk.decline(lead=fresh(lead), reason="Not mine.", actor=actor_of(kim), now=NOW + MINUTE)
    assert CapCount.objects.get().used == 0


def test_a_lead_declined_after_it_was_accepted_is_offered_to_the_next() -> None:
    open_pool()
    hire("Kim"), hire("Lee")
    lead = receive_lead()
    first = Offer.objects.get().producer
    accept(first)

    desk.decline(lead=fresh(lead), reason="On the road.", actor=actor_of(first), now=NOW + MINUTE)

    assert fresh(lead).state == "OFFERED"
    assert fresh(lead).owner is None
    assert [state for _, state in states(lead)] == ["ACCEPTED", "OPEN"]


def test_a_manager_may_assign_what_is_only_offered() -> None:
    open_pool()
    hire("Kim"), hire("Lee")
    lead = receive_lead()
    asked = Offer.objects.get().producer
    other = Producer.objects.exclude(pk=asked.pk).get()

    handing.assign(lead=lead, producer_id=other.pk, reason="", actor=mona(), now=NOW + MINUTE)

    assert owners(lead) == [other.first_name]
    assert states(lead) == [(asked.first_name, "WITHDRAWN")]
    assert (seats(asked), held(other)) == (0, 1)
    assert PoolCredit.objects.get(producer=asked).credit == 0


def test_who_lost_the_room_meanwhile_hears_so() -> None:
    open_pool()
    kim = hire("Kim")
    receive_lead()
    offer = offer_to(kim)
    set_profile(kim, capacity=0)

    with pytest.raises(offers.NotLawful, match="at capacity"):
        offers.accept(offer_id=offer.pk, actor=actor_of(kim), now=NOW)

    assert seats(kim) == 0


def test_of_several_the_first_to_accept_gets_it_and_the_others_hear_so() -> None:
    open_pool("first", several=2)
    kim, lee, _ = hire("Kim"), hire("Lee"), hire("Max")
    lead = receive_lead()
    first, second = Offer.objects.order_by("pk")
    assert (first.reserves, seats(kim), seats(lee)) == (False, 0, 0)
    assert require_replay(lead)[0].receipt["offer"]["to"] == [first.producer_id, second.producer_id]

    offers.accept(offer_id=second.pk, actor=actor_of(second.producer), now=NOW)
    with pytest.raises(offers.OfferTaken):
        offers.accept(offer_id=first.pk, actor=actor_of(first.producer), now=NOW)
    with pytest.raises(offers.OfferTaken):
        offers.decline(offer_id=first.pk, actor=actor_of(first.producer), now=NOW)

    assert owners(lead) == [second.producer.first_name]
    assert [state for _, state in states(lead)] == ["TAKEN", "ACCEPTED"]
    assert (held(second.producer), seats(first.producer)) == (1, 0)
    assert {each.producer_id: int(each.credit) for each in PoolCredit.objects.exclude(credit=0)} == {
        second.producer_id: 1
    }
    require_replay(lead)


def test_several_are_asked_until_the_last_of_them_said_no_then_the_others() -> None:
    open_pool("first", several=2)
    for name in ("Kim", "Lee", "Max"):
        hire(name)
    lead = receive_lead()
    first = Offer.objects.order_by("pk").select_related("producer")[0]

    offers.decline(offer_id=first.pk, actor=actor_of(first.producer), now=NOW)
    assert OfferRound.objects.count() == 1
    sweeping.sweep(now=LATER)

    assert [state for _, state in states(lead)] == ["DECLINED", "EXPIRED", "OPEN"]
    assert [each.state for each in OfferRound.objects.order_by("opened_at")] == ["PASSED", "OPEN"]
    assert not PoolCredit.objects.exclude(credit=0).exists()


def test_of_several_one_without_room_by_then_is_refused_and_the_rest_may_still_accept() -> None:
    open_pool("first", several=2)
    hire("Kim", capacity=1), hire("Lee", capacity=1)
    one, two = receive_lead(), receive_lead()
    kim = Producer.objects.get(first_name="Kim")
    accept(kim, one)

    with pytest.raises(offers.NotLawful, match="at capacity"):
        accept(kim, two)

    assert sorted(states(two)) == [("Kim", "REFUSED"), ("Lee", "OPEN")]
    assert fresh(two).state == "OFFERED"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_sixteen_who_accept_at_once_exactly_one_gets_it() -> None:
    open_pool("first", several=16)
    people = hire_many(16)
    lapsed = people[:4]
    lead = receive_lead()
    asked = {each.producer_id: each.pk for each in Offer.objects.all()}
    for each in lapsed:
        set_license(each, status="INACTIVE")

    def press(producer: Producer) -> str:
        try:
            offers.accept(offer_id=asked[producer.pk], actor=actor_of(producer), now=NOW)
        except Refused as refusal:
            return refusal.code
        return "mine"

    told = together([partial(press, each) for each in people])

    assert told.count("mine") == 1
    winner = people[told.index("mine")]
    assert winner not in lapsed
    assert set(told) <= {"mine", "offer.taken", "offer.not_eligible"}
    assert {each.pk for each in people if held(each)} == {winner.pk}
    assert Assignment.objects.filter(lead=lead).count() == 1
    assert Entry.objects.filter(action="lead.accepted").count() == 1
    assert [(each.producer_id, int(each.credit)) for each in PoolCredit.objects.exclude(credit=0)] == [(winner.pk, 1)]
    require_replay(lead)


def test_an_asking_that_fails_is_looked_at_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    open_pool()
    hire("Kim")
    receive_lead()

    def fail(**_: object) -> bool:
        raise RuntimeError

    monkeypatch.setattr(offers, "expire", fail)

    assert offers.sweep_due(now=LATER) == 0
    assert OfferRound.objects.get().try_at == LATER + offers.FAILED_LATER
