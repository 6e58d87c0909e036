"""Whatever fails while deciding or claiming, the lead stays and a person sees it; the database counts for itself."""

import logging
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from audit.models import Entry
from outbox.models import Message
from routing.models import Assignment, Lead, PoolCredit, ProducerLoad, SlaTimer
from routing.models.keys import new_id
from routing.services import sla
from tests.agency import MINUTE, NOW, fresh, held, hire, lead_of, open_agency, receive, receive_lead

pytestmark = pytest.mark.django_db


def test_a_claim_writes_one_of_each() -> None:
    pool = open_agency()
    kim = hire()

    answer = receive()

    lead = lead_of(answer)
    assignment = lead.assignments.get()
    assert (lead.state, lead.owner_id, lead.due_at, lead.reason) == ("ASSIGNED", kim.pk, assignment.due_at, "ASSIGNED")
    assert (assignment.producer_id, assignment.pool_id, assignment.hop) == (kim.pk, pool.pk, 0)
    assert assignment.decision_id == lead.decision_id == lead.decisions.get().pk
    license_ = kim.licenses.get()
    assert assignment.relies_on == {
        "license_ids": [license_.pk],
        "line_ids": [license_.lines.get().pk],
        "appointment_ids": [],
        "contract_ids": [kim.contracts.get().pk],
    }
    timers = {timer.kind: timer.due_at - NOW for timer in lead.timers.all()}
    assert timers == {"REMIND": 30 * MINUTE, "BREACH": 60 * MINUTE, "ALARM": 120 * MINUTE}
    load = ProducerLoad.objects.get(producer=kim)
    assert (load.open_effort, load.last_assigned_at) == (Decimal(1), NOW)
    assert PoolCredit.objects.get(producer=kim).credit == 1
    message = Message.objects.get(topic="lead.assigned")
    assert message.payload == {
        "lead_id": str(lead.pk),
        "decision_id": str(lead.decision_id),
        "status": "assigned",
        "reason": "ASSIGNED",
        "assignment_id": str(assignment.pk),
        "producer_id": kim.pk,
    }


def test_the_database_refuses_an_assignment_beyond_capacity() -> None:
    open_agency()
    kim = hire(capacity=1)
    lead, other = receive_lead(), receive_lead()

    with pytest.raises(IntegrityError, match="capacity"), transaction.atomic():
        Assignment.objects.create(
            id=new_id(),
            lead=other,
            producer=kim,
            decision=lead.decisions.get(),
            assigned_at=NOW,
            clock_starts_at=NOW,
            due_at=NOW,
        )

    assert held(kim) == 1


def test_the_database_refuses_a_second_holder() -> None:
    open_agency()
    hire("Kim")
    lee = hire("Lee")
    lead = receive_lead()
    decision = lead.decisions.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.create(
            lead=lead, producer=lee, decision=decision, assigned_at=NOW, clock_starts_at=NOW, due_at=NOW
        )

    assert lead.assignments.count() == 1


def test_a_claim_that_miscounts_is_stopped_by_the_guard_and_the_lead_stays(caplog: pytest.LogCaptureFixture) -> None:
    open_agency()
    kim = hire(capacity=1)
    receive()
    ProducerLoad.objects.filter(producer=kim).update(open_effort=0)  # as a lost update would leave it

    with caplog.at_level(logging.ERROR, "routing"):
        answer = receive()

    lead = lead_of(answer)
    assert (answer.status, answer.body["status"], answer.body["reason"]["code"]) == (201, "fallback", "ROUTING_ERROR")
    assert (lead.state, lead.owner_id, lead.due_at, lead.hop) == ("FALLBACK", None, None, 0)
    item = lead.queue_items.get()
    assert (item.reason, item.rerun_at) == ("ROUTING_ERROR", NOW + MINUTE)
    assert Assignment.objects.filter(producer=kim).count() == 1
    assert ProducerLoad.objects.get(producer=kim).open_effort == 0
    assert [record.message for record in caplog.records] == ["lead.routing_failed"]
    actions = list(Entry.objects.filter(target_id=str(lead.pk)).order_by("seq").values_list("action", flat=True))
    assert actions == ["lead.received", "lead.decided", "lead.fell_back"]


def test_a_breach_that_fails_midway_keeps_what_the_lead_was() -> None:
    open_agency()
    hire("Kim", capacity=1)
    lead = receive_lead()
    lee = hire("Lee", capacity=1)
    receive(now=NOW + timedelta(minutes=1))
    ProducerLoad.objects.filter(producer=lee).update(open_effort=Decimal(0))

    sla.sweep_due(now=NOW + timedelta(hours=1))

    kept = fresh(lead)
    assert (kept.state, kept.reason, kept.owner_id, kept.due_at, kept.hop) == (
        "FALLBACK",
        "ROUTING_ERROR",
        None,
        None,
        0,
    )
    assert (kept.tier, kept.score, kept.pool) == ("low", 0, "life")
    assert SlaTimer.objects.filter(lead=lead, kind="BREACH", state="RUNNING").count() == 0


def test_a_lead_that_cannot_be_read_is_kept() -> None:
    open_agency()
    hire()
    lead = receive_lead()
    Lead.objects.filter(pk=lead.pk).update(zones=["Mars/Olympus_Mons"])

    sla.sweep_due(now=NOW + timedelta(hours=1))

    kept = fresh(lead)
    assert (kept.state, kept.reason) == ("FALLBACK", "ROUTING_ERROR")
