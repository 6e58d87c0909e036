"""A producer's own switch: away, and back to the leads that waited."""

from datetime import timedelta

import pytest
import time_machine

from accounts.errors import Forbidden, Invalid
from audit.models import Entry
from outbox import services as outbox
from routing.errors import NotYours, WrongState
from routing.models import Leave
from routing.services import availability
from tests.agency import MINUTE, NOW, actor_of, hire, mona, open_agency, owners, receive_lead, send_on_leave
from tests.integration.routing.test_desk import refused

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def test_who_steps_away_gets_no_leads_and_coming_back_wakes_what_waited() -> None:
    open_agency()
    kim = hire()

    availability.step_away(producer=kim, until=NOW + 3 * HOUR, actor=actor_of(kim), now=NOW)
    lead = receive_lead(now=NOW + MINUTE)
    assert (lead.reason, lead.queue_items.get().rerun_at) == ("NO_ONE_ON_SHIFT", NOW + 3 * HOUR)

    availability.come_back(producer=kim, actor=actor_of(kim), now=NOW + HOUR)
    with time_machine.travel(NOW + HOUR, tick=False):
        outbox.relay(now=NOW + HOUR)

    assert owners(lead) == ["Kim"]
    assert list(
        Entry.objects.filter(action__startswith="producer.").order_by("seq").values_list("action", flat=True)
    ) == [
        "producer.stepped_away",
        "producer.came_back",
    ]


@pytest.mark.parametrize("until", [NOW, NOW + timedelta(days=8)])
def test_it_is_for_a_while(until: object) -> None:
    open_agency()
    kim = hire()

    refused(
        lambda: availability.step_away(producer=kim, until=until, actor=actor_of(kim), now=NOW),  # type: ignore[arg-type]
        Invalid,
    )


def test_nobody_throws_anothers_switch() -> None:
    open_agency()
    kim, lee = hire(), hire("Lee")

    refused(lambda: availability.step_away(producer=kim, until=NOW + HOUR, actor=actor_of(lee), now=NOW), NotYours)
    refused(lambda: availability.step_away(producer=kim, until=NOW + HOUR, actor=mona(), now=NOW), Forbidden)


def test_a_leave_a_manager_entered_stays() -> None:
    open_agency()
    kim = hire()
    send_on_leave(kim, until=NOW + HOUR)

    refused(lambda: availability.come_back(producer=kim, actor=actor_of(kim), now=NOW + MINUTE), WrongState)
    refused(lambda: availability.step_away(producer=kim, until=NOW + HOUR, actor=actor_of(kim), now=NOW), WrongState)
    assert Leave.objects.get().ends_at == NOW + HOUR
