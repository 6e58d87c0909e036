"""Two people act on one set over HTTP in the same instant: one wins, the other is told."""

from collections.abc import Callable
from functools import partial

import pytest

from accounts.policy import Role
from audit.models import Entry
from rules_engine.documents import content_hash
from rules_engine.models import Rule, RuleSetVersion
from tests.factories import GATE_RULE, make_rule_set
from tests.functional.api.described import description
from tests.functional.api.door import Door, Heard
from tests.functional.api.people import SETS, person
from tests.races import together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

HERE = f"{SETS}intake-checks/"


def at_once(*calls: Callable[[], Heard]) -> list[tuple[int, str]]:
    """Make these calls together, and return how each was answered, sorted."""
    description()  # described once, before the threads that all look into it
    return sorted((heard.status, heard.body.get("code", "")) for heard in together(calls))


def test_of_two_who_publish_at_once_one_publishes() -> None:
    make_rule_set()
    olga, oscar, mona = (
        person(role, name)
        for role, name in ((Role.OPERATIONS, "Olga"), (Role.OPERATIONS, "Oscar"), (Role.MANAGER, "Mona"))
    )
    sent = olga.post(f"{HERE}submit/", {"comment": "Go."}).body
    mona.post(f"{HERE}approve/", {"reviewed_hash": sent["content_hash"]})
    said = {"proposal": sent["proposal"], "reviewed_hash": sent["content_hash"]}

    answers = at_once(*(partial(door.post, f"{HERE}publish/", said) for door in (olga, oscar)))

    assert answers == [(201, ""), (409, "proposal.not_approved")]
    assert RuleSetVersion.objects.count() == Entry.objects.filter(action="rule_set.published").count() == 1


def test_of_two_who_change_one_rule_at_once_one_is_told_who_was_faster() -> None:
    make_rule_set()
    doors = [person(Role.OPERATIONS, name) for name in ("Olga", "Oscar")]
    seen = {"If_Match": f'"{content_hash(GATE_RULE)}"'}

    def rename(door: Door, name: str) -> Heard:
        return door.call("PATCH", f"{HERE}rules/closed-states/", {"name": name}, **seen)

    answers = at_once(*(partial(rename, door, name) for door, name in zip(doors, ("One", "Two"), strict=True)))

    assert answers == [(200, ""), (409, "rule.edited_meanwhile")]
    assert Rule.objects.get().name in {"One", "Two"}
    assert Rule.history.filter(history_type="~").count() == 1
