"""Primary keys of what the system writes: UUIDv7, so rows lie in the order they came."""

import uuid

from uuid_utils import compat


def new_id() -> uuid.UUID:
    """Return a fresh UUIDv7."""
    return compat.uuid7()
