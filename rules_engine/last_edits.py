"""Who changed a part of a draft last, for whoever wants to change it too."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from audit import queries as ledger
from rules_engine.documents import lists_named
from rules_engine.models import NamedList, Rule, RuleSet


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit; blank, nobody knows whose."""

    who: str
    at: datetime

    def __str__(self) -> str:
        when = self.at.astimezone(UTC)
        return f"{self.who or 'Somebody'} has changed it, on {when:%b} {when.day} at {when:%H:%M} UTC."


def of_row(row: Rule | NamedList) -> Edit | None:
    """Return the last edit of a rule or a list."""
    return _edit(row.history.select_related("history_user").first())


def of_rules(ruleset: RuleSet) -> dict[str, Edit]:
    """Return the last edit of every rule there ever was in the draft, by its id."""
    states = Rule.history.filter(ruleset_id=ruleset.pk).select_related("history_user").defer("body")
    return {state.rule_id: edit for state in states.order_by("history_date", "history_id") if (edit := _edit(state))}


def of_draft(ruleset: RuleSet) -> Edit | None:
    """Return the last edit of anything the draft says: its rules, the lists they name, its zone."""
    return max(_of_draft(ruleset), key=lambda edit: edit.at, default=None)


def _of_draft(ruleset: RuleSet) -> Iterator[Edit]:
    named = lists_named([rule.body for rule in ruleset.rules.all()])
    histories = (Rule.history.filter(ruleset_id=ruleset.pk), NamedList.history.filter(slug__in=named))
    for history in histories:
        if edit := _edit(history.select_related("history_user").first()):
            yield edit
    entry = ledger.for_target(ruleset).filter(action__in=("rule_set.described", "rule_set.imported")).first()
    if entry:
        yield Edit(entry.actor_label, entry.occurred_at)


def _edit(state: Any) -> Edit | None:
    return Edit(str(state.history_user or ""), state.history_date) if state else None
