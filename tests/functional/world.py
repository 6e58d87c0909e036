"""A small agency with a few leads behind it, for tests that need everything to be there."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from accounts.actor import system
from licenses.services import reference
from routing.demo import agency, leads
from routing.services import deciding, packs
from routing.services import roster as rosters
from rules_engine import queries as rules

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # a Friday morning at the agency


@dataclass(frozen=True)
class World:
    """The agency that was made."""

    demo: agency.Demo
    now: datetime


def make_world(*, producers: int = 8, count: int = 25) -> World:
    """Build the agency and take its leads in."""
    forget()
    actor, opened_at = system("test"), NOW - timedelta(days=31)
    reference.load(actor=actor, now=opened_at, confirmed=True)
    demo = agency.build(producers=producers, seed=3, actor=actor, opened_at=opened_at)
    author, approver = demo.users["operations"].actor(), demo.users["manager"].actor()
    packs.install_and_publish(slug="starter", actor=author, approver=approver, now=opened_at)
    leads.tell(sources=demo.sources, count=count, seed=3, until=NOW, days=3)
    return World(demo, NOW)


def forget() -> None:
    """Drop what this process remembers of another test's database."""
    rosters.forget()
    deciding.rules_at.cache_clear()
    rules.compiled.cache_clear()
