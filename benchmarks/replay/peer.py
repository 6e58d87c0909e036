"""The same replay with zen-engine at its heart: stored receipts in, gates asked, and who would be stopped out.

What zen can express is the gates; roster, guard, eligibility and turns it has no words for. Everything around it is
written as plainly as its users would: the same rows, the same personal facts, no lead of ours in between.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from benchmarks.gates import peer
from benchmarks.gates.workload import Document
from routing.facts import personal_facts
from routing.models import Decision, Person
from rules_engine.engine.stages import GATE_EFFECTS

STATUS: Final = {"reject": "rejected", "quarantine": "quarantined", "review": "review"}
NUMBERS: Final = ("lead.premium", "lead.source_cost")  # money, which receipts keep as text


class Replay:
    """Gates on trial that pass over what is missing, as one compiled array with null guards: most leads lack a fact."""

    def __init__(self, rules: Document) -> None:
        self.form = peer.guarded(rules)
        self.says = {rule["id"]: (place, rule["effect"], rule["reason"]) for place, rule in enumerate(rules["rules"])}

    def moved(self, ids: Sequence[UUID]) -> set[UUID]:
        """Return the decisions that these gates would have made otherwise."""
        rows = list(Decision.objects.filter(pk__in=ids).values_list("pk", "person_id", "lead__zones", "receipt"))
        people = {
            pk: (zip_code, born)
            for pk, zip_code, born in Person.objects.filter(pk__in=[row[1] for row in rows]).values_list(
                "pk", "zip_code", "birth_date"
            )
        }
        return {pk for pk, person, zones, receipt in rows if person and self._moves(receipt, people[person], zones)}

    def _moves(self, receipt: Mapping[str, Any], person: tuple[str, Any], zones: list[str]) -> bool:
        if receipt["engine"] is None or receipt["only"] is not None:
            return False
        personal = personal_facts(*person, zones, datetime.fromisoformat(receipt["now"]))
        facts = {**receipt["facts"], **personal}
        facts |= {name: float(Decimal(facts[name])) for name in NUMBERS if facts.get(name) is not None}
        stops = self._stops(facts)
        was = _stopped(receipt)
        return stops != was if stops else was is not None

    def _stops(self, facts: Mapping[str, Any]) -> tuple[str, str] | None:
        """Return where the worst of the gates sends the lead, and why."""
        sure, _ = self.form.ask(self.form.context(dict(facts)))
        fired = sorted(self.says[each] for each in sure)
        for effect in GATE_EFFECTS:
            reason = next((reason for _, said, reason in fired if said == effect), None)
            if reason:
                return STATUS[effect], reason
        return None


def _stopped(receipt: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return where the gates of its time sent the lead."""
    if receipt["score"] is not None:
        return None
    effects = [each["effect"] for each in receipt["gates"] if not each["provisional"]]
    worst = next((effect for effect in GATE_EFFECTS if effect in effects), None)
    return (STATUS[worst], receipt["reason"]) if worst in STATUS else None
