"""A pool's method is read whole, with every fault at its place, or put aside for round robin."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.strategies import PLAIN, STRATEGIES, parse
from routing.strategies.candidate import Need
from routing.strategies.table import FILTERS, PICKS, PREFERENCES, Step

NAMES = [*FILTERS, *PREFERENCES, *STRATEGIES, *PICKS, "step", "filters", "preferences", "order", "pick"]
OPTIONS = [
    option.name for table in (FILTERS, PREFERENCES, STRATEGIES) for each in table.values() for option in each.options
]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.sampled_from(NAMES),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES + OPTIONS) | st.text(max_size=3), inner)
    ),
    max_leaves=12,
)


def test_an_empty_method_is_the_order_alone() -> None:
    plan = parse({}, "weighted")

    assert (plan.strategy, plan.filters, plan.preferences, plan.pick.step.name, plan.faults) == (
        "weighted",
        (),
        (),
        "push",
        (),
    )
    assert plan.is_plain
    assert plan.reads == frozenset()


def test_steps_keep_their_order_and_say_what_they_read() -> None:
    method = {
        "filters": [{"step": "skill", "needs": [{"skill": "annuities", "level": 3}]}, {"step": "territory"}],
        "preferences": [{"step": "speaks"}, {"step": "continuity", "within_days": 30}],
        "order": {"catch_up": 5},
    }

    plan = parse(method, "round_robin")

    assert [use.step.name for use in plan.uses] == [
        "skill",
        "territory",
        "speaks",
        "continuity",
        "round_robin",
        "push",
    ]
    assert plan.needs == (Need("annuities", 3),)
    assert plan.reads == {"territory", "tie"}
    assert (plan.preferences[1].options["household"], plan.order.options) == (True, {"catch_up": 5})
    assert not plan.is_plain


@pytest.mark.parametrize(
    ("filters", "strategy", "order", "reads"),
    [
        pytest.param([{"step": "availability"}], "weighted", {}, set(), id="nobody asks for presence"),
        pytest.param([{"step": "availability", "seen_within": 5}], "weighted", {}, {"seen"}, id="presence"),
        pytest.param([], "least_loaded", {}, set(), id="calls do not count"),
        pytest.param([], "least_loaded", {"calls": True}, {"uncalled"}, id="calls count"),
        pytest.param([], "priority", {}, {"tie"}, id="the account counts"),
        pytest.param([], "priority", {"account": "0"}, set(), id="the account does not count"),
    ],
)
def test_nothing_is_read_that_no_option_asks_for(
    filters: list[Any], strategy: str, order: dict[str, Any], reads: set[str]
) -> None:
    assert parse({"filters": filters, "order": order}, strategy).reads == reads


@pytest.mark.parametrize(
    ("method", "strategy", "pointer", "code", "text"),
    [
        pytest.param([], "weighted", "", "method.shape", "A method is an object", id="no object"),
        pytest.param({"picks": 1}, "weighted", "/picks", "key.unknown", "Leave picks out", id="unknown key"),
        pytest.param({"filters": {}}, "weighted", "/filters", "method.shape", "Use a list", id="no list"),
        pytest.param(
            {"filters": ["skill"]}, "weighted", "/filters/0", "method.shape", "A step is an object", id="text"
        ),
        pytest.param(
            {"filters": [{"step": "luck"}]}, "weighted", "/filters/0/step", "step.unknown", "no luck", id="unknown step"
        ),
        pytest.param(
            {"preferences": [{"step": "skill"}]},
            "weighted",
            "/preferences/0/step",
            "step.unknown",
            "no skill",
            id="a filter is no preference",
        ),
        pytest.param(
            {"filters": [{"step": "language"}, {"step": "language"}]},
            "weighted",
            "/filters/1/step",
            "step.twice",
            "there already",
            id="twice",
        ),
        pytest.param(
            {"filters": [{"step": "skill", "relax": 5}]},
            "weighted",
            "/filters/0/relax",
            "option.bad",
            "from 0 to 4",
            id="too many steps",
        ),
        pytest.param(
            {"filters": [{"step": "skill", "needs": [{"skill": "annuities"}, {"skill": "", "level": 9}]}]},
            "weighted",
            "/filters/0/needs",
            "option.bad",
            "Line 2",
            id="a skill without a name",
        ),
        pytest.param(
            {"order": {"speed": 1}}, "weighted", "/order/speed", "option.unknown", "no option speed", id="option"
        ),
        pytest.param({"order": {"catch_up": True}}, "weighted", "/order/catch_up", "option.bad", "1 to 50", id="yes"),
        pytest.param({"order": {"fit": "1.5"}}, "priority", "/order/fit", "option.bad", "0 to 1", id="share"),
        pytest.param({"order": {"fit": "nan"}}, "priority", "/order/fit", "option.bad", "0 to 1", id="not a number"),
        pytest.param(
            {"order": dict.fromkeys(["fit", "intent", "account", "capacity", "urgency"], "0")},
            "priority",
            "/order",
            "weights.zero",
            "more than 0",
            id="all weights zero",
        ),
        pytest.param(
            {"pick": {"step": "auction"}}, "weighted", "/pick/step", "step.unknown", "use one of push", id="pick"
        ),
        pytest.param({}, "lottery", "/strategy", "step.unknown", "no lottery", id="unknown order"),
    ],
)
def test_a_fault_is_named_and_the_method_put_aside_for_round_robin(
    method: Any, strategy: str, pointer: str, code: str, text: str
) -> None:
    plan = parse(method, strategy)

    (fault,) = plan.faults
    assert (fault.pointer, fault.code) == (pointer, code)
    assert text in fault.text
    assert (plan.filters, plan.preferences, plan.order) == (PLAIN.filters, PLAIN.preferences, PLAIN.order)


def test_every_fault_is_told_at_once() -> None:
    plan = parse({"filters": [{"step": "skill", "relax": 9}], "order": {"catch_up": 0}, "extra": 1}, "weighted")

    assert [fault.pointer for fault in plan.faults] == ["/extra", "/filters/0/relax", "/order/catch_up"]


@given(ANYTHING, st.sampled_from([*STRATEGIES, "", "lottery"]))
def test_whatever_the_database_holds_makes_a_plan(document: Any, strategy: str) -> None:
    plan = parse(document, strategy)

    assert plan.strategy == ("round_robin" if plan.faults else strategy)


@pytest.mark.parametrize(
    "step", [each for table in (FILTERS, PREFERENCES, STRATEGIES, PICKS) for each in table.values()]
)
def test_every_option_takes_its_own_default_and_its_own_text(step: Step) -> None:
    for option in step.options:
        read = option.kind.read(option.default)

        assert option.kind.read(option.kind.from_text(option.kind.to_text(option.default))) == read


def test_a_route_may_ask_for_another_order() -> None:
    plan = parse({"filters": [{"step": "language"}], "order": {"catch_up": 9}}, "round_robin")

    assert plan.ordered_by("round_robin") is plan
    assert (plan.ordered_by("weighted").order.options, plan.ordered_by("weighted").filters) == (
        {"catch_up": 2},
        plan.filters,
    )
    assert [fault.pointer for fault in plan.ordered_by("lottery").faults] == ["/strategy"]
    assert plan.ordered_by("lottery").strategy == "round_robin"
    assert parse({"extra": 1}, "weighted").ordered_by("weighted").strategy == "round_robin"


def test_skills_are_written_a_line_each() -> None:
    needs = FILTERS["skill"].options[0].kind

    written = needs.from_text("Annuities 3: fixed_annuity, indexed_annuity\n\n long term care\n")

    assert written == [
        {"skill": "annuities", "level": 3, "products": ["fixed_annuity", "indexed_annuity"]},
        {"skill": "long term care", "level": 1},
    ]
    assert needs.to_text(written) == "annuities 3: fixed_annuity, indexed_annuity\nlong term care 1"
