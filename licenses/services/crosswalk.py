"""From the names states give to lines of authority to the canonical lines; what is not listed is never guessed."""

import re
from dataclasses import dataclass
from typing import Self

from licenses.lines import ALL_LINES
from licenses.models import LoaMap

Names = dict[tuple[str, str], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """The names as they stand now."""

    names: Names

    @classmethod
    def current(cls) -> Self:
        """Read the table."""
        return cls({(row.state, _plain(row.raw_name)): tuple(row.lines) for row in LoaMap.objects.all()})

    def lines_of(self, state: str, raw_name: str) -> tuple[str, ...] | None:
        """Return the lines a name stands for in a state, None if nobody has said. Our codes stand for themselves."""
        code = raw_name.strip().upper()
        return (code,) if code in ALL_LINES else self.names.get((state, _plain(raw_name)))


def _plain(name: str) -> str:
    """Pass over case, spacing and the kind of dash."""
    return re.sub(r"\s+", " ", re.sub(r"[‐-―−]", "-", name)).strip().casefold()
