"""Reads conditions: groups and the leaves inside them."""

from difflib import get_close_matches

from rules_engine.engine.catalog import Field
from rules_engine.engine.limits import MAX_DEPTH, MAX_LEAVES
from rules_engine.engine.nodes import All, Any, Condition, Leaf, Not
from rules_engine.engine.operators import OPERATORS, Operator, operators_for
from rules_engine.engine.parse_operands import OPERAND_KEYS, OperandReader
from rules_engine.engine.problems import Code, shown, step
from rules_engine.engine.reading import Reading
from rules_engine.engine.stages import Stage
from rules_engine.engine.values import MISSING, Missing

GROUPS: dict[str, type[All] | type[Any]] = {"all": All, "any": Any}
LEAF_KEYS = ("field", "op", *OPERAND_KEYS, "muted")


class ConditionReader:
    """Reads the conditions of one rule; depth and leaves are bounded for the rule as a whole.

    What has problems comes back as MISSING, with the problems noted.
    """

    def __init__(self, reading: Reading, stage: Stage | None) -> None:
        self.reading = reading
        self.stage = stage
        self.leaves = 0

    def under(self, holder: dict[str, object], key: str, pointer: str) -> Condition | None:
        """Return the condition under a key of a rule, or None with its problems noted."""
        condition = self.read(holder[key], step(pointer, key))
        if condition is MISSING:
            return None
        if condition.muted:
            text = f'"{key}" is muted as a whole, which would change what the rule means; leave a part of it in force.'
            self.reading.problems.add(step(pointer, key), Code.CONDITION_ALL_MUTED, text)
        return condition

    def read(self, raw: object, pointer: str, depth: int = 1) -> Condition | Missing:
        """Return the condition."""
        if depth > MAX_DEPTH:
            text = f"Conditions go at most {MAX_DEPTH} levels deep; flatten this one."
            return self.reading.refuse(pointer, Code.CONDITION_DEEP, text)
        if not isinstance(raw, dict):
            text = f"A condition is an object in braces, not {shown(raw)}."
            return self.reading.refuse(pointer, Code.TYPE, text)
        shapes = [key for key in ("all", "any", "not", "field") if key in raw]
        match shapes:
            case ["field"]:
                return self._leaf(raw, pointer)
            case ["not"]:
                return self._not(raw, pointer, depth)
            case [group]:
                return self._group(group, raw, pointer, depth)
        mend = "split this one" if shapes else "add the one you mean"
        text = f"A condition holds exactly one of all, any, not and field; {mend}."
        return self.reading.refuse(pointer, Code.CONDITION_SHAPE, text)

    def _group(self, name: str, raw: dict[str, object], pointer: str, depth: int) -> Condition | Missing:
        self.reading.obj(raw, pointer, f'A group of "{name}"', (name, "muted"))
        muted = self._muted(raw, pointer)
        inner = step(pointer, name)
        given = self.reading.array(raw[name], inner, f'"{name}"')
        if raw[name] == []:
            text = f'"{name}" is empty; add a condition or remove the group.'
            return self.reading.refuse(inner, Code.CONDITION_EMPTY, text)
        members = [self.read(member, step(inner, index), depth + 1) for index, member in enumerate(given)]
        whole = tuple(member for member in members if member is not MISSING)
        if not members or len(whole) != len(members):
            return MISSING
        if not muted and all(member.muted for member in whole):
            text = f'Everything in this "{name}" is muted; mute the group itself or leave one condition in force.'
            return self.reading.refuse(inner, Code.CONDITION_ALL_MUTED, text)
        return GROUPS[name](whole, muted)

    def _not(self, raw: dict[str, object], pointer: str, depth: int) -> Condition | Missing:
        self.reading.obj(raw, pointer, 'A "not"', ("not", "muted"))
        muted = self._muted(raw, pointer)
        member = self.read(raw["not"], step(pointer, "not"), depth + 1)
        if member is MISSING:
            return MISSING
        if member.muted and not muted:
            text = 'What this "not" turns round is muted; mute the "not" itself.'
            return self.reading.refuse(step(pointer, "not"), Code.CONDITION_ALL_MUTED, text)
        return Not(member, muted)

    def _muted(self, raw: dict[str, object], pointer: str) -> bool:
        muted = raw.get("muted", False)
        if not isinstance(muted, bool):
            text = f'"muted" is true or false, not {shown(muted)}.'
            self.reading.refuse(step(pointer, "muted"), Code.TYPE, text)
        elif muted and not self.reading.draft:
            text = "A version has no muted conditions; remove this one or put it back in force."
            self.reading.refuse(step(pointer, "muted"), Code.CONDITION_MUTED, text)
        return muted is True

    def _leaf(self, raw: dict[str, object], pointer: str) -> Condition | Missing:
        self.leaves += 1
        if self.leaves == MAX_LEAVES + 1:
            text = f"A rule asks at most {MAX_LEAVES} questions; split it into several rules."
            self.reading.refuse(pointer, Code.CONDITION_BIG, text)
        self.reading.obj(raw, pointer, "A condition on a field", LEAF_KEYS)
        muted = self._muted(raw, pointer)
        field = self.field(raw["field"], step(pointer, "field"))
        operator = self.operator(raw.get("op"), step(pointer, "op"), field)
        if field is MISSING or operator is MISSING:
            return MISSING
        operand = OperandReader(self, field, operator).read(raw, pointer)
        return MISSING if operand is MISSING else Leaf(field.name, operator.name, operand, muted)

    def field(self, raw: object, pointer: str) -> Field | Missing:
        """Return the field of that name, if the stage may read it."""
        field = self.reading.catalog.get(raw) if isinstance(raw, str) else None
        if field is None:
            text = f"There is no field {shown(raw)}; {self._nearest(raw)}."
            return self.reading.refuse(pointer, Code.FIELD_UNKNOWN, text)
        if self.stage is not None and field.scope not in self.stage.scopes:
            scopes = ", ".join(f"{scope}.*" for scope in sorted(self.stage.scopes))
            text = f"{self.stage.label} rules read {scopes} only; {field.name} is not known at that point."
            return self.reading.refuse(pointer, Code.FIELD_SCOPE, text)
        return field

    def _nearest(self, raw: object) -> str:
        """Suggest only while problems are few: looking for near names is slow, and a long list needs another mend."""
        names = [field.name for field in self.reading.catalog.fields]
        if isinstance(raw, str) and len(raw) < 80 and len(self.reading.problems.found) < 20:
            close = get_close_matches(raw, names, n=1)
            if close:
                return f"did you mean {close[0]}"
        return "choose one from the catalog"

    def operator(self, raw: object, pointer: str, field: Field | Missing) -> Operator | Missing:
        """Return the operator of that name, if it fits the field."""
        operator = OPERATORS.get(raw) if isinstance(raw, str) else None
        if operator is None:
            text = f"There is no operator {shown(raw)}; use one of {', '.join(OPERATORS)}."
            return self.reading.refuse(pointer, Code.OPERATOR_UNKNOWN, text)
        if field is not MISSING and not operator.fits(field.kind, field.many):
            fitting = ", ".join(entry.name for entry in operators_for(field.kind, field.many))
            what = f"a set of {field.kind} values" if field.many else f"a {field.kind}"
            text = f'"{operator.name}" does not fit {field.name}, which is {what}; use one of {fitting}.'
            return self.reading.refuse(pointer, Code.OPERATOR_KIND, text)
        return operator
