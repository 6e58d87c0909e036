"""Run rule conformance cases and say where the engine answers otherwise."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rules_engine.engine.conformance import run_file


class Command(BaseCommand):
    """`manage.py conformance FILE…`: exit 1 and the differences, or silence but for a count."""

    help = "Runs rule conformance cases; their JSON Schema is served at /api/schema/conformance.json."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the files."""
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")

    def handle(self, *, files: list[Path], **_options: Any) -> None:
        """Run them all before failing."""
        count, differing = 0, list[str]()
        for file in files:
            for name, differences in self._cases(file):
                count += 1
                differing += [f"{file}: {name}: {difference}" for difference in differences]
        for line in differing:
            self.stdout.write(line)
        if differing:
            raise CommandError(f"{len(differing)} differences in {count} cases.")
        self.stdout.write(f"{count} cases hold.")

    def _cases(self, file: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
        try:
            for case in run_file(json.loads(file.read_bytes())):
                yield case.name, case.differences
        except (OSError, ValueError, RecursionError) as error:
            raise CommandError(f"{file} cannot be run: {error}") from error
