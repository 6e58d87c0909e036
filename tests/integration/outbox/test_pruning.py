"""What was delivered long ago is forgotten, a piece at a time; the dead and the waiting stay."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from django.conf import LazySettings

from outbox import services as outbox
from outbox.models import Message
from outbox.services import pruning

pytestmark = pytest.mark.django_db

NOW: Final = datetime(2026, 5, 13, 16, 0, tzinfo=UTC)
LIMIT: Final = NOW - timedelta(days=90)


def a_message(**fields: Any) -> Message:
    message = outbox.publish(topic="lead.assigned", payload={}, at=LIMIT - timedelta(days=1))
    Message.objects.filter(pk=message.pk).update(**fields)
    return message


def test_only_what_was_delivered_before_the_limit_goes() -> None:
    a_message(done_at=LIMIT - timedelta(seconds=1))
    stay = [a_message(done_at=LIMIT), a_message(dead_at=LIMIT - timedelta(days=9)), a_message()]

    assert outbox.prune_due(now=NOW) == 1

    assert set(Message.objects.values_list("pk", flat=True)) == {each.pk for each in stay}


def test_the_oldest_go_first_a_piece_at_a_time(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "PIECE", 2)
    settings.OUTBOX_DAYS = 1
    old = [a_message(done_at=LIMIT - timedelta(days=days)) for days in (1, 3, 2)]

    assert [outbox.prune_due(now=NOW), Message.objects.get(), outbox.prune_due(now=NOW)] == [2, old[0], 1]
    assert outbox.prune_due(now=NOW) == 0
