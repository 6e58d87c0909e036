"""The JSON Schema of rule sets and of conformance files, generated from the tables the parser reads."""

from collections.abc import Mapping

from rules_engine.engine.catalog import Catalog
from rules_engine.engine.limits import MAX_CELLS, MAX_COLUMNS, MAX_LEAVES
from rules_engine.engine.nodes import Confidence, Status
from rules_engine.engine.operators import MAX_DAYS, MAX_PATTERN, OPERATORS, Shape
from rules_engine.engine.parse_actions import MAX_POINTS
from rules_engine.engine.parse_rules import EXPECTS
from rules_engine.engine.printing import LANGUAGE
from rules_engine.engine.problems import Code
from rules_engine.engine.reading import MAX_TEXT
from rules_engine.engine.stages import COMMON_KEYS, GATE_EFFECTS, STAGES, TIERS, Stage
from rules_engine.engine.values import Kind, Verdict

Schema = dict[str, object]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": MAX_TEXT}
_DAY: Schema = {"type": ["string", "null"], "format": "date"}
_REASON: Schema = {"type": "string", "pattern": "^[A-Z][A-Z0-9_]{0,59}$"}
_CONDITION: Schema = {"$ref": "#/$defs/condition"}
_SCALAR: Schema = {"type": ["string", "number", "boolean"]}
_INSTANT: Schema = {"type": "string", "format": "date-time"}
_FACTS: Schema = {"type": "object"}
_KEY: Schema = {"type": "array", "items": {"$ref": "#/$defs/operand"}, "minItems": 1}
_LIST_NAME: Schema = {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 60}
_LISTS: Schema = {
    "type": "object",
    "propertyNames": _LIST_NAME,
    "additionalProperties": {"type": "array", "items": {"type": ["string", "number"]}, "minItems": 1},
}


def rule_set_schema(catalog: Catalog | None = None) -> Schema:
    """Return the schema of a rule-set document; with a catalog, of one that uses its fields.

    It describes shape only: what it lets through may still have Problems, and `parse` alone judges.
    """
    by_stage = [_when_stage(stage) for stage in STAGES.values()]
    return {
        "$schema": DIALECT,
        "title": "Fairlead rule set",
        "type": "object",
        "properties": {
            "language": {"const": LANGUAGE},
            "stage": {"enum": list(STAGES)},
            "time_zone": _TEXT,
            "lists": _LISTS,
            "rules": {"type": "array"},
        },
        "required": ["language", "stage", "time_zone", "rules"],
        "additionalProperties": False,
        "allOf": by_stage,
        "$defs": _definitions(catalog),
    }


def conformance_schema() -> Schema:
    """Return the schema of a conformance file: a small catalog, and cases of three sorts."""
    return {
        "$schema": DIALECT,
        "title": "Fairlead conformance cases",
        **_object(
            {
                "about": _TEXT,
                "catalog": {"type": "array", "items": {"$ref": "#/$defs/field"}},
                "cases": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/case"}},
            },
            ["about", "catalog", "cases"],
        ),
        "$defs": _definitions(None) | {"field": _field(), "case": _case()},
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _object(properties: Mapping[str, object], required: list[str]) -> Schema:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _when_stage(stage: Stage) -> Schema:
    either = {"if": {"required": ["table"]}, "then": _ref(f"{stage.name}_table"), "else": _ref(f"{stage.name}_rule")}
    rules = {"type": "array", "items": either}
    return {
        "if": {"properties": {"stage": {"const": stage.name}}, "required": ["stage"]},
        "then": {"properties": {"rules": rules}},
    }


def _definitions(catalog: Catalog | None) -> Schema:
    fields: Schema = _TEXT if catalog is None else {"enum": [field.name for field in catalog.fields]}
    rules = {f"{stage.name}_rule": _rule(stage) for stage in STAGES.values()}
    tables = {f"{stage.name}_table": _table_rule(stage) for stage in STAGES.values()}
    cells: Schema = {"column": _column(), "cell": _cell()}
    return {"condition": _condition(), "field_name": fields, "operand": _operand(), **cells, **rules, **tables}


def _rule(stage: Stage) -> Schema:
    keys = _rule_keys()
    properties = {key: keys[key] for key in sorted(COMMON_KEYS | stage.keys)}
    schema = _object(properties, ["id", "name"])
    return schema | {"oneOf": [{"required": [key]} for key in stage.one_of]}


def _table_rule(stage: Stage) -> Schema:
    keys = _rule_keys() | {"table": _table(stage)}
    return _object({key: keys[key] for key in sorted(COMMON_KEYS | stage.table_keys)}, ["id", "name", "table"])


def _table(stage: Stage) -> Schema:
    keys = _rule_keys()
    row = _object(
        {
            "id": keys["id"],
            "if": {"type": "array", "items": _ref("cell")},
            "then": {"type": "array", "items": _ref("cell")},
            "comment": _TEXT,
            "citation": keys["citation"],
        },
        ["id", "if", "then"],
    )
    named: Schema = {"enum": list(stage.outputs)}
    output = {"anyOf": [named, _ref("column")]} if stage.name == "eligibility" else named
    return _object(
        {
            "inputs": {"type": "array", "items": _ref("column"), "minItems": 1, "maxItems": MAX_COLUMNS},
            "outputs": {"type": "array", "items": output, "minItems": 1, "maxItems": MAX_COLUMNS},
            "hit": {"enum": [hit.value for hit in stage.hits]},
            "rows": {"type": "array", "items": row, "minItems": 1, "maxItems": MAX_CELLS // 2},
        },
        ["inputs", "outputs", "hit", "rows"],
    )


def _column() -> Schema:
    return _object({"field": _ref("field_name"), "op": {"enum": list(OPERATORS)}}, ["field", "op"])


def _cell() -> Schema:
    """Return what a cell may hold: "-", a value, several, or an object with what may stand beside an operator."""
    several: Schema = {"type": "array", "items": _SCALAR, "minItems": 1}
    keys: Schema = {"value": {"anyOf": [_SCALAR, several]}, "ref": _ref("field_name"), "list": _LIST_NAME, "key": _KEY}
    return {"anyOf": [_SCALAR, several, *(_object({key: shape}, [key]) for key, shape in keys.items())]}


def _rule_keys() -> dict[str, Schema]:
    expects = sorted({word for words in EXPECTS.values() for word in words})
    example = _object(
        {"facts": _FACTS, "at": _INSTANT, "expect": {"anyOf": [{"enum": expects}, {"type": "number"}]}},
        ["facts", "at", "expect"],
    )
    return {
        "id": {"type": "string", "pattern": "^[a-z0-9][a-z0-9_.-]{0,79}$"},
        "name": _TEXT,
        "when": {"anyOf": [_CONDITION, {"type": "null"}]},
        "active_from": _DAY,
        "active_to": _DAY,
        "status": {"enum": [status.value for status in Status]},
        "jurisdiction": _TEXT,
        "citation": _object(
            {"source": _TEXT, "verified_on": _DAY, "confidence": {"enum": [each.value for each in Confidence]}},
            ["source"],
        ),
        "examples": {"type": "array", "items": example},
        "effect": {"enum": list(GATE_EFFECTS)},
        "reason": _REASON,
        "message": _TEXT,
        "needs": {"type": "array", "items": _TEXT, "minItems": 1},
        "on_unknown": {"enum": ["skip", "stop"]},
        "add": {"type": "integer", "minimum": -MAX_POINTS, "maximum": MAX_POINTS},
        "route": _object({"pool": _TEXT, "strategy": _TEXT, "tier": {"enum": list(TIERS)}}, ["pool"]),
        "require": _CONDITION,
        "prefer": _CONDITION,
        "weight": {"type": "number"},
    }


def _condition() -> Schema:
    muted: Schema = {"muted": {"type": "boolean", "description": "In drafts only."}}
    groups = [
        _object({name: {"type": "array", "items": _CONDITION, "minItems": 1}} | muted, [name])
        for name in ("all", "any")
    ]
    leaves = [_object(_question(shape) | keys | muted, ["field", "op", *keys]) for shape, keys in _operands()]
    return {
        "description": f"A rule holds at most {MAX_LEAVES} questions.",
        "oneOf": [*groups, _object({"not": _CONDITION} | muted, ["not"]), *leaves],
    }


def _question(shape: Shape) -> Schema:
    names = [entry.name for entry in OPERATORS.values() if entry.shape is shape]
    return {"field": {"$ref": "#/$defs/field_name"}, "op": {"enum": names}}


def _operands() -> list[tuple[Shape, Schema]]:
    """Return, for each shape of operand, the key that stands beside the operator, one entry a choice."""
    ref: Schema = {"ref": {"$ref": "#/$defs/field_name"}}
    return [
        (Shape.NOTHING, {}),
        (Shape.ONE, {"value": _SCALAR}),
        (Shape.ONE, ref),
        (Shape.ONE, {"key": _KEY}),
        (Shape.LIST, {"value": {"type": "array", "items": _SCALAR, "minItems": 1}}),
        (Shape.LIST, ref),
        (Shape.LIST, {"list": _LIST_NAME}),
        (Shape.PAIR, {"value": {"type": "array", "items": _SCALAR, "minItems": 2, "maxItems": 2}}),
        (Shape.DAYS, {"value": {"type": "integer", "minimum": 0, "maximum": MAX_DAYS}}),
        (Shape.PATTERN, {"value": {"type": "string", "minLength": 1, "maxLength": MAX_PATTERN}}),
    ]


def _operand() -> Schema:
    return {"oneOf": [_object({"ref": {"$ref": "#/$defs/field_name"}}, ["ref"]), _object({"value": _TEXT}, ["value"])]}


def _field() -> Schema:
    return _object(
        {
            "name": _TEXT,
            "kind": {"enum": [kind.value for kind in Kind]},
            "label": _TEXT,
            "many": {"type": "boolean"},
            "parts": {"type": "array", "items": _TEXT},
            "options": {"type": "object", "additionalProperties": _TEXT, "description": "Value to label."},
        },
        ["name", "kind"],
    )


def _case() -> Schema:
    told: Schema = {"name": _TEXT, "now": _INSTANT, "time_zone": _TEXT}
    problem = _object(
        {"pointer": {"type": "string"}, "code": {"enum": [code.value for code in Code]}}, ["pointer", "code"]
    )
    problems: Schema = {"type": "array", "items": problem, "minItems": 1}
    rule_set = _object({"slug": _TEXT, "rules": {"type": "array"}, "lists": _LISTS}, ["slug", "rules"])
    verdict: Schema = {"enum": [verdict.value for verdict in Verdict]}
    missing: Schema = {"type": "array", "items": _TEXT}
    return {
        "oneOf": [
            _object(
                told | {"condition": _CONDITION, "facts": _FACTS, "verdict": verdict, "missing": missing},
                ["name", "condition", "facts", "verdict"],
            ),
            _object(
                told
                | {"stage": {"enum": list(STAGES)}, "sets": {"type": "array", "items": rule_set}, "facts": _FACTS}
                | {"producer": _FACTS, "expect": {"type": "object", "minProperties": 1}},
                ["name", "stage", "sets", "facts", "expect"],
            ),
            _object({"name": _TEXT, "document": True, "problems": problems}, ["name", "document", "problems"]),
        ]
    }
