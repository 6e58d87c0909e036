"""A licence source for tests and rehearsals: it says what it was told, and breaks off where it was told to."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from licenses.sources.records import SourceError, SourceRecord, Unreadable


@dataclass(slots=True)
class FakeSource:
    """Yield the items, then fail if there is a failure to show; remember what was asked."""

    items: Sequence[SourceRecord | Unreadable] = ()
    failure: SourceError | None = None
    name: str = "fake"
    asked: list[tuple[frozenset[str], datetime | None]] = field(default_factory=list)

    def fetch(self, npns: Collection[str], since: datetime | None) -> Iterable[SourceRecord | Unreadable]:
        """Yield what is known of these producers."""
        self.asked.append((frozenset(npns), since))
        yield from (item for item in self.items if not item.npn or item.npn in npns)
        if self.failure:
            raise self.failure
