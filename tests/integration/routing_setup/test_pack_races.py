"""Two people take one pack at once: one does, the other is told to look again."""

from datetime import UTC, datetime
from functools import partial

import pytest
from django.db import transaction

from accounts.actor import Actor
from accounts.errors import Refused
from audit.models import Entry
from routing.models import PackedSet
from routing.services import packs
from rules_engine.models import Rule, RuleSet
from tests.factories import GATE_RULE, make_rule_set, make_user
from tests.packs import Write, version
from tests.races import Aside, together, until_somebody_waits

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def take(actor: Actor) -> str:
    """Take the pack and return how it came out."""
    try:
        packs.install(slug="desk", actor=actor, now=NOW, unreviewed=True)
    except Refused as refusal:
        return refusal.code
    return "taken"


def both_take() -> list[str]:
    """Return how it came out for each of two who take the pack at once, sorted."""
    actor = make_user(username=f"ops-{RuleSet.objects.count()}").actor()
    return sorted(together([partial(take, actor)] * 2))


def test_of_two_who_take_a_new_pack_one_does(write_pack: Write) -> None:
    write_pack()

    assert both_take() == ["pack.current", "taken"]
    assert (RuleSet.objects.count(), Rule.objects.count(), PackedSet.objects.count()) == (1, 1, 1)
    assert Entry.objects.filter(action="rule_set.packed").count() == 1


def test_of_two_who_take_the_next_version_one_does(write_pack: Write) -> None:
    write_pack()
    assert both_take() == ["pack.current", "taken"]
    write_pack(**version("2", {**GATE_RULE, "name": "Closed for good"}))

    assert both_take() == ["pack.current", "taken"]
    assert (Rule.objects.get().name, PackedSet.objects.get().version) == ("Closed for good", "2")
    assert Entry.objects.filter(action="rule_set.packed").count() == 2


def test_a_first_take_waits_for_another_before_it_looks(write_pack: Write) -> None:
    write_pack()
    actor = make_user().actor()
    with transaction.atomic():
        take(actor)
        second = Aside(partial(take, actor))
        until_somebody_waits()

    assert second.result() == "pack.current"


def test_a_set_made_by_hand_meanwhile_is_not_written_into(write_pack: Write) -> None:
    write_pack()
    actor = make_user().actor()
    with transaction.atomic():
        make_rule_set(slug="desk-gates")
        taking = Aside(partial(take, actor))
        until_somebody_waits()

    assert taking.result() == "pack.stale"
    assert (Rule.objects.count(), PackedSet.objects.exists()) == (1, False)
