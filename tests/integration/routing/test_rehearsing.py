"""Rehearsals: chunks a killed worker cannot lose or double, cancelled at once, several at a time."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection

from accounts.actor import Actor
from accounts.errors import Forbidden, Invalid, Missing
from accounts.policy import Role
from audit.models import Entry
from routing.models import Decision, Lead, Rehearsal, RehearsalMove
from routing.queries import stretches
from routing.queries.rehearsals import has_replay
from routing.services import rehearsing
from routing.services.recalling import Past
from routing.services.rehearsing import LEASE, TRIES, Over
from routing.services.trying import Untriable
from rules_engine import queries as rules
from rules_engine.engine.budget import NO_PROOFS
from rules_engine.engine.parse import parse
from rules_engine.models import Rule, RuleSet
from tests.agency import MINUTE, NOW, hire_many, lead_of, open_agency, publish, receive
from tests.factories import make_rule_set, make_user

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
SAY_SO = {
    "id": "old",
    "name": "Old people",
    "when": {"field": "lead.age", "op": "gte", "value": 80},
    "effect": "review",
    "reason": "OLD_AGE",
    "on_unknown": "skip",
}
STRICTER = {**SAY_SO, "when": {"field": "lead.age", "op": "gte", "value": 60}}
COLUMNS = ("before", "after", "kind", "state", "line", "tier", "why", "is_assumed")


@pytest.fixture
def checks() -> RuleSet:
    """Return a gate set whose draft is stricter than what is live, with ten decisions behind it, four of which move."""
    open_agency()
    publish("checks", SAY_SO, stage="gate")
    hire_many(2)
    for number in range(10):
        receive(birth_date="1955-05-05" if number % 3 == 0 else "1985-05-05", now=NOW + number * MINUTE)
    ruleset = RuleSet.objects.get(slug="checks")
    Rule.objects.filter(ruleset=ruleset).update(body=STRICTER)
    return ruleset


@pytest.fixture
def ops() -> Actor:
    return make_user(Role.OPERATIONS).actor()


@pytest.fixture(autouse=True)
def three_a_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stretches, "CHUNK", 3)


def start(ruleset: RuleSet, ops: Actor, **more: Any) -> Rehearsal:
    return rehearsing.start(ruleset=ruleset, actor=ops, now=LATER, **{"days": 30, **more})


def again(rehearsal: Rehearsal) -> Rehearsal:
    return Rehearsal.objects.get(pk=rehearsal.pk)


def told(rehearsal: Rehearsal) -> list[dict[str, Any]]:
    return [{name: getattr(move, name) for name in COLUMNS} for move in rehearsal.moves.all()]


def test_a_rehearsal_counts_what_moves_and_lists_each_with_why(checks: RuleSet, ops: Actor) -> None:
    before = {model: model._default_manager.count() for model in (Lead, Decision)}
    asked = start(checks, ops)
    assert (asked.state, asked.total, has_replay("checks", asked.content_hash)) == ("WAITING", None, False)

    done = rehearsing.work(now=LATER, seconds=60)

    rehearsal = again(asked)
    assert (done, rehearsal.state, rehearsal.total, rehearsal.ended_at) == (4, "DONE", 10, LATER)
    assert rehearsal.result["count"] == {
        "assumed": {"all": 0},
        "moved": {"all": 4},
        "older": {"all": 0},
        "replayed": {"all": 10},
    }
    assert rehearsal.result["status"] == {"assigned": {"after": 6, "before": 10}, "review": {"after": 4}}
    assert {(move["kind"], move["why"]) for move in told(rehearsal)} == {
        ("STOPPED", "“Old people” now sends it to review.")
    }
    assert len(told(rehearsal)) == 4
    assert has_replay("checks", rules.draft_hash(checks))
    assert not has_replay("other", rules.draft_hash(checks))
    assert {model: model._default_manager.count() for model in (Lead, Decision)} == before
    assert rehearsing.work(now=LATER, seconds=60) == 0


def test_start_cancel_and_end_are_in_the_ledger(checks: RuleSet, ops: Actor) -> None:
    first, second = start(checks, ops, sample=2), start(checks, ops)
    rehearsing.cancel(rehearsal=second, actor=ops, now=LATER)
    rehearsing.work(now=LATER, seconds=60)

    entries = Entry.objects.filter(action__startswith="rehearsal.").order_by("seq")
    assert [(each.action, each.target_id, each.actor_label) for each in entries] == [
        ("rehearsal.started", str(first.pk), ops.label),
        ("rehearsal.started", str(second.pk), ops.label),
        ("rehearsal.cancelled", str(second.pk), ops.label),
        ("rehearsal.ended", str(first.pk), "rehearsal"),
    ]
    ended = entries[3].detail
    assert (ended["rule_set"], ended["content_hash"], ended["replayed"]) == ("checks", first.content_hash, 2)


def test_a_killed_worker_costs_its_chunk_and_nothing_is_counted_twice(checks: RuleSet, ops: Actor) -> None:
    whole, killed = start(checks, ops), start(checks, ops)
    rehearsing.work(now=LATER, seconds=60)

    assert rehearsing.work(now=LATER, seconds=0) == 1  # one chunk, then its turn was over
    with patch.object(rehearsing, "_write", side_effect=SystemExit), pytest.raises(SystemExit):
        rehearsing.work(now=LATER, seconds=60)  # killed in the second
    assert rehearsing.work(now=LATER + MINUTE / 2) == 0  # its lease still stands
    assert rehearsing.work(now=LATER + LEASE, seconds=60) == 3

    assert (again(whole).state, again(killed).state) == ("DONE", "DONE")
    assert again(killed).result == again(whole).result
    assert told(killed) == told(whole)


def test_a_chunk_done_by_another_is_not_written_again(checks: RuleSet, ops: Actor) -> None:
    """Two workers with one chunk: the lease of the first ran out while it was thinking."""
    asked = start(checks, ops)
    write = rehearsing._write

    def overtaken(*args: Any) -> None:
        with patch.object(rehearsing, "_write", write):
            rehearsing.work(now=LATER + LEASE, seconds=60)
        write(*args)

    with patch.object(rehearsing, "_write", overtaken):
        assert rehearsing.work(now=LATER, seconds=60) == 0

    assert again(asked).state == "DONE"
    assert RehearsalMove.objects.filter(rehearsal=asked).count() == 4


def test_a_cancelled_rehearsal_stops_and_keeps_what_it_found(checks: RuleSet, ops: Actor) -> None:
    asked = start(checks, ops)
    rehearsing.work(now=LATER, seconds=0)

    rehearsing.cancel(rehearsal=asked, actor=ops, now=LATER)

    assert rehearsing.work(now=LATER + LEASE, seconds=60) == 0
    assert (again(asked).state, again(asked).through, again(asked).percent) == ("CANCELLED", 3, 30)
    assert again(asked).result["status"] == {"assigned": {"after": 2, "before": 3}, "review": {"after": 1}}
    with pytest.raises(Over):
        rehearsing.cancel(rehearsal=asked, actor=ops, now=LATER)
    assert not has_replay("checks", asked.content_hash)


def test_one_cancelled_while_a_worker_thinks_gets_nothing_more_written(checks: RuleSet, ops: Actor) -> None:
    asked = start(checks, ops)
    replay = rehearsing.replay

    def cancelled(*args: Any) -> Any:
        rehearsing.cancel(rehearsal=asked, actor=ops, now=LATER)
        return replay(*args)

    with patch.object(rehearsing, "replay", cancelled):
        assert rehearsing.work(now=LATER, seconds=60) == 0

    assert again(asked).state == "CANCELLED"
    assert RehearsalMove.objects.count() == 0


def test_several_advance_in_turns(checks: RuleSet, ops: Actor) -> None:
    both = [start(checks, ops), start(checks, ops)]
    for turn in range(4):
        rehearsing.work(now=LATER + turn * timedelta(seconds=1), seconds=0)

    assert [again(each).through for each in both] == [6, 6]


def test_its_rules_are_read_once_and_not_proven_again(checks: RuleSet, ops: Actor) -> None:
    start(checks, ops)
    with patch("routing.services.trying.parse", side_effect=parse) as reading:
        for turn in range(3):
            rehearsing.work(now=LATER + turn * timedelta(seconds=1), seconds=0)

    assert [call.kwargs for call in reading.call_args_list] == [{"proofs": NO_PROOFS}]


def test_what_is_published_meanwhile_does_not_move_the_measure(checks: RuleSet, ops: Actor) -> None:
    asked = start(checks, ops)
    rehearsing.work(now=LATER, seconds=0)
    publish("checks", STRICTER)

    rehearsing.work(now=LATER, seconds=60)

    result = again(asked).result
    assert (result["count"]["moved"], result["count"]["older"]) == ({"all": 4}, {"all": 0})


def test_the_document_is_kept_as_it_was_asked_for(checks: RuleSet, ops: Actor) -> None:
    asked = start(checks, ops)
    Rule.objects.filter(ruleset=checks).delete()

    rehearsing.work(now=LATER, seconds=60)

    assert again(asked).moves.count() == 4
    assert again(asked).document["rules"][0]["when"]["value"] == 60


def test_a_published_version_can_be_rehearsed_and_the_live_one_moves_nobody(checks: RuleSet, ops: Actor) -> None:
    asked = start(checks, ops, version=1)
    rehearsing.work(now=LATER, seconds=60)

    assert (again(asked).version, again(asked).rules, again(asked).moves.count()) == (1, "v1", 0)
    with pytest.raises(Missing):
        start(checks, ops, version=9)


def test_a_sample_is_spread_over_the_days_and_days_end_where_they_end(checks: RuleSet, ops: Actor) -> None:
    receive(birth_date="1955-05-05", now=NOW - timedelta(days=40))
    receive(birth_date="1955-05-05", now=LATER)  # at the instant of asking: not before it
    sampled, recent = start(checks, ops, sample=4), start(checks, ops)
    with patch.object(Past, "recall", autospec=True, side_effect=Past.recall) as recalled:
        rehearsing.work(now=LATER, seconds=60)
    rehearsing.work(now=LATER, seconds=60)

    made = list(Decision.objects.filter(made_at__lt=LATER, made_at__gte=NOW).order_by("made_at"))
    chosen = [pk for call in recalled.call_args_list for pk in call.args[1]]
    assert chosen == [made[place].pk for place in (0, 2, 5, 7)]
    assert (again(sampled).total, again(sampled).replayed, again(recent).total) == (4, 4, 10)


@pytest.mark.parametrize("sample", [None, 1, 2, 3, 7, 9, 10, 11])
@pytest.mark.parametrize("skimmed", [1, 2, 5_000])
def test_however_few_are_read_at_a_time_each_is_replayed_once(
    checks: RuleSet, ops: Actor, monkeypatch: pytest.MonkeyPatch, sample: int | None, skimmed: int
) -> None:
    monkeypatch.setattr(stretches, "SKIMMED", skimmed)
    asked = start(checks, ops, sample=sample)
    with patch.object(Past, "recall", autospec=True, side_effect=Past.recall) as recalled:
        rehearsing.work(now=LATER, seconds=60)

    made = list(Decision.objects.order_by("made_at").values_list("pk", flat=True))
    wanted = made if sample is None or sample >= 10 else [made[place * 10 // sample] for place in range(sample)]
    assert [pk for call in recalled.call_args_list for pk in call.args[1]] == wanted
    assert (again(asked).state, again(asked).total, again(asked).through) == ("DONE", len(wanted), len(wanted))


def test_decisions_of_one_instant_are_told_apart(checks: RuleSet, ops: Actor) -> None:
    for _ in range(5):
        receive(birth_date="1985-05-05", now=NOW + 20 * MINUTE)
    asked = start(checks, ops)
    rehearsing.work(now=LATER, seconds=60)

    assert (again(asked).total, again(asked).replayed) == (15, 15)


def test_erased_people_and_what_asked_no_rules_are_counted_apart(checks: RuleSet, ops: Actor) -> None:
    erased = lead_of(receive(birth_date="1955-05-05"))
    assert erased.person is not None
    erased.person.delete()
    with patch("routing.services.intake.attempt", side_effect=RuntimeError):
        receive()

    asked = start(checks, ops)
    rehearsing.work(now=LATER, seconds=60)

    result = again(asked).result
    assert {name: row["all"] for name, row in result["count"].items()} == {
        "assumed": 0,
        "erased": 1,
        "moved": 4,
        "older": 0,
        "replayed": 10,
        "unrouted": 1,
    }


def test_nothing_to_replay_is_done_at_once(ops: Actor) -> None:
    asked = start(make_rule_set(), ops)

    assert rehearsing.work(now=LATER, seconds=60) == 0
    assert (again(asked).state, again(asked).total, again(asked).result) == ("DONE", 0, {})
    assert not has_replay(asked.rule_set, asked.content_hash)


def test_what_fails_again_and_again_ends_as_failed(checks: RuleSet, ops: Actor) -> None:
    asked = start(checks, ops)
    with patch.object(rehearsing, "replay", side_effect=ZeroDivisionError):
        for _ in range(TRIES + 1):
            rehearsing.work(now=LATER, seconds=60)

    assert (again(asked).state, again(asked).error) == ("FAILED", "ZeroDivisionError")
    assert Entry.objects.filter(action="rehearsal.failed").count() == 1


def test_a_worker_that_dies_again_and_again_ends_it_as_well(checks: RuleSet, ops: Actor) -> None:
    asked = start(checks, ops)
    with patch.object(rehearsing, "replay", side_effect=SystemExit):
        for turn in range(TRIES):
            with pytest.raises(SystemExit):
                rehearsing.work(now=LATER + turn * LEASE)

    assert rehearsing.work(now=LATER + TRIES * LEASE, seconds=60) == 0
    assert (again(asked).state, again(asked).error) == ("FAILED", "the worker was lost")


def test_refusals_leave_nothing(checks: RuleSet, ops: Actor) -> None:
    auditor = make_user(Role.AUDITOR).actor()
    Rule.objects.filter(ruleset=checks).update(body={**STRICTER, "when": {"any": []}})
    sound = RuleSet.objects.get(slug="routes")

    with pytest.raises(Forbidden):
        start(sound, auditor)
    with pytest.raises(Untriable):
        start(checks, ops)
    for wrong in ({"days": 0}, {"days": 367}, {"sample": 0}):
        with pytest.raises(Invalid):
            start(sound, ops, **wrong)

    assert Rehearsal.objects.count() == 0
    assert not Entry.objects.filter(action__startswith="rehearsal.").exists()


@pytest.mark.postgres
def test_no_transaction_is_held_while_it_thinks(checks: RuleSet, ops: Actor, transactional_db: None) -> None:
    start(checks, ops)
    seen = []
    replay = rehearsing.replay

    def watched(*args: Any) -> Any:
        seen.append(connection.in_atomic_block)
        return replay(*args)

    with patch.object(rehearsing, "replay", watched):
        rehearsing.work(now=LATER, seconds=60)

    assert seen == [False] * 4
