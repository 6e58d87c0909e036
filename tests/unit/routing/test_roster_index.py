"""A pool asked at once stands as each of its members does alone, whatever the roster, the lead and the instant."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licenses.authority import Ask
from routing.catalog import CATALOG
from routing.decision import AtOnce, Context, Inquiry, Rules, consider, judge_producers
from routing.roster import AgencyFacts, Member, Roster, RosterProducer
from routing.roster_index import RosterIndex
from routing.sla.calendar import Calendar, Interval
from tests.unit.routing.cast import ASK, NOW, TERM_LIFE, TO_LIFE, agency, compiled, inquiry, on_leave, producer, roster

SPANISH: Final = {
    "id": "spanish",
    "name": "Spanish",
    "when": {"field": "lead.language", "op": "eq", "value": "es"},
    "require": {"field": "producer.languages", "op": "contains", "ref": "lead.language"},
    "reason": "LANGUAGE",
}
FRESH: Final = {
    "id": "fresh",
    "name": "Fresh license data",
    "require": {"field": "producer.license_data_age", "op": "lte", "value": 3},
    "reason": "STALE",
}
HOME: Final = {
    "id": "home",
    "name": "In force here",
    "require": {
        "field": "producer.authorities",
        "op": "contains",
        "key": [{"ref": "lead.state"}, {"ref": "lead.line"}],
    },
    "reason": "NOT_HERE",
}
SENIOR: Final = {
    "id": "senior",
    "name": "Senior",
    "prefer": {"field": "producer.skills", "op": "contains", "value": "senior"},
    "weight": 2.5,
}
LATE: Final = Calendar("America/Chicago", tuple(Interval(day, time(9), time(17, 30)) for day in range(5)))
NIGHT: Final = Calendar("America/New_York", (Interval(0, time(22), time(6)), Interval(1, time(22), time(6))))
ASKS: Final = (
    ASK,
    replace(ASK, carrier="00101"),
    replace(ASK, carrier="00999"),
    Ask("GA", ("America/New_York", "America/Chicago"), (TERM_LIFE,)),
    Ask("FL", ("America/New_York",), (TERM_LIFE,)),
)

PEOPLE = st.lists(
    st.none()
    | st.fixed_dictionaries(
        {},
        optional={
            "expires": st.sampled_from([date(2026, 11, 22), date(2026, 11, 23), date(2026, 11, 24)]),
            "status": st.sampled_from(["ACTIVE", "LEAVE", "OFFBOARDED"]),
            "languages": st.sampled_from([("en", "es"), ("es",), ()]),
            "skills": st.just(("senior",)),
            "shifts": st.sampled_from([LATE, NIGHT]),
            "leaves": st.sampled_from([on_leave(), on_leave(days=3), ()]),
            "license_data_as_of": st.sampled_from([date(2026, 11, 20), date(2026, 11, 23)]),
            "time_zone": st.sampled_from(["Pacific/Honolulu", "Asia/Kolkata", "Australia/Lord_Howe"]),
            "memberships": st.sampled_from([(Member("life", 1),), (Member("other", 1),), ()]),
        },
    ),
    min_size=1,
    max_size=7,
)
RULES: Final = Rules(
    route=compiled("route", TO_LIFE), eligibility=(compiled("eligibility", SPANISH, FRESH, HOME, SENIOR),)
)
FACTS = st.fixed_dictionaries(
    {"lead.state": st.sampled_from(["GA", "FL"]), "lead.line": st.just("LIFE")},
    optional={"lead.language": st.sampled_from(["en", "es"])},
)
STEPS = st.lists(
    st.tuples(
        st.one_of(st.none(), PEOPLE),  # a later roster, or the same
        st.integers(-30, 40 * 60),  # minutes that go by, now and then backwards
        st.sampled_from(ASKS),
        FACTS,
        st.frozensets(st.integers(1, 9), max_size=2),  # who had it
        st.none() | st.integers(1, 7),  # the former owner
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(PEOPLE, STEPS)
def test_a_pool_asked_at_once_stands_as_each_of_its_members_alone(
    first: list[dict[str, Any] | None], steps: list[tuple[Any, ...]]
) -> None:
    index, agency_, now = RosterIndex(RULES), agency(), NOW
    here = _roster(1, first, agency_)
    answered = 0

    for version, (people, minutes, ask, facts, had_it, former_owner) in enumerate(steps, 2):
        now += timedelta(minutes=minutes)
        here = here if people is None else _roster(version, people, agency_, before=here)
        asked = Inquiry(
            CATALOG.facts(facts), ask, Context(RULES, here, index), now, had_it=had_it, former_owner=former_owner
        )
        at_once = index.standings(asked, ask, "life")
        if at_once is None:
            continue
        answered += 1
        alone = judge_producers([here.producers[each] for each in here.pool_members("life")], asked, ask)
        _agree(at_once, alone, asked)

    assert answered >= 1


def _roster(
    version: int, people: Sequence[dict[str, Any] | None], agency_: AgencyFacts, before: Roster | None = None
) -> Roster:
    """Return a roster of these; None is whoever had the number before, as he was."""
    known = before.producers if before else {}
    found: dict[int, RosterProducer] = {}
    for number, fields in enumerate(people, 1):
        if fields is not None:
            found[number] = producer(number, **fields)
        elif number in known:
            found[number] = known[number]
    return replace(roster(*found.values()), version=version, agency=agency_)


def _agree(at_once: AtOnce, alone: Sequence[Any], asked: Inquiry) -> None:
    plain = replace(asked, context=replace(asked.context, index=None))
    assert at_once.eligible == tuple(each for each in alone if each.is_eligible)
    assert len(at_once) == len(alone)
    assert tuple(at_once) == alone
    considered, reference = consider(asked), consider(plain)
    assert isinstance(considered.standings, AtOnce)
    assert considered.excluded_by() == reference.excluded_by()
    assert considered.nearest_misses() == reference.nearest_misses()
    told = [(each.status, each.reason, each.strategy, each.tier) for each in (considered, reference)]
    assert told[0] == told[1]


def test_an_index_answers_neither_for_older_rosters_nor_for_older_instants_nor_for_other_rules() -> None:
    index, asked = RosterIndex(RULES), inquiry(producer(1), rules=RULES)
    later = replace(asked, context=replace(asked.context, roster=replace(asked.context.roster, version=8)))

    assert index.standings(later, ASK, "life") is not None

    assert index.standings(asked, ASK, "life") is None
    assert index.standings(replace(later, now=NOW - timedelta(seconds=1)), ASK, "life") is None
    assert index.standings(inquiry(producer(1)), ASK, "life") is None
    assert index.standings(replace(later, now=NOW + timedelta(seconds=1)), ASK, "life") is not None


def test_a_shift_ends_to_the_minute_without_anybody_telling_the_index() -> None:
    index = RosterIndex(RULES)
    kim = producer(1, shifts=LATE, license_data_as_of=date(2026, 11, 23))
    asked = inquiry(kim, rules=RULES, facts={"lead.language": "en"})
    ends = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)

    free = [
        [each.producer_id for each in found.eligible]
        for minutes in (-600, -1, 0, 16 * 60)
        if (found := index.standings(replace(asked, now=ends + timedelta(minutes=minutes)), ASK, "life"))
    ]

    assert free == [[], [1], [], [1]]
