"""The test bench over HTTP."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps

from accounts.policy import Role
from routing.models import Lead
from routing.services import cases, deciding
from tests.agency import NOW, SETUP, TODAY, a_lead, hire, make_pool, publish
from tests.factories import make_user
from tests.functional.api.described import DescribedDoor
from tests.functional.api.door import Door, Heard
from tests.integration.routing.test_waterfall import goes_on

pytestmark = pytest.mark.django_db

BENCH = "/api/v1/bench/"
GATE: dict[str, Any] = {
    "id": "georgia",
    "name": "No leads from Georgia",
    "when": {"field": "lead.state", "op": "eq", "value": "GA"},
    "effect": "review",
    "reason": "GEORGIA",
}


@pytest.fixture
def auditor(web: Door) -> Door:
    """Return an auditor at the door: everything here only reads."""
    door = DescribedDoor()
    door.client.force_login(make_user(Role.AUDITOR, username="aud"))
    return door


def rows() -> dict[str, int]:
    """Return how many rows every table holds."""
    return {model._meta.label: model._default_manager.count() for model in apps.get_models(include_auto_created=True)}


def test_a_lead_is_tried_under_old_and_live_rules_and_nothing_is_written(auditor: Door) -> None:
    publish("checks", {**GATE, "active_to": "2020-01-01"})
    publish("checks", GATE)
    kim, ray = hire("Kim"), hire("Ray", expiry_date=TODAY - timedelta(days=1))
    deciding.context()  # takes in what was set up
    before = rows()

    heard = auditor.post(BENCH, {"lead": a_lead(), "columns": ["checks=1", "live"]})

    assert heard.status == 200
    first, second = heard.body["columns"]
    assert (first["status"], first["producer"]["id"], first["eligible"]) == ("assigned", kim.pk, 1)
    assert (second["status"], second["reason"]["code"], second["producer"]) == ("review", "GEORGIA", None)
    assert {"what": "status", "was": "assigned", "now": "review"} in second["differences"]
    assert heard.body["producers"][1] == {
        "id": ray.pk,
        "name": "Ray Park",
        "columns": [
            {
                "could_take": False,
                "first_blocker": "license ended Nov 22, 2026",
                "blocks": [{"code": "LICENSE_EXPIRED", "text": "license ended Nov 22, 2026", "rule": None}],
                "change": "renew the GA license (ended Nov 22, 2026)",
            }
        ]
        * 2,
    }
    assert rows() == before


def test_a_lead_that_came_in_is_named_by_its_id_and_tried_at_another_time(web: Door, auditor: Door) -> None:
    hire(expiry_date=TODAY)
    lead = web.send(a_lead()).body["id"]

    heard = auditor.post(BENCH, {"lead_id": lead, "at": (NOW + timedelta(days=2)).isoformat()})

    assert (heard.status, heard.body["columns"][0]["reason"]["code"]) == (200, "NO_LICENSED_PRODUCER")
    assert heard.body["remarks"] == ["The roster is today's: nobody knows what will change until then."]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        pytest.param({}, "/lead", id="nothing to try"),
        pytest.param({"lead": {}, "lead_id": "1"}, "/lead", id="two things to try"),
        pytest.param({"lead_id": "1"}, "/lead_id", id="an id that is none"),
        pytest.param({"lead": a_lead(), "at": "2026-11-21"}, "/at", id="a day for an instant"),
        pytest.param({"lead": a_lead(), "at": "2026-99-21T00:00:00Z"}, "/at", id="a day there is not"),
        pytest.param({"lead": a_lead(), "columns": "live"}, "/columns", id="columns that are no list"),
        pytest.param({"lead": a_lead(), "columns": []}, "/columns", id="no column"),
        pytest.param({"lead": a_lead(state="XX")}, "/state", id="a lead intake would refuse"),
        pytest.param({"lead": a_lead(), "source": "nobody"}, "/source", id="a source that is not there"),
    ],
)
def test_what_cannot_be_tried_is_refused_at_the_field(auditor: Door, body: dict[str, Any], pointer: str) -> None:
    heard = auditor.post(BENCH, body)

    assert (heard.status, [each["pointer"] for each in heard.body["errors"]]) == (400, [pointer])


def test_a_set_or_a_lead_that_is_not_there_is_404(auditor: Door) -> None:
    nobody = "0198c0de-0000-7000-8000-000000000000"

    assert auditor.post(BENCH, {"lead": a_lead(), "columns": ["gone=1"]}).status == 404
    assert auditor.post(BENCH, {"lead_id": nobody}).status == 404


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.OPERATIONS, 200), (Role.MANAGER, 200), (Role.AUDITOR, 200), (Role.ADMINISTRATOR, 200), (Role.PRODUCER, 403)],
)
def test_whoever_may_see_rules_may_try_them(web: Door, role: Role, status: int) -> None:
    door = DescribedDoor()
    door.client.force_login(make_user(role, username="asker"))

    assert [door.post(BENCH, {"lead": a_lead()}).status, door.get(f"{BENCH}cases/").status] == [status, status]


def test_a_source_may_not_try_rules(web: Door) -> None:
    def asked(heard: Heard) -> tuple[int, Any]:
        return heard.status, heard.code

    assert asked(web.post(BENCH, {"lead": a_lead()})) == (403, "permission_denied")
    assert not Lead.objects.exists()


def test_the_saved_cases_answer_for_the_rules_named(auditor: Door) -> None:
    publish("checks", {**GATE, "active_to": "2020-01-01"})
    publish("checks", GATE)
    hire()
    case = cases.save(
        name="Term life", fields=a_lead(), source="", at=NOW, expected=cases.Expected("assigned"), actor=SETUP, now=NOW
    )

    live, old = (auditor.get(f"{BENCH}cases/{query}").body for query in ("", "?rules=checks=1"))

    assert live == [
        {
            "id": case.pk,
            "name": "Term life",
            "passed": False,
            "misses": ["Expected the status assigned, got review (Georgia)."],
        }
    ]
    assert old == [{"id": case.pk, "name": "Term life", "passed": True, "misses": []}]


def test_a_column_tells_the_way_through_the_pools(auditor: Door) -> None:
    make_pool("more")
    goes_on("life", "more")
    hire("Kim", capacity=0)
    hire("Lee", pool="more")

    column = auditor.post(BENCH, {"lead": a_lead()}).body["columns"][0]

    assert (column["pool"], column["way"]) == (
        "more",
        ["Life: everyone who could take it is at capacity; went on to More."],
    )
