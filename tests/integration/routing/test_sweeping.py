"""The sweep: no step waits for another, and clocks are kept between the turns of a rehearsal."""

from contextlib import ExitStack
from itertools import count
from unittest.mock import patch

import pytest

from accounts.actor import Actor
from routing import tasks
from routing.models import Rehearsal, SlaTimer
from routing.services import rehearsing, sweeping
from rules_engine.models import RuleSet
from tests.agency import NOW
from tests.integration.routing.test_rehearsing import LATER, checks, ops, three_a_chunk

__all__ = ["checks", "ops", "three_a_chunk"]  # fixtures

STEPS = [
    "routing.services.sla.sweep_due",
    "routing.services.offers.sweep_due",
    "rules_engine.services.publish_due",
    "rules_engine.services.watch_due",
    "routing.services.waking.work_due",
    "routing.services.fallback.rerun_waiting",
    "routing.services.postponing.press_due",
    "routing.services.overriding.expire_due",
    "routing.services.releasing.advance_due",
    "routing.services.shadowing.end_due",
    "routing.services.pruning.prune_due",
    "audit.services.exporting.prune_due",
    "routing.services.anchoring.send_due",
    "routing.services.retaining.apply_due",
    "routing.services.balancing.watch_due",
    "outbox.services.prune_due",
]


@pytest.mark.parametrize("broken", STEPS)
def test_a_step_that_fails_is_reported_and_stops_no_other(broken: str, caplog: pytest.LogCaptureFixture) -> None:
    with ExitStack() as stack:
        steps = {path: stack.enter_context(patch(path, autospec=True, return_value=1)) for path in STEPS}
        steps[broken].side_effect = ZeroDivisionError
        moved = sweeping.sweep(now=NOW)

    assert moved == len(STEPS) - 1
    assert [(each.message, vars(each)["step"]) for each in caplog.records] == [
        ("sweep.step_failed", broken.rpartition(".")[2])
    ]


@pytest.mark.django_db
def test_a_worker_of_one_thread_keeps_clocks_between_a_rehearsals_turns(checks: RuleSet, ops: Actor) -> None:
    asked = rehearsing.start(ruleset=checks, days=30, actor=ops, now=LATER)
    overdue = SlaTimer.objects.filter(state=SlaTimer.State.RUNNING, due_at__lte=LATER)
    half_a_turn = patch("routing.services.rehearsing.time.monotonic", side_effect=count(step=rehearsing.TURN / 2))
    assert overdue.exists()

    with half_a_turn:
        tasks.rehearse()
    through = Rehearsal.objects.get(pk=asked.pk).through
    sweeping.sweep(now=LATER)
    assert (through, overdue.exists()) == (6, False)

    with patch("routing.services.rehearsing.time.monotonic", return_value=0.0):
        tasks.rehearse()
    assert Rehearsal.objects.get(pk=asked.pk).state == "DONE"


def test_a_worker_of_many_threads_gives_one_of_them_to_rehearsals() -> None:
    with patch.object(rehearsing, "work", autospec=True, side_effect=lambda now: tasks.rehearse()) as work:
        tasks.rehearse()
        tasks.rehearse()

    assert work.call_count == 2
