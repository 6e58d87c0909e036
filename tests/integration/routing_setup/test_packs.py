"""Packs taken into drafts: whole or not at all, and never over anybody's edit."""

from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.actor import Actor, ActorKind
from accounts.errors import Forbidden, Invalid, Refused
from audit.models import Entry
from routing.demo.agency import POOLS
from routing.models import PackedSet, Pool
from routing.packs import files
from routing.packs.files import PackSet
from routing.packs.merging import Choice
from routing.queries import packs as plans
from routing.services import packs
from rules_engine import services as rules
from rules_engine.mappers import document_of
from rules_engine.models import Rule, RuleSet
from tests.factories import GATE_RULE, make_rule_set
from tests.packs import DOCUMENT, SET, Write, version
from tests.publishing import penny, quinn

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
OPS = Actor(ActorKind.USER, "0", "Olga Ops", frozenset({"rules.edit"}))
CLOSED: dict[str, Any] = dict(GATE_RULE)
OURS: dict[str, Any] = {**CLOSED, "name": "Closed for us"}
NEXT: dict[str, Any] = {**CLOSED, "name": "Closed for good"}
OTHER: dict[str, Any] = {"id": "no-phone", "name": "No phone", "effect": "warn"}

pytestmark = pytest.mark.django_db


def take(**choices: Choice) -> plans.Plan:
    named = {f"desk-gates:{rule_id.replace('_', '-')}": choice for rule_id, choice in choices.items()}
    return packs.install(slug="desk", choices=named, actor=OPS, now=NOW, unreviewed=True)


def edit(document: dict[str, Any]) -> None:
    rules.save_rule(rule=Rule.objects.get(rule_id=document["id"]), document=document, actor=OPS, now=NOW)


def names() -> list[str]:
    return list(Rule.objects.order_by("position").values_list("name", flat=True))


def state() -> object:
    """Return all that a refusal may not change."""
    return (
        [(row.slug, document_of(row)) for row in RuleSet.objects.all()],
        list(PackedSet.objects.values_list("version", "document")),
        Entry.objects.count(),
    )


def test_a_first_install_fills_drafts_and_publishes_nothing(write_pack: Write) -> None:
    write_pack()

    take()

    ruleset = RuleSet.objects.get()
    assert (ruleset.slug, ruleset.name, ruleset.position, ruleset.live_version) == ("desk-gates", "Desk gates", 5, None)
    assert document_of(ruleset) == DOCUMENT
    packed = PackedSet.objects.get()
    assert (packed.pack, packed.version, packed.document, packed.installed_by) == ("desk", "1.0", DOCUMENT, "Olga Ops")
    assert list(Entry.objects.order_by("pk").values_list("action", flat=True)) == [
        "rule_set.created",
        "rule_set.imported",
        "rule_set.packed",
    ]


def test_an_update_takes_the_packs_changes_and_leaves_own_edits(write_pack: Write) -> None:
    write_pack(**version("1.0", CLOSED, OTHER))
    take()
    edit({**OTHER, "name": "No phone here"})
    write_pack(**version("1.1", NEXT, OTHER))

    planned = take()

    assert [(each.kind, each.name) for each in planned.sets[0].comparison.rules] == [("changed", "Closed for good")]
    assert planned.sets[0].kept == ["No phone here"]
    assert names() == ["Closed for good", "No phone here"]
    assert PackedSet.objects.get().version == "1.1"


@pytest.mark.parametrize(("choice", "stands"), [(Choice.OURS, "Closed for us"), (Choice.PACK, "Closed for good")])
def test_what_both_changed_is_chosen_rule_by_rule(write_pack: Write, choice: Choice, stands: str) -> None:
    write_pack()
    take()
    edit(OURS)
    write_pack(**version("2", NEXT))

    take(closed_states=choice)

    assert names() == [stands]
    assert Entry.objects.get(action="rule_set.packed", detail__before="1.0").detail == {
        "pack": "desk",
        "version": "2",
        "before": "1.0",
        "choices": {"desk-gates:closed-states": choice.value},
        "left": [],
    }


def test_an_edit_kept_once_is_still_known_as_one_at_the_next_update(write_pack: Write) -> None:
    write_pack()
    take()
    edit(OURS)
    write_pack(**version("2", NEXT))
    take(closed_states=Choice.OURS)
    write_pack(**version("3", NEXT, OTHER))

    planned = take()

    assert (planned.decisions, planned.sets[0].kept) == ([], ["Closed for us"])
    assert names() == ["Closed for us", "No phone"]


def test_a_set_that_was_there_by_hand_is_compared_rule_by_rule(write_pack: Write) -> None:
    make_rule_set("desk-gates", [OURS])
    write_pack()
    before = state()

    with pytest.raises(packs.Undecided) as refused:
        take()

    assert [each.pointer for each in refused.value.problems] == ["/choices/desk-gates:closed-states"]
    assert state() == before


def test_a_set_gone_from_the_pack_stays_as_the_agencys_own(write_pack: Write) -> None:
    second = {**SET, "slug": "desk-more", "name": "More"}
    write_pack(**{"desk-more": second})
    take()
    write_pack(**version("2", NEXT), **{"desk-more": None})

    planned = take()

    assert [row.ruleset.slug for row in planned.left] == ["desk-more"]
    assert list(RuleSet.objects.order_by("slug").values_list("slug", flat=True)) == ["desk-gates", "desk-more"]
    assert [row.ruleset.slug for row in PackedSet.objects.all()] == ["desk-gates"]
    assert Entry.objects.filter(action="rule_set.packed").latest("pk").detail["left"] == ["desk-more"]


def _nothing(write: Write) -> None:
    """Leave everything as it is."""


def _write(**contents: Any) -> Any:
    return lambda write: write(**contents)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        pytest.param(_nothing, packs.PackCurrent, id="the same version again"),
        pytest.param(_write(**version("0.9", NEXT)), packs.PackOlder, id="an older version"),
        pytest.param(_write(**version("1.0", NEXT)), packs.PackAltered, id="other rules under the same version"),
        pytest.param(_write(pack={"language": 2}), files.NewerLanguage, id="a newer language"),
        pytest.param(_write(**version("2", {**NEXT, "colour": 1})), files.BrokenPack, id="an unknown key"),
        pytest.param(_write(**{"desk-gates": "{"}), files.BrokenPack, id="a file that is no JSON"),
    ],
)
def test_a_refused_pack_changes_nothing(write_pack: Write, change: Any, refusal: type[Refused]) -> None:
    write_pack()
    take()
    change(write_pack)
    before = state()

    with pytest.raises(refusal):
        take()

    assert state() == before


def test_a_comparison_that_is_no_longer_true_is_refused(write_pack: Write) -> None:
    write_pack()
    take()
    write_pack(**version("2", NEXT))
    looked_at = plans.plan(files.find("desk")).hash
    edit(OURS)
    before = state()

    with pytest.raises(packs.PackStale):
        packs.install(slug="desk", reviewed_hash=looked_at, actor=OPS, now=NOW)

    assert state() == before


def test_no_comparison_at_all_is_refused_as_an_old_one(write_pack: Write) -> None:
    write_pack()

    with pytest.raises(packs.PackStale):
        packs.install(slug="desk", actor=OPS, now=NOW)

    assert RuleSet.objects.count() == 0


@pytest.mark.parametrize(
    "there",
    [
        pytest.param({"stage": "score", "rules": []}, id="of another stage"),
        pytest.param({"packed": "other"}, id="of another pack"),
    ],
)
def test_a_set_that_is_something_else_refuses_the_whole_pack(write_pack: Write, there: dict[str, Any]) -> None:
    pack = there.pop("packed", None)
    ruleset = make_rule_set("desk-gates", **there)
    if pack:
        PackedSet.objects.create(ruleset=ruleset, pack=pack, version="1", document={}, installed_at=NOW)
    write_pack(**{"a-first": {**SET, "slug": "a-first", "name": "First"}})
    before = state()

    with pytest.raises(packs.SetTaken):
        take()

    assert state() == before


def test_whoever_may_not_edit_rules_takes_no_pack(write_pack: Write) -> None:
    write_pack()

    with pytest.raises(Forbidden):
        packs.install(slug="desk", actor=Actor(ActorKind.USER, "0", "Vera"), now=NOW)

    assert RuleSet.objects.count() == 0


def test_every_pack_that_ships_goes_through_review_beside_the_others() -> None:
    for slug, name, strategy in POOLS:
        Pool.objects.create(slug=slug, name=name, strategy=strategy)

    for slug in files.directories():
        packs.install_and_publish(slug=slug, actor=penny(), approver=quinn(), now=NOW)

    live = RuleSet.objects.filter(live_version__isnull=False)
    assert {ruleset.slug for ruleset in live} == {each.slug for pack in plans.list_packs() for each in sets_of(pack)}
    assert [pack.slug for pack in plans.list_packs() if pack.plan is None or not pack.plan.is_current] == []


def sets_of(listed: plans.Listed) -> tuple[PackSet, ...]:
    assert listed.plan is not None
    return listed.plan.pack.sets


def test_a_pack_that_cannot_be_read_is_listed_with_its_problems(write_pack: Write) -> None:
    write_pack(pack="{")

    listed = {each.slug: each for each in plans.list_packs()}

    assert listed["desk"].plan is None
    assert isinstance(listed["desk"].refusal, Invalid)
    assert listed["starter"].plan is not None
