"""How producers stand towards a lead: what is in the way of each, and what speaks for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from licenses.authority import Authority


@dataclass(frozen=True)
class Block:
    """One reason why one producer may not have the lead."""

    code: str
    text: str
    rule: str | None = None

    def as_dict(self) -> dict[str, str | None]:
        """Return it as the receipt keeps it."""
        return {"code": self.code, "text": self.text, "rule": self.rule}


@dataclass(frozen=True)
class Standing:
    """How one producer stands towards the lead."""

    producer_id: int
    name: str
    blocks: tuple[Block, ...]
    preference: Decimal = Decimal(0)
    authority: Authority | None = None

    @property
    def is_eligible(self) -> bool:
        """Say whether nothing stands in the way."""
        return not self.blocks


class AtOnce(Sequence[Standing]):
    """Standings that were found for a whole pool at once: each is made only when somebody looks."""

    eligible: tuple[Standing, ...]
    excluded: Mapping[str, int]  # by rule or gate, how many it excludes


def eligible_of(standings: Sequence[Standing]) -> tuple[Standing, ...]:
    """Return those who may have the lead."""
    if isinstance(standings, AtOnce):
        return standings.eligible
    return tuple(standing for standing in standings if standing.is_eligible)
