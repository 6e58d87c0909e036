"""The demo agency with thirty days behind it, in a database of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from django.core.management import call_command
from django.db import connections, transaction
from django.utils import timezone

from accounts.actor import system
from benchmarks.database import own_database
from benchmarks.intake.stage import PRODUCERS, PUBLISHERS, SEED
from licenses.services import reference
from routing.demo import agency, leads
from routing.geography import sources
from routing.services import geography, packs

NAME: Final = "fairlead_bench_replay"
LEADS: Final = 1_850  # with what the clocks move on, a little over 2,000 decisions


@contextmanager
def past(name: str = NAME, count: int = LEADS) -> Iterator[None]:
    """Point the default connection at another database while leads of thirty days are in it."""
    with own_database(name):
        settings = connections["default"].settings_dict
        before = settings["NAME"]
        connections.close_all()
        settings["NAME"] = name
        try:
            _build(count)
            yield
        finally:
            connections.close_all()
            settings["NAME"] = before


def _build(count: int) -> None:
    now, actor = timezone.now(), system("benchmark")
    opened_at = now - timedelta(days=31)
    call_command("migrate", verbosity=0)
    with transaction.atomic():
        geography.load(gazetteer=sources.read(), actor=actor, now=now)
        reference.load(actor=actor, now=opened_at, confirmed=True)
        demo = agency.build(producers=PRODUCERS, seed=SEED, actor=actor, opened_at=opened_at)
        author, approver = (demo.users[role].actor() for role in PUBLISHERS)
        packs.install_and_publish(slug="starter", actor=author, approver=approver, now=opened_at)
    leads.tell(sources=demo.sources, count=count, seed=SEED, until=now)
