"""Lead sources: who may send leads, under which key, with which fields; and a lead to try them with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from accounts import policy
from accounts.actor import Actor
from accounts.errors import FieldProblem, Invalid, Refused
from audit import services as audit
from licenses.models import Carrier, Product
from licenses.services.saved_rows import FieldChange, save_row
from routing.models import LeadSource
from routing.payload import LeadIn
from routing.services import explaining
from routing.services.intake import MANUAL
from routing.services.setup import kept_problems

SCOPES: Final[Mapping[str, str]] = {
    "leads:write": "Send leads",
    "leads:read_own": "Read the leads it sent",
    "leads:read": "Read every lead",
    "decisions:read": "Read decisions and why",
    "licenses:read": "Ask what a producer may sell",
}
FIELDS: Final = tuple(LeadIn.model_fields)
SHORTEST_WINDOW: Final = 30
LONGEST_WINDOW: Final = 90


class NoKeyNeeded(Refused):
    """Leads entered by hand need no key: people sign in."""

    code = "source.no_key_needed"


@dataclass(frozen=True)
class Trial:
    """A lead as a source might send it, and what the source would hear: an outcome, or what is wrong."""

    sent: Mapping[str, Any]
    outcome: Mapping[str, Any] | None
    problems: Sequence[FieldProblem]


@transaction.atomic
def save_source(*, source: LeadSource, actor: Actor, now: datetime) -> tuple[FieldChange, ...]:
    """Save a source; its key stays as it is. Returns what changed.

    :raises Forbidden: if the actor may not edit sources
    :raises Invalid: with every field at fault
    """
    policy.require(actor, "sources.edit")
    problems = kept_problems(source, "slug") + _problems(source)
    if problems:
        raise Invalid(problems, " ".join(problem.detail for problem in problems))
    is_new = source._state.adding
    if not is_new:  # a key issued, or a mapping remembered, since the row was read stands
        row = LeadSource.objects.select_for_update(of=("self",), no_key=True).get(pk=source.pk)
        source.key_prefix, source.key_hash, source.aliases = row.key_prefix, row.key_hash, row.aliases
    changes = save_row(source, now)
    if changes:
        detail = {"changes": [change.as_dict() for change in changes]}
        action = f"source.{'added' if is_new else 'changed'}"
        audit.record(at=now, actor=actor, action=action, target=source, detail=detail)
    return changes


@transaction.atomic
def issue_source_key(*, source: LeadSource, actor: Actor, now: datetime) -> str:
    """Give the source a fresh key and return it, the only time it is seen; the one before ends at once.

    :raises Forbidden: if the actor may not edit sources
    :raises NoKeyNeeded: for the source of leads people type in
    """
    policy.require(actor, "sources.edit")
    row = LeadSource.objects.select_for_update(no_key=True).get(pk=source.pk)
    if row.slug == MANUAL:
        raise NoKeyNeeded
    before = row.key_prefix
    key = row.issue_key()
    row._history_date = now  # type: ignore[attr-defined]  # simple-history reads it
    row.save(update_fields=["key_prefix", "key_hash"])
    detail = {"prefix": row.key_prefix, "replaced": before}
    audit.record(at=now, actor=actor, action="source.key_issued", target=row, detail=detail)
    return key


def sample_lead(source: LeadSource) -> dict[str, Any]:
    """Return a lead of nobody with what leads usually have, and whatever this source must send."""
    usual = {"first_name", "last_name", "email", "phone", "state", "zip", "birth_date", "consent", "product", "line"}
    return {name: value for name, value in _every_field().items() if name in usual | set(source.required_fields)}


def _every_field() -> dict[str, Any]:
    products = list(Product.objects.order_by("code").values_list("code", flat=True))
    product = "term_life" if "term_life" in products else next(iter(products), "")
    asks = {"product": product, "products": [product]} if product else {"line": "LIFE"}
    return {
        "external_id": "test-1",
        "first_name": "Test",
        "last_name": "Lead",
        "email": "test.lead@example.com",
        "phone": "(305) 555-0100",
        "state": "FL",
        "zip": "33101",
        "risk_state": "FL",
        **asks,
        "carrier": Carrier.objects.order_by("name").values_list("cocode", flat=True).first() or "",
        "birth_date": "1984-05-12",
        "language": "en",
        "premium": "1200.00",
        "source_campaign": "test",
        "attributes": {"note": "A test"},
        "consent": {"text": "I agree to be called about insurance.", "channels": ["call", "email"]},
    }


def try_out(*, source: LeadSource, sent: Mapping[str, Any], actor: Actor, now: datetime) -> Trial:
    """Return what the source would hear for a lead; nothing of it is kept.

    :raises Forbidden: if the actor may not edit sources
    """
    policy.require(actor, "sources.edit")
    try:
        return Trial(sent, explaining.preview(data=sent, source=source, now=now), ())
    except Invalid as invalid:
        return Trial(sent, None, invalid.problems)


def _problems(source: LeadSource) -> list[FieldProblem]:
    problems = []
    if not set(source.scopes) <= set(SCOPES):
        problems.append(FieldProblem("/scopes", "scope.unknown", f"Use some of: {', '.join(SCOPES)}."))
    if not set(source.required_fields) <= set(FIELDS):
        problems.append(FieldProblem("/required_fields", "field.unknown", f"Use some of: {', '.join(FIELDS)}."))
    if not SHORTEST_WINDOW <= source.duplicate_window_days <= LONGEST_WINDOW:
        text = f"Use {SHORTEST_WINDOW} to {LONGEST_WINDOW} days."
        problems.append(FieldProblem("/duplicate_window_days", "window", text))
    return problems
