"""What parse refuses beyond the conformance cases: hostile sizes, wrong types everywhere, muted parts of drafts."""

import copy
from typing import Any

import pytest

from rules_engine.engine.limits import MAX_BYTES, MAX_LEAVES
from rules_engine.engine.nodes import All, Leaf, Literal, Not
from rules_engine.engine.parse import parse, parse_condition, parse_rule, to_document
from rules_engine.engine.problems import MAX_PROBLEMS, Code, shown
from rules_engine.engine.stages import STAGES
from tests.unit.engine.vocabulary import CATALOG, leaf, make_document, make_rule, make_tree

OLD = leaf("lead.age", "gt", 85)
NOT_JSON: dict[str, object] = {"a set": {1}, "NaN": float("nan"), "infinity": float("-inf"), "an object": object()}
WRONG: list[object] = [None, True, 0, -1.5, "", " ", "x" * 5000, [], [[]], {}, {"": {}}, {"all": None}, 10**400]


def _problems(document: object) -> list[tuple[str, str]]:
    return [(problem.pointer, problem.code.value) for problem in parse(document, CATALOG).problems]


@pytest.mark.parametrize("value", NOT_JSON.values(), ids=NOT_JSON)
def test_what_json_cannot_hold_is_refused_where_it_stands(value: object) -> None:
    document = make_document(make_rule(when=leaf("lead.age", "in", [1, value])))

    assert _problems(document) == [("/rules/0/when/value/1", Code.NOT_JSON)]


def test_text_that_is_not_unicode_is_refused() -> None:
    assert _problems(make_document(make_rule(name="\ud800"))) == [("/rules/0/name", Code.TEXT_BAD)]


def test_keys_that_are_not_text_are_refused() -> None:
    assert _problems({1: 2}) == [("", Code.NOT_JSON)]


def test_a_document_over_1_mb_is_refused_before_it_is_read() -> None:
    document = make_document(make_rule(message="x" * MAX_BYTES))

    assert _problems(document) == [("", Code.TOO_BIG)]


def test_a_document_that_contains_itself_is_refused() -> None:
    document: dict[str, Any] = make_document()
    document["rules"].append(document)

    assert _problems(document)[0][1] == Code.TOO_DEEP


def test_a_hundred_thousand_brackets_are_refused_at_once() -> None:
    nested: list[Any] = []
    for _ in range(100_000):
        nested = [nested]

    assert _problems(nested)[0][1] == Code.TOO_DEEP
    while nested:  # taken apart by hand: freeing it in one go would recurse just as deep
        nested = nested.pop()


def test_twelve_levels_are_allowed_and_the_thirteenth_is_not() -> None:
    condition: dict[str, object] = OLD
    for _ in range(11):
        condition = {"not": condition}

    assert _problems(make_document(make_rule(when=condition))) == []
    assert _problems(make_document(make_rule(when={"not": condition}))) == [
        ("/rules/0/when" + "/not" * 12, Code.CONDITION_DEEP)
    ]


def test_more_than_500_leaves_are_refused_once_counting_the_whole_rule() -> None:
    half = {"any": [OLD] * (MAX_LEAVES // 2)}
    fits = make_rule("eligibility", when=half, require=half)
    over = make_rule("eligibility", when=half, require={"any": [half, OLD]})

    assert _problems(make_document(fits, stage="eligibility")) == []
    assert _problems(make_document(over, stage="eligibility")) == [("/rules/0/require/any/1", Code.CONDITION_BIG)]


def test_a_pattern_of_more_than_200_characters_is_refused() -> None:
    document = make_document(make_rule(when=leaf("lead.name", "matches", "a" * 201)))

    assert _problems(document) == [("/rules/0/when/value", Code.PATTERN_LONG)]


def test_problems_without_end_are_cut_off_with_a_word() -> None:
    document = make_document(*[make_rule(id=f"r{n}", name=None, effect="?", status="?") for n in range(400)])

    problems = parse(document, CATALOG).problems

    assert len(problems) == MAX_PROBLEMS + 1
    assert problems[-1].code is Code.TOO_MANY_PROBLEMS


def test_a_megabyte_of_unknown_fields_is_refused() -> None:
    many = [leaf("lead.agge" + "e" * (n % 50), "gt", 1) for n in range(12_000)]

    assert parse(make_document(make_rule(when={"any": many})), CATALOG).tree is None


def _places(node: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [way, *(place for key, value in inner for place in _places(value, (*way, key)))]


RICH = {
    "gate": make_rule(when={"all": [OLD, {"not": leaf("lead.state", "in", ["FL"])}]}, effect="require", needs=["x"]),
    "score": make_rule("score", when={"any": [leaf("now.local_time", "between", ["08:00", "21:00"])]}),
    "route": make_rule("route", route={"pool": "p", "strategy": "s", "tier": "hot"}, on_unknown="stop"),
    "eligibility": make_rule(
        "eligibility",
        require=leaf("producer.authorities", "contains", key=[{"ref": "lead.state"}, {"value": "LIFE"}]),
        active_from="2026-01-01",
        citation={"source": "x", "verified_on": "2026-10-02"},
        examples=[{"facts": {"lead.state": "FL"}, "at": "2026-06-01T12:00:00Z", "expect": "UNKNOWN"}],
    ),
}


@pytest.mark.parametrize("stage", STAGES)
def test_any_json_type_anywhere_gives_problems_or_a_tree(stage: str) -> None:
    document = make_document(RICH[stage], stage=stage)
    assert _problems(document) == []

    for place in _places(document)[1:]:
        for wrong in WRONG:
            spoilt: Any = copy.deepcopy(document)
            holder = spoilt
            for key in place[:-1]:
                holder = holder[key]
            holder[place[-1]] = wrong

            parsed = parse(spoilt, CATALOG)

            assert (parsed.tree is None) is bool(parsed.problems), (place, wrong)
            assert all(problem.message.endswith(".") for problem in parsed.problems)


def test_a_misspelt_field_is_answered_with_the_one_that_was_meant() -> None:
    (problem,) = parse_condition(leaf("lead.sate", "eq", "FL"), CATALOG).problems

    assert problem.message == 'There is no field "lead.sate"; did you mean lead.state.'


def test_a_draft_may_mute_conditions_but_not_everything() -> None:
    muted = OLD | {"muted": True}
    partly = make_document(make_rule(when={"all": [muted, leaf("lead.state", "eq", "FL")]}))
    wholly = make_document(make_rule(when={"all": [muted, muted]}))
    outright = make_document(make_rule(when=muted))
    turned = make_document(make_rule(when={"not": muted}))

    draft = parse(partly, CATALOG, draft=True)

    assert draft.tree is not None
    assert to_document(draft.tree) == partly
    assert _problems(partly) == [("/rules/0/when/all/0/muted", Code.CONDITION_MUTED)]
    for refused in (wholly, outright, turned):
        codes = [problem.code for problem in parse(refused, CATALOG, draft=True).problems]
        assert codes == [Code.CONDITION_ALL_MUTED]


def test_one_rule_is_read_alone_with_pointers_from_where_it_stands() -> None:
    good = parse_rule(make_rule(when=OLD), "gate", CATALOG)
    bad = parse_rule(make_rule(when=OLD, effect="?"), "gate", CATALOG, "/rules/7")

    assert good.rule is not None
    assert good.rule.when == Leaf("lead.age", "gt", Literal(85))
    assert [(problem.pointer, problem.code) for problem in bad.problems] == [("/rules/7/effect", Code.EFFECT)]


def test_printing_leaves_out_defaults() -> None:
    rule = make_rule(when=OLD, status="confirmed", active_from=None, jurisdiction=None) | {"active_to": None}

    document = to_document(make_tree(rule))

    assert document["rules"] == [make_rule(when=OLD)]


def test_groups_become_groups() -> None:
    condition = parse_condition({"all": [OLD, {"not": OLD}]}, CATALOG).condition

    assert condition == All((Leaf("lead.age", "gt", Literal(85)), Not(Leaf("lead.age", "gt", Literal(85)))))


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "null"), (True, "true"), ("x" * 50, f'"{"x" * 40}…"'), ([], "a list"), ({}, "an object"), (1.5, "1.5")],
)
def test_problems_show_what_stood_there_briefly(value: object, words: str) -> None:
    assert shown(value) == words


def test_problems_show_no_number_longer_than_people_read() -> None:
    assert shown(10**400) == "a number that long"
