"""What is wrong with a document, said so that its author can mend it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

MAX_PROBLEMS = 500


class Code(StrEnum):
    """The stable codes of Problems; the published list is in docs/rule-language.md."""

    NOT_JSON = "document.not_json"
    TOO_BIG = "document.too_big"
    TOO_DEEP = "document.too_deep"
    TOO_MANY_PROBLEMS = "document.too_many_problems"
    TYPE = "type.wrong"
    KEY_UNKNOWN = "key.unknown"
    KEY_MISSING = "key.missing"
    TEXT_BAD = "text.bad"
    LANGUAGE = "language.unsupported"
    STAGE = "stage.unknown"
    TIME_ZONE = "time_zone.unknown"
    RULES_EMPTY = "rules.empty"
    ID_BAD = "id.bad"
    ID_DUPLICATE = "id.duplicate"
    FIELD_UNKNOWN = "field.unknown"
    FIELD_SCOPE = "field.scope"
    OPERATOR_UNKNOWN = "operator.unknown"
    OPERATOR_KIND = "operator.kind"
    OPERAND_SHAPE = "operand.shape"
    VALUE_KIND = "value.kind"
    VALUE_OPTION = "value.option"
    VALUE_ORDER = "value.order"
    REF_KIND = "ref.kind"
    PATTERN_BAD = "pattern.bad"
    PATTERN_LONG = "pattern.long"
    CONDITION_SHAPE = "condition.shape"
    CONDITION_EMPTY = "condition.empty"
    CONDITION_DEEP = "condition.too_deep"
    CONDITION_BIG = "condition.too_big"
    CONDITION_MUTED = "condition.muted"
    CONDITION_ALL_MUTED = "condition.all_muted"
    EFFECT = "effect.unknown"
    REASON_MISSING = "reason.missing"
    REASON_BAD = "reason.bad"
    NEEDS = "needs.bad"
    ADD = "add.bad"
    WEIGHT = "weight.bad"
    ROUTE_CATCH_ALL = "route.catch_all"
    TIER = "tier.unknown"
    ON_UNKNOWN = "on_unknown.bad"
    DATE_BAD = "date.bad"
    DATES_UNREACHABLE = "dates.unreachable"
    STATUS = "status.unknown"
    CONFIDENCE = "confidence.unknown"
    TABLE_EMPTY = "table.empty"
    TABLE_COLUMN = "table.column"
    TABLE_HIT = "table.hit"
    TABLE_ROW = "table.row"
    TABLE_BIG = "table.too_big"
    TABLE_OVERLAP = "table.overlap"
    LIST_BAD = "list.bad"
    LIST_UNKNOWN = "list.unknown"
    LIST_KIND = "list.kind"
    LIST_UNUSED = "list.unused"
    EXAMPLE_AT = "example.at"
    EXAMPLE_EXPECT = "example.expect"
    EXAMPLE_VALUE = "example.value"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: where (a JSON pointer), what (a stable code), and a sentence that says how."""

    pointer: str
    code: Code
    message: str

    def as_dict(self) -> dict[str, object]:
        """Return its JSON form."""
        return {"pointer": self.pointer, "code": self.code.value, "message": self.message}


@dataclass(slots=True)
class Problems:
    """Collects problems while a document is read; says so, once, when there are too many to list."""

    found: list[Problem] = field(default_factory=list)

    def add(self, pointer: str, code: Code, message: str) -> None:
        """Note a problem."""
        if len(self.found) < MAX_PROBLEMS:
            self.found.append(Problem(pointer, code, message))
        elif len(self.found) == MAX_PROBLEMS:
            self.found.append(
                Problem("", Code.TOO_MANY_PROBLEMS, f"There are more than {MAX_PROBLEMS} problems; mend these first.")
            )

    def move(self, since: int, places: Mapping[tuple[str, Code | None], str]) -> None:
        """Point problems found since then elsewhere: those of a code at a pointer, or all (None) at a pointer."""
        for at, problem in enumerate(self.found[since:], since):
            place = places.get((problem.pointer, problem.code)) or places.get((problem.pointer, None))
            self.found[at] = problem if place is None else replace(problem, pointer=place)


def step(pointer: str, *keys: str | int) -> str:
    """Return the JSON pointer (RFC 6901) one or more steps further down."""
    return pointer + "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in keys)


def shown(value: object) -> str:
    """Return a short, safe form of whatever the document held, for use in a sentence."""
    if isinstance(value, str):
        text = value.encode("utf-8", "replace").decode()
        return f'"{text[:40]}…"' if len(text) > 40 else f'"{text}"'
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:.6g}" if abs(value) < 10**15 else "a number that long"
    return _WORDS.get(type(value), str(value).lower())


_WORDS = {type(None): "null", dict: "an object", list: "a list"}
