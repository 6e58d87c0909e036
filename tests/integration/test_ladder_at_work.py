"""A ladder climbed by the product itself: worker and beat as the Procfile starts them, steps seconds apart."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection
from django.utils import timezone

from audit.models import Entry
from benchmarks.chaos.product import Kept, procfile
from licenses.models import Producer
from outbox.models import Heartbeat
from routing.models import Assignment, LadderStep, Lead, QueueItem, SlaPolicy, SlaTimer
from routing.services import catching_up, roster
from tests.agency import fresh, hire, hire_many, mona, open_agency, receive_lead, set_license

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.django_db(transaction=True)]

LEADS = 6
PATIENCE = 120  # seconds after which a step counts as never taken
# Percent of the minute a producer has: 1.2, 6, 7.2 and 8.4 seconds.
STEPS = ((2, "REMIND"), (10, "BREACH"), (12, "MANAGER"), (14, "POOL"))
# Reminders go out where there is time for one; a miss is excused at an hour at which the customer may not be called.
BESIDE = {"sla.reminded", "sla.excused"}


@pytest.fixture
def product(settings: LazySettings, tmp_path: Path, redis_url: str) -> Iterator[None]:
    """Run the product's own worker and beat on the test's database and broker."""
    database = connection.settings_dict
    host = database["HOST"] or "127.0.0.1"
    url = f"postgres://{database['USER']}@{host}:{database['PORT'] or 5432}/{database['NAME']}"
    settings.DATA_DIR = tmp_path
    env = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "DATABASE_URL": url,
        "MIGRATE_DATABASE_URL": url,
        "REDIS_URL": redis_url,
        "DATA_DIR": str(tmp_path),
        "SECRET_KEY": settings.SECRET_KEY,
        "LOG_LEVEL": "ERROR",
    }
    lines = procfile()
    started = [Kept(name, lines[name], env) for name in ("worker", "beat")]
    yield
    for each in started:
        each.stop()


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    ends = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < ends, f"never seen: {what}"
        time.sleep(0.2)


def climb() -> None:
    """Give low leads a ladder of a few seconds, one move long."""
    policy = SlaPolicy.objects.get(tier="low")
    SlaPolicy.objects.filter(pk=policy.pk).update(target_minutes=1, max_hops=1)
    for at_percent, kind in STEPS:
        LadderStep.objects.create(policy=policy, at_percent=at_percent, kind=kind)
    roster.changed(roster.AGENCY, at=timezone.now())


def staff() -> tuple[list[Producer], Producer]:
    """Hire four who may have the leads, of whom the last is about to lose the license, and two who never may."""
    able = hire_many(4)
    hire("Ann", expiry_date=timezone.now().date() - timedelta(days=2), weight=5)  # over in every zone
    hire("Bob", license_status="PENDING", weight=5)
    return able, able[-1]


def steps_taken(assignment: Assignment) -> list[str]:
    """Return the steps of one producer's ladder in the order they were taken, none of them before its time."""
    fired = assignment.timers.filter(state=SlaTimer.State.FIRED).order_by("settled_at", "due_at")
    assert all(timer.settled_at is not None and timer.settled_at >= timer.due_at for timer in fired)
    return [timer.kind for timer in fired]


def without_nudges(steps: list[str]) -> list[str]:
    """Leave out reminders: a sweep that comes so late that the lead moves at once has none to send."""
    assert "REMIND" not in steps[1:]
    return [step for step in steps if step != "REMIND"]


def test_worker_and_beat_climb_a_ladder_to_its_end(product: None) -> None:
    open_agency()
    climb()
    able, leaver = staff()
    wait_until(lambda: Heartbeat.objects.filter(name=catching_up.SIGN).exists(), "a sweep")

    leads = [receive_lead(now=timezone.now()) for _ in range(LEADS)]
    set_license(leaver, now=timezone.now(), status="INACTIVE")
    left_at = timezone.now()
    wait_until(lambda: QueueItem.objects.filter(reason="LADDER_ENDED").count() == LEADS, "the ladder's last step")

    nudged = 0
    for lead in leads:
        first, second = lead.assignments.select_related("producer").order_by("assigned_at")
        assert first.producer_id != second.producer_id
        assert {first.producer_id, second.producer_id} <= {each.pk for each in able}
        assert without_nudges(steps_taken(first)) == ["BREACH"]
        assert without_nudges(steps_taken(second)) == ["BREACH", "MANAGER", "POOL"]
        nudged += (steps_taken(first) + steps_taken(second)).count("REMIND")
        told = list(_told(lead))
        assert [action for action in told if action not in BESIDE] == [
            "sla.breached",  # moved to the second
            "sla.hops_used_up",  # nobody else: it stays with them
            "sla.escalated",
            "sla.breached",  # taken away for good
        ]
        assert (fresh(lead).state, fresh(lead).hop) == ("FALLBACK", 1)
        assert str(QueueItem.objects.get(lead=lead).owner_id) == mona().id
    assert nudged
    assert not leaver.assignments.filter(assigned_at__gt=left_at).exists()
    assert not Assignment.objects.filter(ended_at__isnull=True).exists()


def _told(lead: Lead) -> Iterator[str]:
    entries = Entry.objects.filter(target_id=str(lead.pk), action__startswith="sla.")
    yield from entries.order_by("seq").values_list("action", flat=True)
