"""Edit draft rules. Each change is one state in the rule's history; nothing here touches what is live."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import policy
from accounts.actor import Actor, ActorKind
from accounts.errors import FieldProblem, Invalid, Missing, Refused
from accounts.models import User
from audit import services as audit
from rules_engine import mappers
from rules_engine.catalog_setting import catalog
from rules_engine.documents import content_hash
from rules_engine.engine.nodes import Rule as RuleNode
from rules_engine.engine.nodes import RuleSetTree
from rules_engine.engine.parse import parse, parse_rule
from rules_engine.models import Rule, RuleSet
from rules_engine.services.validation import field_problems, stage_problems


class EditedMeanwhile(Refused):
    """Somebody else has changed this meanwhile. Look at their change, then make yours again."""

    code = "rule.edited_meanwhile"


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
    _save(row, actor, now)
    if ruleset.stage == "route" and rows and "when" not in rows[-1].body and node.when is not None:
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
    row = _locked(rule)
    if seen_hash and content_hash(row.body) != seen_hash:
        raise EditedMeanwhile
    if node.id != row.rule_id:
        text = f"The id stays {row.rule_id}: versions and decisions name the rule by it. Add a new rule instead."
        raise Invalid((FieldProblem("/id", "id.fixed", text),))
    before = row.body
    mappers.fill(row, node)
    if row.body != before:
        _save(row, actor, now)
    return row


@transaction.atomic
def delete_rule(*, rule: Rule, actor: Actor, now: datetime) -> None:
    """Take a rule out of the draft; its history stays."""
    policy.require(actor, "rules.edit")
    row = _locked(rule)
    _stamp(row, actor, now)
    row.delete()
    _renumber(list(rule.ruleset.rules.order_by("position", "pk")))


@transaction.atomic
def move_rule(*, rule: Rule, position: int, actor: Actor, now: datetime) -> None:
    """Put a rule at another place in the order; places past the end mean the end."""
    policy.require(actor, "rules.edit")
    rows = _locked_rules(rule.ruleset)
    row = next((row for row in rows if row.pk == rule.pk), None)
    if row is None:
        raise Missing("The rule is gone: somebody has deleted it.")
    rows.remove(row)
    place = max(0, min(position, len(rows)))
    rows.insert(place, row)
    if row.position != place:
        row.position = place
        _save(row, actor, now)
    _renumber(rows)


@transaction.atomic
def import_document(*, ruleset: RuleSet, document: Any, actor: Actor, now: datetime) -> None:
    """Make the draft say what a document says; rules that stay as they are get no new history.

    :raises Invalid: if the document has problems or is of another stage
    """
    policy.require(actor, "rules.edit")
    tree = _parsed_set(document, ruleset)
    present = {row.rule_id: row for row in _locked_rules(ruleset)}
    ruleset.time_zone = tree.time_zone
    ruleset.save(update_fields=["time_zone"])
    for position, node in enumerate(tree.rules):
        row = present.pop(node.id, None) or Rule(ruleset=ruleset)
        before = row.body
        row.position, moved = position, row.position not in {None, position}
        mappers.fill(row, node)
        if row.body != before or moved:
            _save(row, actor, now)
    for row in present.values():
        _stamp(row, actor, now)
        row.delete()
    audit.record(
        at=now, actor=actor, action="rule_set.imported", target=ruleset, detail={"content_hash": content_hash(document)}
    )


def person(actor: Actor) -> User | None:
    """Return the user an actor is, for rows that point at people; None for the system and for lead sources."""
    return User.objects.filter(pk=actor.id).first() if actor.kind is ActorKind.USER else None


def _parsed(document: Any, ruleset: RuleSet) -> RuleNode:
    parsed = parse_rule(document, ruleset.stage, catalog(), draft=True)
    if parsed.rule is None:
        raise Invalid(field_problems(parsed.problems))
    return parsed.rule


def _parsed_set(document: Any, ruleset: RuleSet) -> RuleSetTree:
    parsed = parse(document, catalog(), draft=True)
    problems = field_problems(parsed.problems) or stage_problems(parsed.tree, ruleset.stage)
    if parsed.tree is None or problems:
        raise Invalid(problems)
    return parsed.tree


def _locked_rules(ruleset: RuleSet) -> list[Rule]:
    """Return the rules in order, holding the set, so that edits, moves and publications of one set take turns."""
    RuleSet.objects.select_for_update(of=("self",), no_key=True).get(pk=ruleset.pk)
    return list(ruleset.rules.order_by("position", "pk"))


def _locked(rule: Rule) -> Rule:
    row = next((row for row in _locked_rules(rule.ruleset) if row.pk == rule.pk), None)
    if row is None:
        raise Missing("The rule is gone: somebody has deleted it.")
    return row


def _save(row: Rule, actor: Actor, now: datetime) -> None:
    _stamp(row, actor, now)
    row.save()


def _stamp(row: Rule, actor: Actor, now: datetime) -> None:
    """Tell the history who and when; left alone it asks the request and the clock, which a service has not got."""
    row._history_user = person(actor)  # type: ignore[attr-defined]  # simple-history looks for both
    row._history_date = now  # type: ignore[attr-defined]


def _renumber(rows: Sequence[Rule]) -> None:
    """Give the rows their places; a row that only made room has no history of it."""
    for position, row in enumerate(rows):
        if row.position != position:
            row.position = position
            Rule.objects.filter(pk=row.pk).update(position=position)
