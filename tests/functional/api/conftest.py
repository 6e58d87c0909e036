"""What the tests of the API share: a Monday morning, an agency, and a source at its door."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.agency import NOW, make_source, open_agency
from tests.functional.api.door import Door


@pytest.fixture(autouse=True)
def monday_morning() -> Iterator[None]:
    """Stop the clock: it is read at the edge, and the edge is here."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def web(db: None) -> Door:
    """Return the source "web" at the door of an agency."""
    open_agency()
    _, key = make_source("web")
    return Door(key)
