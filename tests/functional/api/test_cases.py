"""Saved cases over HTTP: kept with an invented person, changed by whoever has seen them, tried under any rules."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.policy import Role
from audit.models import Entry
from routing.models import SavedCase
from tests.agency import NOW, a_lead, open_agency
from tests.factories import make_rule_set
from tests.functional.api.described import DescribedDoor
from tests.functional.api.door import Heard
from tests.functional.api.people import person
from tests.functional.api.test_drafts import BOTH, tag

CASES = "/api/v1/bench/cases/"


def said(**parts: Any) -> dict[str, Any]:
    """Return a case: a lead nobody here may have, as the agency has no producer."""
    lead = a_lead(first_name="Zelda", last_name="Quimby")
    return {"name": "Nobody in Georgia", "lead": lead, "at": NOW.isoformat(), "status": "fallback", **parts}


@pytest.fixture
def olga(db: None) -> DescribedDoor:
    open_agency()
    return person(Role.OPERATIONS, "Olga")


@pytest.fixture
def oscar(db: None) -> DescribedDoor:
    return person(Role.OPERATIONS, "Oscar")


@pytest.fixture
def kept(olga: DescribedDoor) -> Heard:
    return olga.post(CASES, said())


def address(heard: Heard) -> str:
    return f"{CASES}{heard.body['id']}/"


def written() -> tuple[Any, ...]:
    return list(SavedCase.objects.values("name", "lead", "status")), SavedCase.history.count(), Entry.objects.count()


def test_a_case_is_kept_of_nobody_tried_changed_and_deleted(olga: DescribedDoor, kept: Heard) -> None:
    assert (kept.status, kept.body["status"], kept.body["saved_by"]) == (201, "fallback", "Olga Ops")
    assert (kept.body["lead"]["first_name"], kept.body["lead"]["state"]) == ("Invented", "GA")
    assert olga.get(address(kept)).body == kept.body
    (tried,) = olga.get(CASES).body
    assert tried == {"id": kept.body["id"], "name": "Nobody in Georgia", "passed": True, "misses": []}

    changed = olga.call("PUT", address(kept), said(lead=kept.body["lead"], status="assigned"), **tag(kept))
    assert (changed.status, changed.body["status"], changed.body["lead"]) == (200, "assigned", kept.body["lead"])
    (tried,) = olga.get(CASES).body
    assert tried["passed"] is False
    assert tried["misses"][0].startswith("Expected the status assigned, got fallback")

    assert olga.call("DELETE", address(kept), **tag(changed)).status == 204
    assert (olga.get(address(kept)).status, olga.get(CASES).body) == (404, [])
    told = Entry.objects.filter(action__startswith="case.").order_by("seq").values_list("action", flat=True)
    assert list(told) == ["case.saved", "case.changed", "case.deleted"]


def test_one_case_alone_is_tried_under_any_rules(olga: DescribedDoor, kept: Heard) -> None:
    other = olga.post(CASES, said(name="Nobody either", status="assigned"))
    make_rule_set(rules=[BOTH])
    before = written()

    passed, missed = olga.get(f"{address(kept)}run/"), olga.get(f"{address(other)}run/?rules=intake-checks=draft")

    assert passed.body == {"id": kept.body["id"], "name": "Nobody in Georgia", "passed": True, "misses": []}
    assert (missed.body["name"], missed.body["passed"]) == ("Nobody either", False)
    assert missed.body["misses"][0].startswith("Expected the status assigned, got fallback")
    assert [olga.get(f"{address(kept)}run/?rules={rules}").status for rules in ("x", "nothing=draft")] == [400, 404]
    assert olga.get(f"{CASES}987654/run/").status == 404
    assert written() == before


EDITS: dict[str, Callable[[DescribedDoor, Heard, dict[str, str]], Heard]] = {
    "put": lambda door, kept, seen: door.call("PUT", address(kept), said(name="Mine"), **seen),
    "delete": lambda door, kept, seen: door.call("DELETE", address(kept), **seen),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_a_stale_change_is_refused_with_who_came_first(
    olga: DescribedDoor, oscar: DescribedDoor, kept: Heard, edit: Callable[..., Heard]
) -> None:
    oscar.call("PUT", address(kept), said(name="Theirs"), **tag(kept))
    before = written()

    stale, unseen = edit(olga, kept, tag(kept)), edit(olga, kept, {})

    assert (stale.status, stale.code) == (409, "case.edited_meanwhile")
    assert stale.body["detail"].startswith("Oscar Ops has changed it meanwhile.")
    assert (unseen.status, unseen.code) == (428, "tag.required")
    assert written() == before


@pytest.mark.parametrize(
    ("parts", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": "Nobody in Georgia"}, "/name"),
        ({"name": "What Zelda gets"}, "/name"),
        ({"status": "gone"}, "/status"),
        ({"tier": "tepid"}, "/tier"),
        ({"pool": "nowhere"}, "/pool"),
        ({"eligible": [404]}, "/eligible"),
        ({"not_eligible": ["x"]}, "/not_eligible/0"),
        ({"at": "yesterday"}, "/at"),
        ({"lead": "x"}, "/lead"),
        ({"source": "nobody"}, "/source"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_case_that_cannot_be_kept_is_refused_at_its_place(
    olga: DescribedDoor, kept: Heard, parts: dict[str, Any], pointer: str
) -> None:
    before = written()

    heard = olga.post(CASES, said(**{"name": "Other", **parts}))

    assert (heard.status, [each["pointer"] for each in heard.body["errors"]]) == (400, [pointer])
    assert written() == before


def test_roles_decide_who_tries_and_who_keeps(kept: Heard) -> None:
    auditor, producer = person(Role.AUDITOR, "Audrey"), person(Role.PRODUCER, "Pedro")
    before = written()

    for door, status in ((auditor, 200), (producer, 403)):
        assert {door.get(path).status for path in (CASES, address(kept), f"{address(kept)}run/")} == {status}
    tried = [edit(auditor, kept, tag(kept)) for edit in EDITS.values()] + [auditor.post(CASES, said(name="Other"))]
    assert {heard.status for heard in tried} == {403}
    assert written() == before


def test_coverage_says_what_the_cases_never_tried(olga: DescribedDoor, kept: Heard) -> None:
    make_rule_set(rules=[BOTH])
    at = "/api/v1/rulesets/intake-checks/coverage/"

    heard = olga.get(at)

    (rule,) = heard.body["rules"]
    assert (heard.status, heard.body["gaps"], rule["rule"], rule["reached"]) == (200, 3, "florida", 1)
    assert [(each["depth"], each["text"], each["true"], each["false"], each["gap"]) for each in rule["conditions"]] == [
        (0, "All of these hold", 0, 1, "never true"),
        (1, "State is Florida", 0, 1, "never true"),
        (1, "Line is Life", 0, 0, "never reached"),
    ]
    assert olga.get(f"{at}?over=leads").body["rules"][0]["reached"] == 0
    assert olga.get(f"{at}?rules=live").status == 404
    assert person(Role.PRODUCER, "Pedro").get(at).status == 403
