"""Validation: a dry run of the real parse, compile and evaluate on a document and the examples it carries."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from accounts.errors import FieldProblem
from rules_engine.catalog_setting import catalog
from rules_engine.engine.compile import compile_set
from rules_engine.engine.examples import ExampleResult, run_examples
from rules_engine.engine.lists import NO_LISTS, Lists
from rules_engine.engine.nodes import RuleSetTree
from rules_engine.engine.parse import parse
from rules_engine.engine.problems import Problem
from rules_engine.mappers import list_values

EXAMPLE_FAILED = "example.failed"


@dataclass(frozen=True, slots=True)
class Validation:
    """What is wrong with a document, and how its examples came out."""

    tree: RuleSetTree | None
    problems: tuple[FieldProblem, ...]
    examples: tuple[ExampleResult, ...]

    @property
    def failures(self) -> tuple[FieldProblem, ...]:
        """The examples that came out otherwise than expected, as problems at their place."""
        places = {rule.id: index for index, rule in enumerate(self.tree.rules)} if self.tree else {}
        return tuple(
            FieldProblem(
                f"/rules/{places[result.rule]}/examples/{result.index}",
                EXAMPLE_FAILED,
                f"Example {result.index + 1} of {result.rule} expects {result.expected} and gives {result.got}.",
            )
            for result in self.examples
            if not result.passed
        )

    @property
    def blocks(self) -> tuple[FieldProblem, ...]:
        """All that keeps the document from being published."""
        return self.problems + self.failures


def validate(*, document: Any, stage: str = "", draft: bool = False, lists: Lists | None = None) -> Validation:
    """Judge a document from any hand; nothing is written. `stage` is that of the set it is meant for, if for one.

    A draft may hold muted conditions. Lists it names and does not bring are the agency's, unless given.
    """
    parsed = parse(document, catalog(), draft=draft, lists=list_values() if lists is None else lists)
    problems = field_problems(parsed.problems) or stage_problems(parsed.tree, stage)
    if parsed.tree is None or problems:
        return Validation(None, problems, ())
    compile_set(parsed.tree, catalog())
    return Validation(parsed.tree, (), run_examples(parsed.tree, catalog()))


@dataclass(frozen=True, slots=True)
class Soundness:
    """What is wrong with a draft, and the ids of the rules whose examples come out otherwise."""

    problems: tuple[FieldProblem, ...]
    failing: frozenset[str]


def soundness(draft: Mapping[str, Any]) -> Soundness:
    """Judge a draft with the lists it names, for a page that shows it."""
    return _sound(json.dumps(draft, sort_keys=True))


@lru_cache(maxsize=64)
def _sound(text: str) -> Soundness:
    """The same draft is judged once a process."""
    found = validate(document=json.loads(text), draft=True, lists=NO_LISTS)
    return Soundness(found.problems, frozenset(result.rule for result in found.examples if not result.passed))


def stage_problems(tree: RuleSetTree | None, stage: str) -> tuple[FieldProblem, ...]:
    """Return the problem of a document meant for a set of another stage."""
    if tree is None or stage in {"", tree.stage}:
        return ()
    text = f"This set is of the stage {stage}; the document is of the stage {tree.stage}."
    return (FieldProblem("/stage", "stage.other", text),)


def field_problems(problems: Iterable[Problem]) -> tuple[FieldProblem, ...]:
    """Return the language's problems as the API and the forms show them."""
    return tuple(FieldProblem(problem.pointer, problem.code.value, problem.message) for problem in problems)
