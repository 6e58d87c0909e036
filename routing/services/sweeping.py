"""One round of everything that falls due; safe to run many times at once."""

import logging
from collections.abc import Callable
from datetime import datetime

from audit.services import exporting
from outbox import services as outbox
from routing.services import (
    anchoring,
    balancing,
    fallback,
    offers,
    overriding,
    postponing,
    pruning,
    releasing,
    retaining,
    shadowing,
    sla,
    waking,
)
from rules_engine import services as rules

log = logging.getLogger(__name__)


def sweep(*, now: datetime) -> int:
    """Settle timers, publish rules, try leads again, end shadows and prune, whatever is due; returns how many moved."""
    steps = (
        sla.sweep_due,
        offers.sweep_due,
        rules.publish_due,
        rules.watch_due,
        waking.work_due,
        fallback.rerun_waiting,
        postponing.press_due,
        overriding.expire_due,
        releasing.advance_due,
        shadowing.end_due,
        pruning.prune_due,
        exporting.prune_due,
        anchoring.send_due,
        retaining.apply_due,
        balancing.watch_due,
        outbox.prune_due,
    )
    return sum(_take(step, now) for step in steps)


def _take(step: Callable[..., int], now: datetime) -> int:
    try:
        return step(now=now)
    except Exception:  # isolation: no step waits for another; the next round tries it again
        log.exception("sweep.step_failed", extra={"step": step.__name__})
        return 0
