"""Recompute the ledger's chain and say whether it holds."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit import services as audit


class Command(BaseCommand):
    """Verify the ledger; exit 1 and name the first broken entry if it does not hold."""

    help = "Recompute the ledger's chain, hold it against the heads outside, and exit 1 at the first broken entry."

    def add_arguments(self, parser: CommandParser) -> None:
        """Let the caller skip what was verified before."""
        parser.add_argument("--from", dest="from_seq", type=int, default=0, metavar="SEQ", help="start at this number")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print every problem and fail, or print the head."""
        report = audit.verify(from_seq=options["from_seq"])
        if report.unreadable_heads:
            self.stderr.write(f"{report.unreadable_heads} lines of the head file could not be read.")
        for problem in report.problems:
            self.stderr.write(str(problem))
        if report.first_broken:
            raise CommandError(f"The ledger is broken. {report.checked} links checked; first: {report.first_broken}")
        self.stdout.write(f"The ledger is sound: {report.checked} links checked, head {report.position} {report.hash}.")
