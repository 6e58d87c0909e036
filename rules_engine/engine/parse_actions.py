"""Reads what a rule does: the keys its stage adds to those that every rule carries."""

from rules_engine.engine.nodes import Action, Condition, Gate, Prefer, Require, Route, Score
from rules_engine.engine.parse_conditions import ConditionReader
from rules_engine.engine.problems import Code, shown, step
from rules_engine.engine.reading import Reading
from rules_engine.engine.stages import GATE_EFFECTS, STOPPING_EFFECTS, TIERS, Stage
from rules_engine.engine.values import MISSING, read_number

MAX_POINTS = 100
_Object = dict[str, object]


class ActionReader:
    """Reads what a rule of a stage does. Problems are noted; what is returned beside them is not to be used."""

    def __init__(self, reading: Reading, stage: Stage, conditions: ConditionReader) -> None:
        self.reading = reading
        self.problems = reading.problems
        self.stage = stage
        self.conditions = conditions

    def read(self, holder: _Object, pointer: str) -> Action | None:
        """Return the action, None where it lacks the condition it needs."""
        match self.stage.name:
            case "gate":
                return self._gate(holder, pointer)
            case "score":
                return self._score(holder, pointer)
            case "route":
                return self._route(holder, pointer)
        return self._eligibility(holder, pointer)

    def _gate(self, holder: _Object, pointer: str) -> Gate:
        effect = self.reading.choice(holder, "effect", pointer, GATE_EFFECTS, Code.EFFECT)
        stops = effect in STOPPING_EFFECTS
        reason = self.reading.reason(holder, pointer, f"A rule that can {effect} a lead says why" if stops else "")
        skip = self.on_unknown(holder, pointer, allowed=stops)
        message = self.reading.text(holder, "message", pointer)
        return Gate(effect, reason, message, self._needs(holder, pointer, effect), skip)

    def _needs(self, holder: _Object, pointer: str, effect: str) -> tuple[str, ...]:
        if "needs" not in holder:
            if effect == "require":
                text = 'The effect require names what it asks for; add "needs", such as ["consent"].'
                self.problems.add(pointer, Code.NEEDS, text)
            return ()
        if effect != "require":
            text = 'Only the effect require has "needs"; take it out or change the effect.'
            self.problems.add(step(pointer, "needs"), Code.NEEDS, text)
        given = self.reading.array(holder["needs"], step(pointer, "needs"), '"needs"')
        named = tuple(need for need in given if isinstance(need, str) and need.strip())
        if not named or len(named) != len(given):
            text = '"needs" lists the names of fields or documents, at least one.'
            self.problems.add(step(pointer, "needs"), Code.NEEDS, text)
        return named

    def on_unknown(self, holder: _Object, pointer: str, *, allowed: bool) -> bool:
        """Say whether the rule has the stage's own word for what an unknown does."""
        if "on_unknown" not in holder:
            return False
        given, word = holder["on_unknown"], self.stage.on_unknown
        if not allowed or given != word:
            mend = f'write "{word}" or take it out' if allowed else "take it out: such a rule never stops a lead"
            text = f'"on_unknown" cannot be {shown(given)} here; {mend}.'
            self.problems.add(step(pointer, "on_unknown"), Code.ON_UNKNOWN, text)
        return True

    def _score(self, holder: _Object, pointer: str) -> Score:
        add = holder.get("add")
        if isinstance(add, int) and not isinstance(add, bool) and -MAX_POINTS <= add <= MAX_POINTS:
            return Score(add)
        text = f'"add" is a whole number of points from -{MAX_POINTS} to {MAX_POINTS}, not {shown(add)}.'
        self.problems.add(step(pointer, "add"), Code.ADD, text)
        return Score(0)

    def _route(self, holder: _Object, pointer: str) -> Route:
        stop = self.on_unknown(holder, pointer, allowed=True)
        inner = step(pointer, "route")
        route = self.reading.obj(holder.get("route"), inner, '"route"', ("pool", "strategy", "tier")) or {"pool": "-"}
        tier = None
        if route.get("tier") is not None:
            tier = self.reading.choice(route, "tier", inner, TIERS, Code.TIER)
        pool = self.reading.text(route, "pool", inner, required=True)
        return Route(pool, self.reading.text(route, "strategy", inner) or None, tier, stop)

    def _eligibility(self, holder: _Object, pointer: str) -> Require | Prefer | None:
        kinds = [key for key in self.stage.one_of if key in holder]
        if len(kinds) != 1:
            text = "An eligibility rule holds either a require or a prefer; " + (
                "split it into two rules." if kinds else "add one of them."
            )
            self.problems.add(pointer, Code.CONDITION_SHAPE, text)
            return None
        condition = self.conditions.under(holder, kinds[0], pointer)
        if kinds == ["require"]:
            self._refuse(holder, pointer, "require", ("weight",))
            return self.requirement(holder, pointer, condition)
        self._refuse(holder, pointer, "prefer", ("reason", "message"))
        return self.preference(holder, pointer, condition)

    def requirement(self, holder: _Object, pointer: str, condition: Condition | None) -> Require | None:
        """Return what excludes producers for whom the condition does not hold."""
        reason = self.reading.reason(holder, pointer, "A requirement says why it excludes a producer")
        message = self.reading.text(holder, "message", pointer)
        return None if condition is None else Require(condition, reason, message)

    def preference(self, holder: _Object, pointer: str, condition: Condition | None) -> Prefer | None:
        """Return what producers gain for whom the condition holds."""
        given = holder.get("weight")
        weight = MISSING if isinstance(given, str) else read_number(given)
        if weight is MISSING:
            text = f'"weight" is a number that a preferred producer gains, not {shown(given)}.'
            self.problems.add(step(pointer, "weight"), Code.WEIGHT, text)
            return None
        return None if condition is None else Prefer(condition, weight)

    def _refuse(self, holder: _Object, pointer: str, kind: str, keys: tuple[str, ...]) -> None:
        for key in keys:
            if key in holder:
                text = f'A rule that {kind}s has no "{key}"; take it out.'
                self.problems.add(step(pointer, key), Code.KEY_UNKNOWN, text)
