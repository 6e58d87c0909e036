"""Tables of the documentation that repeat what code says: neither may run ahead of the other."""

import json
import re
from pathlib import Path

import pytest

from accounts.policy import POLICY, Role
from routing.packs import files
from routing.reasons import PRODUCER_REASONS, REASONS
from routing.services.sources import SCOPES
from tests.unit.docs.markdown import DOCS, rows, text

SETS = {each.slug: each for pack in files.directories() for each in files.find(pack).sets}
DECISIONS = sorted((DOCS / "decisions").glob("*.md"))


def test_the_reason_codes_are_those_of_the_code() -> None:
    told = rows("architecture.md", under="## Reason codes")

    assert dict(told) == {**REASONS, **PRODUCER_REASONS}


def test_the_roles_may_what_the_policy_says() -> None:
    told = rows("roles.md", under="## What each may do")
    columns = [Role.OPERATIONS, Role.MANAGER, Role.PRODUCER, Role.AUDITOR, Role.ADMINISTRATOR]

    for column, role in enumerate(columns, start=2):
        assert {row[0] for row in told if row[column] == "✓"} == POLICY[role], role


def test_the_scopes_a_source_may_be_given_are_those_of_the_api() -> None:
    assert [scope for scope, _ in rows("api.md", under="### Scopes")] == list(SCOPES)


@pytest.mark.parametrize("slug", SETS)
def test_every_set_of_a_pack_is_listed_rule_by_rule(slug: str) -> None:
    document = SETS[slug].document
    heading = f"### `{slug}` {SETS[slug].name}, {document['stage']}"

    told = [(row[0], row[1], row[4], row[5]) for row in rows("rule-packs.md", under=heading)]

    assert told == [
        (rule["id"], rule["name"], rule["citation"]["source"], rule.get("status", "confirmed"))
        for rule in document["rules"]
    ]


@pytest.mark.parametrize("record", DECISIONS, ids=lambda path: path.name[:4])
def test_every_decision_record_is_listed_under_its_title(record: Path) -> None:
    title = record.read_text().splitlines()[0].removeprefix("# ")

    assert f"[{title}](decisions/{record.name})" in text("architecture.md")


@pytest.mark.parametrize("source", sorted(DOCS.rglob("*.md")), ids=lambda path: path.name)
def test_links_between_pages_lead_somewhere(source: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", source.read_text())

    assert [link for link in links if not (source.parent / link).exists()] == []


@pytest.mark.parametrize("step", rows("architecture.md", under="## The life of a lead"), ids=lambda row: row[0])
def test_the_life_of_a_lead_names_what_is_there(step: list[str]) -> None:
    module, *functions = re.findall(r"[\w/]+(?:\.py)?", step[1])
    path = DOCS.parent / module if module.endswith(".py") else DOCS.parent / "routing/services/intake.py"

    code = path.read_text()

    assert [name for name in functions if not re.search(rf"(def|class) {name}\b", code)] == []


def test_the_examples_of_the_api_are_json() -> None:
    blocks = re.findall(r"```json\n(.*?)```", text("api.md"), flags=re.DOTALL)

    assert len(blocks) > 3
    for block in blocks:
        json.loads(block)
