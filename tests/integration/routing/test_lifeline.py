"""The one time line of a lead: intake, rules, facts, hands, clocks and messages in the order of their time."""

from datetime import date

import pytest

from outbox import services as outbox
from outbox.models import Message
from routing.models import Decision
from routing.services import desk, lifeline, sla
from tests.agency import MINUTE, NOW, SETUP, hire, lead_of, open_agency, receive, set_license

pytestmark = pytest.mark.django_db


def story(lead: object) -> list[tuple[str, str]]:
    """Return kind and action of each line."""
    return [(line["kind"], line["action"]) for line in lifeline.tell(lead)]  # type: ignore[arg-type]  # a lead


def test_everything_about_a_lead_is_told_in_one_line_of_time() -> None:
    open_agency()
    kim = hire("Kim")
    set_license(kim, now=NOW - MINUTE, number="ZZ100")  # before the lead was hers
    lead = lead_of(receive())
    set_license(kim, now=NOW + MINUTE, expiry_date=date(2029, 1, 1))
    desk.touch(lead=lead, kind="CALL_CONNECTED", evidence="", actor=SETUP, now=NOW + 2 * MINUTE)
    Message.objects.filter(aggregate=str(lead.pk), topic="lead.assigned").update(done_at=NOW + 3 * MINUTE)
    outbox.publish(topic="lead.noticed", payload={}, at=NOW + 4 * MINUTE, aggregate=str(lead.pk))

    told = lifeline.tell(lead)

    assert [line["at"] for line in told] == sorted(line["at"] for line in told)
    found = story(lead)
    assert found[:3] == [("Intake", "lead.received"), ("Rules", "lead.decided"), ("Hands", "lead.assigned")]
    assert found.count(("Facts", "license.changed")) == 1
    assert ("Clock", "sla.stopped") in found
    assert ("Message", "message.delivered") in found
    assert ("Message", "message.waiting") in found
    decided = next(line for line in told if line["action"] == "lead.decided")
    assert decided["decision"] == str(Decision.objects.get().pk)
    assert decided["more"] == f"Under Routes v1; roster {Decision.objects.get().roster_version}."


def test_a_running_clock_stands_last_as_what_is_still_to_come() -> None:
    open_agency()
    hire("Kim")
    lead = lead_of(receive())

    last = lifeline.tell(lead)[-1]

    assert (last["action"], last["is_ahead"]) == ("sla.running", True)
    assert last["at"] > NOW


def test_what_acts_by_itself_is_called_by_words_and_people_by_name() -> None:
    open_agency()
    hire("Kim")
    lead = lead_of(receive())
    sla.sweep_due(now=NOW + 61 * MINUTE)

    actors = {line["action"]: line["actor"] for line in lifeline.tell(lead)}

    assert (actors["lead.received"], actors["sla.breached"]) == ("Web", "the clock")
    assert actors["message.waiting"] == "the delivery of messages"
