"""Who has a rule open: one person at a time, until somebody takes over or a minute passes without a sign."""

from datetime import datetime, timedelta

import pytest

from accounts.actor import Actor
from accounts.errors import Forbidden
from accounts.policy import Role
from rules_engine import services as rules
from rules_engine.models import EditingPresence, Rule
from tests.factories import make_rule_set, make_user


@pytest.fixture
def rule(db: None) -> Rule:
    return make_rule_set().rules.get()


@pytest.fixture
def mona(db: None) -> Actor:
    return make_user(Role.OPERATIONS, username="mona", first_name="Mona", last_name="Reyes").actor()


def test_the_first_holds_and_the_second_is_told(rule: Rule, ops: Actor, mona: Actor, now: datetime) -> None:
    assert rules.stay(rule=rule, actor=ops, now=now) is None

    other = rules.stay(rule=rule, actor=mona, now=now + timedelta(seconds=30))

    assert other is not None
    assert (str(other.user), other.since) == ("Olga Ops", now)
    assert EditingPresence.objects.get().seen_at == now


def test_who_stays_keeps_the_time_it_began(rule: Rule, ops: Actor, now: datetime) -> None:
    rules.stay(rule=rule, actor=ops, now=now)
    rules.stay(rule=rule, actor=ops, now=now + timedelta(seconds=20))

    row = EditingPresence.objects.get()
    assert (row.since, row.seen_at) == (now, now + timedelta(seconds=20))


def test_a_minute_without_a_sign_frees_the_rule(rule: Rule, ops: Actor, mona: Actor, now: datetime) -> None:
    rules.stay(rule=rule, actor=ops, now=now)
    later = now + timedelta(seconds=60)

    assert rules.find_other_editor(rule=rule, actor=mona, now=later) is None
    assert rules.stay(rule=rule, actor=mona, now=later) is None
    assert str(EditingPresence.objects.get().user) == "Mona Reyes"


def test_who_was_taken_over_from_is_told_and_cannot_leave_for_the_other(
    rule: Rule, ops: Actor, mona: Actor, now: datetime
) -> None:
    rules.stay(rule=rule, actor=ops, now=now)
    rules.take_over(rule=rule, actor=mona, now=now)
    rules.leave(rule=rule, actor=ops)

    other = rules.stay(rule=rule, actor=ops, now=now)

    assert other is not None
    assert str(other.user) == "Mona Reyes"


def test_who_may_not_edit_is_nowhere_to_be_seen(rule: Rule, auditor: Actor, now: datetime) -> None:
    with pytest.raises(Forbidden):
        rules.stay(rule=rule, actor=auditor, now=now)
    with pytest.raises(Forbidden):
        rules.take_over(rule=rule, actor=auditor, now=now)

    assert not EditingPresence.objects.exists()
