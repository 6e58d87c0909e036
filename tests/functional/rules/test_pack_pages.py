"""Operations look at packs and take them; the command and the API do the same."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.policy import Role
from routing.models import PackedSet
from rules_engine import services as rules
from rules_engine.models import Rule, RuleSet
from tests.factories import GATE_RULE, make_user
from tests.functional.api.described import DescribedDoor
from tests.functional.api.door import Door
from tests.packs import MANIFEST, Write, version

PACKS = "/api/v1/packs/"
OURS = {**GATE_RULE, "name": "Closed for us"}
NEXT = {**GATE_RULE, "name": "Closed for good"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def ops(client: Client) -> Client:
    client.force_login(make_user(Role.OPERATIONS, first_name="Olga", last_name="Ops"))
    return client


@pytest.fixture
def door() -> Door:
    made = DescribedDoor()
    made.client.force_login(make_user(Role.OPERATIONS, username="api", first_name="Olga", last_name="Ops"))
    return made


def page(slug: str = "desk") -> str:
    return reverse("admin:routing_pack", args=[slug])


def install(door: Door, **given: Any) -> Any:
    """Take the pack over HTTP as it stands now."""
    looked_at = door.get(f"{PACKS}desk/").body["reviewed_hash"]
    return door.post(f"{PACKS}desk/install/", {"reviewed_hash": looked_at, **given})


def take(ops: Client, **choices: str) -> Any:
    looked_at = ops.get(page()).context["plan"].hash
    named = {f"choice:desk-gates:{rule.replace('_', '-')}": choice for rule, choice in choices.items()}
    return ops.post(page(), {"reviewed": looked_at, **named}, follow=True)


def edit(document: dict[str, Any]) -> None:
    actor = make_user(Role.OPERATIONS, username="editor").actor()
    rule = Rule.objects.get(rule_id=document["id"])
    rules.save_rule(rule=rule, document=document, actor=actor, now=PackedSet.objects.get().installed_at)


def test_the_list_says_what_was_taken_what_there_is_and_what_would_change(ops: Client, write_pack: Write) -> None:
    write_pack()
    before = ops.get(reverse("admin:routing_packedset_changelist")).content.decode()
    take(ops)
    after = ops.get(reverse("admin:routing_packedset_changelist")).content.decode()

    assert "What the desk asks." in before
    assert before.count("not taken yet") == after.count("not taken yet") + 1
    assert after.count("Up to date") == 1


def test_taking_a_pack_shows_every_change_first_and_says_where_it_went(ops: Client, write_pack: Write) -> None:
    write_pack()

    shown = ops.get(page()).content.decode()
    done = take(ops).content.decode()

    assert "<ins>Reject (STATE_CLOSED) when State is one of Alaska or Hawaii.</ins>" in shown
    assert "Desk 1.0 is in the drafts. What is live stays until somebody publishes." in done
    assert RuleSet.objects.get().rules.count() == 1


def test_a_rule_both_changed_is_asked_about_and_nothing_happens_without_an_answer(
    ops: Client, write_pack: Write
) -> None:
    write_pack()
    take(ops)
    edit(OURS)
    write_pack(**version("2", NEXT))

    asked = ops.get(page()).content.decode()
    unanswered = take(ops).content.decode()
    odd = take(ops, closed_states="both").content.decode()

    assert "You and the pack both changed it" in asked
    assert "say whose stands" in unanswered
    assert "say whose stands" in odd
    assert PackedSet.objects.get().version == "1.0"
    take(ops, closed_states="pack")
    assert Rule.objects.get().name == "Closed for good"


@pytest.mark.parametrize(
    ("contents", "told"),
    [
        ({"pack": {**MANIFEST, "language": 2}}, "pack.json#/language"),
        ({"pack": {**MANIFEST, "colour": "red"}}, "pack.json#/colour"),
        ({"desk-gates": "{"}, "desk-gates.json#"),
    ],
    ids=["newer language", "unknown field", "no JSON"],
)
def test_a_pack_that_cannot_be_read_says_why_and_offers_nothing(
    ops: Client, write_pack: Write, contents: dict[str, Any], told: str
) -> None:
    write_pack(**contents)

    listed = ops.get(reverse("admin:routing_packedset_changelist")).content.decode()
    shown = ops.get(page()).content.decode()
    posted = ops.post(page()).content.decode()

    assert "Cannot be read" in listed
    assert told in shown
    assert told in posted
    assert "Take into drafts" not in shown
    assert RuleSet.objects.count() == 0


def test_auditors_look_and_take_nothing(client: Client, write_pack: Write) -> None:
    write_pack()
    client.force_login(make_user(Role.AUDITOR))

    assert "Take into drafts" not in client.get(page()).content.decode()
    assert client.post(page()).status_code == 403
    assert client.get(page("nowhere")).status_code == 404
    assert client.delete(page()).status_code in {403, 405}


def test_the_api_lists_compares_and_takes(door: Door, write_pack: Write) -> None:
    write_pack()

    listed = {each["slug"]: each for each in door.get(PACKS).body["results"]}
    compared = door.get(f"{PACKS}desk/").body
    taken = door.post(f"{PACKS}desk/install/", {"reviewed_hash": compared["reviewed_hash"]})
    again = install(door)

    assert listed["desk"] == {**MANIFEST, "installed": None, "changes": 1, "undecided": 0, "problems": []}
    assert compared["sets"] == [
        {
            "slug": "desk-gates",
            "name": "Desk gates",
            "is_new": True,
            "changes": [
                {
                    "kind": "added",
                    "rule": "closed-states",
                    "name": "We do not work in these states",
                    "old": "",
                    "new": "Reject (STATE_CLOSED) when State is one of Alaska or Hawaii.",
                }
            ],
            "undecided": [],
            "kept": [],
        }
    ]
    assert (taken.status, taken.body["sets"]) == (200, compared["sets"])
    assert (again.status, again.body["code"]) == (409, "pack.current")


def test_the_api_refuses_whole_with_a_code_for_each_reason(door: Door, write_pack: Write) -> None:
    write_pack()
    looked_at = door.get(f"{PACKS}desk/").body["reviewed_hash"]
    install(door)
    edit(OURS)
    write_pack(**version("2", NEXT))

    stale = door.post(f"{PACKS}desk/install/", {"reviewed_hash": looked_at})
    undecided = install(door)
    odd = install(door, choices={"desk-gates:closed-states": "both"})
    write_pack(pack={**MANIFEST, "language": 2})
    newer = door.post(f"{PACKS}desk/install/", {"reviewed_hash": looked_at})

    assert (stale.status, stale.body["code"]) == (409, "pack.stale")
    assert (undecided.status, undecided.body["code"]) == (400, "pack.undecided")
    assert [each["pointer"] for each in undecided.body["errors"]] == ["/choices/desk-gates:closed-states"]
    assert (odd.status, odd.body["errors"][0]["pointer"]) == (400, "/choices/desk-gates:closed-states")
    assert (newer.status, newer.body["code"]) == (400, "pack.language_newer")
    assert Rule.objects.get().name == "Closed for us"
    assert door.get(f"{PACKS}nowhere/").status == 404


@pytest.mark.parametrize("given", [{}, {"reviewed_hash": ""}, {"reviewed_hash": None}], ids=["absent", "blank", "null"])
def test_the_api_takes_nothing_that_nobody_looked_at(door: Door, write_pack: Write, given: dict[str, Any]) -> None:
    write_pack()

    refused = door.post(f"{PACKS}desk/install/", given)

    assert (refused.status, refused.body["errors"][0]["pointer"]) == (400, "/reviewed_hash")
    assert RuleSet.objects.count() == 0


@pytest.mark.parametrize("posted", [{}, {"reviewed": ""}], ids=["absent", "blank"])
def test_the_page_takes_nothing_that_nobody_looked_at(ops: Client, write_pack: Write, posted: dict[str, str]) -> None:
    write_pack()

    shown = ops.post(page(), posted).content.decode()

    assert "Look again, then decide." in shown
    assert RuleSet.objects.count() == 0


def test_the_command_says_what_would_change_then_does_it(write_pack: Write) -> None:
    write_pack()
    dry, wet = StringIO(), StringIO()

    call_command("install_pack", "desk", dry_run=True, stdout=dry)
    assert RuleSet.objects.count() == 0
    call_command("install_pack", "desk", stdout=wet)

    change = "desk-gates: added closed-states: Reject (STATE_CLOSED) when State is one of Alaska or Hawaii.\n"
    assert dry.getvalue() == f"{change}Desk 1.0: 1 change. Nothing was changed.\n"
    assert wet.getvalue() == (
        f"{change}Desk 1.0: 1 change. It is in the drafts; what is live stays until somebody publishes.\n"
    )


@pytest.mark.parametrize(
    ("contents", "told"),
    [
        ({"pack": {**MANIFEST, "language": 2}}, "written in version 2"),
        ({"desk-gates": '{"slug": 1}'}, "desk-gates.json#/slug: "),
    ],
    ids=["newer language", "broken"],
)
def test_the_command_refuses_with_every_problem(write_pack: Write, contents: dict[str, Any], told: str) -> None:
    write_pack(**contents)

    with pytest.raises(CommandError, match="Nothing was changed") as refused:
        call_command("install_pack", "desk")

    assert told in str(refused.value)
    assert RuleSet.objects.count() == 0
