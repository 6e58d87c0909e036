"""What must be right before messages can be delivered."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error

from outbox import consumers


def check_consumers(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a consumer that cannot be imported: its messages would all die."""
    paths = sorted({path for listed in settings.OUTBOX_CONSUMERS.values() for path in listed})
    return [Error(f"OUTBOX_CONSUMERS: {why}", id="outbox.E001") for why in map(_why_not, paths) if why]


def _why_not(path: str) -> str:
    try:
        return "" if callable(consumers.load(path)) else f"{path} is nothing to call."
    except ImportError as error:
        return str(error)
