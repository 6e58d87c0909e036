"""Make, change and drop named lists. Drafts follow a list at once; a version keeps the values it was published with."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction

from accounts import policy
from accounts.actor import Actor
from accounts.errors import FieldProblem, Invalid, Missing, Refused
from rules_engine import queries
from rules_engine.catalog_setting import catalog
from rules_engine.engine.catalog import Field
from rules_engine.engine.operators import Operator, Shape, operators_for
from rules_engine.engine.parse import parse_condition
from rules_engine.engine.problems import Code
from rules_engine.models import SLUG, NamedList, Rule
from rules_engine.services import voiding
from rules_engine.services.drafts import stamp
from rules_engine.services.stale import ListEditedMeanwhile

LONGEST_NAME: Final = 120
LONGEST_SLUG: Final = 60


class ListInUse(Refused):
    """Draft rules use this list. Take it out of them first."""

    code = "list.in_use"

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rules)
        named = ", ".join(f"“{rule}” in {rule.ruleset}" for rule in rules)
        super().__init__(f"Draft rules use this list: {named}. Take it out of them first.")


@transaction.atomic
def create_list(*, slug: str, name: str, field: str, values: Any, actor: Actor, now: datetime) -> NamedList:
    """Make a list of values of one of the catalog's fields.

    :raises Invalid: if the slug is taken, or a part cannot be used
    """
    policy.require(actor, "rules.edit")
    row = NamedList(slug=slug, name=name.strip(), field=field, values=values)
    _require_sound(row)
    taken = _invalid("/slug", Code.ID_DUPLICATE, f"There is a list {slug} already. Choose another id.")
    if NamedList.objects.filter(slug=slug).exists():
        raise taken
    try:
        with transaction.atomic():
            return _saved(row, actor, now)
    except IntegrityError as error:  # of two who make it at once, the second
        raise taken from error


@transaction.atomic
def save_list(
    *, named_list: NamedList, name: str, values: Any, actor: Actor, now: datetime, seen_hash: str = ""
) -> NamedList:
    """Change a list's name and values; its id and its field stay. Every draft rule that names it follows.

    `seen_hash` is the hash of the list that was looked at.

    :raises Invalid: if a part cannot be used
    :raises ListEditedMeanwhile: if the list is no longer what was looked at
    """
    policy.require(actor, "rules.edit")
    row = _locked(named_list, seen_hash)
    before, listed = (row.name, row.values), row.values
    row.name, row.values = name.strip(), values
    _require_sound(row)
    if row.values != listed:
        voiding.list_changes(named_list=row, actor=actor, now=now)
    return row if (row.name, row.values) == before else _saved(row, actor, now)


@transaction.atomic
def delete_list(*, named_list: NamedList, actor: Actor, now: datetime, seen_hash: str = "") -> None:
    """Drop a list no draft rule uses; versions keep the values they were published with.

    :raises ListInUse: with the draft rules that name it
    :raises ListEditedMeanwhile: if the list is no longer what was looked at
    """
    policy.require(actor, "rules.edit")
    row = _locked(named_list, seen_hash)
    used = queries.rules_using(row)
    if used:
        raise ListInUse(used)
    stamp(row, actor, now)
    row.delete()


def _locked(named_list: NamedList, seen_hash: str) -> NamedList:
    row = NamedList.objects.select_for_update(of=("self",), no_key=True).filter(pk=named_list.pk).first()
    if row is None:
        raise Missing("The list is gone: somebody has deleted it.")
    if seen_hash and queries.list_hash(row) != seen_hash:
        raise ListEditedMeanwhile.of(row)
    return row


def _saved(row: NamedList, actor: Actor, now: datetime) -> NamedList:
    stamp(row, actor, now)
    row.save()
    return row


def _require_sound(row: NamedList) -> None:
    problems = list_problems(row)
    if problems:
        raise Invalid(problems, problems[0].detail)


def list_problems(row: NamedList) -> tuple[FieldProblem, ...]:
    """Return what keeps a list from being used, each with its place."""
    return tuple(_problems(row))


def can_be_listed(field: Field) -> bool:
    """Say whether a field can be compared with several values."""
    return _listing(field) is not None


def _listing(field: Field) -> Operator | None:
    return next((entry for entry in operators_for(field.kind, field.many) if entry.shape is Shape.LIST), None)


def _problems(row: NamedList) -> Iterator[FieldProblem]:
    if not re.fullmatch(SLUG, row.slug) or len(row.slug) > LONGEST_SLUG:
        text = f"An id has small letters, digits and dashes between them, at most {LONGEST_SLUG} characters."
        yield FieldProblem("/slug", Code.ID_BAD, text)
    if not row.name or len(row.name) > LONGEST_NAME or "\x00" in row.name:
        yield FieldProblem("/name", Code.TEXT_BAD, f"Give the list a name of at most {LONGEST_NAME} characters.")
    yield from _value_problems(row)


def _value_problems(row: NamedList) -> Iterator[FieldProblem]:
    """Let the language judge the values: they are what a condition on the field could hold written out."""
    field = catalog().get(row.field)
    listing = _listing(field) if field else None
    if listing is None:
        text = "Choose a field of the catalog that can be compared with several values."
        yield FieldProblem("/field", Code.FIELD_UNKNOWN, text)
        return
    condition = {"field": row.field, "op": listing.name, "value": row.values}
    for problem in parse_condition(condition, catalog()).problems:
        yield FieldProblem(problem.pointer.replace("/value", "/values", 1), problem.code.value, problem.message)
    if isinstance(row.values, list) and len(set(map(str, row.values))) < len(row.values):
        yield FieldProblem("/values", "value.repeated", "A value stands in the list twice; keep it once.")


def _invalid(pointer: str, code: str, detail: str) -> Invalid:
    return Invalid((FieldProblem(pointer, code, detail),), detail)
