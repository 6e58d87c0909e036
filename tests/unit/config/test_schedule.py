"""The schedule asks only for tasks that exist, where a worker looks for them."""

import pytest
from celery import current_app

from config.schedule import QUEUES, SCHEDULE


@pytest.mark.parametrize("task", sorted(entry["task"] for entry in SCHEDULE.values()))
def test_every_scheduled_task_goes_to_a_queue_that_a_worker_serves(task: str) -> None:
    route = current_app.amqp.router.route({}, task)

    assert route["queue"].name in QUEUES


def test_a_tick_that_waits_for_a_worker_is_dropped_in_the_end() -> None:
    expires = {name: entry["options"]["expires"] for name, entry in SCHEDULE.items()}

    assert expires["sweep"] == 10
    assert expires["refresh licences"] == 12 * 60 * 60
