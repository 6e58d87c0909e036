"""Take a whole document into a draft: shown first, then taken exactly as it was shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import policy
from accounts.actor import Actor
from accounts.errors import FieldProblem, Invalid, Refused
from audit import services as audit
from rules_engine import mappers, queries
from rules_engine.catalog_setting import catalog
from rules_engine.comparison import Comparison, compare
from rules_engine.documents import content_hash
from rules_engine.engine.nodes import NamedList as ListNode
from rules_engine.engine.nodes import RuleSetTree, field_of_list
from rules_engine.engine.parse import parse
from rules_engine.engine.printing import to_document
from rules_engine.models import NamedList, Rule, RuleSet
from rules_engine.services import voiding
from rules_engine.services.drafts import lock, remove, stamp, write
from rules_engine.services.stale import DraftMoved
from rules_engine.services.validation import field_problems, stage_problems


class OtherDocument(Refused):
    """This is not the document whose preview you looked at. Have its own shown, then take it."""

    code = "import.other_document"


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What a document would make of a draft, and the hashes of the two that were compared; `lists` would be made."""

    document_hash: str
    draft_hash: str
    comparison: Comparison
    lists: tuple[str, ...]


def plan_import(*, ruleset: RuleSet, document: Any, actor: Actor) -> ImportPlan:
    """Return what a document would make of the draft; nothing is written.

    :raises Invalid: if the document has problems, is of another stage, or brings a list the agency has otherwise
    """
    policy.require(actor, "rules.edit")
    tree = _parsed(document, ruleset)
    made = tuple(named.name for named in _lists_to_make(tree))
    draft = mappers.document_of(ruleset)
    return ImportPlan(content_hash(document), content_hash(draft), compare(draft, _as_taken(tree)), made)


@transaction.atomic
def import_reviewed(
    *, ruleset: RuleSet, document: Any, document_hash: str, draft_hash: str, actor: Actor, now: datetime
) -> None:
    """Make the draft say what a document says, if both are still what the plan compared.

    :raises Invalid: if the document has problems
    :raises OtherDocument: if it is not the one that was planned
    :raises DraftMoved: if the draft has changed since
    """
    policy.require(actor, "rules.edit")
    if content_hash(document) != document_hash:
        raise OtherDocument
    held = lock(ruleset)
    if queries.draft_hash(held) != draft_hash:
        raise DraftMoved.of(held)
    import_document(ruleset=held, document=document, actor=actor, now=now)


@transaction.atomic
def import_document(*, ruleset: RuleSet, document: Any, actor: Actor, now: datetime) -> None:
    """Make the draft say what a document says, unseen; rules that stay as they are get no new history.

    :raises Invalid: if the document has problems or is of another stage
    """
    policy.require(actor, "rules.edit")
    tree = _parsed(document, ruleset)
    _take_lists(tree, actor, now)
    held = lock(ruleset)
    present = {row.rule_id: row for row in held.rules.all()}
    if held.time_zone != tree.time_zone:
        voiding.draft_changes(ruleset=held, actor=actor, now=now)
        held.time_zone = tree.time_zone
        held.save(update_fields=["time_zone"])
    for position, node in enumerate(tree.rules):
        row = present.pop(node.id, None) or Rule(ruleset=held)
        before = row.body
        row.position, moved = position, row.position not in {None, position}
        mappers.fill(row, node)
        if row.body != before or moved:
            write(row, actor, now)
    for row in present.values():
        remove(row, actor, now)
    audit.record(
        at=now, actor=actor, action="rule_set.imported", target=ruleset, detail={"content_hash": content_hash(document)}
    )


def _parsed(document: Any, ruleset: RuleSet) -> RuleSetTree:
    parsed = parse(document, catalog(), draft=True, lists=mappers.list_values())
    problems = field_problems(parsed.problems) or stage_problems(parsed.tree, ruleset.stage)
    if parsed.tree is None or problems:
        raise Invalid(problems)
    return parsed.tree


def _as_taken(tree: RuleSetTree) -> dict[str, Any]:
    """Return the document of a tree with the agency's own lists, whose order an import leaves alone."""
    ours = mappers.list_values([named.name for named in tree.lists])
    lists = {named.name: ours.get(named.name, list(named.values)) for named in tree.lists}
    return {**to_document(tree), **({"lists": lists} if lists else {})}


def _take_lists(tree: RuleSetTree, actor: Actor, now: datetime) -> None:
    """Make the named lists that a document brings along and the agency lacks."""
    for named in _lists_to_make(tree):
        name = named.name.replace("-", " ").capitalize()
        row = NamedList(slug=named.name, name=name, field=field_of_list(tree, named.name), values=list(named.values))
        stamp(row, actor, now)
        row.save()


def _lists_to_make(tree: RuleSetTree) -> list[ListNode]:
    """Return the lists the agency lacks.

    :raises Invalid: if the agency's list of a name holds other values
    """
    ours = mappers.list_values([named.name for named in tree.lists])
    problems = [
        FieldProblem(
            f"/lists/{named.name}",
            "list.differs",
            f"The agency's list {named.name} holds other values. Change that list first, or rename the one imported.",
        )
        for named in tree.lists
        if named.name in ours and sorted(map(str, ours[named.name])) != sorted(map(str, named.values))
    ]
    if problems:
        raise Invalid(tuple(problems))
    return [named for named in tree.lists if named.name not in ours]
