"""The consumer that posts messages to one receiver, signed as Standard Webhooks says.

The body is `{"type": topic, "timestamp": …, "data": payload}`; `webhook-id` is the message's id, the same at every try.
"""

import json
from datetime import datetime
from http.client import HTTPException
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener
from uuid import UUID

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from standardwebhooks import Webhook

from outbox.errors import PermanentFailureError

TIMEOUT: Final = 10  # seconds to connect, and between two bytes
HOPELESS: Final = frozenset({400, 405, 410, 413, 414, 415, 422})


class DeliveryFailedError(Exception):
    """The receiver did not take the message this time."""


class NoRedirects(HTTPRedirectHandler):
    """Answer a redirect with the error it is: what is signed for one place goes nowhere else."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Follow none."""


def consume(*, message_id: UUID, topic: str, payload: dict[str, Any], at: datetime) -> None:
    """Post the message; do nothing without a receiver, or if it is a letter, whose addresses are nobody else's.

    :raises PermanentFailureError: if the receiver says that it will never take it
    :raises DeliveryFailedError: if it did not take it this time
    """
    if not settings.WEBHOOK_URL or topic == "email.queued":
        return
    told = {"type": topic, "timestamp": at.isoformat(), "data": payload}
    body = json.dumps(told, cls=DjangoJSONEncoder, separators=(",", ":"))
    try:
        build_opener(NoRedirects).open(_signed(message_id, body), timeout=TIMEOUT).close()
    except HTTPError as error:
        error.close()
        if error.code in HOPELESS or error.code in range(300, 400):
            raise PermanentFailureError(f"The receiver answered {error.code}.") from error
        raise DeliveryFailedError(f"The receiver answered {error.code}.") from error
    except (OSError, HTTPException) as error:
        raise DeliveryFailedError(f"The receiver did not answer: {type(error).__name__}.") from error


def _signed(message_id: UUID, body: str) -> Request:
    if urlsplit(settings.WEBHOOK_URL).scheme not in {"http", "https"}:
        raise DeliveryFailedError("WEBHOOK_URL is neither http nor https.")
    now = timezone.now()
    headers = {
        "content-type": "application/json",
        "user-agent": "Fairlead",
        "webhook-id": str(message_id),
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(settings.WEBHOOK_SECRET).sign(str(message_id), now, body),
    }
    return Request(settings.WEBHOOK_URL, body.encode(), headers, method="POST")  # noqa: S310  # the scheme is checked
