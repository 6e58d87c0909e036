"""Load ZIPs and area codes from the installed packages into their tables."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.actor import system
from routing.geography import sources
from routing.services import geography


class Command(BaseCommand):
    """Fill the tables of places; safe to run again, offline, in a few seconds."""

    help = "Load ZIP codes and area codes with their states and time zones; safe to run again."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Load, and print what the checks found."""
        loaded = geography.load(gazetteer=sources.read(), actor=system("load_geography"), now=timezone.now())
        self.stdout.write(f"{loaded.zips} ZIPs and {loaded.areas} area codes.")
        self._list("left out, malformed", loaded.malformed_zips)
        self._list("named something that is no time zone", loaded.unreadable_zones)
        self._list("keep several times, by one source or another", loaded.several_times)

    def _list(self, what: str, zips: tuple[str, ...]) -> None:
        if zips:
            self.stdout.write(f"{len(zips)} ZIPs {what}: {', '.join(zips)}.")
