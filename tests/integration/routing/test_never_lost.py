"""Whatever fails before a lead is decided about: the lead stays, a person sees it, the source hears the same again."""

import json
import logging
from typing import Any

import pytest
from django.conf import LazySettings

from accounts.errors import Invalid
from outbox.models import Message
from routing.models import IntakeRecord, Lead, LeadSource, QueueItem, RosterEntry
from routing.services import fallback, intake, roster
from routing.services.intake import Answer, KeyMismatch
from rules_engine.engine.catalog import Catalog, Field
from rules_engine.engine.values import Kind
from tests.agency import MINUTE, NOW, a_lead, fresh, hire, lead_of, make_source, open_agency, publish

pytestmark = pytest.mark.django_db

POOR = Catalog((Field("lead.age", Kind.NUMBER, "Age", "Lead"),))
ADA: dict[str, Any] = a_lead()


@pytest.fixture(autouse=True)
def agency() -> None:
    """Open an agency with one who could take every lead, under a gate on the state."""
    open_agency()
    hire()
    when = {"field": "lead.state", "op": "eq", "value": "TX"}
    publish("gates", {"id": "texas", "name": "From Texas", "when": when, "effect": "warn"})
    make_source("web")


@pytest.fixture
def unreadable_rules(settings: LazySettings) -> LazySettings:
    """Let this release's catalog no longer know what the live rules read."""
    settings.RULES_CATALOG = f"{__name__}.POOR"
    return settings


def send(fields: dict[str, Any] = ADA, key: str = "one") -> Answer:
    source = LeadSource.objects.get(slug="web")
    return intake.receive(source=source, body=json.dumps(fields).encode(), key=key, now=NOW)


def told(answer: Answer) -> tuple[int, str, str]:
    return answer.status, answer.body["status"], answer.body["reason"]["code"]


def test_a_live_version_that_cannot_be_read_leaves_the_lead_with_a_manager(
    unreadable_rules: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "routing"):
        answer = send()

    lead = lead_of(answer)
    item = lead.queue_items.get()
    assert told(answer) == (201, "fallback", "ROUTING_ERROR")
    assert (lead.state, lead.governing_state, lead.line) == ("FALLBACK", "GA", "LIFE")
    assert (item.kind, item.owner.username if item.owner else "", item.rerun_at) == ("FALLBACK", "mona", NOW + MINUTE)
    assert lead.decisions.get().receipt["rule_set_versions"] == {"gates": 1, "routes": 1}
    assert [record.message for record in caplog.records] == ["lead.routing_failed"]
    assert Message.objects.filter(topic="lead.fell_back", aggregate=str(lead.pk)).count() == 1


def test_the_same_key_hears_the_same_while_the_rules_cannot_be_read_and_after(
    unreadable_rules: LazySettings,
) -> None:
    first = send()
    again = send()
    unreadable_rules.RULES_CATALOG = "routing.catalog.CATALOG"
    later = send()

    assert again == later == Answer(200, first.body)
    assert Lead.objects.count() == 1
    with pytest.raises(KeyMismatch):
        send({**ADA, "first_name": "Augusta"})


def test_the_lead_is_routed_once_the_rules_can_be_read_again(unreadable_rules: LazySettings) -> None:
    lead = lead_of(send())

    assert fallback.rerun_waiting(now=NOW + MINUTE) == 0
    unreadable_rules.RULES_CATALOG = "routing.catalog.CATALOG"

    assert fallback.rerun_waiting(now=NOW + 20 * MINUTE) == 1
    assert fresh(lead).state == "ASSIGNED"


def test_a_lead_at_fault_is_refused_as_ever_while_the_rules_cannot_be_read(unreadable_rules: LazySettings) -> None:
    with pytest.raises(Invalid) as refused:
        send({**ADA, "state": "Atlantis"})

    assert [problem.code for problem in refused.value.problems] == ["state.unknown"]
    assert (Lead.objects.count(), IntakeRecord.objects.get().status) == (0, 400)


def test_a_change_that_cannot_be_taken_into_the_roster_costs_no_lead() -> None:
    send({**ADA, "email": "first@example.com"}, key="first")
    roster.changed("producer:nobody", at=NOW)

    answer = send()

    assert told(answer) == (201, "fallback", "ROUTING_ERROR")


def test_without_a_roster_the_words_of_the_lead_are_kept_for_a_person(caplog: pytest.LogCaptureFixture) -> None:
    send({**ADA, "email": "first@example.com"}, key="first")
    RosterEntry.objects.filter(subject="agency").update(facts={})
    roster.forget()

    with caplog.at_level(logging.ERROR, "routing"):
        answer = send()

    lead = lead_of(answer)
    item = QueueItem.objects.get(lead=lead)
    record = IntakeRecord.objects.get(lead_id=lead.pk)
    assert told(answer) == (202, "quarantined", "NOT_READ")
    assert (lead.state, item.kind, item.reason) == ("QUARANTINED", "QUARANTINE", "NOT_READ")
    assert (item.owner.username if item.owner else "", lead.person.first_name if lead.person else "") == ("mona", "Ada")
    assert json.loads(bytes(record.raw_body or b"")) == ADA
    assert {record.message for record in caplog.records} == {"lead.routing_failed"}
    assert Message.objects.filter(topic="lead.quarantined", aggregate=str(lead.pk)).count() == 1
    assert send() == answer
    with pytest.raises(KeyMismatch):
        send({**ADA, "first_name": "Augusta"})
