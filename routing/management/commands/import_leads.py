"""`manage.py import_leads FILE`: leads from CSV."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.actor import system
from accounts.errors import Refused
from routing.models import LeadSource
from routing.services import importing
from routing.services.forecasting import Forecast
from routing.services.importing import Fate

TOLD: Final = frozenset({"rejected", "quarantined"})  # lines somebody has to look at


class Command(BaseCommand):
    """Import leads from CSV, or say where each would go."""

    help = (
        "Take in leads from a CSV file, row by row; every row that is not taken is listed with its reason. "
        f"Columns: {', '.join(importing.COLUMNS)}. Several products, channels or sellers have semicolons between."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the file, the source and the dry run."""
        parser.add_argument("file", type=Path, metavar="FILE", help="A CSV file in UTF-8.")
        parser.add_argument("--source", metavar="SLUG", help="The lead source they come from; files where left out.")
        parser.add_argument("--dry-run", action="store_true", help="Only say where each would go.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the file.

        :raises CommandError: if it cannot be read, or a row was rejected
        """
        counts: Counter[str] = Counter()
        dry: bool = options["dry_run"]
        try:
            fates, forecast = self._fates(options["file"].read_bytes(), options["source"], dry=dry)
            for fate in fates:
                counts[fate.status] += 1
                if dry or fate.status in TOLD:
                    self.stdout.write(f"line {fate.line}: {fate.status}: {fate.text}")
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        except Refused as refusal:
            raise CommandError(f"Nothing was imported. {refusal.message}") from refusal
        told = ", ".join(f"{number} {status}" for status, number in sorted(counts.items()))
        if forecast:
            self._foretell(forecast)
        summary = f"{counts.total()} leads read: {told}.{' Nothing was kept.' if dry else ''}"
        if counts["rejected"]:
            raise CommandError(summary)
        self.stdout.write(summary)

    def _foretell(self, forecast: Forecast) -> None:
        """Say who would get what, and what would stop the rest."""
        for getter in forecast.getters:
            self.stdout.write(f"{getter.leads} to {getter.name}, who then has {getter.open_after} of {getter.capacity}")
        for stop in forecast.stops:
            nearest = f" Nearest: {stop.nearest[0][0]}." if stop.nearest else ""
            self.stdout.write(f"{stop.leads} to nobody: {stop.text}{nearest}")
        for block in forecast.legal:
            self.stdout.write(f"{block.leads} kept from somebody of their pool by law: {block.text.lower()}")
        if gain := forecast.gain:
            told = f"${gain.together / 100:,.0f} of expected value, {gain.percent}% more than one by one"
            self.stdout.write(f"Solved as one assignment: {told}")
        self.stdout.write(f"{forecast.fallback_percent}% would wait for a manager.")

    def _fates(self, content: bytes, slug: str | None, *, dry: bool) -> tuple[Iterable[Fate], Forecast | None]:
        source = LeadSource.objects.filter(slug=slug or importing.SOURCE).first()
        if slug and source is None:
            raise CommandError(f"There is no lead source {slug}.")
        actor = system("import_leads")
        if dry:
            preview = importing.preview_leads(content=content, source=source, actor=actor, now=timezone.now())
            return preview.fates, preview.forecast
        source = source or importing.open_source()
        return importing.import_leads(content=content, source=source, actor=actor, clock=timezone.now), None
