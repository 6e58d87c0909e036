"""Rehearsals and shadows over HTTP: started by whoever may edit, read by whoever may look."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.policy import Role
from routing.models import Rehearsal, Shadow
from routing.services import rehearsing, shadowing
from rules_engine.models import Rule, RuleSet
from tests.agency import NOW, hire, lead_of, open_agency, publish, receive
from tests.functional.api.described import DescribedDoor
from tests.functional.api.door import Door
from tests.functional.api.test_rulesets import SETS, person
from tests.integration.routing.test_rehearsing import SAY_SO, STRICTER

CHECKS = f"{SETS}checks/"


@pytest.fixture
def ops(db: None) -> Door:
    """Return operations, at an agency with two decisions behind it, one of which the stricter draft would move."""
    open_agency()
    publish("checks", SAY_SO, stage="gate")
    hire("Kim")
    Rule.objects.filter(ruleset=RuleSet.objects.get(slug="checks")).update(body=STRICTER)
    receive(birth_date="1955-05-05", now=NOW - timedelta(days=2))
    receive(birth_date="1985-05-05", now=NOW - timedelta(days=1))
    return person(Role.OPERATIONS)


def test_a_rehearsal_is_accepted_watched_and_read(ops: Door) -> None:
    response = ops.client.post(f"{CHECKS}simulate/", {"days": 7}, content_type="application/json")
    where, asked = response.headers["Location"], response.json()
    assert (response.status_code, where) == (202, f"/api/v1/rehearsals/{asked['id']}/")
    assert (asked["state"], asked["progress"], asked["result"]) == (
        "WAITING",
        {"through": 0, "total": 0, "moved": 0},
        None,
    )

    rehearsing.work(now=timezone.now())

    done, moves = ops.get(where).body, ops.get(f"{where}moves/").body
    assert (done["state"], done["progress"]) == ("DONE", {"through": 2, "total": 2, "moved": 1})
    assert done["result"]["status"] == {"assigned": {"after": 1, "before": 2}, "review": {"after": 1}}
    assert done["fairness"]["before"] == {"most": 1.0, "least": 1.0, "spread": 0.0, "evenness": 1.0}
    assert moves["count"] == 1
    assert (moves["results"][0]["kind"], moves["results"][0]["why"]) == (
        "STOPPED",
        "“Old people” now sends it to review.",
    )
    assert ops.get(f"{where}moves/?kind=ROUTED").body["results"] == []


def test_a_rehearsal_is_cancelled_once(ops: Door) -> None:
    asked = ops.post(f"{CHECKS}simulate/", {}).body
    cancel = f"/api/v1/rehearsals/{asked['id']}/cancel/"

    first, second = ops.post(cancel), ops.post(cancel)

    assert (first.status, first.body["state"]) == (200, "CANCELLED")
    assert (second.status, second.code) == (409, "rehearsal.over")


def test_a_shadow_is_accepted_and_says_how_often_it_agrees(ops: Door) -> None:
    response = ops.client.post(f"{CHECKS}shadow/", {"hours": 2}, content_type="application/json")
    where = response.headers["Location"]
    assert response.status_code == 202
    for born in ("1955-05-05", "1985-05-05"):
        decision = lead_of(receive(birth_date=born)).decision_id
        assert decision is not None
        shadowing.follow(decision_id=decision)

    told, readings = ops.get(where).body, ops.get(f"{where}readings/").body

    assert (told["state"], told["read"], told["agreed"], told["failures"]) == ("RUNNING", 2, 1, 0)
    assert {"by": "state", "key": "GA", "read": 2, "agreed": 1} in told["agreement"]
    assert [each["kind"] for each in readings["results"]] == ["STOPPED"]
    assert ops.post(f"{where}cancel/").body["state"] == "CANCELLED"
    assert ops.post(f"{where}cancel/").code == "shadow.over"


@pytest.mark.parametrize(
    ("call", "body", "pointer"),
    [
        ("simulate/", {"days": 0}, "/days"),
        ("simulate/", {"days": "a week"}, "/days"),
        ("simulate/", {"sample": -1}, "/sample"),
        ("simulate/", {"version": 10**12}, "/version"),
        ("shadow/", {"hours": 10**6}, "/hours"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(ops: Door, call: str, body: dict[str, Any], pointer: str) -> None:
    heard = ops.post(f"{CHECKS}{call}", body)

    assert heard.status == 400
    assert {at for at, _ in heard.faults} == {pointer}
    assert (Rehearsal.objects.count(), Shadow.objects.count()) == (0, 0)


def test_unsound_rules_are_refused_with_every_problem(ops: Door) -> None:
    Rule.objects.filter(rule_id="old").update(body={**STRICTER, "when": {"any": []}})

    heard = [ops.post(f"{CHECKS}{call}", {}) for call in ("simulate/", "shadow/")]

    assert [(each.status, each.code) for each in heard] == [(400, "trial.unsound")] * 2
    assert {at for at, _ in heard[0].faults} == {"/rules/0/when/any"}
    assert (Rehearsal.objects.count(), Shadow.objects.count()) == (0, 0)


def test_the_missing_is_missing(ops: Door) -> None:
    nothing = "00000000-0000-7000-8000-000000000000"

    assert ops.post(f"{SETS}none/simulate/", {}).status == 404
    assert ops.post(f"{CHECKS}simulate/", {"version": 9}).status == 404
    for path in ("rehearsals", "shadows"):
        assert ops.get(f"/api/v1/{path}/{nothing}/").status == 404
        assert ops.post(f"/api/v1/{path}/{nothing}/cancel/").status == 404


def test_whoever_may_look_reads_and_starts_nothing(ops: Door) -> None:
    rehearsal, shadow = ops.post(f"{CHECKS}simulate/", {}).body["id"], ops.post(f"{CHECKS}shadow/", {}).body["id"]
    auditor, producer, nobody = person(Role.AUDITOR), person(Role.PRODUCER), DescribedDoor()
    reads = [f"/api/v1/rehearsals/{rehearsal}/", f"/api/v1/shadows/{shadow}/"]
    reads += [f"{reads[0]}moves/", f"{reads[1]}readings/"]
    writes = [f"{CHECKS}simulate/", f"{CHECKS}shadow/", f"{reads[0]}cancel/", f"{reads[1]}cancel/"]

    assert [[door.get(path).status for path in reads] for door in (auditor, producer, nobody)] == [
        [200] * 4,
        [403] * 4,
        [401] * 4,
    ]
    assert [[door.post(path, {}).status for path in writes] for door in (auditor, producer, nobody)] == [
        [403] * 4,
        [403] * 4,
        [401] * 4,
    ]
    assert (Rehearsal.objects.get().state, Shadow.objects.get().state) == ("WAITING", "RUNNING")
