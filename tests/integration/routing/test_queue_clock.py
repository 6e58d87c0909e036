"""The pool's own clock: it presses owner and deputy once, can be put off, and puts what is late first."""

from datetime import timedelta

import pytest

from accounts.actor import Actor
from accounts.errors import Forbidden, Invalid
from accounts.policy import Role
from audit.models import Entry
from outbox.models import Message
from routing.errors import TakenByAnother, WrongState
from routing.models import Pool, QueueItem
from routing.services import fallback, postponing, roster, sweeping
from tests.agency import MINUTE, NOW, make_source, mona, open_agency, receive, receive_lead
from tests.factories import make_user
from tests.integration.routing.test_desk import refused

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def waiting(**fields: object) -> QueueItem:
    return receive_lead(**fields).queue_items.select_related("lead").get()


def other() -> Actor:
    return make_user(Role.MANAGER, username="max", first_name="Max", last_name="Ode").actor()


def pressed() -> int:
    return Message.objects.filter(topic="queue.overdue").count()


def test_a_pool_says_how_long_its_leads_may_wait() -> None:
    pool = open_agency()
    Pool.objects.filter(pk=pool.pk).update(queue_minutes=20)
    roster.changed(roster.pool_subject("life"), at=NOW)

    assert waiting().due_at == NOW + 20 * MINUTE


def test_what_no_pool_owns_may_wait_an_hour() -> None:
    open_agency()
    vendor, _ = make_source("vendor", invalid="QUARANTINE")
    receive(source=vendor, phone="555")

    assert QueueItem.objects.get().due_at == NOW + HOUR


def test_owner_and_deputy_are_pressed_once_when_it_runs_out() -> None:
    open_agency()
    item = waiting()

    sweeping.sweep(now=NOW + HOUR - MINUTE)
    assert pressed() == 0
    sweeping.sweep(now=NOW + HOUR)
    sweeping.sweep(now=NOW + 2 * HOUR)

    item.refresh_from_db()
    assert (pressed(), item.escalated_at) == (1, NOW + HOUR)
    assert Entry.objects.get(action="queue.overdue").actor_label == "sla"


def test_what_is_put_off_is_pressed_for_later_and_not_taken_next() -> None:
    open_agency()
    off, on = waiting(), waiting(now=NOW + MINUTE)
    until = NOW + 3 * HOUR

    postponing.snooze(item=off, until=until, actor=mona(), now=NOW)
    taken = fallback.take_next(kind="FALLBACK", user_id=int(mona().id), actor=mona(), now=NOW + MINUTE)
    nothing = fallback.take_next(kind="FALLBACK", user_id=int(mona().id), actor=mona(), now=NOW + MINUTE)

    assert (taken, nothing) == (on, None)
    assert postponing.press_due(now=until - MINUTE) == 1  # the other one
    assert postponing.press_due(now=until) == 1


def test_nobody_puts_off_what_another_works_on() -> None:
    open_agency()
    item = waiting()
    fallback.take(item=item, user_id=int(mona().id), actor=mona(), now=NOW)

    refusal = refused(lambda: postponing.snooze(item=item, until=NOW + HOUR, actor=other(), now=NOW), TakenByAnother)

    assert "Mona Reyes" in str(refusal)


@pytest.mark.parametrize("until", [NOW, NOW - MINUTE, NOW + timedelta(days=31)])
def test_it_is_put_off_for_a_while_not_for_ever(until: object) -> None:
    open_agency()
    item = waiting()

    refused(lambda: postponing.snooze(item=item, until=until, actor=mona(), now=NOW), Invalid)  # type: ignore[arg-type]


def test_a_settled_item_is_neither_put_off_nor_pressed_for() -> None:
    open_agency()
    item = waiting()
    fallback.resolve(item=item, resolution="Moved away", disposition="NOT_REACHED", actor=mona(), now=NOW)

    refused(lambda: postponing.snooze(item=item, until=NOW + HOUR, actor=mona(), now=NOW), WrongState)
    refused(lambda: postponing.escalate(item=item, actor=mona(), now=NOW), WrongState)
    assert postponing.press_due(now=NOW + HOUR) == 0
    item.lead.refresh_from_db()
    assert item.lead.disposition == "NOT_REACHED"


def test_an_auditor_presses_nobody() -> None:
    open_agency()
    item = waiting()

    refused(lambda: postponing.escalate(item=item, actor=make_user(Role.AUDITOR).actor(), now=NOW), Forbidden)


def test_the_late_come_first_then_the_valuable_then_the_old() -> None:
    open_agency()
    late, small, large, old = waiting(), waiting(premium="10"), waiting(premium="900"), waiting(premium="10")
    for item, minutes in ((late, -1), (small, 50), (large, 50), (old, 50)):
        QueueItem.objects.filter(pk=item.pk).update(due_at=NOW + minutes * MINUTE)
    QueueItem.objects.filter(pk=old.pk).update(created_at=NOW - MINUTE)

    taken = [fallback.take_next(kind="FALLBACK", user_id=int(mona().id), actor=mona(), now=NOW) for _ in range(4)]

    assert taken == [late, large, old, small]
