"""What the tests of rule sets share: people, and a moment."""

from datetime import UTC, datetime

import pytest

from accounts.actor import Actor
from accounts.policy import Role
from routing.models import Pool
from rules_engine import queries
from tests.factories import make_user


@pytest.fixture(autouse=True)
def forget_compiled() -> None:
    """Compile anew in each test: a rolled-back test gives its version ids to the next one."""
    queries.compiled.cache_clear()


@pytest.fixture
def now() -> datetime:
    """Return the moment of the test."""
    return datetime(2026, 11, 21, 14, 0, tzinfo=UTC)


@pytest.fixture
def ops(db: None) -> Actor:
    """Return somebody who may edit and publish rules."""
    return make_user(Role.OPERATIONS, first_name="Olga", last_name="Ops").actor()


@pytest.fixture
def auditor(db: None) -> Actor:
    """Return somebody who may look and nothing else."""
    return make_user(Role.AUDITOR).actor()


@pytest.fixture
def house(db: None) -> Pool:
    """Return the pool that the tests' routes lead to."""
    return Pool.objects.create(slug="house", name="House")
