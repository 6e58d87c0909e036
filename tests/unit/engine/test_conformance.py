"""The cases in tests/conformance, and that they leave out no operator, kind, verdict, stage or code."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rules_engine.engine.conformance import ConformanceError, read_catalog, run_case, run_file
from rules_engine.engine.operators import OPERATORS
from rules_engine.engine.parse import parse_condition
from rules_engine.engine.problems import Code
from rules_engine.engine.schema import conformance_schema
from rules_engine.engine.stages import STAGES
from rules_engine.engine.values import Kind, Verdict

FILES = sorted((Path(__file__).parents[2] / "conformance").glob("*.json"))
DOCUMENTS: dict[str, Any] = {path.stem: json.loads(path.read_text()) for path in FILES}
CASES = [
    pytest.param(case, name, id=f"{name}: {case['name']}")
    for name, document in DOCUMENTS.items()
    for case in document["cases"]
]
CATALOGS = {name: read_catalog(document["catalog"]) for name, document in DOCUMENTS.items()}


@pytest.mark.parametrize(("case", "file"), CASES)
def test_the_engine_answers_as_the_case_says(case: dict[str, object], file: str) -> None:
    assert run_case(case, CATALOGS[file]) == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_files_keep_to_the_schema(name: str) -> None:
    Draft202012Validator(conformance_schema()).validate(DOCUMENTS[name])


def _asked(name: str) -> Iterator[tuple[Kind, bool, str]]:
    """Yield the kind of field, whether it is a set, and the verdict, of every case on one operator."""
    catalog = CATALOGS[name]
    for case in DOCUMENTS[name]["cases"]:
        field = catalog.get(case["condition"]["field"])
        assert field is not None
        yield field.kind, field.many, case["verdict"]


@pytest.mark.parametrize("operator", OPERATORS.values(), ids=lambda operator: operator.name)
def test_every_operator_has_a_case_for_each_kind_and_verdict(operator: Any) -> None:
    verdicts = {Verdict.TRUE, Verdict.FALSE} if operator.sees_missing else set(Verdict)
    shapes = [(kind, many) for kind in Kind for many in (False, True) if operator.fits(kind, many)]
    shapes = [shape for shape in shapes if shape != (Kind.KEY, False)]  # compound keys come in sets only

    wanted = {(*shape, verdict.value) for shape in shapes for verdict in verdicts}

    assert set(_asked(f"operator_{operator.name}")) >= wanted


def test_every_stage_has_a_file_and_every_problem_code_a_case() -> None:
    refusals = [case for name in ("problems", "problems_tables") for case in DOCUMENTS[name]["cases"]]
    codes = {problem["code"] for case in refusals for problem in case["problems"]}
    # Too long or too many for a file that people read; test_parse has them.
    elsewhere = {
        Code.NOT_JSON,
        Code.TOO_BIG,
        Code.TOO_DEEP,
        Code.TOO_MANY_PROBLEMS,
        Code.CONDITION_BIG,
        Code.PATTERN_LONG,
        Code.TABLE_BIG,
    }

    assert {f"stage_{stage}" for stage in STAGES} <= DOCUMENTS.keys()
    assert codes == set(Code) - elsewhere


def _tables() -> Iterator[tuple[str, str, bool]]:
    """Yield stage, hit policy, and whether a row met a missing fact, of every case on tables."""
    for case in DOCUMENTS["tables"]["cases"]:
        for rule in case["sets"][0]["rules"]:
            if "table" in rule:
                asked = {column["field"] for column in rule["table"]["inputs"]}
                yield case["stage"], rule["table"]["hit"], not asked <= case["facts"].keys()


def test_every_hit_policy_has_a_case_in_each_of_its_stages_with_and_without_a_missing_fact() -> None:
    wanted = {
        (stage.name, hit.value, is_missing) for stage in STAGES.values() for hit in stage.hits for is_missing in (0, 1)
    }

    assert set(_tables()) == wanted


def test_a_case_that_does_not_hold_says_how() -> None:
    document = {
        "about": "wrong",
        "catalog": [{"name": "lead.age", "kind": "number"}],
        "cases": [
            {
                "name": "young",
                "condition": {"field": "lead.age", "op": "lt", "value": 18},
                "facts": {"lead.age": 17},
                "verdict": "FALSE",
            }
        ],
    }

    (result,) = run_file(document)

    assert result.name == "young"
    assert result.differences == ("verdict: expected 'FALSE', got 'TRUE'",)


def test_a_case_on_an_invalid_condition_lists_its_problems() -> None:
    condition = {"field": "lead.age", "op": "lt", "value": "x"}
    case = {"name": "bad", "condition": condition, "facts": {}, "verdict": "TRUE"}

    differences = run_case(case, read_catalog([{"name": "lead.age", "kind": "number"}]))

    problem = parse_condition(condition, read_catalog([{"name": "lead.age", "kind": "number"}])).problems[0]
    assert differences == [f"/value: {problem.message}"]


@pytest.mark.parametrize("document", [[], {}, {"catalog": 5, "cases": []}, {"catalog": [], "cases": [{"name": "x"}]}])
def test_what_is_not_a_conformance_file_is_refused(document: object) -> None:
    with pytest.raises(ConformanceError):
        run_file(document)
