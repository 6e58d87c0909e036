"""The published JSON Schema agrees with the parser on shape."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from rules_engine.engine.schema import conformance_schema, rule_set_schema
from rules_engine.engine.stages import COMMON_KEYS, STAGES
from tests.unit.engine import strategies
from tests.unit.engine.vocabulary import CATALOG, leaf, make_document, make_rule

ANY_FIELD = Draft202012Validator(rule_set_schema())
OUR_FIELDS = Draft202012Validator(rule_set_schema(CATALOG))
REFUSALS = Path(__file__).parents[2] / "conformance"
PROBLEMS = [
    case
    for name in ("problems.json", "problems_tables.json")
    for case in json.loads((REFUSALS / name).read_text())["cases"]
]
# What a schema cannot see: it takes the catalog's kinds, an order, or the rest of the document.
BEYOND_SHAPE = ("time_zone", "id.dup", "field.scope", "operator.kind", "value.", "ref.", "pattern.", "condition.",
                "reason.missing", "needs", "on_unknown", "route.", "rules.", "dates.", "date.", "text.", "key.unknown",
                "key.missing", "field.unknown", "weight", "example", "operand", "type.wrong", "table.", "list.unknown",
                "list.unused", "list.kind")  # fmt: skip


@pytest.mark.parametrize("schema", [rule_set_schema(), rule_set_schema(CATALOG), conformance_schema()])
def test_the_schemas_are_schemas(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)
    assert json.loads(json.dumps(schema)) == schema


@pytest.mark.parametrize("stage", STAGES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_what_parses_keeps_to_the_schema(stage: str, data: st.DataObject) -> None:
    document = make_document(data.draw(strategies.rules(stage) | strategies.tables(stage)), stage=stage)

    OUR_FIELDS.validate(document)
    ANY_FIELD.validate(document)


@pytest.mark.parametrize("case", PROBLEMS, ids=lambda case: case["name"])
def test_documents_of_a_wrong_shape_do_not_keep_to_the_schema(case: dict[str, Any]) -> None:
    # What a cell of an outcome may hold is up to its column.
    codes = [problem["code"] for problem in case["problems"] if "/then/" not in problem["pointer"]]

    assert not ANY_FIELD.is_valid(case["document"]) or all(code.startswith(BEYOND_SHAPE) for code in codes)


@pytest.mark.parametrize("stage", STAGES.values(), ids=lambda stage: stage.name)
def test_every_key_of_a_stage_is_in_its_schema(stage: Any) -> None:
    definitions: Any = rule_set_schema()["$defs"]

    assert definitions[f"{stage.name}_rule"]["properties"].keys() == COMMON_KEYS | stage.keys
    assert definitions[f"{stage.name}_table"]["properties"].keys() == COMMON_KEYS | stage.table_keys


def test_with_a_catalog_only_its_fields_are_let_through() -> None:
    document = make_document(make_rule(when=leaf("lead.shoe_size", "eq", 5)))

    assert ANY_FIELD.is_valid(document)
    assert not OUR_FIELDS.is_valid(document)
