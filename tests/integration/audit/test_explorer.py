"""Asking the ledger: clauses, alternatives, and pages that go on where the last one ended."""

from datetime import timedelta
from typing import Any, Final

import pytest
from django.db import connection

from accounts.actor import Actor, ActorKind
from audit import queries
from audit import services as audit
from audit.filters import Clause, Filter
from audit.models import Entry
from audit.queries import Place
from tests.integration.audit.ledger_cases import KIM, NOON

pytestmark = pytest.mark.django_db

HOUR: Final = timedelta(hours=1)
ALL: Final = Filter()


def happen(action: str = "lead.step", hours: float = 0, actor: Actor = KIM, **columns: Any) -> Entry:
    """Record something that happened so many hours after noon."""
    detail = columns.pop("detail", {})
    entry = audit.entry(at=NOON + hours * HOUR, actor=actor, action=action, detail=detail)
    for name, value in columns.items():
        setattr(entry, name, value)
    audit.record_many([entry])
    return entry


def found(*clauses: Clause) -> list[str]:
    """Return the actions of what any of the clauses finds, the latest first."""
    return [entry.action for entry in queries.page(Filter(clauses), length=20).entries]


@pytest.mark.parametrize(
    ("clause", "actions"),
    [
        pytest.param(Clause(), ["set.changed", "lead.ended", "lead.given", "lead.came"], id="everything, latest first"),
        pytest.param(Clause(since=NOON + HOUR), ["set.changed", "lead.ended", "lead.given"], id="since, inclusive"),
        pytest.param(Clause(until=NOON + HOUR), ["lead.came"], id="until, exclusive"),
        pytest.param(Clause(action="lead.given"), ["lead.given"], id="action"),
        pytest.param(Clause(actor_kind="SYSTEM", actor_id="sla"), ["lead.ended"], id="actor"),
        pytest.param(Clause(target_type="routing.lead"), ["lead.given"], id="kind of target"),
        pytest.param(Clause(target_type="routing.lead", target_id="7"), ["lead.given"], id="one target"),
        pytest.param(Clause(target_type="routing.lead", target_id="8"), [], id="another target"),
        pytest.param(Clause(reason="NO_CAPACITY"), ["lead.came"], id="reason"),
        pytest.param(Clause(producer="5"), ["lead.ended", "lead.given"], id="producer by id or with name"),
        pytest.param(Clause(rule_set="gates"), ["set.changed"], id="rule set"),
        pytest.param(Clause(rule_set="gates", version="3"), ["set.changed"], id="version"),
        pytest.param(Clause(rule_set="gates", version="4"), [], id="another version"),
        pytest.param(Clause(producer="5", actor_id="sla"), ["lead.ended"], id="two together"),
    ],
)
def test_each_clause_finds_what_it_asks_for(clause: Clause, actions: list[str]) -> None:
    happen("lead.came", detail={"reason": "NO_CAPACITY"})
    happen("lead.given", 1, target_type="routing.lead", target_id="7", detail={"producer": {"id": 5, "name": "Bo"}})
    happen("lead.ended", 2, Actor(ActorKind.SYSTEM, "sla", "sla"), detail={"producer": 5})
    happen("set.changed", 3, detail={"rule_set": "gates", "version": 3})

    assert found(clause) == actions


def test_alternatives_are_merged_by_time_and_nothing_is_told_twice() -> None:
    happen("a", 0, detail={"producer": 5})
    happen("b", 1, target_type="licenses.producer", target_id="5")
    happen("c", 2, target_type="licenses.producer", target_id="5", detail={"producer": 5})
    happen("d", 3)

    assert found(Clause(producer="5"), Clause(target_type="licenses.producer", target_id="5")) == ["c", "b", "a"]
    assert found() == []


def test_narrowing_multiplies_the_alternatives_and_drops_what_cannot_be() -> None:
    asked = Filter((Clause(since=NOON),)).narrowed([Clause(producer="5"), Clause(action="x")])

    narrowed = asked.narrowed([Clause(action="y", since=NOON + HOUR)])

    assert narrowed.clauses == (Clause(producer="5", action="y", since=NOON + HOUR),)
    assert Filter.from_dict(narrowed.as_dict()) == narrowed
    assert asked.narrowed([]).clauses == ()


def walk(asked: Filter, length: int) -> list[list[str]]:
    """Return the pages from the newest to the oldest, then back to the newest."""
    page = queries.page(asked, length=length)
    seen = [page]
    while page.older:
        page = queries.page(asked, before=Place.read(str(page.older)), length=length)
        seen.append(page)
    while page.newer:
        page = queries.page(asked, after=Place.read(str(page.newer)), length=length)
        seen.append(page)
    return [[entry.action for entry in page.entries] for page in seen]


@pytest.mark.parametrize("alternatives", [1, 2])
def test_pages_follow_each_other_without_gap_or_repeat_both_ways(alternatives: int) -> None:
    for number in range(7):
        happen(f"step.{number}", number // 3)  # several at one instant

    clauses = [Clause(actor_id=KIM.id), Clause()][:alternatives]

    there = [["step.6", "step.5", "step.4"], ["step.3", "step.2", "step.1"], ["step.0"]]
    assert walk(Filter(tuple(clauses)), 3) == [*there, there[1], there[0]]


def test_an_entry_recorded_late_stands_where_it_happened() -> None:
    happen("second", 2)
    happen("first", 1)

    assert found(Clause()) == ["second", "first"]


@pytest.mark.parametrize(
    "text", ["", "x", "2026-01-01~5", "2026-01-01T00:00:00+00:00~-1", "2026-01-01T00:00:00+00:00~x"]
)
def test_a_place_that_cannot_be_read_is_none(text: str) -> None:
    assert Place.read(text) is None


def test_the_names_of_a_column_are_found_each_once_in_order() -> None:
    assert queries.names_of("action") == []
    for action in ("b.b", "a.a", "b.b", "c.c"):
        happen(action, target_type="routing.lead")
    happen("d.d")

    assert queries.names_of("action") == ["a.a", "b.b", "c.c", "d.d"]
    assert queries.names_of("target_type") == ["routing.lead"]


def an_entry(number: int) -> Entry:
    """Return one of many entries, each of a kind of its own."""
    detail = {"reason": f"WHY_{number}", "producer": number, "rule_set": f"set-{number}"}
    actor = Actor(ActorKind.USER, str(number), f"Somebody {number}")
    return audit.entry(at=NOON - number * HOUR, actor=actor, action=f"lead.step_{number}", detail=detail)


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("clause", "index"),
    [
        (Clause(), "in_time"),
        (Clause(action="x"), "by_action"),
        (Clause(actor_id="x"), "by_actor"),
        (Clause(reason="X"), "by_reason"),
        (Clause(producer="5"), "by_producer"),
        (Clause(rule_set="x"), "by_rule_set"),
    ],
)
def test_each_clause_has_an_index_that_gives_it_in_order(clause: Clause, index: str) -> None:
    audit.record_many([an_entry(number) for number in range(200)])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE audit_entry")  # of an empty table all indexes cost alike
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        plan = queries._branch(clause, before=Place(NOON, 5), after=None)[:50].explain()

    assert f"audit_entry_{index}" in plan
    assert "Sort" not in plan
