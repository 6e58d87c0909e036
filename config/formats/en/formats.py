"""Dates and times wherever no template says how: the admin's lists and read-only fields read as our own pages do."""

from typing import Final

DATE_FORMAT: Final = "M j, Y"
TIME_FORMAT: Final = "H:i"
DATETIME_FORMAT: Final = "M j, Y, H:i"
SHORT_DATE_FORMAT: Final = "M j, Y"
SHORT_DATETIME_FORMAT: Final = "M j, Y, H:i"
YEAR_MONTH_FORMAT: Final = "F Y"
MONTH_DAY_FORMAT: Final = "M j"
