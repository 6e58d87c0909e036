"""Runs conformance files: cases a rule author can read, which say what the engine must answer.

A case asks for a condition's verdict, for the outcome of a stage, or for the problems of a document.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from rules_engine.engine.catalog import Catalog, Field, Option
from rules_engine.engine.compile import CompiledSet, compile_set
from rules_engine.engine.evaluate import trace
from rules_engine.engine.outcomes import Recorded
from rules_engine.engine.parse import parse, parse_condition
from rules_engine.engine.printing import LANGUAGE
from rules_engine.engine.problems import Problem
from rules_engine.engine.ruleset import eligibility, gate, route, score
from rules_engine.engine.values import Kind

DEFAULT_NOW = "2026-11-21T15:00:00Z"
DEFAULT_ZONE = "America/New_York"


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case, and how what came out differs from what it says; no difference: it holds."""

    name: str
    differences: tuple[str, ...]


class ConformanceError(ValueError):
    """The file is not a conformance file; its message says where it stops being one."""


def run_file(document: object) -> tuple[CaseResult, ...]:
    """Run every case of a conformance file against the file's own catalog.

    :raises ConformanceError: if the file or one of its cases lacks what it needs
    """
    try:
        if not isinstance(document, dict):
            raise ConformanceError("A conformance file is an object with about, catalog and cases.")
        catalog = read_catalog(document["catalog"])
        return tuple(CaseResult(case["name"], tuple(run_case(case, catalog))) for case in document["cases"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ConformanceError(f"The file does not keep to the schema of conformance cases ({error}).") from error


def read_catalog(fields: Sequence[Mapping[str, object]]) -> Catalog:
    """Return the small catalog a file carries; labels default to names."""
    return Catalog(_field(**field) for field in fields)  # type: ignore[arg-type]  # shape is the schema's to judge


def run_case(case: Mapping[str, object], catalog: Catalog) -> list[str]:
    """Return how the engine's answer differs from the case's; nothing where it agrees."""
    if "problems" in case:
        return _problems_case(case, catalog)
    return _condition_case(case, catalog) if "condition" in case else _stage_case(case, catalog)


def _field(
    *,
    name: str,
    kind: str,
    label: str = "",
    many: bool = False,
    parts: Sequence[str] = (),
    options: Mapping[str, str] | None = None,
) -> Field:
    listed = tuple(Option(value, text) for value, text in (options or {}).items())
    return Field(name, Kind(kind), label or name, name.partition(".")[0], options=listed, many=many, parts=tuple(parts))


def _now(case: Mapping[str, object]) -> datetime:
    return datetime.fromisoformat(str(case.get("now", DEFAULT_NOW)))


def _facts(case: Mapping[str, object], key: str) -> Mapping[str, object]:
    facts = case.get(key, {})
    if not isinstance(facts, Mapping):
        raise ConformanceError(f"{case['name']}: {key} is an object.")
    return facts


def _condition_case(case: Mapping[str, object], catalog: Catalog) -> list[str]:
    parsed = parse_condition(case["condition"], catalog)
    if parsed.condition is None:
        return _listed(parsed.problems)
    zone = ZoneInfo(str(case.get("time_zone", DEFAULT_ZONE)))
    seen = trace(parsed.condition, catalog.facts(_facts(case, "facts")), _now(case), zone)
    return _differences("verdict", case["verdict"], seen.verdict.value) + (
        _differences("missing", case["missing"], list(seen.missing)) if "missing" in case else []
    )


def _stage_case(case: Mapping[str, object], catalog: Catalog) -> list[str]:
    sets: list[CompiledSet] = []
    for given in case["sets"]:  # type: ignore[attr-defined]  # shape is the schema's to judge
        document = {
            "language": LANGUAGE,
            "stage": case["stage"],
            "time_zone": case.get("time_zone", DEFAULT_ZONE),
            "lists": given.get("lists", {}),
            "rules": given["rules"],
        }
        parsed = parse(document, catalog)
        if parsed.tree is None:
            return _listed(parsed.problems)
        sets.append(compile_set(parsed.tree, catalog, given["slug"]))
    return _differences("", case["expect"], _outcome(case, sets, catalog).as_dict())


def _outcome(case: Mapping[str, object], sets: Sequence[CompiledSet], catalog: Catalog) -> Recorded:
    facts, now = catalog.facts(_facts(case, "facts")), _now(case)
    match case["stage"]:
        case "gate":
            return gate(sets, facts, now)
        case "score":
            return score(sets, facts, now)
        case "route":
            return route(sets[0], facts, now)
    return eligibility(sets, facts, now).judge(catalog.facts(_facts(case, "producer")))


def _problems_case(case: Mapping[str, object], catalog: Catalog) -> list[str]:
    got = [
        {"pointer": problem.pointer, "code": problem.code.value}
        for problem in parse(case["document"], catalog).problems
    ]
    return _differences("problems", case["problems"], got)


def _listed(problems: Sequence[Problem]) -> list[str]:
    return [f"{problem.pointer or 'the document'}: {problem.message}" for problem in problems]


def _differences(place: str, expected: object, got: object) -> list[str]:
    """Compare what the case names and no more: keys it leaves out of an object may hold anything."""
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        return [
            difference
            for key, value in expected.items()
            for difference in _differences(f"{place}.{key}".lstrip("."), value, got.get(key, "nothing"))
        ]
    if isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        pairs = zip(expected, got, strict=True)
        return [each for index, pair in enumerate(pairs) for each in _differences(f"{place}[{index}]", *pair)]
    return [] if expected == got else [f"{place}: expected {expected!r}, got {got!r}"]
