"""Rows and people for the tests of set-up."""

from datetime import UTC, datetime
from typing import Any, Final

from django.test import Client

from accounts.actor import Actor
from accounts.models import User
from accounts.policy import Role
from licenses.models import Producer
from routing.models import LeadSource, Pool, ProducerProfile
from routing.models.source import DEFAULT_SCOPES
from tests.factories import make_user

NOON: Final = datetime(2026, 5, 13, 16, 0, tzinfo=UTC)


def make_actor(role: Role = Role.OPERATIONS) -> Actor:
    """Return somebody of the role."""
    return make_user(role).actor()


def browser_of(person: User) -> Client:
    """Return this person's browser."""
    browser = Client()
    browser.force_login(person)
    return browser


def make_producer(npn: str = "1001", **fields: Any) -> Producer:
    """Return a producer without a profile."""
    names = {"first_name": "Kim", "last_name": "Park", "resident_state": "TX", "time_zone": "America/Chicago"}
    return Producer.objects.create(npn=npn, **{**names, **fields})


def make_profile(npn: str = "1001", **fields: Any) -> ProducerProfile:
    """Return a producer's profile."""
    return ProducerProfile.objects.create(producer=make_producer(npn), **{"capacity": 20, **fields})


def make_pool(slug: str = "texas-life", **fields: Any) -> Pool:
    """Return a pool."""
    return Pool.objects.create(slug=slug, **{"name": "Texas life", **fields})


def make_source(slug: str = "web", **fields: Any) -> LeadSource:
    """Return a source without a key."""
    return LeadSource.objects.create(slug=slug, **{"name": slug.title(), "scopes": DEFAULT_SCOPES, **fields})
