"""Named lists over HTTP: where they are used, changed by whoever has seen them, kept while a rule names them."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.policy import Role
from rules_engine.models import NamedList, Proposal
from tests.factories import GATE_RULE, make_rule_set
from tests.functional.api.described import DescribedDoor
from tests.functional.api.door import Heard
from tests.functional.api.people import SETS, person
from tests.functional.api.test_drafts import tag

LISTS = "/api/v1/lists/"
STRICT = f"{LISTS}strict/"
SAID: dict[str, Any] = {"slug": "strict", "name": "Strict states", "field": "lead.state", "values": ["CA", "FL"]}
LISTED = {
    **GATE_RULE,
    "when": {"field": "lead.state", "op": "in", "list": "strict"},
    "examples": [{"facts": {"lead.state": "CA"}, "at": "2026-06-01T12:00:00Z", "expect": "reject"}],
}
USE = {"rule_set": "intake-checks", "rule": "closed-states", "name": "We do not work in these states"}


@pytest.fixture
def olga(db: None) -> DescribedDoor:
    return person(Role.OPERATIONS, "Olga")


@pytest.fixture
def oscar(db: None) -> DescribedDoor:
    return person(Role.OPERATIONS, "Oscar")


@pytest.fixture
def made(olga: DescribedDoor) -> Heard:
    return olga.post(LISTS, SAID)


def written() -> tuple[Any, ...]:
    return list(NamedList.objects.values_list("slug", "name", "values")), NamedList.history.count()


def test_a_list_is_made_read_changed_and_deleted(olga: DescribedDoor, made: Heard) -> None:
    assert (made.status, made.body["used_by"]) == (201, [])
    assert {key: made.body[key] for key in SAID} == SAID

    changed = olga.call("PUT", STRICT, {"name": "Strictest", "values": ["CA"]}, **tag(made))
    assert (changed.status, changed.body["name"], changed.body["values"]) == (200, "Strictest", ["CA"])
    assert olga.get(LISTS).body["results"] == [olga.get(STRICT).body] == [changed.body]
    assert olga.call("DELETE", STRICT, **tag(changed)).status == 204
    assert (olga.get(STRICT).status, NamedList.objects.count()) == (404, 0)


def test_a_list_that_rules_name_says_where_and_is_not_deleted(olga: DescribedDoor, made: Heard) -> None:
    make_rule_set(rules=[LISTED])
    before = written()

    heard = olga.call("DELETE", STRICT, **tag(made))

    assert (heard.status, heard.code) == (409, "list.in_use")
    assert "“We do not work in these states” in Intake checks" in heard.body["detail"]
    assert olga.get(STRICT).body["used_by"] == [USE]
    assert olga.get(f"{SETS}intake-checks/draft/").body["lists"] == {"strict": ["CA", "FL"]}
    assert written() == before


EDITS: dict[str, Callable[[DescribedDoor, dict[str, str]], Heard]] = {
    "put": lambda door, seen: door.call("PUT", STRICT, {"name": "Mine", "values": ["TX"]}, **seen),
    "delete": lambda door, seen: door.call("DELETE", STRICT, **seen),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_a_stale_change_is_refused_with_who_came_first(
    olga: DescribedDoor, oscar: DescribedDoor, made: Heard, edit: Callable[..., Heard]
) -> None:
    oscar.call("PUT", STRICT, {"name": "Theirs", "values": ["NY"]}, **tag(made))
    before = written()

    stale, unseen = edit(olga, tag(made)), edit(olga, {})

    assert (stale.status, stale.code) == (409, "list.edited_meanwhile")
    assert stale.body["detail"].startswith("Oscar Ops has changed it")
    assert (unseen.status, unseen.code) == (428, "tag.required")
    assert written() == before


@pytest.mark.parametrize(
    ("parts", "faults"),
    [
        ({"slug": "Two words"}, {("/slug", "id.bad")}),
        ({"slug": "strict"}, {("/slug", "id.duplicate")}),
        ({"name": ""}, {("/name", "blank")}),
        ({"field": "lead.shoe"}, {("/field", "field.unknown")}),
        ({"values": []}, {("/values", "operand.shape")}),
        ({"values": ["CA", "CA"]}, {("/values", "value.repeated")}),
        ({"values": ["Atlantis"]}, {("/values/0", "value.option")}),
        ({"values": {"CA": 1}}, {("/values", "type.wrong")}),
    ],
    ids=["slug", "taken", "no name", "no such field", "empty", "twice", "unknown", "no list"],
)
def test_a_list_that_cannot_be_used_is_refused_at_its_place(
    olga: DescribedDoor, made: Heard, parts: dict[str, Any], faults: set[tuple[str, str]]
) -> None:
    before = written()

    heard = olga.post(LISTS, {**SAID, "slug": "other", **parts})

    assert (heard.status, heard.faults) == (400, faults)
    assert written() == before


def test_a_change_voids_what_was_sent_of_it(olga: DescribedDoor, made: Heard) -> None:
    make_rule_set(rules=[LISTED])
    olga.post(f"{SETS}intake-checks/submit/", {"comment": "Go."})

    olga.call("PUT", STRICT, {"name": "Strict states", "values": ["CA"]}, **tag(made))

    assert Proposal.objects.get().state == "VOID"


def test_who_made_a_list_does_not_approve_a_draft_that_names_it(olga: DescribedDoor, oscar: DescribedDoor) -> None:
    oscar.post(LISTS, SAID)
    make_rule_set(rules=[LISTED])
    sent = olga.post(f"{SETS}intake-checks/submit/", {"comment": "Go."})

    heard = oscar.post(f"{SETS}intake-checks/approve/", {"reviewed_hash": sent.body["content_hash"]})

    assert (heard.status, heard.code) == (409, "proposal.own_work")


def test_roles_decide_who_reads_and_who_changes(made: Heard) -> None:
    auditor, producer = person(Role.AUDITOR, "Audrey"), person(Role.PRODUCER, "Pedro")
    before = written()

    assert [(door.get(LISTS).status, door.get(STRICT).status) for door in (auditor, producer)] == [
        (200, 200),
        (403, 403),
    ]
    tried = [edit(auditor, tag(made)) for edit in EDITS.values()] + [auditor.post(LISTS, {**SAID, "slug": "x"})]
    assert {heard.status for heard in tried} == {403}
    assert written() == before
