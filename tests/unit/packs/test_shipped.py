"""What every pack that ships keeps to: its rules are cited and tried both ways, and doubtful law is provisional."""

from collections.abc import Iterator
from typing import Any

import pytest

from routing.catalog import CATALOG
from routing.packs import files
from routing.packs.files import PackSet
from rules_engine.engine.lint import lint
from rules_engine.engine.parse import parse

SETS = [(pack, packed) for pack in files.directories() for packed in files.find(pack).sets]
RULES = [(packed.slug, rule) for _, packed in SETS for rule in packed.document["rules"]]


@pytest.mark.parametrize("packed", [pytest.param(packed, id=packed.slug) for _, packed in SETS])
def test_the_prover_finds_nothing_in_a_set_that_ships(packed: PackSet) -> None:
    tree = parse(packed.document, CATALOG).tree

    assert tree is not None
    assert lint(tree, CATALOG) == ()


def rules(name: str) -> pytest.MarkDecorator:
    """Run a test for every rule that ships."""
    return pytest.mark.parametrize(name, [pytest.param(rule, id=f"{slug}:{rule['id']}") for slug, rule in RULES])


def citations(rule: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what a rule and the rows of its table cite."""
    yield rule["citation"]
    yield from (row["citation"] for row in rule.get("table", {}).get("rows", ()) if "citation" in row)


def test_the_packs_are_those_the_docs_speak_of() -> None:
    assert list(files.directories()) == [
        "lead-quality",
        "licensing-extras",
        "medicare",
        "product-training",
        "speed-tiers",
        "starter",
    ]


def test_no_two_packs_bring_the_same_set() -> None:
    slugs = [packed.slug for _, packed in SETS]

    assert sorted(set(slugs)) == sorted(slugs)


@rules("rule")
def test_every_rule_is_cited_with_day_and_confidence(rule: dict[str, Any]) -> None:
    assert [set(each) for each in citations(rule)] == [{"source", "verified_on", "confidence"}] * len(
        [*citations(rule)]
    )


@rules("rule")
def test_every_rule_is_tried_where_it_speaks_and_where_it_does_not(rule: dict[str, Any]) -> None:
    silent = {"none", "NOT_APPLICABLE", "no_match", 0}
    expected = [example["expect"] for example in rule["examples"]]

    assert [each for each in expected if each not in silent] != []
    assert silent & {*expected} or not {"when", "table"} & set(rule)


@rules("rule")
def test_law_that_is_not_surely_read_is_provisional(rule: dict[str, Any]) -> None:
    doubtful = "jurisdiction" in rule and any(each["confidence"] != "high" for each in citations(rule))

    assert rule.get("status") == "provisional" or not doubtful
