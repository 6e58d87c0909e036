"""What the prover finds in a table in the making: overlaps, rows that never speak or add nothing, leads left out."""

from collections.abc import Iterator
from typing import Any, Final

from accounts.errors import Invalid
from rules_engine.catalog_setting import catalog
from rules_engine.documents import decode
from rules_engine.engine.lint import ExampleLead, Finding, lint
from rules_engine.engine.nodes import RuleSetTree, Table
from rules_engine.engine.parse import parse_rule
from rules_engine.mappers import list_values
from rules_engine.models import RuleSet
from rules_engine.severities import GRADES

# One rule alone need not answer every lead; that is asked of its set.
OF_A_SET: Final = frozenset({"set.no_catch_all"})


def table_findings(text: str, ruleset: RuleSet) -> list[dict[str, Any]] | None:
    """Return the findings of a table's JSON, None where it is not sound enough to be judged; nothing is written."""
    try:
        parsed = parse_rule(decode(text), ruleset.stage, catalog(), draft=True, lists=list_values())
    except Invalid:
        return None
    if parsed.rule is None or not isinstance(parsed.rule.action, Table):
        return None
    alone = RuleSetTree(ruleset.stage, ruleset.time_zone, (parsed.rule,))
    return [_plain(finding) for finding in lint(alone, catalog()) if finding.code not in OF_A_SET]


def _plain(finding: Finding) -> dict[str, Any]:
    return {
        "title": finding.sort.title,
        "tone": GRADES[finding.sort.severity].tone,
        "message": finding.message,
        "pointers": [pointer.removeprefix("/rules/0") for pointer in finding.pointers],
        "lead": list(_in_words(finding.example)) if finding.example else [],
    }


def _in_words(example: ExampleLead) -> Iterator[tuple[str, str]]:
    """Yield the label and the value of each fact, then the instant."""
    for name, value in example.facts.raw().items():
        field = catalog().get(name)
        if field is not None:
            values = value if isinstance(value, list) else [value]
            yield field.label, ", ".join(field.option_label(each) or _text(each) for each in values)
    yield "At", f"{example.at:%b} {example.at.day}, {example.at:%Y, %H:%M} UTC"


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "/".join(map(str, value)) if isinstance(value, list) else str(value)
