"""Edit draft rules. Each change is one state in the rule's history; nothing here touches what is live."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import policy
from accounts.actor import Actor, ActorKind
from accounts.errors import FieldProblem, Invalid, Missing
from accounts.models import User
from rules_engine import mappers, queries
from rules_engine.catalog_setting import catalog
from rules_engine.documents import content_hash, merged, takes_every_lead, with_muted
from rules_engine.engine.nodes import Rule as RuleNode
from rules_engine.engine.parse import parse_rule
from rules_engine.models import NamedList, Rule, RuleSet
from rules_engine.services import voiding
from rules_engine.services.stale import DraftMoved, EditedMeanwhile
from rules_engine.services.validation import field_problems


@transaction.atomic
def create_rule(*, ruleset: RuleSet, document: Any, actor: Actor, now: datetime) -> Rule:
    """Add a rule at the end of the draft; in a route set before the catch-all, which stays last.

    :raises Invalid: if the rule has problems or its id is taken
    """
    policy.require(actor, "rules.edit")
    node = _parsed(document, ruleset)
    rows = _locked_rules(ruleset)
    if any(row.rule_id == node.id for row in rows):
        raise Invalid(
            (FieldProblem("/id", "id.duplicate", f"The set has a rule {node.id} already. Choose another id."),)
        )
    row = Rule(ruleset=ruleset, position=len(rows))
    mappers.fill(row, node)
    write(row, actor, now)
    if ruleset.stage == "route" and rows and takes_every_lead(rows[-1].body) and not takes_every_lead(row.body):
        _renumber([*rows[:-1], row, rows[-1]])
    return row


@transaction.atomic
def save_rule(*, rule: Rule, document: Any, actor: Actor, now: datetime, seen_hash: str = "") -> Rule:
    """Change a rule; its id stays. `seen_hash` is the hash of the body the editor started from.

    :raises Invalid: if the rule has problems or another id
    :raises EditedMeanwhile: if the body is no longer the one the editor started from
    """
    policy.require(actor, "rules.edit")
    node = _parsed(document, rule.ruleset)
    row = seen(rule, seen_hash)
    if node.id != row.rule_id:
        text = f"The id stays {row.rule_id}: versions and decisions name the rule by it. Add a new rule instead."
        raise Invalid((FieldProblem("/id", "id.fixed", text),))
    before = row.body
    mappers.fill(row, node)
    if row.body != before:
        write(row, actor, now)
    return row


@transaction.atomic
def patch_rule(*, rule: Rule, patch: Any, actor: Actor, now: datetime, seen_hash: str) -> Rule:
    """Change some members of a rule, as a JSON merge patch says: null takes one out.

    :raises Invalid: if the patch is no object, or what it makes of the rule has problems
    :raises EditedMeanwhile: if the body is no longer the one the editor started from
    """
    policy.require(actor, "rules.edit")
    row = seen(rule, seen_hash)
    return save_rule(rule=row, document=merged(row.body, patch), actor=actor, now=now)


@transaction.atomic
def mute_condition(*, rule: Rule, pointer: str, is_muted: bool, actor: Actor, now: datetime, seen_hash: str) -> Rule:
    """Mute one condition of a rule, or put it back in force; no version is published with a muted one.

    :raises Invalid: if there is no condition at that place, or none would be left in force
    :raises EditedMeanwhile: if the body is no longer the one the editor started from
    """
    policy.require(actor, "rules.edit")
    row = seen(rule, seen_hash)
    body = with_muted(row.body, pointer, is_muted=is_muted)
    return save_rule(rule=row, document=body, actor=actor, now=now)


@transaction.atomic
def delete_rule(*, rule: Rule, actor: Actor, now: datetime, seen_hash: str = "") -> None:
    """Take a rule out of the draft; its history stays. `seen_hash` is the hash of the body that was looked at.

    :raises EditedMeanwhile: if the body is no longer that
    """
    policy.require(actor, "rules.edit")
    remove(seen(rule, seen_hash), actor, now)
    _renumber(list(rule.ruleset.rules.order_by("position", "pk")))


@transaction.atomic
def move_rule(*, rule: Rule, position: int, actor: Actor, now: datetime, seen_draft: str = "") -> None:
    """Put a rule at another place in the order; places past the end mean the end.

    `seen_draft` is the hash of the draft whose order was looked at.

    :raises DraftMoved: if the draft is no longer that
    """
    policy.require(actor, "rules.edit")
    held = lock(rule.ruleset)
    if seen_draft and queries.draft_hash(held) != seen_draft:
        raise DraftMoved.of(held)
    rows = list(held.rules.order_by("position", "pk"))
    row = next((row for row in rows if row.pk == rule.pk), None)
    if row is None:
        raise Missing("The rule is gone: somebody has deleted it.")
    rows.remove(row)
    place = max(0, min(position, len(rows)))
    rows.insert(place, row)
    if row.position != place:
        row.position = place
        write(row, actor, now)
    _renumber(rows)


def person(actor: Actor) -> User | None:
    """Return the user an actor is, for rows that point at people; None for the system and for lead sources."""
    return User.objects.filter(pk=actor.id).first() if actor.kind is ActorKind.USER else None


def _parsed(document: Any, ruleset: RuleSet) -> RuleNode:
    parsed = parse_rule(document, ruleset.stage, catalog(), draft=True, lists=mappers.list_values())
    if parsed.rule is None:
        raise Invalid(field_problems(parsed.problems))
    return parsed.rule


def lock(ruleset: RuleSet) -> RuleSet:
    """Return the set as it stands, held so that edits, moves and publications of one set take turns."""
    return RuleSet.objects.select_for_update(of=("self",), no_key=True).get(pk=ruleset.pk)


def _locked_rules(ruleset: RuleSet) -> list[Rule]:
    return list(lock(ruleset).rules.order_by("position", "pk"))


def seen(rule: Rule, seen_hash: str) -> Rule:
    """Return the rule as it stands, held.

    :raises Missing: if it is gone
    :raises EditedMeanwhile: if something was looked at, and it is no longer that
    """
    row = next((row for row in _locked_rules(rule.ruleset) if row.pk == rule.pk), None)
    if row is None:
        raise Missing("The rule is gone: somebody has deleted it.")
    if seen_hash and content_hash(row.body) != seen_hash:
        raise EditedMeanwhile.of(row)
    return row


def write(row: Rule, actor: Actor, now: datetime) -> None:
    voiding.draft_changes(ruleset=row.ruleset, actor=actor, now=now)
    stamp(row, actor, now)
    row.save()


def remove(row: Rule, actor: Actor, now: datetime) -> None:
    voiding.draft_changes(ruleset=row.ruleset, actor=actor, now=now)
    stamp(row, actor, now)
    row.delete()


def stamp(row: Rule | NamedList, actor: Actor, now: datetime) -> None:
    """Tell the history who and when; left alone it asks the request and the clock, which a service has not got."""
    row._history_user = person(actor)  # type: ignore[union-attr]  # simple-history looks for both
    row._history_date = now  # type: ignore[union-attr]


def _renumber(rows: Sequence[Rule]) -> None:
    """Give the rows their places; a row that only made room has no history of it."""
    for position, row in enumerate(rows):
        if row.position != position:
            row.position = position
            Rule.objects.filter(pk=row.pk).update(position=position)
