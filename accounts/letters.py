"""The consumer that sends people the link to set their password."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.template.loader import render_to_string

from accounts.links import link_for
from accounts.models import User
from outbox import email

LETTERS: Final = {
    "person.invited": ("You are invited to Fairlead", "accounts/invitation.txt"),
    "person.reset_requested": ("Set your Fairlead password", "accounts/reset.txt"),
}


def send_link(*, message_id: UUID, topic: str, payload: dict[str, Any], at: datetime) -> None:
    """Mail the link, unless the person has gone or has no address."""
    person = User.objects.filter(pk=payload["person_id"], is_active=True).exclude(email="").first()
    if person is None:
        return
    subject, template = LETTERS[topic]
    text = render_to_string(template, {"person": person, "link": link_for(person)})
    email.send(message_id=message_id, to=[person.email], subject=subject, text=text)
