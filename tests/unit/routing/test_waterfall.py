"""Down a waterfall: pool after pool, each lawful, each once, until somebody can have the lead."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing import going_on
from routing.decision import (
    Considered,
    Decided,
    Inquiry,
    Rules,
    Volatile,
    asking_of,
    choices,
    consider,
    descend,
    way_down,
)
from routing.roster import Member, RosterPool, RosterProducer
from tests.unit.routing.cast import NOW, TO_LIFE, compiled, inquiry, producer

ENDED = date(2026, 11, 22)
MINUTE = timedelta(minutes=1)
OFFER: Mapping[str, Any] = {"pick": {"step": "offer", "seconds": 120}}
PULL: Mapping[str, Any] = {"pick": {"step": "pull", "minutes": 10}}


def pool(slug: str, to: str | None = None, after: int | None = None, **fields: Any) -> RosterPool:
    """Return a pool whose leads go on to another."""
    known: dict[str, Any] = {"strategy": "round_robin", "tier": None, "is_active": True, **fields}
    return RosterPool(
        id=sum(map(ord, slug)),
        slug=slug,
        name=slug.capitalize(),
        goes_on_to=to,
        goes_on_after=after * MINUTE if after else None,
        **known,
    )


def member(number: int, *pools: str, **fields: Any) -> RosterProducer:
    """Return a producer of these pools."""
    return producer(number, memberships=tuple(Member(each, 1) for each in pools), **fields)


def decide(asked: Inquiry, loads: Mapping[int, int] | None = None) -> Decided:
    """Decide, with so much on the desks."""

    def desks(considered: Considered) -> dict[int, Volatile]:
        return {
            each.producer_id: Volatile(Decimal((loads or {}).get(each.producer_id, 0)), Decimal(0), None)
            for each in considered.eligible
        }

    way = way_down(asked, consider(asked))
    return descend(choices(asked, way, desks, effort=Decimal(1), seed="a lead"))


def told(decided: Decided) -> tuple[str | None, list[int], list[tuple[str, str]]]:
    """Return the pool, who is in its order, and the way."""
    ranked = [each.producer_id for each in decided.chosen.ranked]
    return decided.considered.pool, ranked, [(step.pool, step.reason) for step in decided.way]


TWO = (pool("life", "more"), pool("more"))


@pytest.mark.parametrize(
    ("first", "loads", "reason"),
    [
        pytest.param({}, {1: 20}, "NO_CAPACITY", id="nobody has room"),
        pytest.param({"expires": ENDED}, {}, "NO_LICENSED_PRODUCER", id="nobody is licensed"),
        pytest.param({"leaves": ((NOW, NOW + MINUTE),)}, {}, "NO_ONE_ON_SHIFT", id="nobody is there"),
    ],
)
def test_a_lead_nobody_of_its_pool_can_have_goes_on(first: dict[str, Any], loads: dict[int, int], reason: str) -> None:
    found = decide(inquiry(member(1, "life", **first), member(2, "more"), pools=TWO), loads)

    assert told(found) == ("more", [2], [("life", reason), ("more", "")])


def test_a_pool_without_members_is_gone_on_from() -> None:
    assert told(decide(inquiry(member(2, "more"), pools=TWO)))[2] == [("life", "POOL_EMPTY"), ("more", "")]


def test_a_lead_somebody_of_its_pool_can_have_has_no_way_to_tell() -> None:
    found = decide(inquiry(member(1, "life"), member(2, "more"), pools=TWO))

    assert told(found) == ("life", [1], [])


def test_a_lead_nobody_can_have_stays_with_its_own_pool() -> None:
    asked = inquiry(member(1, "life"), member(2, "more", expires=ENDED), pools=TWO)

    found = decide(asked, {1: 20})

    assert told(found) == ("life", [], [("life", ""), ("more", "NO_LICENSED_PRODUCER")])
    assert list(going_on.sentences(going_on.way_of(found), "life")) == [
        "More: nobody in the pool is licensed for this state and line."
    ]


def test_the_way_widens_nothing_who_may_have_it() -> None:
    rule = {"id": "r", "name": "Rule", "require": {"field": "producer.capacity", "op": "gt", "value": 20}}
    rules = Rules(route=compiled("route", TO_LIFE), eligibility=(compiled("eligibility", {**rule, "reason": "SMALL"}),))
    members = (
        member(2, "more", expires=ENDED, capacity=50),
        member(3, "more", capacity=20),
        member(4, "more", "life", capacity=50),
        member(5, "more", capacity=50),
    )

    found = decide(inquiry(*members, pools=TWO, rules=rules, had_it=frozenset({4})))

    assert told(found)[:2] == ("more", [5])


def test_a_pool_that_is_switched_off_is_passed_over() -> None:
    pools = (pool("life", "off"), pool("off", "more", is_active=False), pool("more"))

    found = decide(inquiry(member(2, "more", "off"), pools=pools))

    assert told(found)[2] == [("life", "POOL_EMPTY"), ("off", "POOL_UNKNOWN"), ("more", "")]


def test_a_route_to_a_pool_that_is_switched_off_goes_on_too() -> None:
    pools = (pool("life", "more", is_active=False), pool("more"))

    assert told(decide(inquiry(member(1, "life"), member(2, "more"), pools=pools)))[:2] == ("more", [2])


def test_where_all_are_switched_off_nobody_is_asked() -> None:
    pools = (pool("life", "more", is_active=False), pool("more", is_active=False))

    found = decide(inquiry(member(1, "life"), member(2, "more"), pools=pools))

    assert (found.considered.status, found.considered.reason) == ("fallback", "POOL_UNKNOWN")


@pytest.mark.parametrize("to", ["life", "gone"])
def test_a_pool_that_goes_on_to_itself_or_to_none_that_is_there_is_as_one_without(to: str) -> None:
    found = decide(inquiry(member(1, "life"), pools=(pool("life", to),)), {1: 20})

    assert (told(found), found.considered.legs) == (("life", [], []), ())


def test_the_tier_stays_and_each_pool_chooses_by_its_own_method() -> None:
    pools = (pool("life", "more", tier="hot"), pool("more", tier="low", strategy="least_loaded"))
    route = {**TO_LIFE, "route": {"pool": "life", "strategy": "weighted"}}
    rules = Rules(route=compiled("route", route))

    found = decide(inquiry(member(2, "more"), pools=pools, rules=rules))

    assert (found.considered.tier, found.considered.strategy) == ("hot", "least_loaded")


@pytest.mark.parametrize(
    ("method", "after", "since", "asked"),
    [
        pytest.param(OFFER, 5, 4, "life", id="its offers have time left"),
        pytest.param(OFFER, 5, 5, "more", id="its offers have had their time"),
        pytest.param(OFFER, None, 600, "life", id="its offers may take as long as they like"),
        pytest.param(PULL, None, 9, "life", id="it lies in the pool"),
        pytest.param(PULL, None, 10, "more", id="it has lain there for long enough"),
        pytest.param(PULL, 3, 3, "more", id="it may lie there for less than others"),
    ],
)
def test_a_pool_is_passed_over_once_its_time_is_up(
    method: Mapping[str, Any], after: int | None, since: int, asked: str
) -> None:
    pools = (pool("life", "more", after, method=dict(method)), pool("more"))
    asked_since = {"life": NOW - since * MINUTE}

    found = decide(inquiry(member(1, "life"), member(2, "more"), pools=pools, asked_since=asked_since))

    assert told(found)[0] == asked
    assert told(found)[2] == ([("life", "OUT_OF_TIME"), ("more", "")] if asked == "more" else [])


def test_a_pool_asks_on_where_its_leads_have_nowhere_to_go() -> None:
    pools = (pool("life", "more", 5, method=dict(OFFER)), pool("more", is_active=False))

    found = decide(inquiry(member(1, "life"), pools=pools, asked_since={"life": NOW - 60 * MINUTE}))

    assert told(found)[:2] == ("life", [1])


@pytest.mark.parametrize(("since", "seconds"), [(0, 120), (240, 60), (295, 15)])
def test_an_offer_ends_with_the_time_of_its_pool_but_not_in_an_instant(since: int, seconds: int) -> None:
    pools = (pool("life", "more", 5, method=dict(OFFER)), pool("more"))
    asked_since = {"life": NOW - timedelta(seconds=since)}

    asking = asking_of(decide(inquiry(member(1, "life"), pools=pools, asked_since=asked_since)))

    assert asking is not None
    assert asking.seconds == seconds


def test_where_all_pools_of_a_circle_have_had_their_time_a_manager_decides() -> None:
    pools = (pool("life", "more", 5, method=dict(OFFER)), pool("more", "life", 5, method=dict(OFFER)))
    asked_since = {"life": NOW - 60 * MINUTE, "more": NOW - 30 * MINUTE}

    found = decide(inquiry(member(1, "life"), member(2, "more"), pools=pools, asked_since=asked_since))

    assert (found.considered.status, found.considered.reason) == ("fallback", "OUT_OF_TIME")
    assert told(found)[1] == []


SLUGS = ("life", "b", "c", "d")


@given(
    to=st.lists(st.sampled_from([None, *SLUGS, "gone"]), min_size=4, max_size=4),
    active=st.lists(st.booleans(), min_size=4, max_size=4),
    since=st.dictionaries(st.sampled_from(SLUGS), st.integers(0, 10)),
    full=st.sets(st.integers(1, 8)),
    places=st.lists(st.sets(st.sampled_from(SLUGS)), min_size=8, max_size=8),
)
def test_whatever_pools_lead_to_each_is_tried_at_most_once_and_whoever_gets_it_is_a_member_with_room(
    to: list[str | None],
    active: list[bool],
    since: dict[str, int],
    full: set[int],
    places: list[set[str]],
) -> None:
    pools = tuple(
        pool(slug, goes_to, 5, is_active=on, method=dict(OFFER))
        for slug, goes_to, on in zip(SLUGS, to, active, strict=True)
    )
    members = [member(number, *sorted(at)) for number, at in enumerate(places, start=1)]
    asked_since = {slug: NOW - minutes * MINUTE for slug, minutes in since.items()}

    found = decide(inquiry(*members, pools=pools, asked_since=asked_since), dict.fromkeys(full, 20))

    slugs = [step.pool for step in found.way]
    assert len(slugs) == len(set(slugs))
    for each in found.chosen.ranked:
        assert found.considered.pool in places[each.producer_id - 1]
        assert each.producer_id not in full
    if found.chosen.ranked:
        assert active[SLUGS.index(found.considered.pool or "")]
