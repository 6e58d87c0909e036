"""Refusals of a change to something that somebody else has changed meanwhile, saying who."""

from typing import Self

from accounts.errors import Refused
from rules_engine import last_edits
from rules_engine.models import NamedList, Rule, RuleSet


class EditedMeanwhile(Refused):
    """Somebody else has changed this meanwhile. Look at their change, then make yours again."""

    code = "rule.edited_meanwhile"

    @classmethod
    def of(cls, row: Rule | NamedList) -> Self:
        """Return the refusal for a rule or a list, with who changed it."""
        edit = last_edits.of_row(row)
        return cls(f"{edit} Look at that change, then make yours again." if edit and edit.who else "")


class ListEditedMeanwhile(EditedMeanwhile):
    """Somebody else has changed this list meanwhile. Look at their change, then make yours again."""

    code = "list.edited_meanwhile"


class DraftMoved(Refused):
    """The draft has changed since you looked at it. Look again, then go on."""

    code = "rule_set.draft_moved"

    @classmethod
    def of(cls, ruleset: RuleSet) -> Self:
        """Return the refusal for a draft, with who changed it."""
        edit = last_edits.of_draft(ruleset)
        named = f" {edit}" if edit and edit.who else ""
        return cls(f"The draft has changed since you looked at it.{named} Look again, then go on.")
