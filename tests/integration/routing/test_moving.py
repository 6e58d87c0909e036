"""Many breaches of one round: moved together as they would be one by one."""

from collections import Counter
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from licenses.models import Producer
from outbox.models import Message
from routing.models import Assignment, Decision, FairnessEntry, Lead, Leave, PoolCredit, Promise, SlaPolicy, SlaTimer
from routing.services import moving, roster, seating, sla
from tests.agency import MINUTE, NOW, SETUP, climb, held, hire, hire_many, open_agency, owners, publish, receive_lead

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_new_york")]

HOUR = 60 * MINUTE


class Undone(Exception):  # noqa: N818 - not an error: it takes a trial back
    """Undo what was tried."""


def picture(leads: list[Lead]) -> dict[str, Any]:
    """Return what a round left behind, without the keys of rows."""
    names = dict(Producer.objects.values_list("pk", "first_name"))
    order = {str(lead.pk): at for at, lead in enumerate(leads)}
    about = Entry.objects.filter(target_id__in=order).order_by("seq").values_list("target_id", "action")
    told = Message.objects.filter(aggregate__in=order).order_by("seq").values_list("aggregate", "topic")
    ended = Assignment.objects.filter(ended_at__isnull=False).order_by("lead__received_at", "lead")
    return {
        "owners": owners(*leads),
        "hops": [Lead.objects.get(pk=lead.pk).hop for lead in leads],
        "entries": sorted((order[target], action) for target, action in about),
        "messages": sorted((order[lead], topic) for lead, topic in told),
        "ends": Counter(ended.values_list("end", "end_reason", "is_returned")),
        "promises": Counter(Promise.objects.values_list("kind", "clock", "result")),
        "timers": Counter(SlaTimer.objects.values_list("kind", "state", "due_at")),
        "credits": {names[each.producer_id]: each.credit for each in PoolCredit.objects.all()},
        "ledger": Counter(FairnessEntry.objects.values_list("producer", "kind", "leads", "turns", "value")),
        "receipts": Counter(Decision.objects.values_list("trigger", "receipt__outcome__reason")),
        "loads": {names[each.pk]: held(each) for each in Producer.objects.all()},
    }


def swept(leads: list[Lead]) -> dict[str, Any]:
    """Return what a sweep comes to, and undo it."""
    found: dict[str, Any] = {}
    try:
        with transaction.atomic():
            sla.sweep_due(now=NOW + HOUR)
            found |= picture(leads)
            raise Undone
    except Undone:
        roster.forget()
        return found


def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no lead move together with others."""
    monkeypatch.setattr(moving, "move_due", lambda *_args, **_more: 0)


def test_leads_moved_together_come_where_they_would_come_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    open_agency()
    climb((50, "REMIND"), (100, "BREACH"))
    hire_many(5, caps={"DAY": 30})
    leads = [receive_lead(email=f"a{number}@example.com") for number in range(12)]

    together = swept(leads)
    one_by_one(monkeypatch)

    assert together == swept(leads)
    assert sum(together["loads"].values()) == len(leads)
    assert together["ends"] == {("BREACHED", "Not answered in time.", False): len(leads)}


def test_a_batch_asks_the_database_far_less_than_its_leads_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    open_agency()
    climb((100, "BREACH"))
    hire_many(5)
    leads = [receive_lead() for _ in range(20)]

    with CaptureQueriesContext(connection) as together:
        swept(leads)
    one_by_one(monkeypatch)
    with CaptureQueriesContext(connection) as alone:
        swept(leads)

    assert len(together) * 3 < len(alone)


def test_where_a_batch_fails_each_lead_fares_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    open_agency()
    climb((100, "BREACH"))
    hire_many(3)
    leads = [receive_lead() for _ in range(4)]
    before = owners(*leads)

    def fail(_cases: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(moving, "place_together", fail)

    sla.sweep_due(now=NOW + HOUR)

    assert all(now != then for now, then in zip(owners(*leads), before, strict=True))
    assert not SlaTimer.objects.filter(failures__gt=0).exists()


def test_leads_of_which_rules_change_meanwhile_go_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    open_agency()
    climb((100, "BREACH"))
    hire_many(3)
    leads = [receive_lead() for _ in range(4)]
    before, lock = owners(*leads), seating._lock

    def lock_late(considered: Any) -> None:
        lock(considered)
        publish(
            "hours", {"id": "none", "name": "No matter", "when": {"fact": "lead.line", "is": "HEALTH"}, "reject": "DNC"}
        )

    monkeypatch.setattr(seating, "_lock", lock_late)

    sla.sweep_due(now=NOW + HOUR)

    assert all(now != then for now, then in zip(owners(*leads), before, strict=True))


def test_whoever_is_set_away_by_one_lead_gets_none_of_the_others() -> None:
    open_agency()
    climb((100, "BREACH"), away_after=2, away_minutes=45)
    kim, lee = hire("Kim", weight=5), hire("Lee")
    leads = [receive_lead() for _ in range(6)]
    given = Counter(owners(*leads))

    sla.sweep_due(now=NOW + HOUR)

    assert given["Kim"] > 1
    assert Leave.objects.filter(profile__producer=kim).exists()
    assert "Kim" not in owners(*leads)[given["Kim"] :]
    assert held(lee) + held(kim) == sum(bool(owner) for owner in owners(*leads))


def test_a_lead_that_failed_before_holds_no_batch_up() -> None:
    open_agency()
    climb((100, "BREACH"))
    hire_many(3)
    bad, *others = [receive_lead() for _ in range(4)]
    SlaTimer.objects.filter(lead=bad).update(failures=1)

    assert moving.move_due(SlaTimer.objects.all(), actor=SETUP, now=NOW + HOUR, limit=500) == len(others)


def test_who_used_up_their_hops_is_left_to_the_ladder() -> None:
    open_agency()
    climb((100, "BREACH"), (150, "POOL"), max_hops=0)
    SlaPolicy.objects.update(max_hops=0)
    hire_many(3)
    lead = receive_lead()
    first = owners(lead)

    sla.sweep_due(now=NOW + HOUR)

    assert owners(lead) == first
    assert Entry.objects.filter(target_id=str(lead.pk), action="sla.hops_used_up").exists()


def test_a_database_that_is_away_for_a_moment_costs_a_clock_no_more_than_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    open_agency()
    hire_many(2)
    lead = receive_lead()
    first, fault = owners(lead), OperationalError("terminating connection due to administrator command")

    def fail(*_args: object, **_more: object) -> None:
        raise fault

    with monkeypatch.context() as broken:
        broken.setattr(moving, "take_away", fail)
        sla.sweep_due(now=NOW + 60 * MINUTE)
    timer = SlaTimer.objects.get(lead=lead, kind="BREACH")
    stands = timer.failures, timer.try_at
    sla.sweep_due(now=timer.try_at)

    assert stands == (0, NOW + 60 * MINUTE + sla.SOON)
    assert owners(lead) != first
