"""Rule sets over HTTP, as a person with a session uses them."""

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from accounts.policy import Role
from rules_engine.mappers import document_of
from rules_engine.models import RuleSet, RuleSetVersion
from tests.factories import GATE_RULE, make_rule_set, make_user
from tests.functional.api.described import DescribedDoor
from tests.functional.api.door import Door, Heard

SETS = "/api/v1/rulesets/"


def person(role: Role, **named: str) -> Door:
    door = DescribedDoor()
    door.client.force_login(make_user(role, **{"first_name": "Olga", "last_name": "Ops", **named}))
    return door


@pytest.fixture
def ops(db: None) -> Door:
    return person(Role.OPERATIONS)


@pytest.fixture
def second(db: None) -> Door:
    return person(Role.MANAGER, username="mona", first_name="Mona", last_name="Reyes")


def publish(ops: Door, second: Door, slug: str = "intake-checks", comment: str = "First.") -> Heard:
    """Publish the draft the way two people do."""
    sent = ops.post(f"{SETS}{slug}/submit/", {"comment": comment})
    second.post(f"{SETS}{slug}/approve/", {"reviewed_hash": sent.body["content_hash"]})
    return ops.post(f"{SETS}{slug}/publish/")


def change(ruleset: RuleSet, **parts: str) -> None:
    rule = ruleset.rules.get()
    rule.body = {**rule.body, **parts}
    rule.save()


@pytest.fixture
def ruleset(db: None) -> RuleSet:
    return make_rule_set()


def test_the_list_says_what_is_live_and_whether_the_draft_differs(ops: Door, second: Door, ruleset: RuleSet) -> None:
    (before,) = ops.get(SETS).body["results"]
    version = publish(ops, second)
    (after,) = ops.get(SETS).body["results"]

    assert (before["live"], before["draft"]["differs"]) == (None, True)
    assert version.status == 201
    assert (after["live"], after["draft"]["differs"]) == (version.body, False)
    assert (version.body["number"], version.body["author"], version.body["is_live"]) == (1, "Olga Ops", True)


def test_versions_are_listed_and_read_with_their_document(ops: Door, second: Door, ruleset: RuleSet) -> None:
    publish(ops, second)

    (listed,) = ops.get(f"{SETS}intake-checks/versions/").body["results"]
    whole = ops.get(f"{SETS}intake-checks/versions/1/").body

    assert "document" not in listed
    assert whole == {**listed, "document": document_of(ruleset)}


def test_validate_judges_the_draft_or_a_document_and_writes_nothing(ops: Door, ruleset: RuleSet) -> None:
    sound = ops.post(f"{SETS}intake-checks/validate/")
    broken = ops.post(
        f"{SETS}intake-checks/validate/",
        {"document": {**document_of(ruleset), "rules": [{**GATE_RULE, "when": {"any": []}}]}},
    )
    elsewhere = ops.post(
        f"{SETS}intake-checks/validate/", {"document": {**document_of(ruleset), "stage": "score", "rules": []}}
    )

    assert (sound.status, sound.body["publishable"], sound.body["problems"]) == (200, True, [])
    assert sound.body["examples"] == [
        {"rule": "closed-states", "index": 0, "expected": "reject", "got": "reject", "passed": True}
    ]
    assert broken.body["publishable"] is False
    assert [(each["pointer"], each["code"]) for each in broken.body["problems"]] == [
        ("/rules/0/when/any", "condition.empty")
    ]
    assert [each["code"] for each in elsewhere.body["problems"]] == ["stage.other"]
    assert not RuleSetVersion.objects.exists()


def test_submit_refuses_with_every_problem_a_code_and_a_place(ops: Door) -> None:
    make_rule_set("broken", [{**GATE_RULE, "reason": "no code"}])

    heard = ops.post(f"{SETS}broken/submit/", {"comment": "Try."})

    assert (heard.status, heard.code, heard.type) == (400, "rule_set.unpublishable", "application/problem+json")
    assert heard.faults == {("/rules/0/reason", "reason.bad")}


@pytest.mark.parametrize("body", [{}, {"number": 0, "comment": "x"}, {"number": "x"}, [], {"number": 1, "comment": ""}])
def test_a_roll_back_of_the_wrong_shape_names_the_fields(ops: Door, ruleset: RuleSet, body: object) -> None:
    heard = ops.post(f"{SETS}intake-checks/rollback/", body)

    assert (heard.status, heard.code) == (400, "invalid")


@pytest.mark.parametrize(
    "body",
    [b"[" * 100_000, b'{"document": ' + b'{"not":' * 900 + b"1" + b"}" * 900 + b"}", b'{"document": 1e999}', b"\xff"],
)
def test_hostile_bodies_are_refused(ops: Door, ruleset: RuleSet, body: bytes) -> None:
    assert ops.post(f"{SETS}intake-checks/validate/", body).status == 400


def test_the_missing_is_missing(ops: Door, ruleset: RuleSet) -> None:
    missing = [
        ops.get(f"{SETS}nothing/versions/"),
        ops.get(f"{SETS}intake-checks/versions/9/"),
        ops.get(f"{SETS}intake-checks/versions/{'9' * 30}/"),
        ops.post(f"{SETS}nothing/submit/", {"comment": "x"}),
        ops.post(f"{SETS}nothing/publish/", {}),
        ops.post(f"{SETS}intake-checks/publish/", {"proposal": 404}),
        ops.get(f"{SETS}intake-checks/proposals/404/"),
        ops.post(f"{SETS}intake-checks/rollback/", {"number": 9, "comment": "x"}),
    ]

    assert [heard.status for heard in missing] == [404] * 8


def test_roles_decide_who_may_what(ruleset: RuleSet) -> None:
    auditor, producer, nobody = person(Role.AUDITOR), person(Role.PRODUCER), Door()

    assert [door.get(SETS).status for door in (auditor, producer, nobody)] == [200, 403, 401]
    for name in ("validate", "lint"):
        assert auditor.post(f"{SETS}intake-checks/{name}/").status == 200
        assert auditor.post(f"{SETS}intake-checks/{name}/", {"document": document_of(ruleset)}).status == 403
    steps: dict[str, dict[str, object]] = {
        "submit": {"comment": "x"},
        "approve": {"reviewed_hash": "x"},
        "reject": {"reason": "x"},
        "withdraw": {},
        "publish": {},
        "schedule": {"publish_at": None},
        "rollback": {"number": 1, "comment": "x"},
        "confirm": {"proposal": 1, "comment": "x"},
        "comments": {"rule": "closed-states", "text": "x"},
    }
    assert {name: auditor.post(f"{SETS}intake-checks/{name}/", body).status for name, body in steps.items()} == (
        dict.fromkeys(steps, 403)
    )


def test_the_schemas_are_served_and_fit_what_they_describe(client: Client, ruleset: RuleSet) -> None:
    schema = client.get("/api/schema/rules.json").json()
    cases = client.get("/api/schema/conformance.json").json()

    Draft202012Validator.check_schema(schema)
    Draft202012Validator.check_schema(cases)
    Draft202012Validator(schema).validate(document_of(ruleset))


def test_lint_judges_the_draft_or_a_document_and_writes_nothing(ops: Door, ruleset: RuleSet) -> None:
    never = {"all": [{"field": "lead.state", "op": "eq", "value": state} for state in ("FL", "GA")]}
    document = {**document_of(ruleset), "rules": [{**GATE_RULE, "when": never}]}

    draft = ops.post(f"{SETS}intake-checks/lint/")
    given = ops.post(f"{SETS}intake-checks/lint/", {"document": document})
    broken = ops.post(f"{SETS}intake-checks/lint/", {"document": {**document, "stage": "score"}})

    assert (draft.status, draft.body) == (200, {"findings": [], "problems": [], "judged": 1})
    (finding,) = given.body["findings"]
    assert (finding["code"], finding["severity"], finding["decided"]) == ("rule.unreachable", "error", True)
    assert finding["pointers"] == ["/rules/0/when/all/0", "/rules/0/when/all/1"]
    assert finding["example"] is None
    assert broken.body["findings"] == []
    assert broken.body["problems"] != []
    assert ops.post(f"{SETS}nowhere/lint/").status == 404
