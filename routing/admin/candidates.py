"""Who may have a lead by hand: everybody of the roster, sorted into those who can, those who are full, and the rest."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from routing import reasons
from routing.models import Lead, ProducerProfile
from routing.services import deciding

EXCLUDED_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Candidate:
    """One producer, with what is on the desk and what stands in the way."""

    id: int
    name: str
    load: str
    blocks: tuple[str, ...] = ()
    is_lawful: bool = False  # rules alone stand in the way, which people may set aside


@dataclass(frozen=True, slots=True)
class Candidates:
    """Everybody, by whether they may have the lead; of those who may not, the nearest."""

    eligible: tuple[Candidate, ...]
    full: tuple[Candidate, ...]
    excluded: tuple[Candidate, ...]
    excluded_count: int

    @property
    def asked(self) -> bool:
        """Say whether the question could be put at all: not while the governing state is unclear."""
        return bool(self.eligible or self.full or self.excluded)

    @property
    def excluded_more(self) -> int:
        """How many are not shown."""
        return self.excluded_count - len(self.excluded)


def sorted_standings(lead: Lead, now: datetime) -> Candidates:
    """Return how everybody but the owner stands towards the lead; the freest desk first, the nearest miss first."""
    if lead.person is None:
        return Candidates((), (), (), 0)
    found = [each for each in deciding.all_standings(lead=lead, now=now) if each[0].producer_id != lead.owner_id]
    may = [(standing, why) for standing, why in found if standing.is_eligible]
    desks = _desks([standing.producer_id for standing, _ in may])
    may.sort(key=lambda each: (desks.get(each[0].producer_id, (Decimal(0), 0))[0], each[0].name))
    shown = [
        (why, Candidate(standing.producer_id, standing.name, _load(desks.get(standing.producer_id)), _full(why)))
        for standing, why in may
    ]
    not_eligible = sorted(
        (standing for standing, _ in found if not standing.is_eligible), key=lambda each: (len(each.blocks), each.name)
    )
    return Candidates(
        tuple(each for why, each in shown if why is None),
        tuple(each for why, each in shown if why is not None),
        tuple(
            Candidate(
                each.producer_id,
                each.name,
                "",
                tuple(block.text for block in each.blocks),
                each.authority is not None and each.authority.allowed,
            )
            for each in not_eligible[:EXCLUDED_SHOWN]
        ),
        len(not_eligible),
    )


def _desks(producer_ids: Collection[int]) -> dict[int, tuple[Decimal, int]]:
    rows = ProducerProfile.objects.filter(producer_id__in=producer_ids)
    return {
        producer_id: (load or Decimal(0), capacity)
        for producer_id, load, capacity in rows.values_list("producer_id", "producer__load__open_effort", "capacity")
    }


def _load(desk: tuple[Decimal, int] | None) -> str:
    return f"{desk[0].normalize():f} of {desk[1]} open" if desk else ""


def _full(why: str | None) -> tuple[str, ...]:
    return (reasons.PRODUCER_REASONS.get(why, why),) if why else ()
