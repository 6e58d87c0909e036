"""How rules of each stage combine, and what an unknown fact does in each."""

from rules_engine.engine.ruleset import eligibility, gate, route, score
from tests.unit.engine.vocabulary import CATALOG, NOW, leaf, make_rule, make_set

OLD = leaf("lead.age", "gt", 85)


def test_the_worst_confirmed_effect_decides_and_all_that_fire_are_kept() -> None:
    warn = make_rule(effect="warn", reason=None)
    stop = make_rule(when=OLD, effect="quarantine")
    worse = make_rule(when=OLD, status="provisional")
    rules = make_set(warn, stop, worse)

    outcome = gate([rules], CATALOG.facts({"lead.age": 90}), NOW)

    assert outcome.effect == "quarantine"
    assert [(each.rule, each.effect, each.provisional) for each in outcome.fired] == [
        ("set:a-rule-0", "warn", False),
        ("set:a-rule-1", "quarantine", False),
        ("set:a-rule-2", "reject", True),
    ]


def test_an_unknown_fact_sends_the_lead_to_review_with_the_fields_that_are_missing() -> None:
    rules = make_set(make_rule(when={"all": [OLD, leaf("lead.state", "ne", "FL")]}))

    outcome = gate([rules], CATALOG.facts({}), NOW)

    assert outcome.effect == "review"
    assert [(each.reason, each.missing) for each in outcome.fired] == [("DATA_MISSING", ("lead.age", "lead.state"))]


def test_a_known_false_decides_whatever_is_missing_beside_it() -> None:
    rules = make_set(make_rule(when={"all": [OLD, leaf("lead.state", "ne", "FL")]}))

    outcome = gate([rules], CATALOG.facts({"lead.state": "FL"}), NOW)

    assert outcome.effect is None
    assert outcome.fired == ()


def test_a_gate_told_to_skip_unknown_does_not_fire_but_says_so() -> None:
    rules = make_set(make_rule(when=OLD, on_unknown="skip"), make_rule(when=OLD, effect="warn"))

    outcome = gate([rules], CATALOG.facts({}), NOW)

    assert outcome.effect is None
    assert outcome.fired == ()
    assert [(each.rule, each.missing) for each in outcome.unknown] == [
        ("set:a-rule-0", ("lead.age",)),
        ("set:a-rule-1", ("lead.age",)),
    ]


def test_points_add_up_and_are_held_between_0_and_100() -> None:
    plenty = make_set(make_rule("score", add=70), make_rule("score", add=60), stage="score")
    debt = make_set(make_rule("score", add=-30), stage="score")
    facts = CATALOG.facts({})

    assert score([plenty], facts, NOW).total == 100
    assert score([plenty, debt], facts, NOW).total == 100
    assert score([debt], facts, NOW).total == 0


def test_unknown_points_count_as_none_and_provisional_ones_are_shown_only() -> None:
    unknown = make_rule("score", add=20, when=OLD)
    provisional = make_rule("score", add=30, status="provisional")
    rules = make_set(unknown, provisional, make_rule("score", add=5), stage="score")

    outcome = score([rules], CATALOG.facts({}), NOW)

    assert outcome.total == 5
    assert [(part.add, part.verdict.value, part.provisional) for part in outcome.parts] == [
        (0, "UNKNOWN", False),
        (30, "TRUE", True),
        (5, "TRUE", False),
    ]


def test_the_first_match_routes_and_unknown_ones_before_it_are_recorded() -> None:
    unknown = make_rule("route", when=OLD)
    would = make_rule("route", status="provisional")
    chosen = make_rule("route", route={"pool": "texas", "tier": "hot", "strategy": "weighted"})
    rules = make_set(unknown, would, chosen, make_rule("route"), stage="route")

    outcome = route(rules, CATALOG.facts({}), NOW)

    assert (outcome.rule, outcome.pool, outcome.tier, outcome.strategy) == ("set:a-rule-2", "texas", "hot", "weighted")
    assert outcome.passed_over == ("set:a-rule-0",)
    assert outcome.missing == ("lead.age",)
    assert outcome.would_have == ("set:a-rule-1",)
    assert not outcome.stopped


def test_a_route_told_to_stop_at_unknown_leaves_the_lead_without_a_pool() -> None:
    rules = make_set(make_rule("route", when=OLD, on_unknown="stop"), make_rule("route"), stage="route")

    outcome = route(rules, CATALOG.facts({}), NOW)

    assert (outcome.rule, outcome.pool, outcome.stopped) == (None, None, True)
    assert outcome.passed_over == ("set:a-rule-0",)
    assert outcome.missing == ("lead.age",)


def test_every_requirement_that_applies_must_hold() -> None:
    spanish = make_rule("eligibility", when=leaf("lead.state", "eq", "FL"))
    veteran = make_rule("eligibility", require=leaf("producer.years", "gte", 5), reason="TOO_GREEN")
    residue = eligibility([make_set(spanish, veteran, stage="eligibility")], CATALOG.facts({"lead.state": "FL"}), NOW)

    fit = residue.judge(CATALOG.facts({"producer.languages": ["es"], "producer.years": 5}))
    green = residue.judge(CATALOG.facts({"producer.languages": [], "producer.years": 1}))

    assert fit.allowed
    assert fit.blocks == ()
    assert not green.allowed
    assert [block.reason for block in green.blocks] == ["NO_SPANISH", "TOO_GREEN"]


def test_an_unknown_requirement_excludes_and_names_the_fact() -> None:
    residue = eligibility([make_set(make_rule("eligibility"), stage="eligibility")], CATALOG.facts({}), NOW)

    judged = residue.judge(CATALOG.facts({"producer.years": 3}))

    assert not judged.allowed
    assert [(block.reason, block.missing) for block in judged.blocks] == [("UNKNOWN_FACT", ("producer.languages",))]


def test_a_requirement_whose_condition_is_unknown_applies() -> None:
    rule = make_rule("eligibility", when=leaf("lead.state", "eq", "FL"))
    residue = eligibility([make_set(rule, stage="eligibility")], CATALOG.facts({}), NOW)

    assert not residue.judge(CATALOG.facts({"producer.languages": []})).allowed
    assert residue.judge(CATALOG.facts({"producer.languages": ["es"]})).allowed


def test_a_provisional_requirement_only_would_have_excluded() -> None:
    residue = eligibility(
        [make_set(make_rule("eligibility", status="provisional"), stage="eligibility")], CATALOG.facts({}), NOW
    )

    judged = residue.judge(CATALOG.facts({"producer.languages": []}))

    assert judged.allowed
    assert [block.reason for block in judged.would_have] == ["NO_SPANISH"]


def test_preferences_add_up_and_unknown_ones_count_for_nothing() -> None:
    wish = {"require": None, "reason": None}
    rules = make_set(
        make_rule("eligibility", **wish, prefer=leaf("producer.years", "gte", 5), weight=2),
        make_rule("eligibility", **wish, prefer=leaf("producer.years", "gte", 10), weight=0.5),
        make_rule("eligibility", **wish, prefer=leaf("producer.languages", "contains", "es"), weight=8),
        make_rule("eligibility", **wish, prefer=leaf("producer.years", "gte", 5), weight=9, when=OLD),
        stage="eligibility",
    )

    judged = eligibility([rules], CATALOG.facts({}), NOW).judge(CATALOG.facts({"producer.years": 10}))

    assert judged.allowed
    assert str(judged.preference) == "2.5"
