"""A source sends leads, and asks again: one lead, one answer."""

import json
from datetime import timedelta

import pytest
import time_machine
from celery import current_app
from django.conf import LazySettings
from kombu.exceptions import OperationalError
from pytest_django import DjangoCaptureOnCommitCallbacks

from audit.models import Entry
from outbox.models import Message
from routing.models import IntakeRecord, Lead
from tests.agency import MINUTE, NOW, a_lead, hire, make_source
from tests.functional.api.door import NOTHING, Door, kept_bodies, written

pytestmark = pytest.mark.django_db


def test_a_lead_is_assigned_and_the_outcome_is_as_published(web: Door) -> None:
    kim = hire()

    heard = web.send(a_lead(), "k1")

    lead = Lead.objects.get()
    assert (heard.status, heard.type) == (201, "application/json")
    assert heard.body == {
        "id": str(lead.pk),
        "status": "assigned",
        "tier": "low",
        "score": 0,
        "producer": {"id": kim.pk, "name": "Kim Park", "npn": kim.npn},
        "pool": "life",
        "reason": {"code": "ASSIGNED", "text": "Assigned to a producer licensed for it."},
        "decision": str(lead.decision_id),
        "due_at": "2026-11-23T16:00:00Z",
        "duplicate_of": None,
    }


def test_a_lead_nobody_may_have_falls_back_with_the_nearest_miss(web: Door) -> None:
    hire(expiry_date=NOW.date() - timedelta(days=1))

    heard = web.send(a_lead())

    assert heard.status == 201
    assert {name: heard.body[name] for name in ("status", "producer", "pool", "due_at")} == {
        "status": "fallback",
        "producer": None,
        "pool": "life",
        "due_at": None,
    }
    assert heard.body["reason"] == {
        "code": "NO_LICENSED_PRODUCER",
        "text": "Nobody in the pool is licensed for this state and line."
        " Nearest: Kim Park: license ended Nov 22, 2026.",
    }


def test_the_same_key_and_body_again_hear_the_same_decision(web: Door) -> None:
    hire()
    body = a_lead()
    first = web.send(body, "k1")

    again = web.send(dict(reversed(body.items())), "k1")

    assert (first.status, again.status) == (201, 200)
    assert again.body == first.body
    assert written() == {"Lead": 1, "Person": 1, "Decision": 1, "Assignment": 1, "QueueItem": 0}


def test_the_first_answer_is_repeated_though_the_lead_has_moved_on(web: Door) -> None:
    hire()
    body = a_lead()
    first = web.send(body, "k1")
    Lead.objects.update(state="CLOSED")

    again = web.send(body, "k1")

    assert again.body == first.body


def test_the_same_key_with_another_body_is_a_conflict(web: Door) -> None:
    hire()
    web.send(a_lead(), "k1")
    before = written()

    heard = web.send(a_lead(), "k1")

    assert (heard.status, heard.code, heard.type) == (409, "idempotency.mismatch", "application/problem+json")
    assert written() == before


def test_two_sources_may_use_one_key(web: Door) -> None:
    hire()
    _, key = make_source("vendor")

    statuses = [web.send(a_lead(), "k1").status, Door(key).send(a_lead(), "k1").status]

    assert statuses == [201, 201]


def test_without_a_key_the_external_id_is_the_key(web: Door) -> None:
    hire()
    body = a_lead(external_id="crm-7")
    first = web.send(body)

    with time_machine.travel(NOW + timedelta(days=29), tick=False):
        again, other = web.send(body), web.send(a_lead(external_id="crm-7"))

    assert (again.status, again.body) == (200, first.body)
    assert (other.status, other.code) == (409, "idempotency.mismatch")


def test_a_known_external_id_under_a_new_key_is_still_one_lead(web: Door) -> None:
    hire()
    body = a_lead(external_id="crm-7")
    first = web.send(body, "k1")

    again, other = web.send(body, "k2"), web.send(a_lead(external_id="crm-7"), "k3")

    assert (again.status, again.body) == (200, first.body)
    assert (other.status, other.code) == (409, "idempotency.mismatch")
    assert Lead.objects.count() == 1


@pytest.mark.parametrize("days", [31, 400])
def test_an_external_id_is_one_lead_for_ever(web: Door, days: int) -> None:
    hire()
    body = a_lead(external_id="crm-7")
    first = web.send(body, "k1")

    with time_machine.travel(NOW + timedelta(days=days), tick=False):
        again = web.send(body)

    assert (again.status, again.body) == (200, first.body)
    assert Lead.objects.count() == 1


def test_a_key_counts_before_the_external_id(web: Door) -> None:
    hire()
    body = a_lead(external_id="crm-7")
    web.send(body, "k1")
    web.send(a_lead(external_id="crm-8"), "k2")

    heard = web.send(body, "k2")

    assert (heard.status, heard.code) == (409, "idempotency.mismatch")


@pytest.mark.parametrize(
    ("later", "status"),
    [
        pytest.param(timedelta(hours=24) - MINUTE, 200, id="within a day: the same"),
        pytest.param(timedelta(hours=24), 201, id="a day later: somebody else, or again"),
    ],
)
def test_a_key_derived_from_the_content_lives_a_day(web: Door, later: timedelta, status: int) -> None:
    hire()
    body = a_lead()
    web.send(body)

    with time_machine.travel(NOW + later, tick=False):
        heard = web.send(body)

    assert heard.status == status


@pytest.mark.parametrize(
    ("later", "status"),
    [
        pytest.param(timedelta(days=30) - MINUTE, 200, id="within thirty days"),
        pytest.param(timedelta(days=30), 201, id="after thirty days"),
    ],
)
def test_a_sent_key_lives_thirty_days(web: Door, later: timedelta, status: int) -> None:
    hire()
    body = a_lead()
    web.send(body, "k1")

    with time_machine.travel(NOW + later, tick=False):
        heard = web.send(body, "k1")

    assert heard.status == status


def test_a_refused_body_binds_no_key_and_is_kept(web: Door) -> None:
    hire()
    wrong = json.dumps(a_lead(phone="555", external_id="crm-7")).encode()
    refused = web.send(wrong, "k1")

    mended = web.send(a_lead(phone="404-555-0123", external_id="crm-7"), "k1")

    assert (refused.status, mended.status) == (400, 201)
    assert kept_bodies()[0] == wrong
    record = IntakeRecord.objects.get(status=400)
    assert (record.key, record.external_id, record.lead_id) == (None, None, None)
    entry = Entry.objects.get(action="intake.refused")
    assert entry.detail == {"problems": ["/phone phone.malformed"]}


def test_a_quarantined_lead_binds_its_key_and_answers_202_again(web: Door) -> None:
    _, key = make_source("vendor", invalid="QUARANTINE")
    vendor, body = Door(key), a_lead(phone="555", external_id="crm-7")
    first = vendor.send(body, "k1")

    again, other = vendor.send(body, "k1"), vendor.send(a_lead(phone="404-555-0123"), "k1")

    assert (first.status, again.status, again.body) == (202, 202, first.body)
    assert (other.status, other.code) == (409, "idempotency.mismatch")
    lead = Lead.objects.get()
    assert first.body == {
        "id": str(lead.pk),
        "status": "quarantined",
        "tier": None,
        "score": None,
        "producer": None,
        "pool": None,
        "reason": {"code": "FIELDS_INVALID", "text": "Some fields of the lead are at fault."},
        "decision": None,
        "due_at": None,
        "duplicate_of": None,
        "errors": [
            {
                "pointer": "/phone",
                "code": "phone.malformed",
                "detail": 'Send a phone number with its area code, e.g. "(212) 555-0123".',
            }
        ],
    }
    item = lead.queue_items.get()
    assert (item.kind, item.state, str(item.owner)) == ("QUARANTINE", "OPEN", "Mona Reyes")


def test_a_repeat_of_an_open_lead_is_attached_to_it(web: Door) -> None:
    hire()
    first = web.send(a_lead(email="ada@example.com"), "k1")

    again = web.send(a_lead(email="ADA@example.com"), "k2")

    assert (again.status, again.body["status"]) == (201, "duplicate")
    assert again.body["duplicate_of"] == first.body["id"]
    assert again.body["reason"]["code"] == "DUPLICATE_OPEN"
    assert (again.body["decision"], again.body["producer"]) == (None, None)


def test_the_lead_reads_back_as_it_stands(web: Door) -> None:
    kim = hire()
    sent = web.send(a_lead(external_id="crm-7", phone="(404) 555-0123", email="ada@example.com"))

    heard = web.get(f"/api/v1/leads/{sent.body['id']}/")

    assert heard.body == {
        "id": sent.body["id"],
        "status": "assigned",
        "source": "web",
        "external_id": "crm-7",
        "first_name": "Ada",
        "last_name": "Byron",
        "email": "ada@example.com",
        "phone": "+14045550123",
        "state": "GA",
        "line": "LIFE",
        "products": ["term_life"],
        "tier": "low",
        "score": 0,
        "pool": "life",
        "producer": {"id": kim.pk, "name": "Kim Park", "npn": kim.npn},
        "reason": "ASSIGNED",
        "decision": sent.body["decision"],
        "received_at": "2026-11-23T15:00:00Z",
        "due_at": "2026-11-23T16:00:00Z",
        "first_touch_at": None,
        "disposition": "",
        "duplicate_of": None,
    }


def test_the_timeline_tells_what_happened_oldest_first(web: Door) -> None:
    hire()
    sent = web.send(a_lead())

    heard = web.get(f"/api/v1/leads/{sent.body['id']}/timeline/")

    assert [(each["action"], each["actor"], each["at"]) for each in heard.body] == [
        ("lead.received", "Web", "2026-11-23T15:00:00Z"),
        ("lead.decided", "Web", "2026-11-23T15:00:00Z"),
        ("lead.assigned", "Web", "2026-11-23T15:00:00Z"),
    ]


def test_a_fresh_installation_keeps_leads_though_nothing_is_set_up(db: None) -> None:
    _, key = make_source()

    heard = Door(key).send(a_lead(product=None, line="LIFE"))

    assert (heard.status, heard.body["status"], heard.body["reason"]["code"]) == (201, "fallback", "NO_ROUTE")
    assert written() == {**NOTHING, "Lead": 1, "Person": 1, "Decision": 1, "QueueItem": 1}


def test_a_broker_that_is_down_does_not_matter(
    web: Door,
    settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.OUTBOX_DOORBELL = True
    rung = []

    def nobody_hears(task: str, **_: object) -> None:
        rung.append(task)
        raise OperationalError("the broker is down")

    monkeypatch.setattr(current_app, "send_task", nobody_hears)
    hire()

    with django_capture_on_commit_callbacks(execute=True):
        heard = web.send(a_lead())

    assert (heard.status, heard.body["status"], set(rung)) == (201, "assigned", {"outbox.relay"})
    assert Message.objects.undone().filter(topic="lead.assigned").count() == 1
