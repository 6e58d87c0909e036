"""Shadows: they read live decisions after the commit, several at once, and cost the lead nothing."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test.utils import CaptureQueriesContext

from accounts.actor import Actor
from accounts.errors import Forbidden, Invalid
from accounts.policy import Role
from audit.models import Entry
from outbox import services as outbox
from outbox.models import Message
from routing.models import Assignment, Decision, Lead, QueueItem, Shadow, ShadowReading
from routing.services import shadowing, sweeping
from routing.services.shadowing import ShadowOver
from rules_engine.models import Rule, RuleSet
from tests.agency import MINUTE, NOW, hire, lead_of, open_agency, publish, receive
from tests.factories import make_user
from tests.integration.routing.test_rehearsing import SAY_SO, STRICTER

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def checks() -> RuleSet:
    """Return a gate set whose draft is stricter than what is live."""
    open_agency()
    publish("checks", SAY_SO, stage="gate")
    hire("Kim")
    ruleset = RuleSet.objects.get(slug="checks")
    Rule.objects.filter(ruleset=ruleset).update(body=STRICTER)
    return ruleset


@pytest.fixture
def ops() -> Actor:
    return make_user(Role.OPERATIONS).actor()


@pytest.fixture(autouse=True)
def no_webhook() -> Any:
    with patch("outbox.webhook.consume"):
        yield


def relay(at: Any = NOW) -> None:
    outbox.relay(now=at + MINUTE)
    # Whoever is woken is placed by the real clock; what that says may lie after this.
    assert not Message.objects.filter(done_at=None, at__lte=at + MINUTE).exists()


def read(shadow: Shadow) -> list[tuple[str, str, str]]:
    rows = shadow.readings.order_by("decision__made_at")
    return [(row.kind, row.before["status"], row.after["status"]) for row in rows]


def missed(shadow: Shadow) -> list[tuple[str, str]]:
    return list(shadow.misses.order_by("decision__made_at").values_list("reason", "error"))


def test_a_shadow_reads_every_decision_made_while_it_runs(checks: RuleSet, ops: Actor) -> None:
    receive(birth_date="1955-05-05", now=NOW - MINUTE)
    shadow = shadowing.start(ruleset=checks, hours=1, actor=ops, now=NOW)
    old = receive(birth_date="1955-05-05", now=NOW)
    receive(birth_date="1985-05-05", now=NOW + MINUTE)
    receive(birth_date="1930-05-05", now=NOW + 2 * MINUTE)
    receive(birth_date="1955-05-05", now=NOW + HOUR)
    relay(NOW + 2 * HOUR)

    assert read(shadow) == [("STOPPED", "assigned", "review"), ("", "assigned", "assigned"), ("", "review", "review")]
    reading = ShadowReading.objects.get(lead=lead_of(old))
    assert (reading.state, reading.line, reading.tier) == ("GA", "LIFE", "low")
    assert reading.why == "“Old people” now sends it to review."


def test_rules_read_once_are_not_read_again_for_the_next_decision(checks: RuleSet, ops: Actor) -> None:
    shadowing.start(ruleset=checks, hours=1, actor=ops, now=NOW)
    first, second = (lead_of(receive(birth_date=born)).decision_id for born in ("1955-05-05", "1985-05-05"))
    assert first is not None
    assert second is not None
    shadowing.follow(decision_id=first)

    with CaptureQueriesContext(connection) as sent:
        assert shadowing.follow(decision_id=second) == 1

    assert [each["sql"] for each in sent.captured_queries if '"document"' in each["sql"]] == []


def test_the_lead_is_as_it_would_be_without_any_shadow(checks: RuleSet, ops: Actor) -> None:
    shadowing.start(ruleset=checks, hours=1, actor=ops, now=NOW)
    lead = lead_of(receive(birth_date="1955-05-05"))
    before = list(Lead.objects.values()), Decision.objects.count(), Assignment.objects.count()
    relay()

    assert lead.state == "ASSIGNED"
    assert (list(Lead.objects.values()), Decision.objects.count(), Assignment.objects.count()) == before
    assert QueueItem.objects.count() == 0


def test_intake_asks_no_shadow(checks: RuleSet, ops: Actor) -> None:
    shadowing.start(ruleset=checks, hours=1, actor=ops, now=NOW)
    with patch.object(shadowing, "follow", side_effect=AssertionError):
        answer = receive()

    assert answer.body["status"] == "assigned"
    assert ShadowReading.objects.count() == 0


def test_a_message_told_twice_is_read_once(checks: RuleSet, ops: Actor) -> None:
    shadow = shadowing.start(ruleset=checks, hours=1, actor=ops, now=NOW)
    decision = lead_of(receive()).decision_id
    assert decision is not None

    assert [shadowing.follow(decision_id=decision) for _ in range(2)] == [1, 0]
    assert shadow.readings.count() == 1


def test_one_that_fails_says_so_and_stops_neither_message_nor_others(checks: RuleSet, ops: Actor) -> None:
    broken = shadowing.start(ruleset=checks, hours=1, actor=ops, now=NOW)
    sound = shadowing.start(ruleset=checks, hours=1, actor=ops, now=NOW)
    Shadow.objects.filter(pk=broken.pk).update(document={"language": 99})
    receive()
    relay()

    assert (missed(broken), read(broken)) == ([("FAILED", "UnreadableError")], [])
    assert read(sound) == [("", "assigned", "assigned")]


def test_several_shadows_run_side_by_side(checks: RuleSet, ops: Actor) -> None:
    draft = shadowing.start(ruleset=checks, hours=1, actor=ops, now=NOW)
    live = shadowing.start(ruleset=checks, hours=1, actor=ops, now=NOW, version=1)
    receive(birth_date="1955-05-05")
    relay()

    assert (read(draft)[0][0], read(live)[0][0]) == ("STOPPED", "")


def test_a_shadow_ends_by_itself_once(checks: RuleSet, ops: Actor) -> None:
    shadow = shadowing.start(ruleset=checks, hours=1, actor=ops, now=NOW)
    receive()
    relay()
    sweeping.sweep(now=NOW + HOUR - MINUTE)
    shadow.refresh_from_db()
    assert shadow.state == "RUNNING"

    ended = [shadowing.end_due(now=NOW + HOUR) for _ in range(2)]

    shadow.refresh_from_db()
    assert (ended, shadow.state, shadow.ended_at) == ([1, 0], "ENDED", NOW + HOUR)
    entries = Entry.objects.filter(action__startswith="shadow.").order_by("seq")
    assert [(each.action, each.actor_label) for each in entries] == [
        ("shadow.started", ops.label),
        ("shadow.ended", "shadow"),
    ]
    assert entries[1].detail["readings"] == 1


def test_one_that_cannot_be_ended_keeps_no_other_running(checks: RuleSet, ops: Actor) -> None:
    for _ in range(2):
        shadowing.start(ruleset=checks, hours=1, actor=ops, now=NOW)

    with patch.object(shadowing, "_record", side_effect=[ZeroDivisionError, None]):
        assert shadowing.end_due(now=NOW + HOUR) == 1

    assert sorted(Shadow.objects.values_list("state", flat=True)) == ["ENDED", "RUNNING"]
    assert shadowing.end_due(now=NOW + HOUR) == 1


def test_a_cancelled_shadow_reads_no_more(checks: RuleSet, ops: Actor) -> None:
    shadow = shadowing.start(ruleset=checks, hours=1, actor=ops, now=NOW)
    receive()
    shadowing.cancel(shadow=shadow, actor=ops, now=NOW)
    relay()

    assert read(shadow) == []
    assert Entry.objects.filter(action="shadow.cancelled", target_id=str(shadow.pk)).count() == 1
    with pytest.raises(ShadowOver):
        shadowing.cancel(shadow=shadow, actor=ops, now=NOW)


def test_erased_people_and_what_asked_no_rules_are_counted_apart(checks: RuleSet, ops: Actor) -> None:
    shadow = shadowing.start(ruleset=checks, hours=1, actor=ops, now=NOW)
    lead = lead_of(receive())
    assert lead.person is not None
    lead.person.delete()
    with patch("routing.services.intake.attempt", side_effect=RuntimeError):
        receive(now=NOW + MINUTE)
    relay(NOW + MINUTE)

    assert (missed(shadow), read(shadow)) == ([("ERASED", ""), ("UNROUTED", "")], [])


def test_what_its_own_rules_no_longer_give_counts_as_no_agreement(checks: RuleSet, ops: Actor) -> None:
    shadow = shadowing.start(ruleset=checks, hours=1, actor=ops, now=NOW)
    receive(birth_date="1955-05-05")
    with patch("routing.services.trying.repeats", return_value=False):
        relay()

    assert (missed(shadow), read(shadow)) == ([("UNREPEATABLE", "")], [])


@pytest.mark.parametrize("fault", ["erased", "failed"])
def test_a_miss_told_twice_is_counted_once(checks: RuleSet, ops: Actor, fault: str) -> None:
    shadow = shadowing.start(ruleset=checks, hours=1, actor=ops, now=NOW)
    lead = lead_of(receive())
    assert lead.decision_id is not None
    assert lead.person is not None
    if fault == "erased":
        lead.person.delete()
    else:
        Shadow.objects.filter(pk=shadow.pk).update(document={"language": 99})

    for _ in range(2):
        shadowing.follow(decision_id=lead.decision_id)

    assert [reason for reason, _ in missed(shadow)] == [fault.upper()]


def test_a_decision_told_after_the_end_is_read_where_it_was_made_before_it(checks: RuleSet, ops: Actor) -> None:
    shadow = shadowing.start(ruleset=checks, hours=1, actor=ops, now=NOW)
    receive(now=NOW + HOUR - MINUTE)
    receive(now=NOW + HOUR)
    assert shadowing.end_due(now=NOW + HOUR) == 1

    relay(NOW + HOUR)

    assert (read(shadow), missed(shadow)) == ([("", "assigned", "assigned")], [])


@pytest.mark.parametrize("transient", [OperationalError, InterfaceError])
def test_a_database_that_is_away_is_tried_again_by_the_outbox(
    checks: RuleSet, ops: Actor, transient: type[Exception]
) -> None:
    shadow = shadowing.start(ruleset=checks, hours=1, actor=ops, now=NOW)
    receive()
    with patch.object(shadowing, "Bench", side_effect=transient):
        outbox.relay(now=NOW + MINUTE)
    assert (read(shadow), missed(shadow)) == ([], [])

    relay(NOW + HOUR)

    assert (read(shadow), missed(shadow)) == ([("", "assigned", "assigned")], [])


def test_refusals_leave_nothing(checks: RuleSet, ops: Actor) -> None:
    with pytest.raises(Forbidden):
        shadowing.start(ruleset=checks, hours=1, actor=make_user(Role.MANAGER, username="max").actor(), now=NOW)
    for hours in (0, shadowing.LONGEST + 1):
        with pytest.raises(Invalid):
            shadowing.start(ruleset=checks, hours=hours, actor=ops, now=NOW)

    assert Shadow.objects.count() == 0
    assert not Entry.objects.filter(action__startswith="shadow.").exists()
