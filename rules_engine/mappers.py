"""Between draft rows and documents of the rule language."""

from collections.abc import Collection
from typing import Any

from rules_engine.documents import lists_named
from rules_engine.engine.lists import Lists
from rules_engine.engine.nodes import Rule as RuleNode
from rules_engine.engine.parse import rule_document
from rules_engine.engine.printing import LANGUAGE
from rules_engine.models import NamedList, Rule, RuleSet


def document_of(ruleset: RuleSet, known: Lists | None = None) -> dict[str, Any]:
    """Return the draft as one document, rules in their order; `known` are all lists, where they were read already."""
    return document(ruleset, [rule.body for rule in ruleset.rules.all()], known)


def document(ruleset: RuleSet, bodies: list[Any], known: Lists | None = None) -> dict[str, Any]:
    """Return a document of these rules, under the set's stage and zone, with the named lists they use."""
    named = lists_named(bodies)
    values = list_values(named) if known is None and named else {s: v for s, v in (known or {}).items() if s in named}
    lists = {"lists": values} if named else {}
    return {"language": LANGUAGE, "stage": ruleset.stage, "time_zone": ruleset.time_zone, **lists, "rules": bodies}


def list_values(names: Collection[str] | None = None) -> Lists:
    """Return the values of the agency's named lists: of these, or of all."""
    rows = NamedList.objects.all() if names is None else NamedList.objects.filter(slug__in=names)
    return dict(rows.order_by("slug").values_list("slug", "values"))


def fill(row: Rule, rule: RuleNode) -> None:
    """Put a parsed rule into its row, in the one form the language prints; the columns repeat what lists need."""
    row.body, row.rule_id, row.name = rule_document(rule), rule.id, rule.name
