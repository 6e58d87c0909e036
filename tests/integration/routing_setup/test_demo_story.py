"""The demo's days go by in leaps, yet as if somebody had looked after the clocks all along."""

import random

import pytest

from audit.models import Entry
from routing.demo.leads import Story
from routing.models import Assignment
from tests.agency import MINUTE, NOW, climb, hire, open_agency, receive_lead

pytestmark = pytest.mark.django_db


def test_a_lead_nobody_answers_is_missed_without_excuse_however_far_the_story_leaps() -> None:
    open_agency()
    climb((100, "BREACH"))
    hire("Kim")
    receive_lead()
    story = Story(random.Random(1))
    story.until(NOW + 5 * MINUTE)
    receive_lead(now=NOW + 300 * MINUTE)

    story.until(NOW + 600 * MINUTE)

    assert list(Assignment.objects.values_list("end", "excuse")) == [("BREACHED", "")] * 2
    assert not Entry.objects.filter(action="sla.stood_still").exists()
