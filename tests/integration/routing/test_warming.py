"""A web worker reads what every lead needs before the first one comes."""

import logging
from typing import Any

import pytest
from django.db import OperationalError, connection
from pytest_django import DjangoAssertNumQueries

from routing.geography.places import AreaFacts
from routing.models import AreaCode
from routing.services import geography, warming
from rules_engine import queries as rules
from rules_engine.queries import UnreadableError
from tests.agency import NOW, open_agency, publish

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def connection_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the test's own connection, and the transaction on it, open."""
    monkeypatch.setattr(connection, "close", lambda: None)


def test_after_warming_up_rules_and_places_are_in_memory(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    open_agency()  # with a set that routes
    publish("gates", {"id": "all", "name": "All", "effect": "warn"})
    AreaCode.objects.create(npa="813", states=["FL"], zones=["America/New_York"], source="test", as_of=NOW.date())

    warming.warm_up()

    compiled = rules.compiled.cache_info().currsize
    with django_assert_num_queries(0):
        found = geography.find_places(None, "813")
    assert (compiled, found.phone_area) == (2, AreaFacts("813", ("FL",), ("America/New_York",)))


@pytest.mark.parametrize("failure", [OperationalError("not there"), UnreadableError("gates v3 cannot be read")])
def test_what_cannot_be_read_is_no_reason_not_to_start(
    failure: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: Any) -> None:
        raise failure

    monkeypatch.setattr(geography, "remember_all", refuse)
    open_agency()

    with caplog.at_level(logging.WARNING, "routing"):
        warming.warm_up()

    assert [record.message for record in caplog.records] == ["warming.failed"]
