"""`manage.py decide`: the receipt a lead would get."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.errors import Invalid, Refused
from routing.payload import read_json
from routing.services import bench, choices
from routing.services.explaining import preview


class Command(BaseCommand):
    """Print the receipt a lead would get; write nothing."""

    help = "Print the receipt a lead would get; writes nothing."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Return a parser in which `--version` pins a rule set; Django's own would print a number and end."""
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the lead, the instant and pinned versions."""
        parser.add_argument("--lead", required=True, metavar="FILE.json")
        parser.add_argument("--at", metavar="INSTANT", help="Such as 2026-11-21T14:00:00Z; now where left out.")
        parser.add_argument("--version", action="append", default=[], dest="versions", metavar="SET=N|draft")

    def handle(self, *args: Any, **options: Any) -> None:
        """Decide and print."""
        at = parse_datetime(options["at"]) if options["at"] else timezone.now()
        if at is None or at.tzinfo is None:
            raise CommandError("--at takes an instant with its zone, such as 2026-11-21T14:00:00Z.")
        try:
            data = read_json(Path(options["lead"]).read_bytes())
            choice = choices.read(",".join(options["versions"]))
            context = bench.context_of(choice, bench.moment_of(at, now=timezone.now()))
            found = preview(data=data, source=None, now=at, context=context)
        except Invalid as error:
            raise CommandError("\n".join(f"{each.pointer}: {each.detail}" for each in error.problems)) from error
        except (Refused, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(found, indent=2))
