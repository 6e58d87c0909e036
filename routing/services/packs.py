"""Take a rule pack, or its next version, into drafts; what is live stays until somebody publishes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db import transaction

from accounts import policy, turns
from accounts.actor import Actor
from accounts.errors import FieldProblem, Invalid, Refused
from audit import services as audit
from routing.models import PackedSet
from routing.packs import files
from routing.packs.files import Pack
from routing.packs.merging import Choice
from routing.queries.packs import Plan, SetPlan, plan
from rules_engine import services as rules
from rules_engine.models import RuleSet, RuleSetVersion

PACKS: Final = 0x9AC5  # the turn of whoever takes a pack


class PackStale(Refused):
    """The drafts or the pack have changed since you looked at the comparison. Look again, then decide."""

    code = "pack.stale"


class PackOlder(Refused):
    """A later version of this pack was taken already."""

    code = "pack.older"


class PackAltered(Refused):
    """The pack's files are not what was taken, yet name the same version. Give them the next one."""

    code = "pack.altered"


class PackCurrent(Refused):
    """This version was taken already. There is nothing to take."""

    code = "pack.current"


class SetTaken(Refused):
    """A rule set of the same name is there and is something else."""

    code = "pack.set_taken"


class Undecided(Invalid):
    """Rules changed both here and in the pack: choose for each whose stands."""

    code = "pack.undecided"


@transaction.atomic
def install(
    *,
    slug: str,
    actor: Actor,
    now: datetime,
    choices: Mapping[str, Choice] | None = None,
    reviewed_hash: str = "",
    unreviewed: bool = False,
) -> Plan:
    """Take a pack into drafts, whole or not at all. Returns what was done.

    `choices` says, for each rule (`set:rule`) changed on both sides, whose stands. `reviewed_hash` is the hash of the
    comparison the actor looked at; a blank one is refused like an old one. `unreviewed` takes the pack without any: for
    commands and for setting up, where nobody was shown a comparison.

    :raises Missing: if there is no such pack
    :raises Invalid: if it cannot be read, or what it comes to has problems
    :raises Undecided: if a rule changed on both sides and nobody chose
    :raises PackStale: if drafts or files are not what the actor looked at
    """
    policy.require(actor, "rules.edit")
    pack = files.find(slug)
    try:
        return _install(pack, choices or {}, None if unreviewed else reviewed_hash, actor, now)
    except rules.SlugTaken as error:  # somebody makes a set of that name by hand this moment
        raise PackStale from error


def _install(pack: Pack, choices: Mapping[str, Choice], reviewed: str | None, actor: Actor, now: datetime) -> Plan:
    # A set that two take at once for the first time has no row yet for the second to wait for.
    turns.take(PACKS)
    # Holds the sets, so that an edit between comparison and import waits; evaluated for its locks alone.
    list(
        RuleSet.objects.select_for_update(of=("self",), no_key=True)
        .filter(slug__in=[each.slug for each in pack.sets])
        .order_by("pk")
    )
    planned = plan(pack)
    _require_takeable(planned, reviewed)
    chosen = _decided(planned, choices)
    for each in planned.sets:
        _take(each, planned, chosen, actor, now)
    PackedSet.objects.filter(pk__in=[row.pk for row in planned.left]).delete()
    return planned


@transaction.atomic
def install_and_publish(*, slug: str, actor: Actor, approver: Actor, now: datetime) -> list[RuleSetVersion]:
    """Set an agency up with a pack: one person takes it and sends its sets, another approves, and all are published.

    :raises Invalid: if the pack cannot be read
    """
    planned = install(slug=slug, actor=actor, now=now, unreviewed=True)
    comment = f"From the {planned.pack.slug} pack, version {planned.pack.manifest.version}."
    sets = RuleSet.objects.filter(packed__pack=slug).order_by("pk")
    sent = [rules.submit(ruleset=each, comment=comment, actor=actor, now=now) for each in sets]
    approved = [rules.approve(proposal=each, actor=approver, now=now) for each in sent]
    return [rules.publish(proposal=each, actor=actor, now=now) for each in approved]


def _require_takeable(planned: Plan, reviewed: str | None) -> None:
    if reviewed is not None and reviewed != planned.hash:
        raise PackStale
    if planned.is_older:
        raise PackOlder(f"Version {planned.installed} of this pack was taken already, which is later.")
    if planned.is_altered:
        raise PackAltered
    if planned.is_current:
        raise PackCurrent
    for each in planned.sets:
        _require_own(each, planned.pack.slug)


def _require_own(each: SetPlan, pack: str) -> None:
    """Refuse to write into a set of another stage, or of another pack."""
    ruleset = each.ruleset
    if ruleset is None:
        return
    if ruleset.stage != each.packed.document["stage"]:
        raise SetTaken(
            f"The rule set {ruleset.slug} is there already, of the stage {ruleset.stage}: it cannot hold these."
        )
    other = PackedSet.objects.filter(ruleset=ruleset).exclude(pack=pack).first()
    if other is not None:
        raise SetTaken(f"The rule set {ruleset.slug} came from the pack {other.pack}; two packs cannot share one.")


def _decided(planned: Plan, choices: Mapping[str, Choice]) -> Mapping[str, Choice]:
    open_ = [each for each in planned.decisions if each.key not in choices]
    if open_:
        text = "Both you and the pack changed it: say whose stands, ours or pack."
        raise Undecided(
            [FieldProblem(f"/choices/{each.key}", Undecided.code, f"{each.name}. {text}") for each in open_]
        )
    return {each.key: choices[each.key] for each in planned.decisions}


def _take(each: SetPlan, planned: Plan, choices: Mapping[str, Choice], actor: Actor, now: datetime) -> None:
    packed, manifest = each.packed, planned.pack.manifest
    document = each.document(choices)
    ruleset = each.ruleset or rules.create_rule_set(
        slug=packed.slug,
        name=packed.name,
        stage=document["stage"],
        time_zone=document["time_zone"],
        position=packed.position,
        actor=actor,
        now=now,
    )
    rules.import_document(ruleset=ruleset, document=document, actor=actor, now=now)
    PackedSet.objects.update_or_create(
        ruleset=ruleset,
        defaults={
            "pack": planned.pack.slug,
            "version": manifest.version,
            "document": packed.document,
            "installed_at": now,
            "installed_by": actor.label,
        },
    )
    detail = {
        "pack": planned.pack.slug,
        "version": manifest.version,
        "before": each.taken.version if each.taken else None,
        "choices": {key: choice.value for key, choice in choices.items() if key.startswith(f"{packed.slug}:")},
        "left": [row.ruleset.slug for row in planned.left],
    }
    audit.record(at=now, actor=actor, action="rule_set.packed", target=ruleset, detail=detail)
