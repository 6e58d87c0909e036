"""The demo's days go by in leaps, yet as if its clocks had been looked after all along; one pool goes on to another."""

import random

import pytest

from audit.models import Entry
from licenses.models import Producer
from routing.demo.leads import Story
from routing.models import Assignment, Decision, LeadSource, Pool, PoolMember
from routing.services import roster, setup
from tests.agency import MINUTE, NOW, climb, hire, lead_of, open_agency, receive, receive_lead
from tests.functional.world import make_world

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


def test_an_annuity_nobody_of_its_desk_can_have_goes_on_to_national_life() -> None:
    world = make_world(producers=8, count=0)
    desk, web = Pool.objects.get(slug="annuity-desk"), LeadSource.objects.get(slug="web-form")
    PoolMember.objects.filter(pool=desk).update(is_active=False)
    roster.changed(*map(roster.producer_subject, Producer.objects.values_list("pk", flat=True)), at=world.now)

    lead = lead_of(receive(source=web, now=world.now, state="FL", zip="33101", product="fixed_annuity"))

    receipt = Decision.objects.get(lead=lead).receipt
    way = [(step["pool"], step["reason"]) for step in receipt["waterfall"]]
    assert (lead.pool, way) == ("national-life", [("annuity-desk", "POOL_EMPTY"), ("national-life", None)])
    assert setup.waterfall_problems(desk, desk.overflow, desk.overflow_minutes) == []
