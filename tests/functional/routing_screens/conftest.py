"""A small agency for every test of the lead-facing pages."""

import pytest

from routing.services import roster
from tests.functional.routing_screens.agency import SmallAgency


@pytest.fixture
def agency(db: None) -> SmallAgency:
    """Return an agency that routes for real; the process's memory of another roster is dropped first."""
    roster.forget()
    return SmallAgency()
