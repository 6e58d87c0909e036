"""What tests of routing share beside their cast."""

import pytest
from django.conf import LazySettings


@pytest.fixture
def in_new_york(settings: LazySettings) -> None:
    """Keep the agency's hours by one clock."""
    settings.AGENCY_TIME_ZONE = "America/New_York"
