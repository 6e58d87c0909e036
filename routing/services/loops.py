"""A lead that automations hand round and round stops at a person."""

from datetime import datetime, timedelta
from typing import Final

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


def is_going_round(lead: Lead, *, now: datetime) -> bool:
    """Say whether the lead has moved by itself as often as it may since a person last decided about it."""
    recent = Decision.objects.filter(lead=lead, made_at__gt=now - WITHIN)
    by_hand = recent.filter(trigger=Decision.Trigger.MANUAL).order_by("-made_at").values_list("made_at", flat=True)
    since = by_hand.first()
    moves = recent.filter(trigger__in=AUTOMATIC, **({"made_at__gt": since} if since else {}))
    return moves.count() >= MOVES
