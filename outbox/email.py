"""E-mail by the outbox: `send` for consumers that compose a letter themselves, `consume` for letters queued whole.

The payload of `email.queued` is the letter: `to` (one address or several), `subject`, `text`.
"""

import smtplib
from collections.abc import Sequence
from datetime import datetime
from email.utils import parseaddr
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.mail import BadHeaderError, EmailMessage

from outbox.errors import PermanentFailureError

REJECTED: Final = range(500, 600)  # SMTP: the server will never take it


def consume(*, message_id: UUID, topic: str, payload: dict[str, Any], at: datetime) -> None:
    """Send the letter in the payload.

    :raises PermanentFailureError: if the payload is no letter or the server will never take it
    """
    try:
        to, subject, text = payload["to"], payload["subject"], payload["text"]
    except KeyError as error:
        raise PermanentFailureError(f"The payload is no letter, it lacks {error}.") from error
    send(message_id=message_id, to=[to] if isinstance(to, str) else to, subject=subject, text=text)


def send(*, message_id: UUID, to: Sequence[str], subject: str, text: str) -> None:
    """Send one e-mail, under a Message-ID made of the message's id, so that mail servers recognise a repetition.

    :raises PermanentFailureError: if the server will never take it
    """
    try:
        _compose(message_id, to, subject, text).send()
    except BadHeaderError as error:
        raise PermanentFailureError("A header holds a line break.") from error
    except smtplib.SMTPRecipientsRefused as error:
        if all(code in REJECTED for code, _ in error.recipients.values()):
            raise PermanentFailureError("The server refuses every recipient.") from error
        raise
    except smtplib.SMTPAuthenticationError:
        raise  # a person can mend it
    except smtplib.SMTPResponseException as error:
        if error.smtp_code in REJECTED:
            raise PermanentFailureError(f"The server refuses the letter with {error.smtp_code}.") from error
        raise


def _compose(message_id: UUID, to: Sequence[str], subject: str, text: str) -> EmailMessage:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    headers = {"Message-ID": f"<{message_id}@{domain}>", "Auto-Submitted": "auto-generated"}
    return EmailMessage(subject=subject, body=text, to=list(to), headers=headers)
