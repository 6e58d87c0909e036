"""`manage.py replay`: recompute decisions from their receipts."""

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_date

from routing.models import Decision
from routing.services.replaying import Answer, replay


class Command(BaseCommand):
    """Recompute decisions and show every difference."""

    help = "Recompute decisions from their receipts; exit 1 with the differences if any differs."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add ids, or all of them since a date."""
        parser.add_argument("decisions", nargs="*", metavar="DECISION_ID")
        parser.add_argument("--all", action="store_true", help="Every decision.")
        parser.add_argument("--since", metavar="DATE", help="With --all: from this date on, as 2026-11-21.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay and report."""
        decisions = Decision.objects.order_by("made_at").select_related("lead")
        if not options["all"]:
            if not options["decisions"]:
                raise CommandError("Name decisions by id, or say --all.")
            decisions = decisions.filter(pk__in=options["decisions"])
        elif options["since"]:
            since = parse_date(options["since"])
            if since is None:
                raise CommandError("--since takes a date such as 2026-11-21.")
            decisions = decisions.filter(made_at__date__gte=since)
        counts = self._replay(decisions)
        self.stdout.write(", ".join(f"{counts[answer]} {answer.value.lower()}" for answer in Answer))
        if counts[Answer.DIFFERENT]:
            raise CommandError("Some decisions differ.", returncode=1)

    def _replay(self, decisions: Any) -> Counter[Answer]:
        counts: Counter[Answer] = Counter()
        for decision in decisions.iterator(chunk_size=200):
            replayed = replay(decision=decision)
            counts[replayed.answer] += 1
            for difference in replayed.differences:
                self.stdout.write(f"{replayed.decision}: {difference}")
        return counts
