"""Stored decisions under other rules: the shortcuts give what deciding again gives, and no change moves nobody."""

import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licenses.models import Producer
from routing.counterfactual import as_stored, decide_again, repeats, retell
from routing.demo import leads
from routing.models import Decision
from routing.queries.past_rosters import Walk
from routing.services import desk, intake, sla
from routing.services.recalling import Past
from routing.services.rehearsing import replay
from routing.services.trying import Bench
from rules_engine.models import RuleSet
from tests.agency import (
    MINUTE,
    NOW,
    TO_LIFE,
    actor_of,
    hire,
    make_pool,
    open_agency,
    publish,
    receive,
    receive_lead,
    set_profile,
)
from tests.functional.world import make_world
from tests.integration.routing.test_methods import choose_by
from tests.integration.routing.trials import CHANGES, by_state, changed, records, swap

pytestmark = pytest.mark.django_db

SAY_SO = {
    "id": "old",
    "name": "Old people",
    "when": {"field": "lead.age", "op": "gte", "value": 80},
    "effect": "review",
    "on_unknown": "skip",
}
PREMIUM = {
    "id": "premium",
    "name": "A good premium",
    "when": {"field": "lead.premium", "op": "gte", "value": 1000},
    "add": 75,
}
SPEAKS = {
    "id": "speaks",
    "name": "Speaks the language",
    "when": {"field": "lead.language", "op": "is_known"},
    "require": {"field": "producer.languages", "op": "contains", "ref": "lead.language"},
    "reason": "LANGUAGE",
    "message": "does not speak it",
}


@pytest.fixture
def small() -> list[RuleSet]:
    """Return the sets of an agency with one rule a stage and two producers."""
    open_agency()
    publish("checks", {**SAY_SO, "reason": "OLD_AGE"}, stage="gate")
    publish("scores", PREMIUM, stage="score")
    publish("fit", SPEAKS, stage="eligibility")
    hire("Kim", capacity=6, languages=["en", "es"])
    hire("Lee", capacity=3, languages=["en"])
    return list(RuleSet.objects.select_related("live_version"))


def live_benches(sets: list[RuleSet]) -> Iterator[Bench]:
    for ruleset in sets:
        assert ruleset.live_version is not None
        yield Bench(swap(ruleset.slug, ruleset.live_version.document))


LEADS = st.fixed_dictionaries(
    {"state": st.sampled_from(["GA", "FL"]), "product": st.sampled_from(["term_life"])},
    optional={
        "premium": st.integers(0, 3000).map(lambda dollars: f"{dollars}.00"),
        "birth_date": st.dates(NOW.date() - timedelta(days=36_000), NOW.date()).map(lambda day: day.isoformat()),
        "language": st.sampled_from(["en", "es", "vi"]),
        "zip": st.sampled_from(["30301", "33101"]),
    },
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(drawn=st.lists(LEADS, min_size=1, max_size=6))
def test_the_live_rules_move_none_of_any_stored_decisions(small: list[RuleSet], drawn: list[dict[str, Any]]) -> None:
    for fields in drawn:
        receive(**fields)

    recalled = list(Past(Walk().at).recall(list(Decision.objects.values_list("pk", flat=True))))

    for bench in live_benches(small):
        replayed = replay(recalled, bench)
        assert replayed.moves == []
        assert replayed.tally.count("unrepeatable") == 0
        assert replayed.tally.count("replayed") == len(recalled) >= len(drawn)
    for each in recalled:
        assert each.record is not None
        assert decide_again(each.record, each.record.rules) == as_stored(each.record)


@pytest.fixture
def world() -> None:
    made = make_world(producers=14, count=60)
    # No invented lead need be one that a gate stops, and a gate that is gone must move somebody.
    uninvited = {**leads.fields(Random(3), 60), "product": "medicare_advantage"}
    uninvited.pop("consent", None)
    answer = intake.receive(source=made.demo.sources[0], body=json.dumps(uninvited).encode(), key="gated", now=made.now)
    assert answer.body["reason"]["code"] == "MEDICARE_UNSOLICITED"


def test_every_decision_of_thirty_days_is_given_again_by_its_own_rules(world: None) -> None:
    found = list(records())

    assert len(found) > 60
    assert {record.outcome.status for record in found} >= {"assigned", "fallback"}
    for record in found:
        assert repeats(record)
        assert decide_again(record, record.rules) == as_stored(record)


def test_no_change_is_told_by_a_shortcut_otherwise_than_by_deciding_again(world: None) -> None:
    found = list(records())
    moved: dict[str, int] = {}
    for name in CHANGES:
        put_in = swap(*changed(name))
        for record in found:
            rules = put_in.into(record.rules)
            told = retell(record, put_in, rules)
            assert told == decide_again(record, rules), name
            moved[name] = moved.get(name, 0) + (told.outcome != record.outcome)

    assert {name for name, count in moved.items() if not count} == set()


@pytest.mark.parametrize(
    ("slug", "rule"),
    [
        ("scores", {**PREMIUM, "add": 40}),
        ("routes", {**TO_LIFE, "route": {"pool": "life", "tier": "low"}}),
        ("fit", {**SPEAKS, "require": {"field": "producer.languages", "op": "contains", "value": "vi"}}),
    ],
    ids=["score", "tier", "requirement"],
)
def test_where_a_pool_looks_at_more_than_desks_it_chooses_again(
    small: list[RuleSet], slug: str, rule: dict[str, Any]
) -> None:
    choose_by(strategy="priority")
    receive(premium="2000.00", language="en")
    (record,) = records()
    put_in = swap(slug, {**document(slug), "rules": [rule]})
    rules = put_in.into(record.rules)

    told = retell(record, put_in, rules)

    assert (record.is_plain, record.preferences) == (False, None)
    assert told == decide_again(record, rules)
    assert told.outcome != record.outcome


def only_move(bench: Bench) -> Any:
    (move,) = replay(Past(Walk().at).recall(list(Decision.objects.values_list("pk", flat=True))), bench).moves
    return move


def test_a_gate_is_named_and_what_it_does(small: list[RuleSet]) -> None:
    receive(birth_date="1950-05-05")
    younger = {**SAY_SO, "reason": "OLD_AGE", "when": {**SAY_SO["when"], "value": 60}}  # type: ignore[dict-item]

    move = only_move(Bench(swap("checks", {**document("checks"), "rules": [younger]})))

    assert (move["kind"], move["why"]) == ("STOPPED", "“Old people” now sends it to review.")
    assert (move["before"]["status"], move["after"]["status"], move["after"]["reason"]) == (
        "assigned",
        "review",
        "OLD_AGE",
    )
    assert (move["state"], move["line"], move["is_assumed"]) == ("GA", "LIFE", False)


def test_a_gate_that_lets_go_is_named(small: list[RuleSet]) -> None:
    receive(birth_date="1940-05-05")

    move = only_move(Bench(swap("checks", {**document("checks"), "rules": []})))

    assert (move["kind"], move["why"]) == ("ROUTED", "“Old people” no longer sends it to review.")
    assert move["is_assumed"] is True  # nobody's desk was looked at


def test_a_tier_is_laid_to_the_points(small: list[RuleSet]) -> None:
    receive(premium="2000.00")

    move = only_move(Bench(swap("scores", {**document("scores"), "rules": [{**PREMIUM, "add": 50}]})))

    assert (move["kind"], move["why"]) == ("TIER", "It scores 50 instead of 75: “A good premium” +50.")
    assert move["tier"] == "hot"


def test_a_producer_excluded_or_let_in_is_named_with_the_rule(small: list[RuleSet]) -> None:
    receive(language="es")
    strict = {
        **SPEAKS,
        "when": {"field": "lead.state", "op": "eq", "value": "GA"},
        "require": {"field": "producer.capacity", "op": "lt", "value": 5},
    }

    assert only_move(Bench(swap("fit", {**document("fit"), "rules": [strict]})))["why"] == (
        "Kim Park may not have it now: does not speak it (“Speaks the language”)."
    )


def test_a_preference_is_named_with_both_weights(small: list[RuleSet]) -> None:
    first = receive_lead().owner_id
    prefer = {
        "id": "large",
        "name": "Large desks",
        "prefer": {"field": "producer.capacity", "op": "gt", "value": 5},
        "weight": 4,
    }
    small_desk = {**prefer, "prefer": {"field": "producer.capacity", "op": "lt", "value": 5}}
    kim, lee = (each.pk for each in _producers())

    winner = prefer if first == lee else small_desk
    move = only_move(Bench(swap("fit", {**document("fit"), "rules": [SPEAKS, winner]})))

    assert move["kind"] == "PRODUCER"
    assert move["after"]["producer"] == (kim if first == lee else lee)
    assert "is now preferred by +4" in move["why"]
    assert move["is_assumed"] is False


def _producers() -> list[Producer]:
    return list(Producer.objects.order_by("pk"))


def test_another_pool_is_named_and_its_desks_are_assumed(small: list[RuleSet]) -> None:
    make_pool("night")
    hire("Ray", pool="night")
    receive()
    elsewhere = {**TO_LIFE, "name": "To the night", "route": {"pool": "night"}}

    move = only_move(Bench(swap("routes", {**document("routes"), "rules": [elsewhere]})))

    assert (move["kind"], move["is_assumed"]) == ("PRODUCER", True)
    assert move["why"] == "“To the night” now routes it to Night; before, “Everything goes to life” routed it to Life."


def test_a_decision_made_under_an_older_version_is_measured_by_the_live_one(small: list[RuleSet]) -> None:
    receive(birth_date="1950-05-05")
    stricter = {**SAY_SO, "reason": "OLD_AGE", "when": {**SAY_SO["when"], "value": 60}}  # type: ignore[dict-item]
    publish("checks", stricter, stage="gate")
    live = 2, swap("checks", document("checks"))

    same = Bench(live[1], live)
    older = Bench(swap("checks", RuleSet.objects.get(slug="checks").versions.get(number=1).document), live)

    (record,) = records()
    assert (same.compare(record).kind, same.compare(record).is_older) == ("", True)
    assert same.compare(record).after.status == "review"
    assert older.compare(record).kind == "ROUTED"


def test_a_row_both_tables_have_counts_where_only_one_of_them_comes_to_it(small: list[RuleSet]) -> None:
    publish("fit", by_state(["GA"], "vi"), stage="eligibility")
    receive()
    put_in = swap("fit", {**document("fit"), "rules": [by_state(["FL"], "vi")]})

    (record,) = records()
    told = retell(record, put_in, put_in.into(record.rules))

    assert record.outcome.status == "assigned"
    assert (told.outcome.status, told.outcome.reason) == ("fallback", "NO_ELIGIBLE_PRODUCER")
    assert told == decide_again(record, put_in.into(record.rules))


def test_unknown_desks_stand_at_the_average_of_the_known(small: list[RuleSet]) -> None:
    for _ in range(3):
        receive(language="es")  # all to Kim: 3 of 6
    last = receive_lead(language="es")
    (record,) = (each for each in records() if each.receipt["lead"] == str(last.pk))
    put_in = swap("fit", {**document("fit"), "rules": []})

    told = retell(record, put_in, put_in.into(record.rules))

    assert told.is_assumed
    assert told.eligible == 2
    assert record.desks.keys() == {_producers()[0].pk}
    assert record.desks[_producers()[0].pk].load == Decimal(3)


def test_what_people_did_meanwhile_is_replayed_as_well(small: list[RuleSet]) -> None:
    """A breach, a decline and a full agency: whoever had the lead is not asked again, and full desks stay full."""
    first, second = receive_lead(premium="2000.00"), receive_lead()
    sla.sweep_due(now=NOW + timedelta(minutes=6))
    holder = next(each for each in _producers() if each.pk == second.owner_id)
    desk.decline(lead=second, reason="No time", actor=actor_of(holder), now=NOW + 7 * MINUTE)
    for producer in _producers():
        set_profile(producer, capacity=1)
    receive(now=NOW + 8 * MINUTE)

    triggers = set(Decision.objects.values_list("trigger", flat=True))
    found = list(records())

    assert triggers == {"INTAKE", "BREACH", "DECLINE"}
    assert first.pk != second.pk
    assert [decide_again(each, each.rules) for each in found] == [as_stored(each) for each in found]
    for bench in live_benches(small):
        assert {bench.compare(record).kind for record in found} == {""}


def document(slug: str) -> dict[str, Any]:
    """Return what is live."""
    live = RuleSet.objects.select_related("live_version").get(slug=slug).live_version
    assert live is not None
    return dict(live.document)
