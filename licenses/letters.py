"""The consumer that writes to producers before a licence ends."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from licenses.models import License
from outbox import email


def tell_of_expiry(*, message_id: UUID, topic: str, payload: dict[str, Any], at: datetime) -> None:
    """Mail the producer, unless the licence was renewed meanwhile or there is no address."""
    ends = date.fromisoformat(payload["expiry_date"])
    license_ = License.objects.filter(pk=payload["license_id"], expiry_date=ends).select_related("producer").first()
    if license_ is None or not license_.producer.email:
        return
    left = payload["days_left"]
    when = "today" if left == 0 else f"in {left} day{'' if left == 1 else 's'}"
    last = f"{ends:%b} {ends.day}, {ends.year}"
    text = (
        f"Your {license_.state} license {license_.number} ends {when}: {last} is its last day.\n\n"
        f"From the day after, no leads of {license_.state} can come to you. "
        "Renew it with the state, and send us the new date."
    )
    subject = f"Your {license_.state} license ends {when}"
    email.send(message_id=message_id, to=[license_.producer.email], subject=subject, text=text)
