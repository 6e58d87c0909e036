"""The conformance command and the system checks."""

import json
from datetime import datetime
from io import StringIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from rules_engine import queries
from rules_engine.checks import check_catalog, check_live_versions
from rules_engine.engine.catalog import Catalog, Field
from rules_engine.engine.values import Kind
from tests.factories import make_rule_set
from tests.publishing import publish_draft

CASES = Path(__file__).parents[2] / "conformance"
POOR = Catalog((Field("lead.age", Kind.NUMBER, "Age", "Lead"),))
NO_CATALOG = "not a catalog"


def test_the_shipped_cases_hold() -> None:
    said = StringIO()

    call_command("conformance", *sorted(map(str, CASES.glob("*.json"))), stdout=said)

    assert said.getvalue().endswith(" cases hold.\n")


def test_a_case_that_differs_is_told_and_fails(tmp_path: Path) -> None:
    case = {
        "name": "a number is itself",
        "condition": {"field": "lead.age", "op": "eq", "value": 1},
        "facts": {"lead.age": 1},
        "verdict": "FALSE",
    }
    document = {"about": "x", "catalog": [{"name": "lead.age", "kind": "number"}], "cases": [case]}
    file = tmp_path / "case.json"
    file.write_text(json.dumps(document))
    said = StringIO()

    with pytest.raises(CommandError, match="1 differences in 1 cases"):
        call_command("conformance", str(file), stdout=said)

    assert said.getvalue() == f"{file}: a number is itself: verdict: expected 'FALSE', got 'TRUE'\n"


@pytest.mark.parametrize("content", ["", "[", "{}", "[" * 100_000])
def test_a_file_that_is_none_fails_with_its_name(tmp_path: Path, content: str) -> None:
    file = tmp_path / "case.json"
    file.write_text(content)

    with pytest.raises(CommandError, match="cannot be run"):
        call_command("conformance", str(file))


def test_a_missing_file_fails_with_its_name() -> None:
    with pytest.raises(CommandError, match=r"gone\.json cannot be run"):
        call_command("conformance", "gone.json")


@pytest.mark.parametrize("path", ["routing.catalog.GONE", "gone.CATALOG", f"{__name__}.NO_CATALOG", "nothing"])
def test_a_setting_that_names_no_catalog_is_an_error(settings: LazySettings, path: str) -> None:
    settings.RULES_CATALOG = path

    assert [message.id for message in check_catalog()] == ["rules_engine.E001"]


def test_a_live_version_this_release_cannot_read_is_an_error(db: None, now: datetime, settings: LazySettings) -> None:
    version = publish_draft(make_rule_set(), now=now)
    assert check_live_versions(databases=["default"]) == []

    settings.RULES_CATALOG = f"{__name__}.POOR"

    assert [message.id for message in check_live_versions(databases=["default"])] == ["rules_engine.E002"]
    with pytest.raises(queries.UnreadableError, match="Intake checks v1"):
        queries.compiled(version.pk)
