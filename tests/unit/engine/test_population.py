"""Everybody at once is held to one at a time: whatever the rules, the roster, the lead and the instant."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules_engine.engine.bitsets import positions
from rules_engine.engine.catalog import NO_FACTS, Facts
from rules_engine.engine.compile import CompiledRule, CompiledSet
from rules_engine.engine.evaluate import trace
from rules_engine.engine.horizon import Horizon, Spell
from rules_engine.engine.nodes import Prefer, Require
from rules_engine.engine.outcomes import Block
from rules_engine.engine.population import Population
from rules_engine.engine.ruleset import eligibility
from rules_engine.engine.screening import Screen
from rules_engine.engine.values import Verdict
from tests.unit.engine import crowd
from tests.unit.engine.vocabulary import NOW, make_rule

ZONE = ZoneInfo("America/New_York")
thorough = settings(deadline=None, suppress_health_check=list(HealthCheck))
ROSTERS = st.lists(st.none() | crowd.PRODUCERS, max_size=10)


def test_everybody_at_once_is_told_what_each_is_told_alone() -> None:
    cases = 0

    @settings(thorough, max_examples=300)
    @given(
        rules=st.lists(crowd.RULES, min_size=3, max_size=7),
        roster=ROSTERS,
        leads=st.lists(crowd.LEADS, min_size=5, max_size=6),
        instants=st.lists(crowd.INSTANTS, min_size=4, max_size=5, unique=True),
    )
    def compare(
        rules: list[dict[str, object]], roster: list[Facts | None], leads: list[Facts], instants: list[datetime]
    ) -> None:
        nonlocal cases
        compiled = crowd.rule_set(rules)
        screen = Screen([compiled], Population(roster))
        for lead in leads:
            for now in instants:
                _compare(screen, compiled, roster, lead, now)
                cases += len(rules)  # of each rule with this roster, lead and instant

    compare()
    assert cases >= 20_000


def _compare(screen: Screen, compiled: CompiledSet, roster: Sequence[Facts | None], lead: Facts, now: datetime) -> None:
    found, residue = screen.screen(lead, now), eligibility([compiled], lead, now)
    told = {at: residue.judge(facts) for at, facts in enumerate(roster) if facts is not None}

    assert set(positions(found.eligible)) == {at for at, each in told.items() if each.allowed}
    assert _by_rule(found.excluded()) == _blocked({at: each.blocks for at, each in told.items()})
    assert _by_rule(found.would_have()) == _blocked({at: each.would_have for at, each in told.items()})
    assert {at: found.preference(at) for at in told} == {at: each.preference for at, each in told.items()}
    assert {at: found.judge(at) for at in told} == told
    assert _by_rule(found.excluded()) == _traced(compiled, roster, lead, now)


def _by_rule(excluded: dict[str, int]) -> dict[str, set[int]]:
    return {rule: set(positions(whom)) for rule, whom in excluded.items() if whom}


def _blocked(blocks: dict[int, tuple[Block, ...]]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for at, each in blocks.items():
        for block in each:
            found.setdefault(block.rule, set()).add(at)
    return found


def _traced(compiled: CompiledSet, roster: Sequence[Facts | None], lead: Facts, now: datetime) -> dict[str, set[int]]:
    """Return whom each rule excludes by the language's own words, leaf by leaf."""
    found: dict[str, set[int]] = {}
    for rule in compiled.rules:
        if rule.rule.is_provisional or not rule.is_active(now.timestamp()):
            continue
        whom = {at for at, facts in enumerate(roster) if facts is not None and _excludes(rule, lead.merged(facts), now)}
        if whom:
            found[rule.key] = whom
    return found


def _excludes(rule: CompiledRule, facts: Facts, now: datetime) -> bool:
    """An unknown `when` applies; what is unknown about the requirement excludes."""
    action, when = rule.rule.action, rule.rule.when
    if not isinstance(action, Require):
        assert isinstance(action, Prefer)
        return False
    applies = when is None or trace(when, facts, now, ZONE).verdict is not Verdict.FALSE
    return applies and trace(action.condition, facts, now, ZONE).verdict is not Verdict.TRUE


CHANGES = st.lists(st.tuples(st.integers(0, 11), st.none() | crowd.PRODUCERS), min_size=1, max_size=8)


@settings(thorough, max_examples=150)
@given(
    rules=st.lists(crowd.RULES, min_size=1, max_size=5),
    roster=ROSTERS,
    changes=CHANGES,
    leads=st.lists(crowd.LEADS, min_size=2, max_size=2),
    now=crowd.INSTANTS,
)
def test_a_changed_population_answers_like_one_made_afresh(
    rules: list[dict[str, object]],
    roster: list[Facts | None],
    changes: list[tuple[int, Facts | None]],
    leads: list[Facts],
    now: datetime,
) -> None:
    compiled, population = crowd.rule_set(rules), Population(roster)
    screen = Screen([compiled], population)

    for position, facts in changes:
        at = min(position, len(population.roster))
        population.place(at, facts)
        roster = [*roster[:at], facts, *roster[at + 1 :]]

    assert population.roster == roster
    fresh = Screen([compiled], Population(roster))
    for lead in leads:
        changed, again = screen.screen(lead, now), fresh.screen(lead, now)
        assert changed.eligible == again.eligible
        assert (changed.excluded(), changed.would_have()) == (again.excluded(), again.would_have())
        assert changed.preferences() == again.preferences()
    for name in (field.name for field in crowd.CATALOG.fields if field.scope == "producer"):
        mine, theirs = population.attribute(name), Population(roster).attribute(name)
        assert (mine.sets, mine.known, mine.missing) == (theirs.sets, theirs.known, theirs.missing)


def test_a_rule_that_puts_lead_and_producer_together_is_asked_one_by_one_of_those_still_possible() -> None:
    licensed_at_home = {
        "field": "producer.keys",
        "op": "contains",
        "key": [{"ref": "producer.choice"}, {"ref": "lead.text"}],
    }
    french = {"field": "producer.texts", "op": "contains", "value": "fr"}
    compiled = crowd.rule_set([make_rule("eligibility", require=each) for each in (licensed_at_home, french)])
    roster = [
        crowd.CATALOG.facts({"producer.choice": "FL", "producer.keys": [["FL", "LIFE"]], "producer.texts": texts})
        for texts in (["fr"], ["en"], ["fr"], ["fr"])
    ]
    population = Population([*roster[:2], None, roster[3].merged(crowd.CATALOG.facts({"producer.choice": "TX"}))])
    screen = Screen([compiled], population)

    found = screen.screen(crowd.CATALOG.facts({"lead.text": "LIFE"}), NOW)

    assert screen.not_indexed == ("set:rule-0",)
    assert (list(positions(found.eligible)), found.asked) == ([0], 2)
    assert _by_rule(found.excluded()) == {"set:rule-0": {3}, "set:rule-1": {1}}


def test_nobody_is_judged_where_nobody_stands() -> None:
    screen = Screen([], Population([None]))

    with pytest.raises(LookupError):
        screen.screen(NO_FACTS, NOW).judge(0)


def test_a_position_is_not_skipped() -> None:
    with pytest.raises(IndexError):
        Population([]).place(1, NO_FACTS)


SPELLS = st.lists(st.tuples(st.integers(1, 20), st.none() | crowd.PRODUCERS), min_size=1, max_size=4)


@settings(thorough, max_examples=150)
@given(
    rules=st.lists(crowd.RULES, min_size=1, max_size=4),
    lives=st.lists(SPELLS, min_size=1, max_size=6),
    hours=st.lists(st.integers(0, 90), min_size=1, max_size=6),
    lead=crowd.LEADS,
)
def test_at_any_instant_a_population_is_as_it_would_be_made_then(
    rules: list[dict[str, object]], lives: list[list[tuple[int, Facts | None]]], hours: list[int], lead: Facts
) -> None:
    """Time may also run backwards: a replay asks about the past."""
    compiled = crowd.rule_set(rules)
    horizon = Horizon(partial(_spell, lives), len(lives), NOW)
    screen = Screen([compiled], horizon.population)

    for hour in hours:
        now = NOW + timedelta(hours=hour)
        horizon.reach(now)
        spells = [_spell(lives, position, now) for position in range(len(lives))]
        again = Horizon(partial(_spell, lives), len(lives), now)
        assert horizon.population.roster == [spell.facts for spell in spells]
        assert horizon.next == min(spell.until for spell in spells)
        assert screen.screen(lead, now).eligible == Screen([compiled], again.population).screen(lead, now).eligible


def _spell(lives: list[list[tuple[int, Facts | None]]], position: int, now: datetime) -> Spell:
    """Return the spell an instant falls in: so many hours each, one after the other, the last without an end."""
    since = NOW.timestamp()
    for lasting, facts in lives[position][:-1]:
        until = since + 3600 * lasting
        if now.timestamp() < until:
            return Spell(facts, since, until)
        since = until
    return Spell(lives[position][-1][1], since)


def test_only_what_changes_by_itself_is_read_again() -> None:
    read = []

    def spell(position: int, now: datetime) -> Spell:
        read.append(position)
        midnight = datetime(2026, 11, 22, tzinfo=UTC).timestamp()
        return Spell(NO_FACTS, until=midnight if position == 1 and now.timestamp() < midnight else math.inf)

    horizon = Horizon(spell, 3, NOW)
    read.clear()

    assert (horizon.reach(NOW + timedelta(hours=1)), horizon.reach(NOW + timedelta(hours=9)), read) == (0, 1, [1])


def test_a_key_written_out_in_the_rule_is_looked_up_whole() -> None:
    home = make_rule("eligibility", require={"field": "producer.keys", "op": "contains", "key": [{"value": "FL"}] * 2})
    people = [crowd.CATALOG.facts({"producer.keys": keys}) for keys in ([["FL", "FL"]], [["FL", "TX"]], [])]

    found = Screen([crowd.rule_set([home])], Population(people)).screen(NO_FACTS, NOW)

    assert list(positions(found.eligible)) == [0]
