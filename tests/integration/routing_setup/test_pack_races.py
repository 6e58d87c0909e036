"""Two people take one pack at once: one does, the other is told to look again."""

from datetime import UTC, datetime

import pytest

from accounts.errors import Refused
from audit.models import Entry
from routing.models import PackedSet
from routing.services import packs
from rules_engine.models import Rule, RuleSet
from tests.factories import GATE_RULE, make_user
from tests.packs import Write, version
from tests.races import together

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def both_take() -> list[str]:
    """Return how it came out for each of two who take the pack at once, sorted."""
    actor = make_user(username=f"ops-{RuleSet.objects.count()}").actor()

    def take() -> str:
        try:
            packs.install(slug="desk", actor=actor, now=NOW, unreviewed=True)
        except Refused as refusal:
            return refusal.code
        return "taken"

    return sorted(together([take, take]))


def test_of_two_who_take_a_new_pack_one_does(write_pack: Write) -> None:
    write_pack()

    came = both_take()

    assert came in (["pack.stale", "taken"], ["pack.current", "taken"])
    assert (RuleSet.objects.count(), Rule.objects.count(), PackedSet.objects.count()) == (1, 1, 1)
    assert Entry.objects.filter(action="rule_set.packed").count() == 1


def test_of_two_who_take_the_next_version_one_does(write_pack: Write) -> None:
    write_pack()
    both_take()
    write_pack(**version("2", {**GATE_RULE, "name": "Closed for good"}))

    assert both_take() == ["pack.current", "taken"]
    assert (Rule.objects.get().name, PackedSet.objects.get().version) == ("Closed for good", "2")
    assert Entry.objects.filter(action="rule_set.packed").count() == 2
