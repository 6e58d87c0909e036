"""Rule sets made and described over HTTP; who makes one has written part of it, whichever door they came by."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.policy import Role
from audit.models import Entry
from rules_engine import services as rules
from rules_engine.models import Proposal, RuleSet
from tests.factories import GATE_RULE, make_rule_set, make_user
from tests.functional.api.described import DescribedDoor
from tests.functional.api.people import SETS, door_of, person

SET: dict[str, Any] = {"slug": "intake-checks", "name": "Intake checks", "stage": "gate"}


@pytest.fixture
def ops(db: None) -> DescribedDoor:
    return person(Role.OPERATIONS, "Olga")


def test_a_set_is_made_read_and_described(ops: DescribedDoor) -> None:
    made = ops.post(SETS, {**SET, "position": 2, "time_zone": "America/Denver"})
    renamed = ops.call("PATCH", f"{SETS}intake-checks/", {"name": "First checks"})

    assert (made.status, made.body["live"], made.body["draft"]["differs"]) == (201, None, True)
    assert (renamed.status, renamed.body) == (200, {**made.body, "name": "First checks"})
    assert ops.get(f"{SETS}intake-checks/").body == renamed.body
    assert list(Entry.objects.order_by("seq").values_list("action", flat=True)) == [
        "rule_set.created",
        "rule_set.described",
    ]


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        ({"slug": "Two Words"}, ("/slug", "invalid")),
        ({"slug": "taken"}, ("/slug", "slug.taken")),
        ({"name": ""}, ("/name", "blank")),
        ({"name": "x" * 121}, ("/name", "max_length")),
        ({"stage": "contact"}, ("/stage", "invalid_choice")),
        ({"position": -1}, ("/position", "min_value")),
        ({"time_zone": "Mars/Base"}, ("/time_zone", "time_zone.unknown")),
    ],
    ids=["slug", "taken", "no name", "long name", "unknown stage", "negative place", "no such zone"],
)
def test_a_set_that_cannot_be_made_is_refused_at_its_place(
    ops: DescribedDoor, parts: dict[str, Any], fault: tuple[str, str]
) -> None:
    make_rule_set("taken")

    heard = ops.post(SETS, {**SET, **parts})

    assert (heard.status, heard.faults) == (400, {fault})
    assert (RuleSet.objects.count(), Entry.objects.count()) == (1, 0)


def test_a_change_of_zone_voids_what_was_sent_and_a_name_does_not(ops: DescribedDoor) -> None:
    make_rule_set()
    ops.post(f"{SETS}intake-checks/submit/", {"comment": "Go."})

    ops.call("PATCH", f"{SETS}intake-checks/", {"name": "First checks", "position": 4})
    assert Proposal.objects.get().state == "IN_REVIEW"
    refused = ops.call("PATCH", f"{SETS}intake-checks/", {"time_zone": "Mars/Base"})
    assert (refused.status, Proposal.objects.get().state) == (400, "IN_REVIEW")
    ops.call("PATCH", f"{SETS}intake-checks/", {"time_zone": "America/Denver"})
    assert Proposal.objects.get().state == "VOID"


def by_form(maker: User) -> None:
    said = {**SET, "position": 0, "time_zone": "America/New_York"}
    assert door_of(maker).client.post(reverse("admin:rules_engine_ruleset_add"), said).status_code == 302


def by_api(maker: User) -> None:
    assert door_of(maker).post(SETS, SET).status == 201


def by_service(maker: User) -> None:
    rules.create_rule_set(**SET, time_zone="America/New_York", actor=maker.actor(), now=timezone.now())


@pytest.mark.parametrize("make", [by_form, by_api, by_service])
def test_who_made_the_set_does_not_approve_its_first_version(ops: DescribedDoor, make: Callable[[User], None]) -> None:
    maker = make_user(Role.ADMINISTRATOR, username="maker")
    make(maker)
    author = User.objects.get(username="olga")
    rules.create_rule(ruleset=RuleSet.objects.get(), document=GATE_RULE, actor=author.actor(), now=timezone.now())
    sent = ops.post(f"{SETS}intake-checks/submit/", {"comment": "Go."})

    heard = door_of(maker).post(f"{SETS}intake-checks/approve/", {"reviewed_hash": sent.body["content_hash"]})

    assert (heard.status, heard.code) == (409, "proposal.own_work")
    assert Proposal.objects.get().state == "IN_REVIEW"


def test_roles_decide_who_makes_and_describes(db: None) -> None:
    make_rule_set()
    auditor, producer = person(Role.AUDITOR, "Audrey"), person(Role.PRODUCER, "Pedro")

    asked = [(door.get(f"{SETS}intake-checks/").status, door.post(SETS, SET).status) for door in (auditor, producer)]

    assert asked == [(200, 403), (403, 403)]
    assert auditor.call("PATCH", f"{SETS}intake-checks/", {"name": "Mine"}).status == 403
    assert RuleSet.objects.get().name == "Intake checks"
