"""An instant in a title or label, which is read on a page and kept in the ledger alike: by the agency's clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.dateformat import format as date_format


def by_agency(at: datetime) -> str:
    """Return when by the agency's clock, with its zone: "Nov 1, 2026, 09:30 EST"."""
    return date_format(at.astimezone(ZoneInfo(settings.AGENCY_TIME_ZONE)), "M j, Y, H:i T")
