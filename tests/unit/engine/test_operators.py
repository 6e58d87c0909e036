"""The operator table, and that the docs and the schema keep up with it."""

from pathlib import Path

import pytest

from rules_engine.engine.compile import compile_set
from rules_engine.engine.operators import OPERATORS, operators_for
from rules_engine.engine.problems import Code
from rules_engine.engine.ruleset import gate, score
from rules_engine.engine.stages import STAGES
from rules_engine.engine.values import Kind
from tests.unit.engine.vocabulary import CATALOG, NOW, make_rule, make_set, make_tree

DOCS = (Path(__file__).parents[3] / "docs" / "rule-language.md").read_text()


def test_the_table_holds_the_operators_of_the_language() -> None:
    names = (
        "eq ne lt lte gt gte between in not_in contains not_contains contains_any contains_all "
        "starts_with ends_with matches is_known is_missing within_days older_than_days"
    )

    assert " ".join(OPERATORS) == names


@pytest.mark.parametrize(
    "word", [*OPERATORS, *STAGES, *Code, *(key for stage in STAGES.values() for key in sorted(stage.keys))]
)
def test_the_docs_name_every_operator_stage_key_and_problem_code(word: str) -> None:
    assert f"`{word}`" in DOCS


def test_a_form_offers_the_operators_that_fit_a_field() -> None:
    names = [operator.name for operator in operators_for(Kind.BOOLEAN, many=False)]

    assert names == ["eq", "ne", "is_known", "is_missing"]


def test_labels_of_days_speak_of_time() -> None:
    assert OPERATORS["lt"].label_for(Kind.NUMBER) == "is less than"
    assert OPERATORS["lt"].label_for(Kind.DATE) == "is before"
    assert OPERATORS["within_days"].sentence("receipt", "90", Kind.DATE) == "receipt is within the last 90 days"
    assert OPERATORS["within_days"].sentence("receipt", "1", Kind.DATE) == "receipt is within the last 1 day"


def test_a_tree_read_against_another_catalog_is_refused_when_compiled() -> None:
    tree = make_tree(make_rule(when={"field": "lead.age", "op": "gt", "value": 85}))
    without_age = type(CATALOG)(field for field in CATALOG.fields if field.name != "lead.age")

    with pytest.raises(ValueError, match=r"Rule a-rule reads lead\.age"):
        compile_set(tree, without_age)


def test_a_stage_refuses_a_set_of_another_and_an_instant_without_zone() -> None:
    rules = make_set(make_rule())
    facts = CATALOG.facts({})

    with pytest.raises(ValueError, match="belongs to another stage than score"):
        score([rules], facts, NOW)
    with pytest.raises(ValueError, match="time zone"):
        gate([rules], facts, NOW.replace(tzinfo=None))
