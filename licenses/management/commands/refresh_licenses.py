"""`manage.py refresh_licenses`: what the scheduled task does."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.actor import system
from accounts.errors import Refused
from licenses import services as licenses
from licenses.models import LicenseRefresh
from licenses.sources.configured import SOURCES, source_named


class Command(BaseCommand):
    """Refresh licences from a source."""

    help = "Bring every producer's licenses into line with a source, and print what changed."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the source and the switch for full snapshots."""
        parser.add_argument("--source", default="csv", choices=sorted(SOURCES), help="Which source to ask.")
        parser.add_argument(
            "--full", action="store_true", help="Take it for a full snapshot: what it lacks is marked inactive."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Refresh, and list changes and rejected rows.

        :raises CommandError: if the source is not set up or broke off
        """
        actor = system("refresh_licenses")
        try:
            source = source_named(options["source"])
            run = licenses.refresh(source=source, actor=actor, now=timezone.now(), full=options["full"])
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        for change in run.changes.all():
            self.stdout.write(
                f"{change.what}: {change.field} {change.before or 'nothing'} → {change.after or 'nothing'}"
            )
        for row in run.rejected:
            self.stdout.write(f"line {row['place']}: {row['reason']}")
        counts = f"{run.read} licenses read, {run.changed} added or changed, {run.absent} absent"
        self.stdout.write(f"{counts}, {len(run.rejected)} rows rejected.")
        if run.state != LicenseRefresh.State.DONE:
            raise CommandError(run.error)
