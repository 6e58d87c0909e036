"""The consumer that sends e-mail.

The payload says everything: `to` (one address or several), `subject`, `text`.
"""

import smtplib
from datetime import datetime
from email.utils import parseaddr
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.mail import BadHeaderError, EmailMessage

from outbox.errors import PermanentFailureError

REJECTED: Final = range(500, 600)  # SMTP: the server will never take it


def consume(*, message_id: UUID, topic: str, payload: dict[str, Any], at: datetime) -> None:
    """Send one e-mail, under a Message-ID made of the message's id, so that mail servers recognise a repetition.

    :raises PermanentFailureError: if the payload is no e-mail or the server will never take it
    """
    try:
        _compose(message_id, payload).send()
    except (KeyError, BadHeaderError) as error:
        raise PermanentFailureError(f"The payload is no e-mail: {error}.") from error
    except smtplib.SMTPRecipientsRefused as error:
        if all(code in REJECTED for code, _ in error.recipients.values()):
            raise PermanentFailureError("The server refuses every recipient.") from error
        raise
    except smtplib.SMTPAuthenticationError:
        raise  # a person can mend it
    except smtplib.SMTPResponseException as error:
        if error.smtp_code in REJECTED:
            raise PermanentFailureError(f"The server refuses the message with {error.smtp_code}.") from error
        raise


def _compose(message_id: UUID, payload: dict[str, Any]) -> EmailMessage:
    to = payload["to"]
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return EmailMessage(
        subject=payload["subject"],
        body=payload["text"],
        to=[to] if isinstance(to, str) else list(to),
        headers={"Message-ID": f"<{message_id}@{domain}>", "Auto-Submitted": "auto-generated"},
    )
