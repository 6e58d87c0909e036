"""Accept a lead by the signed link of its letter: good for one hold, until its clock ends, for a day at most."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.errors import Missing
from routing.models import Assignment
from routing.services import desk

SALT: Final = "routing.one_tap"
LONGEST: Final = timedelta(days=1)


def link_for(assignment_id: str) -> str:
    """Return the address that accepts this hold, on our own host. It names nobody and opens nothing else."""
    token = signing.dumps(assignment_id, salt=SALT)
    return f"{settings.PUBLIC_BASE_URL.rstrip('/')}{reverse('one_tap', args=[token])}"


def get(*, token: str, now: datetime) -> Assignment:
    """Return the hold a link is about.

    :raises Missing: if it is not ours, too old, or the lead is no longer held by whom it was written to
    """
    try:
        key = UUID(signing.loads(token, salt=SALT, max_age=LONGEST))
    except (signing.BadSignature, ValueError, TypeError, AttributeError) as error:
        raise Missing("This link no longer works.") from error
    held = Assignment.objects.filter(pk=key, ended_at__isnull=True, due_at__gt=now, producer__user__is_active=True)
    found = held.select_related("lead", "producer__user").first()
    if found is None:
        raise Missing("This link no longer works.")
    return found


def accept(*, token: str, now: datetime) -> Assignment:
    """Accept the lead in its holder's name; a second tap finds it accepted.

    :raises Missing: as `get` does
    """
    held = get(token=token, now=now)
    if held.lead.state == "ASSIGNED" and held.producer.user is not None:
        desk.accept(lead=held.lead, actor=held.producer.user.actor(), now=now)
    return held
