"""Who has had a lead, or was asked about it and did not accept: it comes to none of them again by itself."""

from typing import Final, NamedTuple

from routing.models import Lead, Offer

UNACCEPTED: Final = (Offer.State.DECLINED, Offer.State.EXPIRED, Offer.State.REFUSED)


class Had(NamedTuple):
    """Producers by id; the declined are among the others."""

    had_it: frozenset[int]
    declined: frozenset[int]


NOBODY: Final = Had(frozenset(), frozenset())


def had(lead: Lead) -> Had:
    """Return who has had the lead. One who lost it to a quicker one may be asked again."""
    held = frozenset(each.producer_id for each in lead.assignments.all())  # prefetched, where leads are many
    declined = frozenset(each.producer_id for each in lead.offers.all() if each.state in UNACCEPTED)
    return Had(held | declined, declined)
