"""Make and describe rule sets."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts import policy
from accounts.actor import Actor
from accounts.errors import FieldProblem, Invalid
from audit import services as audit
from rules_engine.catalog_setting import catalog
from rules_engine.engine.parse import parse
from rules_engine.mappers import document
from rules_engine.models import RuleSet
from rules_engine.services import voiding


class SlugTaken(Invalid):
    """There is a set of this name already."""

    def __init__(self, slug: str) -> None:
        text = f"There is a set {slug} already. Choose another name."
        super().__init__((FieldProblem("/slug", "slug.taken", text),), text)


@transaction.atomic
def create_rule_set(
    *, slug: str, name: str, stage: str, time_zone: str, actor: Actor, now: datetime, position: int = 0
) -> RuleSet:
    """Make an empty set.

    :raises SlugTaken: if there is a set of that slug, made in this instant perhaps
    :raises Invalid: if a part cannot be used
    """
    policy.require(actor, "rules.edit")
    ruleset = RuleSet(slug=slug, name=name, stage=stage, time_zone=time_zone, position=position)
    _require_sound(ruleset)
    if RuleSet.objects.filter(slug=slug).exists():
        raise SlugTaken(slug)
    try:
        with transaction.atomic():
            ruleset.save(force_insert=True)
    except IntegrityError as error:
        raise SlugTaken(slug) from error
    audit.record(at=now, actor=actor, action="rule_set.created", target=ruleset, detail={"stage": stage})
    return ruleset


@transaction.atomic
def describe_rule_set(
    *,
    ruleset: RuleSet,
    actor: Actor,
    now: datetime,
    name: str | None = None,
    position: int | None = None,
    time_zone: str | None = None,
) -> RuleSet:
    """Change a set's name, its place among the sets of its stage, the zone its dates are meant in; None stays.

    The zone is part of the document, so it takes effect with the next version; the place takes effect at once.

    :raises Invalid: if there is no such zone
    """
    policy.require(actor, "rules.edit")
    row = RuleSet.objects.select_for_update(of=("self",), no_key=True).get(pk=ruleset.pk)
    before = _described(row)
    given = {"name": name, "position": position, "time_zone": time_zone}
    for part, value in given.items():
        setattr(row, part, before[part] if value is None else value)
    _require_sound(row)
    if before["time_zone"] != row.time_zone:
        voiding.draft_changes(ruleset=row, actor=actor, now=now)
    row.save(update_fields=["name", "position", "time_zone"])
    if before != _described(row):
        detail = {"before": before, "after": _described(row)}
        audit.record(at=now, actor=actor, action="rule_set.described", target=row, detail=detail)
    return row


def _described(ruleset: RuleSet) -> dict[str, Any]:
    return {"name": ruleset.name, "position": ruleset.position, "time_zone": ruleset.time_zone}


def _require_sound(ruleset: RuleSet) -> None:
    """Let the language judge stage and zone: an empty document has no other problem but, in a route set, emptiness."""
    found = parse(document(ruleset, []), catalog()).problems
    about = [problem for problem in found if problem.pointer in {"/stage", "/time_zone"}]
    if about:
        raise Invalid(tuple(FieldProblem(p.pointer, p.code.value, p.message) for p in about), about[0].message)
