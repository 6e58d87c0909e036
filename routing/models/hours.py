"""What agency hours and shifts have in common."""

from datetime import time

from django.core.exceptions import ValidationError

from routing.sla.week import is_span


def require_span(opens: time | None, closes: time | None) -> None:
    """Refuse hours that open and close at the same time, unless that is midnight.

    :raises ValidationError: at `closes`
    """
    if opens is not None and closes is not None and not is_span(opens, closes):
        message = "It opens and closes at the same time. For the whole day, enter 12 AM (00:00) twice."
        raise ValidationError({"closes": ValidationError(message, code="empty")})
