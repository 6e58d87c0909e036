"""Caps under real races: nobody over any cap, nothing given back twice."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from accounts.errors import Refused
from licenses.models import Producer
from routing.models import Assignment, Cap, CapCount, Lead, ProducerProfile
from routing.services import desk
from tests.agency import NOW, actor_of, fresh, hire, make_source, open_agency, receive, receive_lead, tell
from tests.races import together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def given_caps(producer: Producer, **caps: int) -> None:
    """Cap a producer, by period, for every source and for "web" alone."""
    profile = ProducerProfile.objects.get(producer=producer)
    for period, most in caps.items():
        Cap.objects.create(profile=profile, period=period, most=most)
    tell(producer)


def test_twelve_at_once_fill_every_cap_to_the_brim_and_no_further() -> None:
    open_agency()
    kim, lee = hire("Kim", capacity=50), hire("Lee", capacity=50)
    web = make_source()[0]
    given_caps(kim, HOUR=2, DAY=9)
    given_caps(lee, DAY=3, MONTH=40)
    receive(source=web)  # everything warm, one counted

    together([partial(receive, source=web) for _ in range(12)])

    held = Counter(Assignment.objects.values_list("producer__first_name", flat=True))
    assert held == {"Kim": 2, "Lee": 3}
    assert Counter(Lead.objects.values_list("reason", flat=True)) == {"ASSIGNED": 5, "CAP_REACHED": 8}
    assert {(each.cap.profile.producer_id, each.cap.period): each.used for each in CapCount.objects.all()} == {
        (kim.pk, "HOUR"): 2,
        (kim.pk, "DAY"): 2,
        (lee.pk, "DAY"): 3,
        (lee.pk, "MONTH"): 3,
    }


def test_a_lead_declined_by_four_hands_at_once_is_given_back_once() -> None:
    open_agency()
    kim = hire(capacity=50)
    given_caps(kim, DAY=9)
    lead, _ = receive_lead(), receive_lead()

    def give_up() -> bool:
        try:
            desk.decline(lead=fresh(lead), reason="Not mine", actor=actor_of(kim), now=NOW)
        except Refused:
            return False
        return True

    declined = together([give_up] * 4)

    assert (sum(declined), CapCount.objects.get().used) == (1, 1)


def test_claims_and_returns_at_once_leave_the_counts_true() -> None:
    open_agency()
    kim = hire(capacity=50)
    given_caps(kim, HOUR=20, WEEK=30)
    held = [receive_lead() for _ in range(4)]
    later = NOW + timedelta(minutes=5)

    def decline(lead: Lead) -> None:
        desk.decline(lead=lead, reason="Not mine", actor=actor_of(kim), now=later)

    def take_in() -> None:
        receive(now=later)

    works: list[Callable[[], None]] = [*(partial(decline, lead) for lead in held), *[take_in] * 4]
    together(works)

    counting = Assignment.objects.filter(producer=kim, is_returned=False).count()
    assert [each.used for each in CapCount.objects.all()] == [counting, counting]
    assert counting == 4
