"""A lead that automations hand round and round stops at a person."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from routing.models import Decision, Lead

MOVES: Final = 10  # a day's moves without a person in between, whichever automation made them
WITHIN: Final = timedelta(days=1)
AUTOMATIC: Final = (
    Decision.Trigger.BREACH,
    Decision.Trigger.FORESEEN,
    Decision.Trigger.DECLINE,
    Decision.Trigger.ABSENCE,
    Decision.Trigger.RERUN,
)


def going_round(leads: Collection[Lead], *, now: datetime) -> set[UUID]:
    """Return which leads have moved by themselves as often as they may since a person last decided about them."""
    recent = Decision.objects.filter(lead__in=leads, made_at__gt=now - WITHIN).order_by("made_at")
    moves = Counter[UUID]()
    for lead_id, trigger in recent.values_list("lead", "trigger"):
        if trigger == Decision.Trigger.MANUAL:
            moves[lead_id] = 0
        elif trigger in AUTOMATIC:
            moves[lead_id] += 1
    return {lead_id for lead_id, number in moves.items() if number >= MOVES}
