"""Time zones by name, with no surprise for names that are not zones."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

SECOND = timedelta(seconds=1)


class UnknownZoneError(ValueError):
    """There is no time zone of that name."""


def get_zone(name: str) -> ZoneInfo:
    """Return the zone of that IANA name.

    :raises UnknownZoneError: if there is none
    """
    zone = find_zone(name)
    if zone is None:
        raise UnknownZoneError(f"There is no time zone {name!r}.")
    return zone


def find_zone(name: str) -> ZoneInfo | None:
    """Return the zone of that IANA name, or None where there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; a path; a folder such as "America"
        return None


def reach(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant (UTC) at which the clocks of the zone show `wall`, or jump past it in spring."""
    instant = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)  # in a gap, fold 1 reads the wall by the later offset
    return _jump_between(before, instant, zone)


def _jump_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    old = before.astimezone(zone).utcoffset()
    while after - before > SECOND:
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
