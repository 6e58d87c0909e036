"""Caps through real claims: counted in the claim, given back with the lead, refused by the database itself."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.policy import Role
from licenses.models import Producer
from routing.errors import WrongState
from routing.models import Assignment, Cap, CapCount, Decision, Lead, ProducerLoad, ProducerProfile
from routing.queries import capped
from routing.receipt import sha256
from routing.services import deciding, desk, handing, replaying, setup, sla
from routing.services.claim import take
from routing.services.intake import Answer
from tests.agency import (
    MINUTE,
    NOW,
    actor_of,
    fresh,
    hire,
    lead_of,
    make_source,
    mona,
    open_agency,
    receive,
    receive_lead,
    tell,
)
from tests.factories import make_user

pytestmark = pytest.mark.django_db

HOUR: Final = timedelta(hours=1)
NEW_YORK: Final = ZoneInfo("America/New_York")
# What two instants must share to fall into one window, written down once more for the property below.
SHARED: Final[dict[str, Callable[[datetime], object]]] = {
    "HOUR": lambda local: (local.date(), local.hour, local.utcoffset()),
    "DAY": lambda local: local.date(),
    "WEEK": lambda local: local.isocalendar()[:2],
    "MONTH": lambda local: (local.year, local.month),
}


def cap(producer: Producer, most: int, period: str = "DAY", **fields: Any) -> Cap:
    """Give a producer one more cap."""
    made = Cap.objects.create(
        profile=ProducerProfile.objects.get(producer=producer), most=most, period=period, **fields
    )
    tell(producer)
    return made


def reason(answer: Answer) -> str:
    """Return the reason code of an answer."""
    return str(answer.body["reason"]["code"])


def reasons_at(*instants: datetime, **fields: Any) -> list[str]:
    """Take in a lead at each of these instants, and return why each stands where it stands."""
    return [reason(receive(now=now, **fields)) for now in instants]


@pytest.mark.parametrize(
    ("period", "within", "after", "said"),
    [
        pytest.param("HOUR", NOW + 59 * MINUTE, NOW + HOUR, "CAP_REACHED", id="hour"),
        pytest.param("DAY", NOW + 13 * HOUR, NOW + 14 * HOUR, "DAILY_CAP_REACHED", id="day"),
        pytest.param("WEEK", NOW + timedelta(days=6), NOW + timedelta(days=7), "CAP_REACHED", id="week"),
        pytest.param("MONTH", NOW + timedelta(days=7), NOW + timedelta(days=8), "CAP_REACHED", id="month"),
    ],
)
def test_a_cap_lets_so_many_through_a_window(period: str, within: datetime, after: datetime, said: str) -> None:
    open_agency()
    kim = hire(time_zone="America/New_York")
    cap(kim, 2, period)

    assert reasons_at(NOW, NOW, within, after) == ["ASSIGNED", "ASSIGNED", said, "ASSIGNED"]


def test_a_cap_of_one_source_leaves_the_others_alone() -> None:
    open_agency()
    kim, web = hire(), make_source()[0]
    phone = make_source("phone")[0]
    cap(kim, 1, source=web)

    answers = [receive(source=source) for source in (web, web, phone, phone)]

    assert [reason(each) for each in answers] == ["ASSIGNED", "DAILY_CAP_REACHED", "ASSIGNED", "ASSIGNED"]


def test_a_cap_of_one_line_counts_what_is_open_of_it() -> None:
    open_agency()
    kim = hire()
    cap(kim, 1, "OPEN", line="LIFE"), cap(kim, 1, line="HEALTH")
    first = receive_lead()
    assert reasons_at(NOW) == ["CAP_REACHED"]

    desk.dispose(lead=first, disposition="SOLD", actor=actor_of(kim), now=NOW)

    assert reasons_at(NOW, NOW) == ["ASSIGNED", "CAP_REACHED"]


def decline(kim: Producer, lead: Lead, now: datetime) -> None:
    desk.decline(lead=lead, reason="Not mine", actor=actor_of(kim), now=now)


def take_away(kim: Producer, lead: Lead, now: datetime) -> None:
    handing.reassign(lead=lead, reason="Wrong desk", actor=mona(), now=now)


def bad_lead(kim: Producer, lead: Lead, now: datetime) -> None:
    desk.dispose(lead=lead, disposition="BAD_LEAD", actor=actor_of(kim), now=now)


def sold(kim: Producer, lead: Lead, now: datetime) -> None:
    desk.dispose(lead=lead, disposition="SOLD", actor=actor_of(kim), now=now)


def breach(kim: Producer, lead: Lead, now: datetime) -> None:
    sla.sweep_due(now=now)


@pytest.mark.parametrize(
    ("end", "counted"),
    [(decline, 0), (take_away, 0), (bad_lead, 0), (sold, 1), (breach, 1)],
)
def test_what_is_handed_back_in_its_window_is_not_counted(
    end: Callable[[Producer, Lead, datetime], None], counted: int
) -> None:
    open_agency()
    kim = hire(caps={"DAY": 1, "WEEK": 5})
    lead = receive_lead()

    end(kim, lead, NOW + HOUR)

    assert [each.used for each in CapCount.objects.order_by("cap")] == [counted, counted]
    assert reasons_at(NOW + HOUR) == ["DAILY_CAP_REACHED" if counted else "ASSIGNED"]


def test_what_is_handed_back_the_next_day_frees_the_week_but_not_the_new_day() -> None:
    open_agency()
    kim = hire(caps={"DAY": 1, "WEEK": 5})
    lead, tomorrow = receive_lead(), NOW + timedelta(days=1)
    receive(now=tomorrow)

    decline(kim, lead, tomorrow)

    assert [each.used for each in CapCount.objects.order_by("cap")] == [1, 1]
    assert reasons_at(tomorrow) == ["DAILY_CAP_REACHED"]


def test_a_lead_handed_back_twice_is_given_back_once() -> None:
    open_agency()
    kim = hire(caps={"DAY": 2})
    lead, _ = receive_lead(), receive_lead()
    assignment = lead.assignments.get()
    decline(kim, lead, NOW)

    with pytest.raises(WrongState), transaction.atomic():
        desk.end(assignment=assignment, how="DECLINED", reason="Again", actor=actor_of(kim), now=NOW)

    assert CapCount.objects.get().used == 1


def test_a_new_cap_counts_what_the_day_has_brought_already() -> None:
    open_agency()
    kim = hire()
    receive(), receive()

    new = cap(kim, 3)

    assert [each.text for each in capped.of([new], now=NOW)] == ["2 of 3 today"]
    assert reasons_at(NOW, NOW) == ["ASSIGNED", "DAILY_CAP_REACHED"]


def test_an_edited_cap_counts_anew() -> None:
    open_agency()
    hire(caps={"DAY": 2})
    web, phone = make_source()[0], make_source("phone")[0]
    receive(source=web)
    edited = Cap.objects.get()
    edited.source = phone

    setup.save_profile(profile=edited.profile, rows=[edited], actor=make_user(Role.OPERATIONS).actor(), now=NOW)

    assert [each.text for each in capped.of([edited], now=NOW)] == ["0 of 2 today, from Phone"]


def test_a_producer_who_moves_counts_the_new_zones_day() -> None:
    open_agency()
    kim = hire(caps={"DAY": 1}, time_zone="America/New_York")
    midnight = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
    receive(now=midnight - HOUR)
    assert reasons_at(midnight + HOUR) == ["ASSIGNED"]
    lead_of(receive(now=midnight + 24 * HOUR))

    Producer.objects.filter(pk=kim.pk).update(time_zone="America/Los_Angeles")
    tell(kim)

    # In Los Angeles the 25th began three hours later: the last one came on the 24th, like the one before it.
    assert reasons_at(midnight + 26 * HOUR, midnight + 27 * HOUR) == ["DAILY_CAP_REACHED", "ASSIGNED"]


def test_a_cap_lowered_between_decision_and_claim_passes_the_seat_on() -> None:
    open_agency()
    kim, lee = hire("Kim", caps={"DAY": 2}), hire("Lee", weight=0)
    lead = receive_lead()
    decided = deciding.decide(deciding.inquiry(fresh(lead), lead.person, deciding.context(), now=NOW), seed="x")
    assert [each.producer_id for each in decided.chosen.ranked] == [kim.pk, lee.pk]
    Cap.objects.update(most=1)

    with transaction.atomic():
        taken = take(decided=decided, effort=Assignment.objects.get().effort)

    assert taken.producer is not None
    assert (taken.producer.id, taken.skipped) == (lee.pk, [{"producer": kim.pk, "why": "DAILY_CAP"}])
    assert ProducerLoad.objects.get(producer=kim).open_effort == 1  # the seat taken and refused is free again


def test_a_cap_that_came_between_decision_and_claim_passes_the_seat_on() -> None:
    open_agency()
    kim, lee = hire("Kim"), hire("Lee", weight=0)
    lead = receive_lead()
    decided = deciding.decide(deciding.inquiry(fresh(lead), lead.person, deciding.context(), now=NOW), seed="x")
    assert [each.producer_id for each in decided.chosen.ranked] == [kim.pk, lee.pk]
    cap(kim, 1)

    with transaction.atomic():
        taken = take(decided=decided, effort=Assignment.objects.get().effort)

    assert taken.producer is not None
    assert (taken.producer.id, taken.skipped) == (lee.pk, [{"producer": kim.pk, "why": "DAILY_CAP"}])


def test_the_database_refuses_an_assignment_beyond_a_cap() -> None:
    open_agency()
    kim = hire(caps={"DAY": 1})
    lead = receive_lead()
    sold(kim, lead, NOW)
    CapCount.objects.update(used=0)  # as a lost update would leave it

    with pytest.raises(IntegrityError, match="beyond a cap"), transaction.atomic():
        Assignment.objects.create(
            lead=lead,
            producer=kim,
            decision=lead.decisions.get(),
            assigned_at=NOW,
            clock_starts_at=NOW,
            due_at=NOW,
        )


def test_a_paced_producer_passes_the_lead_on_and_says_so() -> None:
    open_agency()
    hire("Kim", capacity=50, weight=1), hire("Lee", weight=0)
    paced = cap(Producer.objects.get(first_name="Kim"), 20, is_paced=True)
    for _ in range(19):
        receive()

    lead = receive_lead()

    assert fresh(lead).owner_id == Producer.objects.get(first_name="Lee").pk
    full = [each for each in lead.decisions.get().receipt["candidates"] if each["rank"] is None]
    assert [(each["why"], each["volatile"]["caps"][str(paced.pk)]["count"]) for each in full] == [("PACED", 19)]


def test_every_decision_under_caps_replays_exactly() -> None:
    open_agency()
    hire("Kim", caps={"DAY": 1, "WEEK": 2}), hire("Lee", caps={"HOUR": 1})
    reasons_at(NOW, NOW, NOW, NOW + HOUR, NOW + timedelta(days=1))

    found = {replaying.replay(decision=each).answer for each in Decision.objects.all()}

    assert (found, Decision.objects.count()) == ({replaying.Answer.SAME}, 5)


def stored_desk(desk: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a desk as receipts kept it before caps were rows."""
    return {**{name: value for name, value in desk.items() if name != "caps"}, **more}


def test_a_receipt_from_before_caps_were_rows_replays() -> None:
    open_agency()
    hire()
    decision = receive_lead().decisions.get()
    receipt = decision.receipt
    (candidate,) = receipt["candidates"]
    candidate["volatile"] = stored_desk(candidate["volatile"], day_count=3)
    old = Decision(
        lead=decision.lead,
        trigger=decision.trigger,
        made_at=NOW,
        roster_version=decision.roster_version,
        person_id=decision.person_id,
        receipt=receipt,
        receipt_sha256=sha256(receipt),
    )

    assert replaying.replay(decision=old) == replaying.Replayed(str(old.pk), replaying.Answer.SAME)


# Around the nights the clocks change, at the end of a week and of a month: 31 October 2026 is a Saturday.
STEPS: Final = st.lists(
    st.tuples(
        st.sampled_from([timedelta(0), 10 * MINUTE, 50 * MINUTE, 2 * HOUR, 13 * HOUR, timedelta(days=3)]),
        st.sampled_from(["web", "phone"]),
        st.sampled_from(["", "", "DECLINED", "SOLD", "BAD_LEAD"]),
    ),
    min_size=4,
    max_size=14,
)
CAPS: Final = st.dictionaries(
    st.tuples(st.sampled_from(list(SHARED)), st.sampled_from(["", "web", "phone"])),
    st.integers(1, 4),
    min_size=1,
    max_size=4,
)


@pytest.mark.django_db(transaction=False)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(CAPS, STEPS, st.sampled_from([datetime(2026, 10, 30, 20, tzinfo=UTC), datetime(2026, 3, 7, 20, tzinfo=UTC)]))
def test_over_any_claims_and_returns_nobody_is_over_a_cap_and_nobody_is_held_back_below_it(
    limits: dict[tuple[str, str], int], steps: list[tuple[timedelta, str, str]], start: datetime
) -> None:
    with transaction.atomic():
        open_agency()
        sources = {slug: make_source(slug)[0] for slug in ("web", "phone")}
        kim = hire(capacity=500, time_zone="America/New_York")
        for (period, slug), most in limits.items():
            cap(kim, most, period, source=sources.get(slug))
        counted: list[tuple[datetime, str]] = []
        now = start
        for pause, slug, end in steps:
            now += pause
            free = all(
                sum(
                    SHARED[period](at.astimezone(NEW_YORK)) == SHARED[period](now.astimezone(NEW_YORK))
                    for at, by in counted
                    if of in {"", by}
                )
                < most
                for (period, of), most in limits.items()
                if of in {"", slug}
            )

            lead = lead_of(receive(source=sources[slug], now=now))

            assert (lead.state == "ASSIGNED") is free
            if free and end == "DECLINED":
                decline(kim, lead, now)
            elif free:
                counted += [] if end == "BAD_LEAD" else [(now, slug)]
                if end:
                    desk.dispose(lead=lead, disposition=end, actor=actor_of(kim), now=now)
        transaction.set_rollback(True)
