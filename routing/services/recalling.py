"""Bring stored decisions back in bulk, each with the facts, rules and roster it saw."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from routing.decision import Context, Rules
from routing.models import Decision, Person
from routing.roster import Roster
from routing.services import deciding
from routing.services.replaying import Answer, Identity, inquiry_from
from routing.stored_decision import Record


@dataclass(frozen=True, slots=True)
class Recalled:
    """One decision. Without a record there is nothing to compute: `gone` says why."""

    decision_id: UUID
    lead_id: UUID
    record: Record | None = None
    gone: Answer | None = None


class Past:
    """The rules and rosters that decisions were made under, each read once."""

    def __init__(self, roster_at: Callable[[int], Roster]) -> None:
        self._roster_at = roster_at
        self._rules: dict[tuple[tuple[str, int], ...], Rules] = {}

    def recall(self, ids: Sequence[UUID | str]) -> Iterator[Recalled]:
        """Yield these decisions by the roster they saw, reading receipts and persons in one statement each."""
        rows = list(
            Decision.objects.filter(pk__in=ids)
            .order_by("roster_version", "made_at", "pk")
            .values_list("pk", "lead_id", "person_id", "lead__zones", "receipt")
        )
        people = {
            pk: (zip_code, birth_date)
            for pk, zip_code, birth_date in Person.objects.filter(
                pk__in={person_id for _, _, person_id, _, _ in rows if person_id}
            ).values_list("pk", "zip_code", "birth_date")
        }
        for pk, lead_id, person_id, zones, receipt in rows:
            if receipt["engine"] is None:
                yield Recalled(pk, lead_id, gone=Answer.UNROUTED)
            elif person_id not in people:
                yield Recalled(pk, lead_id, gone=Answer.ERASED)
            else:
                identity = Identity(*people[person_id], zones)
                asked = inquiry_from(receipt, identity, self._context(receipt))
                yield Recalled(pk, lead_id, Record(asked, receipt))

    def _context(self, receipt: Mapping[str, Any]) -> Context:
        pinned = tuple(sorted(receipt["rule_set_versions"].items()))
        if pinned not in self._rules:
            self._rules[pinned] = deciding.rules_at(deciding.pins(dict(pinned)))
        return Context(self._rules[pinned], self._roster_at(receipt["roster_version"]))
