"""Receipts, why and why not, and decisions without consequences."""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from accounts.policy import Role
from routing.models import Decision
from routing.services import deciding
from tests.agency import NOW, TODAY, a_lead, hire, make_source, publish, set_license
from tests.factories import make_user
from tests.functional.api.door import Door

pytestmark = pytest.mark.django_db

SCORES: dict[str, Any] = {"id": "all", "name": "So many points", "add": 75}


@pytest.fixture
def reader(db: None) -> Door:
    """Return a source that may read decisions."""
    _, key = make_source("reader", scopes=["decisions:read"])
    return Door(key)


def test_the_receipt_is_answered_as_it_was_fingerprinted(web: Door, reader: Door) -> None:
    hire()
    sent = web.send(a_lead())

    heard = reader.get(f"/api/v1/decisions/{sent.body['decision']}/")

    decision = Decision.objects.get()
    assert (heard.status, heard.body) == (200, {**decision.receipt, "receipt_sha256": decision.receipt_sha256})


def test_a_source_reads_decisions_about_its_own_leads(web: Door) -> None:
    hire()
    sent = web.send(a_lead())
    _, key = make_source("vendor")

    path = f"/api/v1/decisions/{sent.body['decision']}/"

    assert [web.get(path).status, Door(key).get(path).status] == [200, 404]


def test_why_and_why_not_each_producer(web: Door, reader: Door) -> None:
    kim = hire("Kim")
    lee = hire("Lee", weight=0)
    ray = hire("Ray", expiry_date=TODAY - timedelta(days=1))
    sam = hire("Sam", capacity=0)
    decision = web.send(a_lead()).body["decision"]
    set_license(ray, expiry_date=TODAY + timedelta(days=99))  # since then

    def why(producer_id: int) -> dict[str, Any]:
        body: dict[str, Any] = reader.get(f"/api/v1/decisions/{decision}/producers/{producer_id}/").body
        return {name: body[name] for name in ("eligible", "chosen", "rank", "text")}

    assert why(kim.pk) == {"eligible": True, "chosen": True, "rank": 1, "text": "Kim Park got the lead."}
    assert why(lee.pk) == {
        "eligible": True,
        "chosen": False,
        "rank": 2,
        "text": "Lee Park could take it and stood at place 2 in the order.",
    }
    assert why(ray.pk) == {
        "eligible": False,
        "chosen": False,
        "rank": None,
        "text": "Ray Park: license ended Nov 22, 2026.",
    }
    assert why(sam.pk) == {
        "eligible": True,
        "chosen": False,
        "rank": None,
        "text": "Sam Park could take it, but was at capacity.",
    }


def test_why_of_nobody_is_404(web: Door, reader: Door) -> None:
    hire()
    decision = web.send(a_lead()).body["decision"]

    heard = reader.get(f"/api/v1/decisions/{decision}/producers/{2**62}/")

    assert (heard.status, heard.code) == (404, "missing")


def test_why_where_no_state_was_clear_is_404(web: Door, reader: Door) -> None:
    kim = hire()
    sent = web.send(a_lead(state="AE"))
    assert sent.body["status"] == "review"

    heard = reader.get(f"/api/v1/decisions/{sent.body['decision']}/producers/{kim.pk}/")

    assert (heard.status, heard.code) == (404, "missing")


def rows() -> dict[str, int]:
    """Return how many rows every table holds."""
    return {model._meta.label: model._default_manager.count() for model in apps.get_models(include_auto_created=True)}


def test_decide_tells_where_a_lead_would_go_and_writes_nothing(web: Door) -> None:
    publish("scores", SCORES, stage="score")
    kim = hire()
    web.send(a_lead())
    before = rows()

    heard = web.post("/api/v1/decide/", a_lead(email="ada@example.com"))

    receipt = heard.body.pop("receipt")
    assert (heard.status, heard.body) == (
        200,
        {
            "status": "assigned",
            "tier": "hot",
            "score": 75,
            "producer": {"id": kim.pk, "name": "Kim Park", "npn": kim.npn},
            "pool": "life",
            "reason": {"code": "ASSIGNED", "text": "Assigned to a producer licensed for it."},
        },
    )
    assert (receipt["trigger"], receipt["chosen"], receipt["candidates"][0]["volatile"]["load"]) == (
        "PREVIEW",
        kim.pk,
        "1.00",
    )
    assert rows() == before


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        pytest.param({}, "fallback", "NO_CAPACITY", id="nobody has room"),
        pytest.param({"state": "AE"}, "review", "STATE_UNCLEAR", id="no clear state"),
        pytest.param({"state": "PR"}, "review", "TERRITORY", id="a territory"),
    ],
)
def test_decide_answers_what_intake_would(web: Door, fields: dict[str, Any], status: str, code: str) -> None:
    hire(capacity=0)

    told = web.post("/api/v1/decide/", a_lead(**fields)).body
    done = web.send(a_lead(**fields)).body

    assert (told["status"], told["reason"]["code"]) == (done["status"], done["reason"]["code"]) == (status, code)


def test_decide_tells_every_field_at_fault_and_keeps_nothing(web: Door) -> None:
    deciding.context()  # takes in what was set up
    before = rows()

    heard = web.post("/api/v1/decide/", {"first_name": "Ada", "phone": "555", "state": "XX", "product": "term_life"})

    assert (heard.status, heard.faults) == (400, {("/phone", "phone.malformed"), ("/state", "state.unknown")})
    assert rows() == before


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.OPERATIONS, 200), (Role.MANAGER, 200), (Role.AUDITOR, 200), (Role.ADMINISTRATOR, 200), (Role.PRODUCER, 403)],
)
def test_people_who_see_decisions_may_ask_for_one(web: Door, role: Role, status: int) -> None:
    door = Door()
    door.client.force_login(make_user(role, username="asker"))

    assert door.post("/api/v1/decide/", a_lead()).status == status


def test_the_command_decides_under_older_rules_and_at_another_time(web: Door, tmp_path: Path) -> None:
    publish("scores", SCORES, stage="score")
    publish("scores", {**SCORES, "add": 45}, stage="score")
    hire(expiry_date=TODAY + timedelta(days=1))
    path = tmp_path / "lead.json"
    path.write_text(json.dumps(a_lead()))
    deciding.context()  # takes in what was set up
    before = rows()

    def decide(*args: str) -> tuple[str, str]:
        out = StringIO()
        call_command("decide", "--lead", str(path), *args, stdout=out)
        found = json.loads(out.getvalue())
        return found["status"], found["tier"]

    assert decide() == ("assigned", "warm")
    assert decide("--version", "scores=1") == ("assigned", "hot")
    assert decide("--version", "scores=draft") == ("assigned", "warm")
    with pytest.raises(CommandError, match="“scores=last” names no rules"):
        decide("--version", "scores=last")
    assert decide("--at", (NOW + timedelta(days=3)).isoformat()) == ("fallback", "warm")
    assert rows() == before
