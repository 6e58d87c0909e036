"""What stands on the desks of a pool."""

from decimal import Decimal

from routing.models import Pool
from routing.recommendation import Desk


def desks(pool: Pool) -> list[Desk]:
    """Return the desks of the active members who have a profile."""
    members = pool.members.filter(is_active=True, producer__profile__isnull=False)
    rows = members.values_list("producer__load__open_effort", "producer__profile__capacity")
    return [Desk(load or Decimal(0), capacity) for load, capacity in rows]
