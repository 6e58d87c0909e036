"""Documents out and in over HTTP: the preview tells, and exactly what was previewed is taken, or nothing."""

from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from accounts.policy import Role
from audit.models import Entry
from rules_engine.documents import content_hash
from rules_engine.mappers import document_of
from rules_engine.models import NamedList, RuleSet
from tests.agency import NOW
from tests.factories import GATE_RULE, make_rule_set
from tests.functional.api.described import DescribedDoor
from tests.functional.api.door import Heard
from tests.functional.api.people import SETS, person
from tests.functional.api.test_drafts import BOTH, TAG, written
from tests.publishing import publish_draft

HERE = f"{SETS}intake-checks/"
SECOND = {**GATE_RULE, "id": "second", "name": "Second"}
OPEN = {**GATE_RULE, "name": "Not in these states", "reason": "NOT_HERE"}
LISTED = {
    "id": "strict",
    "name": "Strict states",
    "when": {"field": "lead.state", "op": "in", "list": "strict"},
    "effect": "warn",
}


@pytest.fixture
def olga(db: None) -> DescribedDoor:
    return person(Role.OPERATIONS, "Olga")


@pytest.fixture
def ruleset(db: None) -> RuleSet:
    return make_rule_set(rules=[GATE_RULE, SECOND])


@pytest.fixture
def document(ruleset: RuleSet) -> dict[str, Any]:
    """Return a document that adds a rule, changes one, and takes one out."""
    return {**document_of(ruleset), "rules": [OPEN, BOTH]}


def preview(door: DescribedDoor, document: Any) -> Heard:
    return door.post(f"{HERE}import/preview/", {"document": document})


def take(door: DescribedDoor, document: Any, seen: Heard, **other: str) -> Heard:
    hashes = {key: seen.body[key] for key in ("document_hash", "draft_hash")}
    return door.post(f"{HERE}import/", {"document": document, **hashes, **other})


def test_the_preview_tells_in_sentences_and_writes_nothing(
    olga: DescribedDoor, ruleset: RuleSet, document: dict[str, Any]
) -> None:
    before = written()

    seen = preview(olga, document)

    counts = {kind: seen.body[kind] for kind in ("added", "changed", "removed", "moved")}
    assert (seen.status, counts) == (200, {"added": 1, "changed": 1, "removed": 1, "moved": 0})
    assert (seen.body["document_hash"], seen.body["draft_hash"]) == (
        content_hash(document),
        content_hash(document_of(ruleset)),
    )
    assert seen.body["comparison"]["text"] == [
        "Changed: Not in these states (closed-states)",
        "  Before: Reject (STATE_CLOSED) when State is one of Alaska or Hawaii.",
        "  Now: Reject (NOT_HERE) when State is one of Alaska or Hawaii.",
        "  name: We do not work in these states → Not in these states",
        "  reason: STATE_CLOSED → NOT_HERE",
        "Added: Florida life (florida)",
        "  Warn when State is Florida and Line is Life.",
        "Removed: Second (second)",
        "  Reject (STATE_CLOSED) when State is one of Alaska or Hawaii.",
        "  reason: removed STATE_CLOSED",
        "  Examples: 1 removed.",
    ]
    assert written() == before


def test_what_was_previewed_is_taken(olga: DescribedDoor, ruleset: RuleSet, document: dict[str, Any]) -> None:
    taken = take(olga, document, preview(olga, document))

    assert (taken.status, taken.headers["ETag"]) == (200, f'"{content_hash(document)}"')
    assert document_of(ruleset) == document
    assert [entry.action for entry in Entry.objects.all()] == ["rule_set.imported"]
    assert preview(olga, document).body["comparison"]["rules"] == []


def test_an_edit_in_between_refuses_the_import_whole(
    olga: DescribedDoor, ruleset: RuleSet, document: dict[str, Any]
) -> None:
    seen = preview(olga, document)
    person(Role.OPERATIONS, "Oscar").call("PATCH", f"{HERE}rules/closed-states/", {"name": "Theirs"}, **TAG)
    before = written()

    heard = take(olga, document, seen)

    assert (heard.status, heard.code) == (409, "rule_set.draft_moved")
    assert "Oscar Ops has changed it" in heard.body["detail"]
    assert written() == before


def test_a_list_changed_in_between_refuses_the_import_too(olga: DescribedDoor) -> None:
    NamedList.objects.create(slug="strict", name="Strict", field="lead.state", values=["CA"])
    ruleset = make_rule_set(rules=[GATE_RULE, LISTED])
    document = {**document_of(ruleset), "rules": [LISTED]}
    seen = preview(olga, document)
    NamedList.objects.update(values=["CA", "FL"])
    before = written()

    heard = take(olga, document, seen)

    assert (heard.status, heard.code) == (409, "rule_set.draft_moved")
    assert written() == before


def test_another_document_than_was_previewed_is_refused(
    olga: DescribedDoor, ruleset: RuleSet, document: dict[str, Any]
) -> None:
    seen, before = preview(olga, document), written()

    heard = take(olga, {**document, "rules": [OPEN]}, seen)

    assert (heard.status, heard.code) == (409, "import.other_document")
    assert written() == before


def test_lists_it_brings_along_are_told_and_made(olga: DescribedDoor, ruleset: RuleSet) -> None:
    document = {**document_of(ruleset), "lists": {"strict": ["CA", "FL"]}, "rules": [LISTED]}

    seen = preview(olga, document)
    assert (seen.body["lists"], NamedList.objects.count()) == (["strict"], 0)
    take(olga, document, seen)

    assert NamedList.objects.get().values == ["CA", "FL"]
    assert document_of(ruleset) == document


def test_draft_and_versions_are_exported_as_documents_that_can_be_imported(
    client: Client, olga: DescribedDoor, ruleset: RuleSet
) -> None:
    published = document_of(ruleset)
    publish_draft(ruleset, now=NOW)
    olga.call("DELETE", f"{HERE}rules/second/", If_Match=f'"{content_hash(SECOND)}"')

    draft, version = olga.get(f"{HERE}export/"), olga.get(f"{HERE}export/?state=1")

    assert (draft.body, version.body) == (document_of(ruleset), published)
    assert version.headers["ETag"] == f'"{content_hash(published)}"'
    assert version.headers["Content-Disposition"] == 'attachment; filename="intake-checks-v1.json"'
    Draft202012Validator(client.get("/api/schema/rules.json").json()).validate(version.body)
    take(olga, version.body, preview(olga, version.body))
    assert document_of(ruleset) == published


def nested(levels: int) -> Any:
    document: Any = []
    for _ in range(levels):
        document = [document]
    return document


BAD: dict[str, tuple[dict[str, Any], set[tuple[str, str]]]] = {
    "a newer language": ({"language": 2}, {("/language", "language.unsupported")}),
    "another stage": ({"stage": "score", "rules": []}, {("/stage", "stage.other")}),
    "an unknown stage": ({"stage": "future"}, {("/stage", "stage.unknown")}),
    "half-filled": ({"rules": [{"id": "x", "name": "X"}]}, {("/rules/0/effect", "effect.unknown")}),
    "no rules member": ({"rules": None}, {("/rules", "type.wrong")}),
    "doubled ids": ({"rules": [GATE_RULE, GATE_RULE]}, {("/rules/1/id", "id.duplicate")}),
    "huge": ({"rules": [{**GATE_RULE, "name": "x" * 1_000_001}]}, {("", "document.too_big")}),
    "deep": ({"rules": nested(70)}, {("/rules" + "/0" * 64, "document.too_deep")}),
    "pasted from elsewhere": ({"conditions": []}, {("/conditions", "key.unknown")}),
    "a list nobody uses": ({"lists": {"other": ["CA"]}}, {("/lists/other", "list.unused")}),
    "a list the agency has otherwise": (
        {"lists": {"strict": ["CA"]}, "rules": [LISTED]},
        {("/lists/strict", "list.differs")},
    ),
}


@pytest.mark.parametrize("call", ["preview", "take"])
@pytest.mark.parametrize(("parts", "faults"), BAD.values(), ids=BAD)
def test_a_document_with_problems_is_refused_at_its_places(
    olga: DescribedDoor, ruleset: RuleSet, parts: dict[str, Any], faults: set[tuple[str, str]], call: str
) -> None:
    NamedList.objects.create(slug="strict", name="Strict", field="lead.state", values=["FL"])
    document, before = {**document_of(ruleset), **parts}, written()

    if call == "preview":
        heard = preview(olga, document)
    else:
        hashes = {"document_hash": content_hash(document), "draft_hash": content_hash(document_of(ruleset))}
        heard = olga.post(f"{HERE}import/", {"document": document, **hashes})

    assert (heard.status, heard.faults) == (400, faults)
    assert written() == before
    assert NamedList.objects.get().values == ["FL"]


@pytest.mark.parametrize("body", [{}, {"document": {}, "draft_hash": ""}, {"document": {}, "document_hash": "x"}, []])
def test_nothing_is_taken_without_the_hashes_of_its_preview(olga: DescribedDoor, ruleset: RuleSet, body: Any) -> None:
    before = written()

    assert olga.post(f"{HERE}import/", body).status == 400
    assert written() == before


def test_roles_decide_who_exports_and_imports(ruleset: RuleSet, document: dict[str, Any]) -> None:
    auditor, producer = person(Role.AUDITOR, "Audrey"), person(Role.PRODUCER, "Pedro")
    before = written()

    assert [door.get(f"{HERE}export/").status for door in (auditor, producer)] == [200, 403]
    hashes = {"document_hash": "0" * 64, "draft_hash": "0" * 64}
    for path, body in (("import/preview/", {"document": document}), ("import/", {"document": document, **hashes})):
        assert auditor.post(f"{HERE}{path}", body).status == 403
    assert written() == before


@pytest.mark.parametrize("state", ["9", "x", "9" * 30])
def test_what_never_was_is_not_exported(olga: DescribedDoor, ruleset: RuleSet, state: str) -> None:
    assert olga.get(f"{HERE}export/?state={state}").status == 404
