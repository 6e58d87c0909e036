"""Come back by the signed link of a letter: good for one absence the clock set, until it ends, for a day at most."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.errors import Missing
from routing.errors import WrongState
from routing.models import Leave
from routing.services import availability

SALT: Final = "routing.coming_back"
LONGEST: Final = timedelta(days=1)  # the clock sets nobody away for longer
OVER: Final = "This link no longer works."


def find(*, producer_id: int, until: datetime) -> Leave | None:
    """Return the absence a letter tells of; None where it has ended before, or was given another end."""
    set_away = Leave.objects.filter(profile__producer=producer_id, reason=availability.MISSED, ends_at=until)
    return set_away.select_related("profile__producer").first()


def link_for(leave: Leave) -> str:
    """Return the address that ends this absence, on our own host. It names nobody and opens nothing else."""
    token = signing.dumps(leave.pk, salt=SALT)
    return f"{settings.PUBLIC_BASE_URL.rstrip('/')}{reverse('one_tap_back', args=[token])}"


def get(*, token: str, now: datetime) -> Leave:
    """Return the absence a link is about.

    :raises Missing: if it is not ours, too old, the absence is over, or the producer has left
    """
    try:
        key = int(signing.loads(token, salt=SALT, max_age=LONGEST))
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Missing(OVER) from error
    running = Leave.objects.filter(pk=key, reason=availability.MISSED, starts_at__lte=now, ends_at__gt=now)
    found = running.filter(profile__producer__user__is_active=True).select_related("profile__producer__user").first()
    if found is None:
        raise Missing(OVER)
    return found


def come_back(*, token: str, now: datetime) -> Leave:
    """Let the producer take leads again, in their own name; the link is used up by it.

    :raises Missing: as `get` does, and if another tap was faster
    """
    leave = get(token=token, now=now)
    producer = leave.profile.producer
    if producer.user is None:
        raise Missing(OVER)
    try:
        availability.come_back(producer=producer, actor=producer.user.actor(), now=now)
    except WrongState as error:
        raise Missing(OVER) from error
    return leave
