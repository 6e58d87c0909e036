"""Leads that go on from pool to pool: at once, after their pool's time, from a file; told, replayed and rehearsed."""

import json
from collections import Counter
from datetime import date
from typing import Any

import pytest

from accounts.errors import Invalid
from audit.models import Entry
from licenses.models import License
from routing.counterfactual import Retold, as_stored, decide_again, repeats, retell
from routing.models import Decision, Lead, Offer, OfferRound, Pool, QueueItem
from routing.services import (
    bursts,
    claim,
    deciding,
    explaining,
    previewing,
    pulling,
    roster,
    setup,
    sweeping,
    waking,
)
from routing.services.forecasting import Forecaster
from routing.stored_decision import Record
from routing.swap import Swap
from routing.why_me import sentences
from tests.agency import (
    MINUTE,
    NOW,
    SETUP,
    TO_LIFE,
    a_lead,
    actor_of,
    fresh,
    held,
    hire,
    hire_many,
    make_pool,
    make_source,
    mona,
    open_agency,
    owners,
    receive,
    receive_lead,
    set_profile,
)
from tests.integration.routing.test_offers import require_replay, states
from tests.integration.routing.trials import records, swap

pytestmark = pytest.mark.django_db

ENDED = date(2026, 11, 22)
RULE: dict[str, Any] = {"id": "r", "name": "Large desks", "reason": "SMALL_DESK", "message": "has a small desk"}


def goes_on(slug: str, to: str | None, minutes: int | None = None) -> None:
    """Write into the database where a pool's leads go on to."""
    overflow = Pool.objects.get(slug=to) if to else None
    Pool.objects.filter(slug=slug).update(overflow=overflow, overflow_minutes=minutes)
    roster.changed(roster.pool_subject(slug), at=NOW)


def choose(slug: str, step: str, **options: Any) -> None:
    """Let a pool hand its leads over so."""
    Pool.objects.filter(slug=slug).update(method={"pick": {"step": step, **options}})
    roster.changed(roster.pool_subject(slug), at=NOW)


def open_two(minutes: int | None = None) -> None:
    """Open an agency whose pool "life" goes on to "more"."""
    open_agency()
    make_pool("more")
    goes_on("life", "more", minutes)


def way(lead: Lead) -> list[tuple[str, str | None]]:
    """Return the way of the lead's last decision."""
    receipt = Decision.objects.filter(lead=lead).latest("made_at", "pk").receipt
    return [(step["pool"], step["reason"]) for step in receipt.get("waterfall", ())]


def went_on(lead: Lead) -> list[str]:
    """Return what the time line says of it."""
    return [each["text"] for each in explaining.timeline(fresh(lead)) if each["action"] == "lead.went_on"]


def test_a_lead_for_a_pool_without_room_goes_on_at_once_and_everything_tells_so() -> None:
    open_two()
    hire("Kim", capacity=1)
    lee = hire("Lee", pool="more")
    receive()

    answer = receive()

    lead = Lead.objects.get(pk=answer.body["id"])
    decision = Decision.objects.get(lead=lead)
    assert (answer.body["status"], answer.body["pool"], answer.body["producer"]["id"]) == ("assigned", "more", lee.pk)
    assert way(lead) == [("life", "NO_CAPACITY"), ("more", None)]
    assert answer.body["reason"]["text"] == (
        "Assigned to a producer licensed for it. Life: everyone who could take it is at capacity; went on to More."
    )
    assert went_on(lead) == ["Life: everyone who could take it is at capacity; went on to More."]
    assert next(iter(sentences(decision.receipt, lee.pk))) == went_on(lead)[0]
    require_replay(lead)


def test_whoever_was_full_in_the_pool_it_went_on_from_reads_why() -> None:
    open_two()
    kim, lee = hire("Kim", capacity=1), hire("Lee", pool="more")
    receive()
    decision = Decision.objects.get(lead=receive_lead())

    told = [explaining.why(decision=decision, producer_id=each.pk)["text"] for each in (kim, lee)]

    assert told == ["Kim Park could take it, but was at capacity.", "Lee Park got the lead."]
    assert {each.name for each in explaining.standings_in(decision=decision)} == {"Kim Park", "Lee Park"}


def test_a_lead_that_no_pool_can_place_waits_for_its_own_and_for_the_others() -> None:
    open_two()
    kim, lee = hire("Kim", expiry_date=ENDED), hire("Lee", pool="more", capacity=1)
    first = receive_lead()

    lead = receive_lead()

    item = QueueItem.objects.get(lead=lead)
    assert (item.reason, item.pool, lead.pool) == ("NO_LICENSED_PRODUCER", "life", "life")
    assert item.text.endswith("More: everyone who could take it is at capacity.")
    assert [name for _, name, _ in item.waits_for["full"]] == ["Lee Park"]
    assert held(kim) == 0
    require_replay(lead)

    set_profile(lee, capacity=2)
    waking.ring(subjects=[f"producer:{lee.pk}"], now=NOW + MINUTE)
    waking.work_due(now=NOW + MINUTE)

    assert owners(first, lead) == ["Lee", "Lee"]
    require_replay(lead)


def test_a_pool_that_others_go_on_to_wakes_what_waits_for_them() -> None:
    open_two()
    lead = receive_lead()
    hire("Lee", pool="more")

    waking.ring(subjects=["pool:more"], now=NOW + MINUTE)
    waking.work_due(now=NOW + MINUTE)

    assert (owners(lead), fresh(lead).pool) == (["Lee"], "more")


def test_offers_that_nobody_accepts_go_on_and_nobody_is_asked_twice() -> None:
    open_two()
    choose("life", "offer", seconds=120)
    choose("more", "offer", seconds=120)
    kim = hire("Kim")
    lee = hire("Lee", pool="more")
    for pool in ("life", "more"):
        Pool.objects.get(slug=pool).members.get_or_create(producer=kim)
    roster.changed(roster.producer_subject(kim.pk), at=NOW)
    lead = receive_lead()

    sweeping.sweep(now=NOW + 2 * MINUTE)
    assert states(lead) == [("Kim", "EXPIRED"), ("Lee", "OPEN")]
    sweeping.sweep(now=NOW + 4 * MINUTE)

    assert (fresh(lead).state, fresh(lead).reason) == ("FALLBACK", "NOBODY_ACCEPTED")
    assert states(lead) == [("Kim", "EXPIRED"), ("Lee", "EXPIRED")]
    assert went_on(lead) == ["Life: everyone who could take it was asked; nobody accepted; went on to More."]
    assert held(lee) == 0
    require_replay(lead)


def test_offers_go_on_when_their_pool_has_had_its_time_whoever_is_left() -> None:
    open_two(minutes=3)
    choose("life", "offer", seconds=120)
    hire_many(4)
    lee = hire("Lee", pool="more")
    lead = receive_lead()

    sweeping.sweep(now=NOW + 2 * MINUTE)
    assert OfferRound.objects.get(state="OPEN").expires_at == NOW + 3 * MINUTE
    sweeping.sweep(now=NOW + 3 * MINUTE)

    assert (owners(lead), fresh(lead).pool) == (["Lee"], "more")
    assert Offer.objects.filter(lead=lead, state="EXPIRED").count() == 2
    assert way(lead) == [("life", "OUT_OF_TIME"), ("more", None)]
    assert went_on(lead) == ["Life: nobody of the pool took it in the time the pool has; went on to More."]
    assert held(lee) == 1
    require_replay(lead)


def test_a_lead_out_of_time_that_nobody_else_can_have_waits_for_the_next_pool() -> None:
    open_two(minutes=2)
    choose("life", "offer", seconds=120)
    hire_many(2)
    hire("Lee", pool="more", capacity=0)
    lead = receive_lead()

    sweeping.sweep(now=NOW + 2 * MINUTE)

    item = QueueItem.objects.get(lead=lead)
    assert (item.reason, item.pool, way(lead)) == ("NO_CAPACITY", "more", [("life", "OUT_OF_TIME"), ("more", None)])
    require_replay(lead)


def test_what_nobody_takes_from_its_pool_in_time_goes_on() -> None:
    open_two()
    choose("life", "pull", minutes=10)
    hire("Kim")
    hire("Lee", pool="more")
    lead = receive_lead()

    sweeping.sweep(now=NOW + 9 * MINUTE)
    assert fresh(lead).reason == "LAID_OUT"
    sweeping.sweep(now=NOW + 10 * MINUTE)

    assert (owners(lead), fresh(lead).pool) == (["Lee"], "more")
    require_replay(lead)


def test_a_lead_that_lies_in_a_pool_it_went_on_to_is_taken_from_there_though_the_first_has_room_again() -> None:
    open_two()
    choose("more", "pull")
    kim, lee = hire("Kim", capacity=1), hire("Lee", pool="more")
    receive()
    lead = receive_lead()
    assert (lead.state, lead.pool) == ("OFFERED", "more")
    set_profile(kim, capacity=9)

    assert pulling.take_next(actor=actor_of(lee), now=NOW + MINUTE) == lead

    assert owners(lead) == ["Lee"]
    require_replay(lead)


@pytest.mark.parametrize("step", ["push", "offer", "pull"])
def test_a_circle_written_by_hand_ends_with_a_manager_after_each_pool_was_tried_once(step: str) -> None:
    open_agency()
    for slug in ("more", "last"):
        make_pool(slug)
    for slug, to in (("life", "more"), ("more", "last"), ("last", "life")):
        choose(slug, step)
        goes_on(slug, to, 1)
    capacity = 0 if step == "push" else 5
    for name, slug in (("Kim", "life"), ("Lee", "more"), ("Ray", "last")):
        hire(name, pool=slug, capacity=capacity)
    lead = receive_lead()

    for minute in range(1, 6):
        sweeping.sweep(now=NOW + minute * MINUTE)

    rounds = Counter(OfferRound.objects.filter(lead=lead).values_list("pool__slug", flat=True))
    assert rounds == ({} if step == "push" else {"life": 1, "more": 1, "last": 1})
    assert fresh(lead).state == "FALLBACK"
    assert fresh(lead).reason == {"push": "NO_CAPACITY"}.get(step, "OUT_OF_TIME")
    require_replay(lead)


def test_a_desk_that_fills_up_at_the_claim_sends_the_lead_on(monkeypatch: pytest.MonkeyPatch) -> None:
    open_two()
    kim, lee = hire("Kim"), hire("Lee", pool="more")
    take = claim.take

    def take_late(**asked: Any) -> claim.Taken:
        License.objects.filter(producer=kim).update(status="REVOKED")
        return take(**asked)

    monkeypatch.setattr(claim, "take", take_late)
    lead = receive_lead()

    assert (owners(lead), way(lead)) == (["Lee"], [("life", "LOST_RACE"), ("more", None)])
    assert (held(kim), held(lee)) == (0, 1)
    step = Decision.objects.get(lead=lead).receipt["waterfall"][0]
    assert step["claim"]["skipped"] == [{"producer": kim.pk, "why": "LICENSE_CHANGED"}]
    require_replay(lead)


def test_leads_of_a_file_go_on_as_they_would_alone() -> None:
    open_two()
    kim, lee, ray = hire("Kim", capacity=2), hire("Lee", pool="more", capacity=2), hire("Ray", pool="more", capacity=1)
    source, _ = make_source()
    bodies = [json.dumps(a_lead()).encode() for _ in range(6)]
    forecaster = Forecaster()
    context = deciding.context()
    for body in bodies:
        lead, person = explaining.imagined(data=json.loads(body), source=source, agency=context.roster.agency, now=NOW)
        forecaster.take([(deciding.inquiry(lead, person, context, now=NOW), str(lead.pk))])

    answers = bursts.receive_together(source=source, bodies=bodies, now=NOW)

    assert [each.body["pool"] for each in answers if each] == ["life", "life", "more", "more", "more", "life"]
    assert [held(each) for each in (kim, lee, ray)] == [2, 2, 1]
    assert {each.name: each.leads for each in forecaster.forecast().getters} == {
        "Kim Park": 2,
        "Lee Park": 2,
        "Ray Park": 1,
    }
    for lead in Lead.objects.all():
        require_replay(lead)


def test_the_preview_follows_what_is_on_the_page() -> None:
    open_two()
    hire("Kim", capacity=1)
    hire("Lee", pool="more")
    pool = Pool.objects.get(slug="life")

    shown = previewing.preview(pool=pool, strategy="round_robin", method={}, goes_on_to="more", actor=mona(), now=NOW)
    without = previewing.preview(pool=pool, strategy="round_robin", method={}, goes_on_to=None, actor=mona(), now=NOW)

    assert dict(shown.shares) == {"Kim Park": 1, "Lee Park": 9}
    assert shown.lines[1].notes == ("Life: everyone who could take it is at capacity; went on to More.",)
    assert dict(without.shares) == {"Kim Park": 1}


def test_rehearsals_tell_decisions_of_a_waterfall_as_they_were_and_as_they_would_be() -> None:
    open_two()
    kim = hire("Kim", capacity=1)
    hire("Lee", pool="more")
    first, second = receive_lead(), receive_lead()
    assert owners(first, second) == ["Kim", "Lee"]

    told = {record.receipt["lead"]: record for record in records()}

    for record in told.values():
        again = decide_again(record, record.rules)
        assert repeats(record)
        assert (again.outcome, again.is_assumed) == (record.outcome, False)
        assert again.eligible == as_stored(record).eligible
    nobody = {**RULE, "require": {"field": "producer.capacity", "op": "gt", "value": 5}}
    document = {"language": 1, "stage": "eligibility", "time_zone": "America/New_York", "rules": [nobody]}
    under = swap("fit", document)
    elsewhere = [{**TO_LIFE, "route": {"pool": "more"}}]
    routed = swap("routes", {"language": 1, "stage": "route", "time_zone": "America/New_York", "rules": elsewhere})
    for record in told.values():
        for each in (under, routed):
            again, quick = (tell(record, each) for tell in (_in_full, _quickly))
            assert (quick.outcome, quick.eligible) == (again.outcome, again.eligible)
    record = told[str(first.pk)]
    retold = retell(record, under, under.into(record.rules))
    assert (retold.outcome.pool, retold.outcome.producer) == ("more", Lead.objects.get(pk=second.pk).owner_id)
    assert kim.pk == record.outcome.producer


def _in_full(record: Record, under: Swap) -> Retold:
    return decide_again(record, under.into(record.rules))


def _quickly(record: Record, under: Swap) -> Retold:
    return retell(record, under, under.into(record.rules))


def save(slug: str, to: str | None, minutes: int | None = None) -> None:
    """Save where a pool's leads go on to the way people do."""
    pool = Pool.objects.get(slug=slug)
    pool.overflow, pool.overflow_minutes = Pool.objects.get(slug=to) if to else None, minutes
    setup.save_pool(pool=pool, actor=SETUP, now=NOW)


def test_a_circle_is_refused_naming_the_pools() -> None:
    open_agency()
    make_pool("more")
    make_pool("last")
    save("life", "more")
    save("more", "last", 5)

    with pytest.raises(Invalid) as refused:
        save("last", "life")

    assert [each.pointer for each in refused.value.problems] == ["/overflow"]
    assert refused.value.message == (
        "Leads would go round in a circle: Last → Life → More → Last. Choose another pool, or none."
    )
    assert Pool.objects.get(slug="last").overflow is None


def test_a_pool_cannot_go_on_to_itself_nor_after_a_time_to_nowhere() -> None:
    open_agency()

    with pytest.raises(Invalid, match="circle: Life → Life"):
        save("life", "life")
    with pytest.raises(Invalid, match="Say to which pool"):
        save("life", None, 5)

    assert not Entry.objects.filter(action="pool.changed").exists()
