"""Who has had a lead, or was asked about it and did not accept: it comes to none of them again by itself.

Beside it, since when pools have asked about it.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, NamedTuple

from routing.models import Lead, Offer

UNACCEPTED: Final = (Offer.State.DECLINED, Offer.State.EXPIRED, Offer.State.REFUSED)


class Had(NamedTuple):
    """Producers by id; the declined are among the others. `asked_since` is by the pool's id, of its first asking."""

    had_it: frozenset[int]
    declined: frozenset[int]
    asked_since: Mapping[int, datetime] = MappingProxyType({})


NOBODY: Final = Had(frozenset(), frozenset())


def had(lead: Lead) -> Had:
    """Return who has had the lead. One who lost it to a quicker one may be asked again."""
    held = frozenset(each.producer_id for each in lead.assignments.all())  # prefetched, where leads are many
    declined = frozenset(each.producer_id for each in lead.offers.all() if each.state in UNACCEPTED)
    since: dict[int, datetime] = {}
    for each in lead.rounds.all():
        since[each.pool_id] = min(each.opened_at, since.get(each.pool_id, each.opened_at))
    return Had(held | declined, declined, since)
