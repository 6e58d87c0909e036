"""A rule in the making as the server sees it: its sentence, its problems, and how its examples come out and why."""

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from accounts.errors import FieldProblem, Invalid
from rules_engine.catalog_setting import catalog
from rules_engine.documents import decode
from rules_engine.engine.examples import run_rule_examples
from rules_engine.engine.explain import explain_rule
from rules_engine.engine.nodes import Prefer, Require, Rule, RuleSetTree
from rules_engine.engine.parse import parse_rule
from rules_engine.engine.problems import Problem
from rules_engine.engine.prover.conditions import UNFINISHED, ConditionFinding, condition_findings
from rules_engine.example_lines import lines
from rules_engine.mappers import list_values
from rules_engine.models import RuleSet

Answer = dict[str, Any]


def preview(text: str, ruleset: RuleSet) -> Answer:
    """Return the preview of a rule's JSON; nothing is written."""
    try:
        parsed = parse_rule(decode(text), ruleset.stage, catalog(), draft=True, lists=list_values())
    except Invalid as refusal:
        return _answer(problems=[_problem(problem) for problem in refusal.problems])
    if parsed.rule is None:
        return _answer(problems=[_problem(problem) for problem in parsed.problems])
    return _answer(
        sentence=explain_rule(parsed.rule, catalog()),
        findings=[finding.as_dict() for finding in _findings(parsed.rule, ruleset)],
        examples=_examples(parsed.rule, ruleset),
    )


def _answer(**parts: Any) -> Answer:
    return {"sentence": "", "problems": [], "findings": [], "examples": [], **parts}


def _problem(problem: Problem | FieldProblem) -> Answer:
    detail = problem.message if isinstance(problem, Problem) else problem.detail
    return {"pointer": problem.pointer, "code": str(problem.code), "detail": detail}


def _findings(rule: Rule, ruleset: RuleSet) -> Iterator[ConditionFinding]:
    """Yield what cannot be, is always so or is said twice, of the rows of either tree, and whether that is all.

    That one question is undecided is no news.
    """
    asked = rule.action.condition if isinstance(rule.action, Require | Prefer) else None
    key = "/require" if isinstance(rule.action, Require) else "/prefer"
    for pointer, condition in (("/when", rule.when), (key, asked)):
        if condition is not None:
            found = condition_findings(condition, catalog(), pointer, ZoneInfo(ruleset.time_zone))
            yield from (finding for finding in found if finding.decided or finding.code == UNFINISHED)


def _examples(rule: Rule, ruleset: RuleSet) -> list[Answer]:
    alone, zone = RuleSetTree(ruleset.stage, ruleset.time_zone, (rule,)), ZoneInfo(ruleset.time_zone)
    results = run_rule_examples(rule, alone, catalog())
    return [
        {
            "passed": result.passed,
            "got": _plain(result.got),
            "trace": list(lines(rule, example, zone)),
        }
        for result, example in zip(results, rule.examples, strict=True)
    ]


def _plain(got: object) -> object:
    """Return an answer as an example would write it."""
    return got if isinstance(got, str | int) else float(str(got))
