"""What the whole suite shares: its services, its cast, and a report of what could not run."""

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import redis
from django.conf import LazySettings
from django.conf import settings as django_settings
from hypothesis import HealthCheck
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from routing.services import deciding, geography, roster
from rules_engine import queries
from tests.ledger import flush_lifts_the_guards, head_file  # noqa: F401  # fixtures every test runs under
from tests.packs import write_pack  # noqa: F401  # likewise, for those that ask
from tests.services import MISSING

REQUIRE_SERVICES = os.environ.get("REQUIRE_SERVICES", "") not in {"", "0"}


def pytest_configure() -> None:
    """Trade the strength of passwords for speed, and let no test fail because the machine is busy."""
    hypothesis.settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    hypothesis.settings.load_profile("patient")
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_report_header() -> list[str]:
    """Say what this run stands on."""
    database = "SQLite" if MISSING["postgres"] else "PostgreSQL"
    broker = "files" if MISSING["redis"] else "Redis"
    return [f"database: {database}, broker: {broker}"]


class Beside(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """Two parts of the suite, each in a process of its own: the tests in the browser, and all others."""

    def _split_scope(self, nodeid: str) -> str:
        return "browser" if nodeid.startswith("tests/browser/") else "all others"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Beside:
    """Let the tests in the browser run beside all others, where two processes are asked for."""
    return Beside(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL leave out what speaks of SQLite alone: the embedded run has it, so nothing counts as skipped."""
    if MISSING["postgres"]:
        return
    elsewhere = [item for item in items if item.get_closest_marker("sqlite")]
    config.hook.pytest_deselected(items=elsewhere)
    items[:] = [item for item in items if not item.get_closest_marker("sqlite")]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs a missing service, or fail it where everything is required."""
    for marker, reason in MISSING.items():
        if reason and item.get_closest_marker(marker):
            if REQUIRE_SERVICES:
                pytest.fail(f"needs {marker}: {reason}", pytrace=False)
            pytest.skip(f"needs {marker}: {reason}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List what was skipped for want of a service, and why."""
    told = Counter(str(each.longrepr[2]) for each in terminalreporter.getreports("skipped"))
    skipped = {marker: told[f"Skipped: needs {marker}: {reason}"] for marker, reason in MISSING.items()}
    if any(skipped.values()):
        terminalreporter.section("skipped for want of a service")
    for marker, number in sorted(skipped.items()):
        if number:
            terminalreporter.line(f"{number} {marker} tests: {MISSING[marker]}")


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Test SQLite as it is used: a file, whose writers take turns; in memory all threads would share one connection.

    On PostgreSQL give a slow machine time: 64 threads on two cores wait for each other longer than servers do.
    """
    default = django_settings.DATABASES["default"]
    if "sqlite" in default["ENGINE"]:
        default["TEST"] = {**default.get("TEST", {}), "NAME": str(django_settings.DATA_DIR / "test.sqlite3")}
    else:
        default["OPTIONS"]["options"] = "-c statement_timeout=60000 -c lock_timeout=30000"


@pytest.fixture(autouse=True)
def forget_the_database() -> None:
    """Drop what this process remembers of another test's rows: a rolled-back test gives its ids to the next one."""
    roster.forget()
    geography.forget()
    deciding.rules_at.cache_clear()
    queries.compiled.cache_clear()


@pytest.fixture
def redis_url(settings: LazySettings) -> Iterator[str]:
    """Give an empty Redis database."""
    url = str(settings.REDIS_URL)
    with redis.Redis.from_url(url) as client:
        client.flushdb()
        yield url
        client.flushdb()
