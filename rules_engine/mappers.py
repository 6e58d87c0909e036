"""Between draft rows and documents of the rule language."""

from typing import Any

from rules_engine.engine.nodes import Rule as RuleNode
from rules_engine.engine.parse import rule_document
from rules_engine.engine.printing import LANGUAGE
from rules_engine.models import Rule, RuleSet


def document_of(ruleset: RuleSet) -> dict[str, Any]:
    """Return the draft as one document, rules in their order."""
    return document(ruleset, [rule.body for rule in ruleset.rules.all()])


def document(ruleset: RuleSet, bodies: list[Any]) -> dict[str, Any]:
    """Return a document of these rules, under the set's stage and zone."""
    return {"language": LANGUAGE, "stage": ruleset.stage, "time_zone": ruleset.time_zone, "rules": bodies}


def fill(row: Rule, rule: RuleNode) -> None:
    """Put a parsed rule into its row, in the one form the language prints; the columns repeat what lists need."""
    row.body, row.rule_id, row.name = rule_document(rule), rule.id, rule.name
