"""Note that a producer is at the desk."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from routing.models import Presence

EVERY: Final = timedelta(seconds=30)  # the desk asks more often than anybody needs to know


@transaction.atomic
def note(*, producer_id: int, now: datetime) -> None:
    """Note that the producer was seen now, unless that was noted just before."""
    seen = Presence.objects.filter(producer_id=producer_id).values_list("seen_at", flat=True).first()
    if seen is None or seen + EVERY <= now:
        Presence.objects.update_or_create(producer_id=producer_id, defaults={"seen_at": now})
