"""Receivers that start empty, and settings that send everything to them."""

from collections.abc import Callable

import pytest
from django.conf import LazySettings

from tests.integration.outbox import receivers


@pytest.fixture(autouse=True)
def empty_receivers() -> None:
    """Forget what earlier tests received."""
    receivers.received.clear()
    receivers.failing.clear()


@pytest.fixture
def send_to(settings: LazySettings) -> Callable[..., None]:
    """Return a function that names the test consumers every topic goes to."""

    def name(*consumers: str) -> None:
        settings.OUTBOX_CONSUMERS = {"*": [f"tests.integration.outbox.receivers.{each}" for each in consumers]}

    return name
