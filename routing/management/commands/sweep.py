"""`manage.py sweep`: the timer and outbox loop."""

import time
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from audit import services as audit
from outbox import heartbeat
from outbox import services as outbox
from routing.services import rehearsing, sla, sweeping

REHEARSING = 0.5  # seconds of a round: clocks come first
LONGEST_NAP = 1.0  # seconds: a timer set meanwhile for sooner is at most this late


class Command(BaseCommand):
    """Keep every promise that is a row, without Celery; any number of these may run."""

    help = "Run the timer and outbox loop, sleeping to the next deadline. Ctrl-C stops it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the switch for a single round."""
        parser.add_argument("--once", action="store_true", help="Run one round and stop.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Loop until interrupted."""
        while True:
            now = timezone.now()
            heartbeat.beat(name="sweep", now=now)
            moved = sweeping.sweep(now=now) + outbox.relay(now=now) + rehearsing.work(now=now, seconds=REHEARSING)
            audit.seal()
            if options["once"]:
                return
            if not moved:
                time.sleep(self._nap(now))

    def _nap(self, now: datetime) -> float:
        due = sla.next_due()
        return LONGEST_NAP if due is None else min(max((due - now).total_seconds(), 0.05), LONGEST_NAP)
