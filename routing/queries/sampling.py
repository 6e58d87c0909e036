"""Draw leads to look at: the same seed draws the same leads again, whoever asks and whenever."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from routing.models import Decision, Lead

CHUNK: Final = 200  # leads whose receipts are read at once
LOOKED_AT: Final = 5_000  # leads after which the search for risks ends


class Method(StrEnum):
    """How leads are drawn."""

    RANDOM = "random"
    STRATIFIED = "stratified"
    RISK = "risk"


@dataclass(frozen=True, slots=True)
class Drawn:
    """One lead of a sample: from which stratum, or why it is a risk."""

    lead_id: UUID
    because: str = ""


def draw(*, method: Method, size: int, seed: str, since: datetime, until: datetime) -> tuple[list[Drawn], int]:
    """Return a sample of the leads received in a time, in the order they were drawn, and how many there are.

    Each lead has a place by the hash of seed and id; the first are drawn. A stratum gives in proportion to its size,
    and at least one while there is room.
    """
    received = Lead.objects.filter(received_at__gte=since, received_at__lt=until)
    leads = list(received.order_by().values_list("pk", "governing_state", "state"))
    leads.sort(key=lambda lead: _place(seed, lead[0]))
    if method is Method.RISK:
        return _risky([lead[0] for lead in leads], size), len(leads)
    if method is Method.STRATIFIED:
        return list(_stratified(leads, size)), len(leads)
    return [Drawn(lead[0]) for lead in leads[:size]], len(leads)


def _place(seed: str, lead_id: UUID) -> bytes:
    return hashlib.sha256(f"{seed}:{lead_id}".encode()).digest()


def _stratified(leads: Sequence[tuple[UUID, str, str]], size: int) -> Iterator[Drawn]:
    strata: dict[str, list[UUID]] = defaultdict(list)
    for lead_id, governing, state in leads:
        strata[f"{governing or 'no state'}, {Lead.State(state).label.lower()}"].append(lead_id)
    largest = sorted(strata, key=lambda name: (-len(strata[name]), name))
    taken = dict.fromkeys(largest[:size], 1)
    for _ in range(size - len(taken)):  # each further place goes where the share is furthest behind
        behind = [name for name in taken if taken[name] < len(strata[name])]
        if behind:
            taken[max(behind, key=lambda name: len(strata[name]) / (taken[name] + 0.5))] += 1
    for name, number in taken.items():
        for lead_id in strata[name][:number]:
            yield Drawn(lead_id, name)


def _risky(ids: Sequence[UUID], size: int) -> list[Drawn]:
    found: list[Drawn] = []
    for start in range(0, min(len(ids), LOOKED_AT), CHUNK):
        chunk = ids[start : start + CHUNK]
        risks: dict[UUID, dict[str, None]] = defaultdict(dict)
        made = Decision.objects.filter(lead__in=chunk).order_by("made_at", "pk")
        for lead_id, trigger, receipt in made.values_list("lead_id", "trigger", "receipt"):
            risks[lead_id] |= dict.fromkeys(_risks(trigger, receipt))
        found += [Drawn(lead_id, ", ".join(risks[lead_id])) for lead_id in chunk if risks.get(lead_id)]
        if len(found) >= size:
            break
    return found[:size]


def _risks(trigger: str, receipt: dict[str, Any]) -> Iterator[str]:
    """Yield why a decision deserves a look."""
    if receipt.get("override"):
        yield "a rule was overridden"
    if trigger == Decision.Trigger.MANUAL:
        yield "a person chose"
    if any(gate.get("provisional") for gate in receipt.get("gates") or []):
        yield "a provisional rule spoke"
    if receipt.get("chosen") is None:
        yield "it went to nobody"
    if trigger in {Decision.Trigger.BREACH, Decision.Trigger.FORESEEN, Decision.Trigger.DECLINE}:
        yield "it changed hands"
