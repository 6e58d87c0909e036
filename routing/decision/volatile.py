"""The desk as it is at this moment, one producer's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from routing.caps import Used


@dataclass(frozen=True)
class Volatile:
    """What changes with every claim: never in the roster, recorded in the receipt for those considered."""

    load: Decimal
    credit: Decimal
    last_assigned_at: datetime | None
    readings: Mapping[str, Any] = field(default_factory=dict)  # JSON, by the names the pool's method reads
    caps: Mapping[int, Used] = field(default_factory=dict)  # of the caps this lead falls under, by their ids

    def as_dict(self) -> dict[str, Any]:
        """Return it as the receipt keeps it."""
        told = {"readings": dict(self.readings)} if self.readings else {}
        return {
            "load": str(self.load),
            "credit": str(self.credit),
            "last_assigned_at": self.last_assigned_at.isoformat() if self.last_assigned_at else None,
            "caps": {str(cap): used.as_dict() for cap, used in self.caps.items()},
            **told,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Volatile":
        """Read it back from a receipt; one from before caps were rows of their own counts the day alone."""
        last = data["last_assigned_at"]
        caps = data["caps"] if "caps" in data else {"0": {"count": data["day_count"], "last_at": None}}
        return cls(
            Decimal(data["load"]),
            Decimal(data["credit"]),
            datetime.fromisoformat(last) if last else None,
            data.get("readings", {}),
            {int(cap): Used.from_dict(used) for cap, used in caps.items()},
        )
