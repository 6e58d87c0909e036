"""Forget what was delivered long ago, a piece at a time so that no sweep waits for it."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from outbox.models import Message

PIECE: Final = 1_000


def prune_due(*, now: datetime) -> int:
    """Delete a piece of the messages delivered more than OUTBOX_DAYS ago; returns how many went. The dead stay."""
    over = now - timedelta(days=settings.OUTBOX_DAYS)
    old = Message.objects.filter(done_at__lt=over).order_by("done_at").values_list("pk", flat=True)
    gone, _ = Message.objects.filter(pk__in=list(old[:PIECE])).delete()
    return gone
