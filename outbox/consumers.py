"""Who consumes which topic, as the settings say."""

from datetime import datetime
from typing import Any, Protocol, cast
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string


class Consumer(Protocol):
    """What delivers a message; it may be called again with the same id and must then do nothing twice."""

    def __call__(self, *, message_id: UUID, topic: str, payload: dict[str, Any], at: datetime) -> None:
        """Deliver.

        :raises PermanentFailureError: if trying again cannot help
        """


def paths_for(topic: str) -> list[str]:
    """Return the dotted paths that consume the topic: those listed for it, then those listed for every topic."""
    listed: dict[str, list[str]] = settings.OUTBOX_CONSUMERS
    return [*listed.get(topic, []), *listed.get("*", [])]


def load(path: str) -> Consumer:
    """Return the consumer at a dotted path."""
    return cast(Consumer, import_string(path))
