"""How a lead is offered rather than handed over: who is asked, for how long, and what a no costs. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from routing.decision.choosing import Decided, plan_of
from routing.decision.legs import seconds_left

SHORTEST: Final = 15  # seconds, for an answer that is asked for in the last moments of a pool's time
RESERVING: Final = frozenset({"offer"})  # the picks that keep a seat for the one they ask


@dataclass(frozen=True, slots=True)
class Asking:
    """What a pool's pick makes of an order: these are asked, and may answer for so many seconds."""

    pick: str
    producers: tuple[int, ...]
    seconds: int
    is_free: bool  # whether a no, or no answer, costs nothing in the rotation
    first: int  # who leads the order

    @property
    def reserves(self) -> bool:
        """Say whether a seat is kept for whoever is asked."""
        return self.pick in RESERVING

    @property
    def reason(self) -> str:
        """The published reason the lead stands under meanwhile."""
        return "OFFERED" if self.producers else "LAID_OUT"

    def as_dict(self) -> dict[str, Any]:
        """Return it as the receipt keeps it."""
        return {"pick": self.pick, "to": list(self.producers), "seconds": self.seconds, "first": self.first}


def asking_of(decided: Decided, skipped: Iterable[int] = ()) -> Asking | None:
    """Return who is asked, leaving out whom the claim skipped; None where the lead is handed over at once.

    Where a person has named the producer, nobody is asked: the pool's method has no say.
    """
    considered, passed = decided.considered, set(skipped)
    use = plan_of(considered, decided.inquiry.context.roster).pick
    ranked = [each.producer_id for each in decided.chosen.ranked if each.producer_id not in passed]
    if use.step.name == "push" or considered.status != "routed" or not ranked:
        return None
    options = use.options
    if use.step.name == "pull":
        return Asking("pull", (), _at_most(options["minutes"] * 60, decided), is_free=True, first=ranked[0])
    asked, seconds = ranked[: options.get("several", 1)], _at_most(options["seconds"], decided)
    return Asking(use.step.name, tuple(asked), seconds, options["missed"] == "free", ranked[0])


def _at_most(seconds: int, decided: Decided) -> int:
    """Return for how long to ask where the pool has only so much time left before the lead goes on."""
    pool = decided.inquiry.context.roster.pools[decided.considered.pool or ""]
    left = seconds_left(decided.inquiry, pool)
    return seconds if left is None else min(seconds, max(SHORTEST, int(left)))
