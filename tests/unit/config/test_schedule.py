"""The schedule asks only for tasks that exist, where a worker looks for them."""

import re

import pytest
from celery import current_app
from django.conf import settings

from config.schedule import QUEUES, ROUTES, SCHEDULE
from routing.services import rehearsing


@pytest.mark.parametrize("task", sorted(entry["task"] for entry in SCHEDULE.values()))
def test_every_scheduled_task_goes_to_a_queue_that_a_worker_serves(task: str) -> None:
    route = current_app.amqp.router.route({}, task)

    assert route["queue"].name in QUEUES


@pytest.mark.parametrize("told", ["compose.yaml", "docs/operations.md"])
def test_rehearsals_have_a_worker_of_their_own_and_every_queue_has_one(told: str) -> None:
    text = (settings.BASE_DIR / told).read_text()
    workers = re.findall(r"celery\W+--app\W+config\W+worker\b(.*)", text)
    served = [re.findall(r"--queues\W+([\w,]+)", options) for options in workers]

    assert all(served), "a worker that is told no queues serves rehearsals too"
    queues = [names.split(",") for [names] in served]
    assert [ROUTES["routing.rehearse"]["queue"]] in queues
    assert sorted(queue for names in queues for queue in names) == sorted(QUEUES)


def test_a_tick_that_waits_for_a_worker_is_dropped_in_the_end() -> None:
    expires = {name: entry["options"]["expires"] for name, entry in SCHEDULE.items()}

    assert expires["sweep"] == 10
    assert expires["refresh licenses"] == 12 * 60 * 60


def test_a_rehearsals_turn_is_over_before_the_next_one_is_due() -> None:
    assert SCHEDULE["rehearse"]["schedule"].seconds > rehearsing.TURN
