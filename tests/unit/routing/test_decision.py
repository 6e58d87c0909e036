"""From facts to a ranked list of lawful producers, as a function of its arguments alone."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from routing.caps import Cap, Used
from routing.decision import Rules, choose, consider, full_reason
from routing.roster import RosterPool, RosterProducer
from tests.unit.routing.cast import NOW, TO_LIFE, compiled, free, inquiry, on_leave, producer

ENDED = date(2026, 11, 22)


def gated(effect: str, **more: Any) -> Rules:
    """Return rules whose gate does something to everybody from Georgia."""
    rule: dict[str, Any] = {"id": "g", "name": "Georgia", "when": {"field": "lead.state", "op": "eq", "value": "GA"}}
    rule |= {"effect": effect, "reason": "LOOK"}
    return Rules(gates=(compiled("gate", {**rule, **more}),), route=compiled("route", TO_LIFE))


@pytest.mark.parametrize(
    ("effect", "more", "status", "reason"),
    [
        pytest.param("reject", {}, "rejected", "LOOK", id="reject"),
        pytest.param("quarantine", {}, "quarantined", "LOOK", id="quarantine"),
        pytest.param("review", {}, "review", "LOOK", id="review"),
        pytest.param("warn", {}, "routed", "ASSIGNED", id="warn"),
        pytest.param("reject", {"status": "provisional"}, "routed", "ASSIGNED", id="provisional decides nothing"),
    ],
)
def test_what_a_gate_does_to_a_lead(effect: str, more: dict[str, Any], status: str, reason: str) -> None:
    found = consider(inquiry(producer(1), rules=gated(effect, **more)))

    assert (found.status, found.reason) == (status, reason)


def test_a_gate_that_cannot_tell_sends_to_review_and_names_what_is_missing() -> None:
    rules = gated("reject", when={"field": "lead.age", "op": "lt", "value": 18})

    found = consider(inquiry(producer(1), rules=rules))

    assert (found.status, found.reason, found.missing) == ("review", "DATA_MISSING", ("lead.age",))
    assert found.standings == ()


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        pytest.param({"ask": None}, "STATE_UNCLEAR", id="no governing state"),
        pytest.param({"unclear": "TERRITORY"}, "TERRITORY", id="a state a person must look at"),
    ],
)
def test_an_unclear_state_goes_to_review_before_anybody_is_asked(more: dict[str, Any], reason: str) -> None:
    found = consider(inquiry(producer(1), **more))

    assert (found.status, found.reason, found.standings) == ("review", reason, ())


def test_a_gate_decides_before_an_unclear_state() -> None:
    assert consider(inquiry(producer(1), rules=gated("reject"), ask=None)).status == "rejected"


@pytest.mark.parametrize(
    ("rules", "pools", "reason"),
    [
        pytest.param(Rules(), (), "NO_ROUTE", id="no route set"),
        pytest.param(
            Rules(route=compiled("route", {**TO_LIFE, "route": {"pool": "moon"}})),
            (),
            "POOL_UNKNOWN",
            id="no such pool",
        ),
        pytest.param(
            None,
            (RosterPool(1, "life", "Life", "round_robin", None, False),),
            "POOL_UNKNOWN",
            id="a pool that is switched off",
        ),
    ],
)
def test_a_lead_without_a_pool_falls_back(rules: Rules | None, pools: tuple[RosterPool, ...], reason: str) -> None:
    found = consider(inquiry(producer(1), rules=rules, pools=pools))

    assert (found.status, found.reason) == ("fallback", reason)


@pytest.mark.parametrize(
    ("members", "had_it", "reason"),
    [
        pytest.param([], (), "POOL_EMPTY", id="nobody"),
        pytest.param([producer(1)], (1,), "EVERYONE_HAD_IT", id="who may has had it"),
        pytest.param([producer(1, leaves=on_leave())], (), "NO_ONE_ON_SHIFT", id="on leave"),
        pytest.param([producer(1, leaves=on_leave())], (1,), "NO_ONE_ON_SHIFT", id="on leave, and had it"),
        pytest.param([producer(1, expires=ENDED)], (), "NO_LICENSED_PRODUCER", id="license ended"),
        pytest.param([producer(1, status="OFFBOARDED")], (), "NO_LICENSED_PRODUCER", id="has left"),
        pytest.param(
            [producer(1, expires=ENDED), producer(2, leaves=on_leave())], (), "NO_ONE_ON_SHIFT", id="the nearest reason"
        ),
        pytest.param([producer(1, expires=ENDED), producer(2)], (2,), "EVERYONE_HAD_IT", id="nearer still"),
    ],
)
def test_the_truest_reason_why_nobody_gets_it(
    members: list[RosterProducer], had_it: tuple[int, ...], reason: str
) -> None:
    found = consider(inquiry(*members, had_it=frozenset(had_it)))

    assert (found.status, found.reason, found.eligible) == ("fallback", reason, ())


def test_a_rule_may_exclude_the_licensed_and_is_counted() -> None:
    speaks = {
        "id": "spanish",
        "name": "Speaks Spanish",
        "require": {"field": "producer.languages", "op": "contains", "value": "es"},
        "reason": "LANGUAGE",
        "message": "speaks no Spanish",
    }
    rules = Rules(route=compiled("route", TO_LIFE), eligibility=(compiled("eligibility", speaks, slug="fit"),))

    found = consider(inquiry(producer(1), producer(2), producer(3, expires=ENDED), rules=rules))

    assert found.reason == "NO_ELIGIBLE_PRODUCER"
    assert found.excluded_by() == {"LICENSE_EXPIRED": 1, "fit:spanish": 3}


def test_the_nearest_misses_have_the_least_in_their_way() -> None:
    members = [
        producer(1, "Zoe", expires=ENDED),
        producer(2, "Ann", expires=ENDED, leaves=on_leave()),
        producer(3, "Bob", expires=ENDED),
        producer(4, "Cleo", expires=ENDED),
        producer(5, "Dan", expires=ENDED),
    ]

    misses = consider(inquiry(*members)).nearest_misses()

    assert [each["name"] for each in misses] == ["Bob", "Cleo", "Dan"]
    assert misses[0]["blocks"] == [{"code": "LICENSE_EXPIRED", "text": "license ended Nov 22, 2026", "rule": None}]


def test_where_a_person_names_the_producer_gates_and_route_do_not_decide() -> None:
    found = consider(inquiry(producer(1), producer(2), rules=gated("reject"), only=2))

    assert (found.status, [each.producer_id for each in found.standings], found.pool) == ("routed", [2], None)
    assert [fired.effect for fired in found.gate.fired] == ["reject"]


def test_where_a_person_names_the_producer_the_guard_decides_as_ever() -> None:
    found = consider(inquiry(producer(1, expires=ENDED), only=1))

    assert (found.status, found.reason) == ("fallback", "NO_LICENSED_PRODUCER")


@pytest.mark.parametrize(("score", "tier"), [(0, "low"), (40, "warm"), (70, "hot")])
def test_the_score_makes_the_tier_unless_route_or_pool_say_otherwise(score: int, tier: str) -> None:
    points = {"id": "all", "name": "So many", "add": score} if score else None
    scores = (compiled("score", points),) if points else ()

    def tier_of(route: dict[str, Any], pool_tier: str | None) -> str | None:
        pools = (RosterPool(1, "life", "Life", "round_robin", pool_tier, True),)
        rules = Rules(scores=scores, route=compiled("route", {**TO_LIFE, "route": {"pool": "life", **route}}))
        return consider(inquiry(producer(1), rules=rules, pools=pools)).tier

    assert (tier_of({}, None), tier_of({}, "warm"), tier_of({"tier": "hot"}, "warm")) == (tier, "warm", "hot")


def test_the_former_owner_comes_before_any_preference() -> None:
    prefer = {
        "id": "seniors",
        "name": "Seniors first",
        "prefer": {"field": "producer.skills", "op": "contains", "value": "senior"},
        "weight": 100,
    }
    rules = Rules(route=compiled("route", TO_LIFE), eligibility=(compiled("eligibility", prefer),))
    asked = inquiry(producer(1), producer(2, skills=("senior",)), rules=rules, former_owner=1)

    found = consider(asked)
    chosen = choose(considered=found, inquiry=asked, volatile=free(1, 2), effort=Decimal(1), seed="lead")

    assert [each.producer_id for each in chosen.ranked] == [1, 2]


@pytest.mark.parametrize(
    ("fields", "state", "why", "reason"),
    [
        pytest.param({"capacity": 3}, {"load": Decimal(3)}, "AT_CAPACITY", "NO_CAPACITY", id="a full desk"),
        pytest.param({"capacity": 3}, {"load": Decimal("2.5")}, "AT_CAPACITY", "NO_CAPACITY", id="half a seat"),
        pytest.param(
            {"caps": (Cap(7, "DAY", 2),)}, {"caps": {7: Used(2)}}, "DAILY_CAP", "DAILY_CAP_REACHED", id="the day's cap"
        ),
        pytest.param(
            {"caps": (Cap(7, "DAY", 9), Cap(8, "MONTH", 2))},
            {"caps": {7: Used(2), 8: Used(2)}},
            "MONTHLY_CAP",
            "CAP_REACHED",
            id="the month's cap",
        ),
        pytest.param(
            {"caps": (Cap(7, "WEEK", 100, is_paced=True), Cap(8, "DAY", 2))},
            {"caps": {7: Used(96, NOW), 8: Used(2)}},
            "DAILY_CAP",
            "DAILY_CAP_REACHED",
            id="a full cap before one that paces",
        ),
        pytest.param(
            {"caps": (Cap(7, "WEEK", 100, is_paced=True),)},
            {"caps": {7: Used(96, NOW)}},
            "PACED",
            "CAP_REACHED",
            id="pacing",
        ),
    ],
)
def test_who_has_no_room_is_named_with_the_reason(
    fields: dict[str, Any], state: dict[str, Any], why: str, reason: str
) -> None:
    asked = inquiry(producer(1, **fields))

    chosen = choose(considered=consider(asked), inquiry=asked, volatile=free(1, **state), effort=Decimal(1), seed="x")

    assert (chosen.ranked, dict(chosen.full), full_reason(chosen)) == ((), {1: why}, reason)


def test_the_same_arguments_give_the_same_order_and_another_lead_may_give_another() -> None:
    asked = inquiry(*(producer(number) for number in range(1, 7)))
    considered = consider(asked)

    def order(seed: str) -> list[int]:
        chosen = choose(
            considered=considered,
            inquiry=asked,
            volatile=free(*range(1, 7)),
            effort=Decimal(1),
            seed=seed,
        )
        return [each.producer_id for each in chosen.ranked]

    assert order("one") == order("one")
    assert len({tuple(order(str(seed))) for seed in range(20)}) == 20
