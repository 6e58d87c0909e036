"""What the two import commands share: the file, the report and the exit code."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.actor import system
from accounts.errors import Refused
from licenses.services.imports import Imported


class ImportCommand(BaseCommand):
    """Import one CSV file, list every row that was not taken, and exit with 1 if there is any."""

    label: ClassVar[str]
    take: ClassVar[Callable[..., Imported]]

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the file."""
        parser.add_argument("file", type=Path, help="A CSV file in UTF-8.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the file.

        :raises CommandError: if it cannot be read, or a row was rejected
        """
        try:
            content = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        try:
            done = type(self).take(content=content, actor=system(f"import_{self.label}"), now=timezone.now())
        except Refused as refusal:
            raise CommandError(f"Nothing was imported. {refusal.message}") from refusal
        for row in done.rejected:
            self.stdout.write(f"line {row.place}: {row.reason}")
        summary = f"{done.read} {self.label} read, {done.changed} added or changed, {len(done.rejected)} rows rejected."
        if done.rejected:
            raise CommandError(summary)
        self.stdout.write(summary)
