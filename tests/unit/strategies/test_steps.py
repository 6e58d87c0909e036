"""What each step of a method lets pass, puts first and measures."""

from decimal import Decimal
from typing import Any

import pytest

from routing.strategies import Candidate, Wanted, parse, select
from routing.strategies.selection import Passage
from tests.unit.strategies.pool import member

FLAWLESS = Wanted(products=("fixed_annuity",), language="es", score=80, tier="hot")
ANNUITIES = {"step": "skill", "needs": [{"skill": "annuities", "level": 3, "products": ["fixed_annuity"]}]}


def graded(producer_id: int, **levels: int) -> Candidate:
    """Return a member with these skills."""
    return member(producer_id, skills=levels)


def run(
    candidates: list[Candidate], *filters: dict[str, Any], wanted: Wanted = FLAWLESS, **method: Any
) -> tuple[list[int], dict[int, str], list[Passage]]:
    """Return who is tried in which order, who is not and why, and how the filters went."""
    plan = parse({"filters": list(filters), **method}, "round_robin")
    assert not plan.faults
    selection = select(plan, candidates, seed="lead", wanted=wanted)
    return [each.producer_id for each in selection.ranked], dict(selection.unfit), list(selection.passages)


def test_a_skill_is_called_for_from_its_level_on_and_for_its_products_only() -> None:
    members = [graded(1, annuities=2), graded(2, annuities=3), graded(3, medicare=5)]

    assert run(members, ANNUITIES)[:2] == ([2], {1: "SKILL_MISSING", 3: "SKILL_MISSING"})
    assert run(members, ANNUITIES, wanted=Wanted(products=("term_life",)))[1] == {}


def test_levels_relax_step_by_step_and_it_is_told_by_how_many() -> None:
    members = [graded(1, annuities=1), graded(2, annuities=2), graded(3, medicare=5)]

    ranked, unfit, passages = run(members, {**ANNUITIES, "relax": 2, "otherwise": "hold"})

    assert (ranked, sorted(unfit)) == ([2], [1, 3])
    assert passages == [Passage("skill", 1, relaxed=1)]


def test_relaxing_never_does_without_the_skill() -> None:
    ranked, unfit, passages = run([graded(3, medicare=5)], {**ANNUITIES, "relax": 4, "otherwise": "hold"})

    assert (ranked, unfit) == ([], {3: "SKILL_MISSING"})
    assert passages == [Passage("skill", 0, relaxed=4)]


def test_a_filter_that_leaves_nobody_steps_aside_and_says_so() -> None:
    ranked, unfit, passages = run([graded(3, medicare=5)], {**ANNUITIES, "relax": 1})

    assert (ranked, unfit) == ([3], {})
    assert passages == [Passage("skill", 1, relaxed=1, stepped_aside=True)]


def test_a_filter_over_nobody_is_no_reason_to_relax() -> None:
    assert run([], {**ANNUITIES, "relax": 3}) == ([], {}, [Passage("skill", 0)])


def test_filters_judge_whom_the_one_before_has_left() -> None:
    speaker, expert = member(1, languages=("es",)), graded(2, annuities=3)

    ranked, unfit, passages = run([speaker, expert], {"step": "language"}, {**ANNUITIES, "otherwise": "hold"})

    assert (ranked, unfit) == ([], {2: "LANGUAGE_MISSING", 1: "SKILL_MISSING"})
    assert [each.left for each in passages] == [1, 0]


def test_a_lead_that_names_no_language_suits_everybody() -> None:
    assert run([member(1)], {"step": "language", "otherwise": "hold"}, wanted=Wanted())[1] == {}


@pytest.mark.parametrize(("first", "order"), [("closest", [2, 3, 1]), ("strongest", [3, 2, 1])])
def test_the_best_fit_keeps_experts_free_or_puts_them_first(first: str, order: list[int]) -> None:
    members = [graded(1, annuities=1), graded(2, annuities=3), graded(3, annuities=5)]

    ranked, _, _ = run(members, {**ANNUITIES, "relax": 4}, preferences=[{"step": "skill_fit", "first": first}])

    assert ranked == [each for each in order if each != 1]


def test_preferences_count_in_their_order_and_after_what_rules_prefer() -> None:
    near, speaker = (
        member(1, readings={"territory": ["zip", "75201"]}),
        member(2, languages=("es",), readings={"territory": ["state", "TX"]}),
    )
    by_rule = member(3, preference="1", readings={"territory": ["everywhere", ""]})
    speaks, closest = {"step": "speaks"}, {"step": "closest"}

    assert run([near, speaker, by_rule], preferences=[closest, speaks])[0] == [3, 1, 2]
    assert run([near, speaker, by_rule], preferences=[speaks, closest])[0] == [3, 2, 1]


def test_a_stand_in_comes_last_whatever_the_method_prefers() -> None:
    members = [member(1, weight=0, languages=("es",)), member(2)]

    assert run(members, preferences=[{"step": "speaks"}])[0] == [2, 1]


@pytest.mark.parametrize(
    ("options", "order"),
    [
        pytest.param({}, [1, 2, 3], id="the person before the household"),
        pytest.param({"household": False}, [1, 3, 2], id="the person alone"),
        pytest.param({"within_days": 10}, [2, 3, 1], id="not so long ago"),
    ],
)
def test_whoever_knows_the_person_comes_first(options: dict[str, Any], order: list[int]) -> None:
    members = [
        member(1, credit="2", readings={"tie": ["account", 90]}),
        member(2, credit="1", readings={"tie": ["household", 5]}),
        member(3, credit="0", readings={"tie": None}),
    ]

    assert run(members, preferences=[{"step": "continuity", **options}])[0] == order


def test_nobody_knows_a_person_whom_nobody_looked_up() -> None:
    members = [member(1, credit="1"), member(2)]

    assert run(members, preferences=[{"step": "continuity"}])[0] == [2, 1]


@pytest.mark.parametrize(
    ("options", "state", "why"),
    [
        pytest.param({}, {"on_holiday": True}, "HOLIDAY", id="a holiday"),
        pytest.param({"holidays": False}, {"on_holiday": True}, None, id="works on holidays"),
        pytest.param({"last_minutes": 20}, {"minutes_left": 19}, "SHIFT_ENDING", id="about to leave"),
        pytest.param({"last_minutes": 20}, {"minutes_left": 20}, None, id="long enough there"),
        pytest.param({"last_minutes": 20}, {"minutes_left": None}, None, id="never leaves"),
        pytest.param({"seen_within": 5}, {"readings": {"seen": 6}}, "NOT_SEEN", id="gone for too long"),
        pytest.param({"seen_within": 5}, {"readings": {"seen": 5}}, None, id="just seen"),
        pytest.param({"seen_within": 5}, {"readings": {"seen": None}}, "NOT_SEEN", id="never seen"),
        pytest.param({}, {"readings": {"seen": None}}, None, id="nobody asks for presence"),
    ],
)
def test_availability(options: dict[str, Any], state: dict[str, Any], why: str | None) -> None:
    ranked, unfit, _ = run([member(1, **state)], {"step": "availability", "otherwise": "hold", **options})

    assert (ranked, unfit) == (([], {1: why}) if why else ([1], {}))


def test_only_members_whose_territory_holds_the_lead_pass() -> None:
    members = [
        member(1, readings={"territory": ["county", "TX/Collin"]}),
        member(2, readings={"territory": None}),
        member(3, readings={"territory": ["everywhere", ""]}),
    ]

    ranked, unfit, _ = run(members, {"step": "territory"})

    assert (sorted(ranked), unfit) == ([1, 3], {2: "OUT_OF_TERRITORY"})


def least_loaded(*candidates: Candidate, effort: str = "1", calls: bool = True) -> list[int]:
    """Return the order by room."""
    plan = parse({"order": {"calls": calls}}, "least_loaded")
    ranked = select(plan, candidates, seed="lead", wanted=Wanted(effort=Decimal(effort))).ranked
    return [each.producer_id for each in ranked]


def test_calls_that_no_longer_fit_into_the_shift_make_a_desk_full() -> None:
    early = member(1, load="9", calls_per_hour=6, minutes_left=240, readings={"uncalled": 4})
    leaving = member(2, load="1", calls_per_hour=6, minutes_left=20, readings={"uncalled": 4})

    assert least_loaded(early, leaving) == [1, 2]
    assert least_loaded(early, leaving, calls=False) == [2, 1]


def test_where_nobody_counts_calls_the_desk_alone_decides() -> None:
    uncounted = member(1, load="9", readings={"uncalled": 19})
    counted = member(2, load="10", calls_per_hour=6, minutes_left=None, readings={"uncalled": 4})

    assert least_loaded(uncounted, counted) == [1, 2]


def test_in_a_shifts_last_minute_fewer_waiting_calls_still_come_first() -> None:
    five = member(1, calls_per_hour=6, minutes_left=0, readings={"uncalled": 5})
    one = member(2, calls_per_hour=6, minutes_left=0, readings={"uncalled": 1})

    assert least_loaded(five, one) == [2, 1]


def test_room_is_measured_with_the_effort_of_this_lead() -> None:
    small, large = member(1, capacity=10, load="2"), member(2, capacity=30, load="9")

    assert least_loaded(small, large, effort="1") == [1, 2]
    assert least_loaded(small, large, effort="4") == [2, 1]


def test_priority_by_the_published_weights() -> None:
    plan = parse({"filters": [{**ANNUITIES, "relax": 4}]}, "priority")
    known = member(
        1,
        capacity=10,
        load="4",
        skills={"annuities": 3},
        languages=("es",),
        readings={"tie": ["account", 3]},
    )
    stranger = member(2, capacity=10, load="0", skills={"annuities": 3}, languages=("en",))

    selection = select(plan, [stranger, known], seed="lead", wanted=FLAWLESS)

    assert [each.producer_id for each in selection.ranked] == [1, 2]
    assert dict(selection.ranked[0].parts) | {"preference": None, "last_assigned_at": None} == {
        "preference": None,
        "last_assigned_at": None,
        "fit": 1,
        "intent": Decimal("0.8"),
        "account": 1,
        "capacity": Decimal("0.5"),
        "urgency": 1,
    }
    # 0.28 + 0.24 * 0.8 + 0.20 + 0.12 * 0.5 + 0.16, and 0.28 * 0.5 + 0.24 * 0.8 + 0.12 * 0.9 + 0.16
    assert [each.score for each in selection.ranked] == [Decimal("0.892"), Decimal("0.6")]


def test_only_the_ratio_of_the_weights_matters() -> None:
    halves = parse(
        {"order": {"fit": "0.5", "capacity": "0.5", "intent": "0", "account": "0", "urgency": "0"}}, "priority"
    )

    (ranked,) = select(halves, [member(1, capacity=0)], seed="lead", wanted=Wanted()).ranked

    assert ranked.score == Decimal("0.5")
