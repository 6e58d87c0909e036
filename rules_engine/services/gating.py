"""The gates between a document and its publication, one list for every door."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.errors import FieldProblem, Invalid
from audit.instants import by_agency
from rules_engine.catalog_setting import catalog
from rules_engine.engine.budget import NO_PROOFS
from rules_engine.engine.parse import parse, rule_document
from rules_engine.engine.tables import rows
from rules_engine.gate import Gate
from rules_engine.models import Proposal, RuleSet
from rules_engine.services.validation import Validation, validate
from rules_engine.targets_setting import targets

Answer = Callable[..., Gate]

APPROVED: Final = frozenset({Proposal.State.APPROVED, Proposal.State.SCHEDULED, Proposal.State.PUBLISHED})


class Unpublishable(Invalid):
    """The rules have problems, or their examples fail. Mend them, then publish."""

    code = "rule_set.unpublishable"


def content_gates(document: Mapping[str, Any]) -> tuple[Gate, ...]:
    """Return the gates that the document alone answers: only an edit opens one that is shut."""
    found = validate(document=document)
    return _valid(found), _cases(found), _citation(document)


def return_gates(document: Mapping[str, Any], *, is_emergency: bool) -> tuple[Gate, ...]:
    """Return the gates of going back to what was published: it must still run, and what it points at must be there.

    In an emergency a target that is gone keeps nobody from going back.
    """
    found, pointed = validate(document=document), _targets(document)
    return _valid(found), _cases(found), replace(pointed, problems=()) if is_emergency else pointed


def notes_of_return(document: Mapping[str, Any]) -> list[str]:
    """Return what an emergency passes over, in sentences."""
    return [problem.detail for problem in _dead_targets(document)]


def moment_gates(ruleset: RuleSet, document: Mapping[str, Any], content_hash: str, now: datetime) -> tuple[Gate, ...]:
    """Return the gates whose answer may change by itself: what rules point at, and what other apps ask."""
    asked: Mapping[str, Any] = {
        "rule_set": ruleset.slug,
        "document": document,
        "content_hash": content_hash,
        "now": now,
    }
    return (_targets(document), *(answer(**asked) for answer in _hooked()))


def gates_of(proposal: Proposal, now: datetime) -> tuple[Gate, ...]:
    """Return every gate of a proposal."""
    if proposal.restored_from_id is not None:
        gates = return_gates(proposal.document, is_emergency=proposal.is_emergency)
        return (*gates, _approver(proposal), _time(proposal))
    moment = moment_gates(proposal.ruleset, proposal.document, proposal.content_hash, now)
    return (*content_gates(proposal.document), *moment, _approver(proposal), _time(proposal))


def require_open(gates: tuple[Gate, ...]) -> None:
    """Refuse while a gate is shut.

    :raises Unpublishable: with all that keeps them shut
    """
    problems = tuple(problem for gate in gates for problem in gate.problems)
    if problems:
        raise Unpublishable(problems)


def _valid(found: Validation) -> Gate:
    number = len(found.problems)
    answer = f"{number} problem{'' if number == 1 else 's'}" if number else "Yes"
    return Gate("valid", "Every rule is sound", answer, not number, found.problems)


def _cases(found: Validation) -> Gate:
    label, total = "Examples come out as expected", len(found.examples)
    if found.tree is None:
        return Gate("cases", label, "Not run", is_met=False)
    if found.failures:
        return Gate("cases", label, f"{len(found.failures)} of {total} fail", False, found.failures)
    return Gate("cases", label, f"{total} of {total}" if total else "None", bool(total))


def _citation(document: Mapping[str, Any]) -> Gate:
    """Ask for the source wherever a rule says whose law it is."""
    legal = [(index, body) for index, body in enumerate(document["rules"]) if body.get("jurisdiction")]
    problems = tuple(
        FieldProblem(
            f"/rules/{index}/citation",
            "citation.missing",
            f"“{body['name']}” is law of {body['jurisdiction']}; say where it is written.",
        )
        for index, body in legal
        if not _is_cited(body)
    )
    answer = f"{len(problems)} missing" if problems else f"{len(legal)} of {len(legal)}" if legal else "No law touched"
    return Gate("citation", "Law is cited", answer, not problems, problems)


def _is_cited(body: Mapping[str, Any]) -> bool:
    """Say whether a rule names its source, or each row of its table does."""
    table_rows = body.get("table", {}).get("rows", [])
    return _has_source(body) or (bool(table_rows) and all(map(_has_source, table_rows)))


def _has_source(body: Mapping[str, Any]) -> bool:
    return bool((body.get("citation") or {}).get("source"))


def _targets(document: Mapping[str, Any]) -> Gate:
    problems = tuple(_dead_targets(document))
    answer = f"{len(problems)} gone" if problems else "Yes"
    return Gate("targets", "What rules point at is there", answer, not problems, problems)


def _dead_targets(document: Mapping[str, Any]) -> Iterator[FieldProblem]:
    tree, offered = parse(document, catalog(), proofs=NO_PROOFS).tree, targets()
    for index, rule in enumerate(tree.rules if tree else ()):
        for said in rows(rule):
            body = rule_document(said)
            for path, choices in offered.items():
                value = _at(body, path)
                if value is not None and value not in {code for code, _label in choices}:
                    text = f"“{said.name}” points at “{value}”, which is not there or switched off."
                    yield FieldProblem(f"/rules/{index}{'' if said is not rule else path}", "target.gone", text)


def _at(body: Any, path: str) -> Any:
    for step in path.strip("/").split("/"):
        body = body.get(step) if isinstance(body, dict) else None
    return body


def _hooked() -> Iterator[Answer]:
    yield from (import_string(path) for path in settings.RULES_GATES)


def _approver(proposal: Proposal) -> Gate:
    label = "A second person has approved it"
    if proposal.state in APPROVED:
        return Gate(
            "approver", label, proposal.reviewer_label or "Emergency: nobody yet", proposal.reviewer_id is not None
        )
    problem = FieldProblem("", "proposal.not_approved", "Nobody has approved it yet.")
    return Gate("approver", label, "Not yet", False, (problem,))


def _time(proposal: Proposal) -> Gate:
    answer = by_agency(proposal.publish_at) if proposal.publish_at else "At once"
    return Gate("time", "It takes effect", answer)
