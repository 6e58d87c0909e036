"""Drafts over HTTP: read, changed rule by rule under their tags, and refused whole with nothing changed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.policy import Role
from audit.models import Entry
from outbox.models import Message
from rules_engine.documents import content_hash
from rules_engine.mappers import document_of
from rules_engine.models import Proposal, Rule, RuleSet
from tests.factories import GATE_RULE, make_rule_set
from tests.functional.api.described import DescribedDoor
from tests.functional.api.door import Heard
from tests.functional.api.people import SETS, person

HERE = f"{SETS}intake-checks/"
CLOSED = f"{HERE}rules/closed-states/"
TAG = {"If_Match": f'"{content_hash(GATE_RULE)}"'}
BOTH: dict[str, Any] = {
    "id": "florida",
    "name": "Florida life",
    "when": {
        "all": [
            {"field": "lead.state", "op": "eq", "value": "FL"},
            {"field": "lead.line", "op": "eq", "value": "LIFE"},
        ]
    },
    "effect": "warn",
}
TABLE: dict[str, Any] = {
    "id": "closed",
    "name": "Closed on Sundays",
    "table": {
        "inputs": [{"field": "lead.state", "op": "in"}],
        "outputs": ["effect", "reason"],
        "hit": "first",
        "rows": [
            {"id": "al", "if": [["AL"]], "then": ["reject", "CLOSED"], "comment": "Asked counsel."},
            {"id": "rest", "if": ["-"], "then": ["warn", "-"]},
        ],
    },
}


@pytest.fixture
def olga(db: None) -> DescribedDoor:
    return person(Role.OPERATIONS, "Olga")


@pytest.fixture
def oscar(db: None) -> DescribedDoor:
    return person(Role.OPERATIONS, "Oscar")


@pytest.fixture
def ruleset(db: None) -> RuleSet:
    return make_rule_set()


def tag(heard: Heard) -> dict[str, str]:
    return {"If_Match": heard.headers["ETag"]}


def written() -> tuple[Any, ...]:
    """Return all that an edit could have changed."""
    rows = list(Rule.objects.order_by("pk").values_list("pk", "position", "body"))
    counts = [model.objects.count() for model in (Rule.history.model, Entry, Message)]
    return rows, counts, list(Proposal.objects.values_list("state", flat=True))


def test_a_draft_is_read_with_its_rules_in_words_and_its_tag(olga: DescribedDoor, ruleset: RuleSet) -> None:
    heard = olga.get(f"{HERE}draft/")

    (rule,) = heard.body.pop("rules")
    digest = content_hash(document_of(ruleset))
    assert (heard.status, heard.headers["ETag"]) == (200, f'"{digest}"')
    assert heard.body == {
        "content_hash": digest,
        "differs": True,
        "stage": "gate",
        "time_zone": "America/New_York",
        "lists": {},
        "proposal": None,
    }
    assert (rule["rule"], rule["position"], rule["body"]) == ("closed-states", 0, GATE_RULE)
    assert rule["sentence"] == "Reject (STATE_CLOSED) when State is one of Alaska or Hawaii."
    assert rule["edited_by"] is None


def test_a_draft_of_many_rules_takes_as_few_statements(olga: DescribedDoor, ruleset: RuleSet) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert olga.get(f"{HERE}draft/").status == 200
        return len(seen)

    one = statements()
    for name in "abc":
        olga.post(f"{HERE}rules/", {**BOTH, "id": name})

    assert statements() == one


def test_a_rule_is_added_replaced_patched_muted_moved_and_taken_out(olga: DescribedDoor, ruleset: RuleSet) -> None:
    added = olga.post(f"{HERE}rules/", BOTH)
    at = f"{HERE}rules/florida/"
    assert (added.status, added.body["position"], added.body["body"]) == (201, 1, BOTH)
    assert (added.body["edited_by"], added.headers["ETag"]) == ("Olga Ops", f'"{content_hash(BOTH)}"')

    replaced = olga.call("PUT", at, {**BOTH, "name": "Florida"}, **tag(added))
    patched = olga.call("PATCH", at, {"message": "Look twice.", "jurisdiction": "FL"}, **tag(replaced))
    assert patched.body["body"] == {**BOTH, "name": "Florida", "message": "Look twice.", "jurisdiction": "FL"}
    bare = olga.call("PATCH", at, {"message": None, "jurisdiction": None}, **tag(patched))
    assert (bare.body["body"], bare.body["content_hash"]) == (
        {**BOTH, "name": "Florida"},
        replaced.body["content_hash"],
    )

    muted = olga.post(f"{at}mute/", {"pointer": "/when/all/1", "muted": True}, **tag(bare))
    assert muted.body["body"]["when"]["all"][1] == {**BOTH["when"]["all"][1], "muted": True}
    sounded = olga.post(f"{at}mute/", {"pointer": "/when/all/1", "muted": False}, **tag(muted))
    assert sounded.body["body"] == bare.body["body"] == olga.get(at).body["body"]

    moved = olga.post(f"{at}move/", {"position": 0}, **tag(olga.get(f"{HERE}draft/")))
    assert [each["rule"] for each in moved.body["rules"]] == ["florida", "closed-states"]
    gone = olga.call("DELETE", at, **tag(sounded))
    assert (gone.status, olga.get(at).status) == (204, 404)
    assert [each["rule"] for each in olga.get(f"{HERE}draft/").body["rules"]] == ["closed-states"]


def test_a_table_is_edited_as_any_rule(olga: DescribedDoor, ruleset: RuleSet) -> None:
    added = olga.post(f"{HERE}rules/", TABLE)
    assert (added.status, added.body["body"], len(added.body["rows"])) == (201, TABLE, 2)
    rows = TABLE["table"]["rows"]

    cited = [{**rows[0], "citation": {"source": "Ala. Code 1", "verified_on": "2026-11-01"}}, rows[1]]
    patched = olga.call("PATCH", f"{HERE}rules/closed/", {"table": {"rows": cited}}, **tag(added))
    assert patched.body["body"] == {**TABLE, "table": {**TABLE["table"], "rows": cited}}

    broken = olga.call("PATCH", f"{HERE}rules/closed/", {"table": {"rows": [{"id": "x", "if": []}]}}, **tag(patched))
    assert broken.status == 400
    assert all(pointer.startswith("/table/rows/0") for pointer, _ in broken.faults)
    assert olga.get(f"{HERE}rules/closed/").body["body"] == patched.body["body"]


EDITS: dict[str, Callable[[DescribedDoor, dict[str, str]], Heard]] = {
    "put": lambda door, seen: door.call("PUT", CLOSED, {**GATE_RULE, "name": "Mine"}, **seen),
    "patch": lambda door, seen: door.call("PATCH", CLOSED, {"name": "Mine"}, **seen),
    "delete": lambda door, seen: door.call("DELETE", CLOSED, **seen),
    "mute": lambda door, seen: door.post(f"{CLOSED}mute/", {"pointer": "/when", "muted": True}, **seen),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_a_stale_edit_is_refused_with_who_came_first(
    olga: DescribedDoor, oscar: DescribedDoor, ruleset: RuleSet, edit: Callable[..., Heard]
) -> None:
    oscar.call("PATCH", CLOSED, {"name": "Theirs"}, **TAG)
    before = written()

    heard = edit(olga, TAG)

    assert (heard.status, heard.code) == (409, "rule.edited_meanwhile")
    assert heard.body["detail"].startswith("Oscar Ops has changed it, on Nov 23 at 15:00 UTC.")
    assert written() == before


def test_a_stale_move_is_refused_with_who_came_first(
    olga: DescribedDoor, oscar: DescribedDoor, ruleset: RuleSet
) -> None:
    seen = tag(olga.get(f"{HERE}draft/"))
    oscar.post(f"{HERE}rules/", BOTH)
    before = written()

    heard = olga.post(f"{CLOSED}move/", {"position": 1}, **seen)

    assert (heard.status, heard.code) == (409, "rule_set.draft_moved")
    assert "Oscar Ops has changed it" in heard.body["detail"]
    assert written() == before


@pytest.mark.parametrize(
    ("seen", "status", "code"),
    [
        ({}, 428, "tag.required"),
        ({"If_Match": "*"}, 400, "tag.malformed"),
        ({"If_Match": "W/" + TAG["If_Match"]}, 400, "tag.malformed"),
        ({"If_Match": content_hash(GATE_RULE)}, 400, "tag.malformed"),
        ({"If_Match": f'{TAG["If_Match"]}, "x"'}, 400, "tag.malformed"),
    ],
    ids=["none", "any", "weak", "bare", "several"],
)
@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_nothing_is_changed_unseen(
    olga: DescribedDoor, ruleset: RuleSet, edit: Callable[..., Heard], seen: dict[str, str], status: int, code: str
) -> None:
    before = written()

    heard = edit(olga, seen)

    assert (heard.status, heard.code) == (status, code)
    assert written() == before


def deep(levels: int) -> dict[str, Any]:
    condition: dict[str, Any] = {"field": "lead.state", "op": "eq", "value": "FL"}
    for _ in range(levels):
        condition = {"not": condition}
    return condition


BAD: dict[str, tuple[Any, tuple[str, str]]] = {
    "a list": ([], ("", "type.wrong")),
    "nothing": (None, ("", "type.wrong")),
    "half-filled": ({"id": "half", "name": "Half", "when": {"field": "lead.state"}}, ("/when/op", "operator.unknown")),
    "an empty group": ({**BOTH, "when": {"all": []}}, ("/when/all", "condition.empty")),
    "an unknown field": (
        {**BOTH, "when": {"field": "lead.shoe", "op": "eq", "value": 1}},
        ("/when/field", "field.unknown"),
    ),
    "too deep": ({**BOTH, "when": deep(13)}, ("/when" + "/not" * 12, "condition.too_deep")),
    "bottomless": ({**BOTH, "when": deep(70)}, ("/when" + "/not" * 64, "document.too_deep")),
    "huge": ({**BOTH, "name": "x" * 1_000_001}, ("", "document.too_big")),
    "another stage's": ({"id": "s", "name": "S", "add": 5}, ("/add", "key.unknown")),
    "a taken id": ({**BOTH, "id": "closed-states"}, ("/id", "id.duplicate")),
    "another id": ({**GATE_RULE, "id": "open-states"}, ("/id", "id.fixed")),
}


@pytest.mark.parametrize(("body", "fault"), BAD.values(), ids=BAD)
def test_a_rule_with_problems_is_refused_at_its_places(
    olga: DescribedDoor, ruleset: RuleSet, body: Any, fault: tuple[str, str]
) -> None:
    before = written()

    if fault[1] == "id.fixed":
        heard = olga.call("PUT", CLOSED, body, **TAG)
    else:
        heard = olga.call("POST", f"{HERE}rules/", body)

    assert heard.status == 400
    assert fault in heard.faults
    assert written() == before


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "json.malformed"),
        (b'{"id": "a", "id": "b"}', "json.doubled"),
        (b'{"name": "\\u0000"}', "json.nul"),
        (b"[" * 100_000, "json.too_deep"),
        (b'{"name": NaN}', "json.malformed"),
        (b'{"name": "' + b"x" * 2_600_000 + b'"}', "body.too_large"),
    ],
    ids=["broken", "doubled", "NUL", "bottomless", "no number", "too long"],
)
def test_what_is_no_json_is_refused(olga: DescribedDoor, ruleset: RuleSet, body: bytes, code: str) -> None:
    before = written()

    for heard in (olga.call("PUT", CLOSED, body, **TAG), olga.call("PATCH", CLOSED, body, **TAG)):
        assert (heard.status in {400, 413}, heard.code) == (True, code)

    assert written() == before


@pytest.mark.parametrize(
    ("pointer", "fault"),
    [
        ("/when/all/7", ("/pointer", "pointer.unknown")),
        ("/when/value", ("/pointer", "pointer.unknown")),
        ("/effect", ("/pointer", "pointer.unknown")),
        ("when", ("/pointer", "pointer.unknown")),
        ("/", ("/pointer", "pointer.unknown")),
        ("/when", ("/when", "condition.all_muted")),
    ],
)
def test_what_cannot_be_muted_is_refused(
    olga: DescribedDoor, ruleset: RuleSet, pointer: str, fault: tuple[str, str]
) -> None:
    before = written()

    heard = olga.post(f"{CLOSED}mute/", {"pointer": pointer, "muted": True}, **TAG)

    assert (heard.status, heard.faults) == (400, {fault})
    assert written() == before


def test_an_edit_voids_what_was_sent(olga: DescribedDoor, oscar: DescribedDoor, ruleset: RuleSet) -> None:
    sent = olga.post(f"{HERE}submit/", {"comment": "Go."})
    oscar.post(f"{HERE}approve/", {"reviewed_hash": sent.body["content_hash"]})
    assert olga.get(f"{HERE}draft/").body["proposal"] == sent.body["proposal"]

    olga.call("PATCH", CLOSED, {"name": "Something else"}, **TAG)

    heard = olga.post(f"{HERE}publish/", {"proposal": sent.body["proposal"]})
    assert (heard.status, heard.code) == (409, "proposal.not_approved")
    assert olga.get(f"{HERE}draft/").body["proposal"] is None


@pytest.mark.parametrize("body", [BOTH, TABLE], ids=["a rule", "a table"])
def test_who_made_a_rule_over_the_api_does_not_approve_it(
    olga: DescribedDoor, oscar: DescribedDoor, ruleset: RuleSet, body: dict[str, Any]
) -> None:
    oscar.post(f"{HERE}rules/", body)
    sent = olga.post(f"{HERE}submit/", {"comment": "Oscar's."})

    heard = oscar.post(f"{HERE}approve/", {"reviewed_hash": sent.body["content_hash"]})

    assert (heard.status, heard.code) == (409, "proposal.own_work")
    assert Proposal.objects.get().state == "IN_REVIEW"


def test_roles_decide_who_reads_and_who_edits(ruleset: RuleSet) -> None:
    auditor, manager, producer = (
        person(role, name)
        for role, name in ((Role.AUDITOR, "Audrey"), (Role.MANAGER, "Mona"), (Role.PRODUCER, "Pedro"))
    )
    before = written()

    assert [door.get(f"{HERE}draft/").status for door in (auditor, manager, producer)] == [200, 200, 403]
    for door in (auditor, manager, producer):
        tried = [edit(door, TAG) for edit in EDITS.values()]
        tried += [door.post(f"{HERE}rules/", BOTH), door.post(f"{CLOSED}move/", {"position": 0}, **TAG)]
        assert {heard.status for heard in tried} == {403}
    assert written() == before


def test_what_is_not_there_is_missing(olga: DescribedDoor, ruleset: RuleSet) -> None:
    for path in (f"{SETS}nowhere/draft/", f"{HERE}rules/nothing/", f"{SETS}nowhere/rules/closed-states/"):
        assert olga.get(path).status == 404
    assert olga.call("PATCH", f"{HERE}rules/nothing/", {"name": "x"}, **TAG).status == 404
    assert olga.post(f"{SETS}nowhere/rules/", BOTH).status == 404
