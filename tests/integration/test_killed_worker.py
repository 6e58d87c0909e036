"""A worker that is killed in the middle of its work loses nothing and does nothing twice."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from audit.models import Entry
from routing.demo.leads import fields
from routing.models import Assignment, Lead, SlaTimer
from routing.services import intake
from tests.functional.world import make_world

KILLS = 6


def _sweeper() -> subprocess.Popen[bytes]:
    database = connection.settings_dict
    host = database["HOST"] or "127.0.0.1"
    url = f"postgres://{database['USER']}@{host}:{database['PORT'] or 5432}/{database['NAME']}"
    environment = {**os.environ, "DATABASE_URL": url, "MIGRATE_DATABASE_URL": url, "LOG_LEVEL": "CRITICAL"}
    environment["SECRET_KEY"] = settings.SECRET_KEY
    command = [sys.executable, "manage.py", "sweep"]
    return subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.DEVNULL)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_sweep_killed_again_and_again_breaches_every_due_clock_exactly_once() -> None:
    world = make_world(producers=16, count=0)
    now = timezone.now()
    rng = random.Random(5)
    for number in range(40):
        body = json.dumps(fields(rng, number)).encode()
        intake.receive(source=world.demo.sources[0], body=body, key=f"killed-{number}", now=now)
    running = SlaTimer.objects.filter(state=SlaTimer.State.RUNNING)
    running.update(due_at=now - timedelta(minutes=1), try_at=now - timedelta(minutes=1))
    due = set(running.filter(kind=SlaTimer.Kind.BREACH).values_list("pk", flat=True))
    assert len(due) > 10

    for kill in range(KILLS):
        sweeper = _sweeper()
        time.sleep(1.2 + 0.35 * kill)
        sweeper.send_signal(signal.SIGKILL)
        sweeper.wait()
    last = _sweeper()
    deadline = time.monotonic() + 60
    while SlaTimer.objects.filter(pk__in=due, state=SlaTimer.State.RUNNING).exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    last.terminate()
    last.wait()

    breaches = Counter(
        detail["timer"] for detail in Entry.objects.filter(action="sla.breached").values_list("detail", flat=True)
    )
    assert {str(pk) for pk in due} <= set(breaches)
    assert set(breaches.values()) == {1}
    held = Assignment.objects.filter(ended_at__isnull=True)
    assert held.count() == held.values("lead").distinct().count()
    owned = Lead.objects.filter(owner__isnull=False, state__in=["ASSIGNED", "ACCEPTED", "WORKING"])
    assert set(owned.values_list("pk", flat=True)) == set(held.values_list("lead", flat=True))
