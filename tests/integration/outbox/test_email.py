"""The e-mail consumer sends through Django's backend, recognisably the same when it repeats itself."""

import smtplib
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import pytest
from django.conf import LazySettings
from django.core.mail import EmailMessage

from outbox import email
from outbox.errors import PermanentFailureError

NOON: Final = datetime(2026, 5, 13, 16, 0, tzinfo=UTC)
IDENTITY: Final = UUID("01a1fc67-76c9-7613-a118-a08bb7fbd582")
LETTER: Final[dict[str, Any]] = {"to": "kim@example.com", "subject": "A lead waits", "text": "Open My leads."}


def send(**changes: Any) -> None:
    """Consume the letter, changed like this."""
    email.consume(message_id=IDENTITY, topic="email.queued", payload={**LETTER, **changes}, at=NOON)


def test_an_email_carries_the_messages_id(mailoutbox: list[EmailMessage], settings: LazySettings) -> None:
    settings.DEFAULT_FROM_EMAIL = "Fairlead <leads@agency.example>"

    send()
    send(to=["kim@example.com", "lee@example.com"])

    once, again = mailoutbox
    assert (once.to, once.subject, once.body) == (["kim@example.com"], "A lead waits", "Open My leads.")
    assert again.to == ["kim@example.com", "lee@example.com"]
    identity = "<01a1fc67-76c9-7613-a118-a08bb7fbd582@agency.example>"
    assert once.message()["Message-ID"] == again.message()["Message-ID"] == identity
    assert once.message()["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    "changes",
    [{"subject": "Hello\r\nBcc: everyone@example.com"}, {"to": "kim@example.com\nBcc: everyone@example.com"}],
    ids=["subject", "address"],
)
def test_a_header_cannot_be_smuggled_in(mailoutbox: list[EmailMessage], changes: dict[str, str]) -> None:
    with pytest.raises(PermanentFailureError):
        send(**changes)

    assert mailoutbox == []


def test_a_payload_that_is_no_email_is_given_up(mailoutbox: list[EmailMessage]) -> None:
    with pytest.raises(PermanentFailureError, match="'to'"):
        email.consume(message_id=IDENTITY, topic="email.queued", payload={"text": "x"}, at=NOON)

    assert mailoutbox == []


REFUSALS: Final[dict[str, tuple[Exception, bool]]] = {
    "unknown recipient": (smtplib.SMTPRecipientsRefused({"kim@example.com": (550, b"unknown")}), True),
    "recipient greylisted": (smtplib.SMTPRecipientsRefused({"kim@example.com": (451, b"later")}), False),
    "content refused": (smtplib.SMTPDataError(554, b"spam"), True),
    "server busy": (smtplib.SMTPDataError(452, b"full"), False),
    "wrong password": (smtplib.SMTPAuthenticationError(535, b"no"), False),
    "server away": (ConnectionRefusedError(), False),
    "hangs": (TimeoutError(), False),
}


@pytest.mark.parametrize(("refusal", "is_permanent"), REFUSALS.values(), ids=REFUSALS)
def test_what_cannot_heal_is_told_apart(
    monkeypatch: pytest.MonkeyPatch, refusal: Exception, is_permanent: bool
) -> None:
    def fail(_: EmailMessage) -> None:
        raise refusal

    monkeypatch.setattr(EmailMessage, "send", fail)

    with pytest.raises(PermanentFailureError if is_permanent else type(refusal)):
        send()
