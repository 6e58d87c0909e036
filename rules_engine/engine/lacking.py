"""Names the facts for want of which a condition is UNKNOWN: what its trace says, without making one."""

from collections.abc import Callable, Mapping
from functools import cached_property

from rules_engine.engine.codegen import Writer
from rules_engine.engine.nodes import Condition, Leaf, fields_of, members, unmuted
from rules_engine.engine.operators import OPERATORS, Moment
from rules_engine.engine.values import Value

Known = Mapping[str, Value]


class Lacking:
    """One condition, to be asked where it is UNKNOWN.

    In a group that is UNKNOWN, a leaf is to blame where it misses a fact; a group inside it, where it is UNKNOWN too.
    """

    def __init__(self, condition: Condition | None) -> None:
        self._condition = None if condition is None else unmuted(condition)

    def names(self, known: Known, moment: Moment) -> tuple[str, ...]:
        """Return the facts that are missing, in the order met, each once."""
        found: dict[str, None] = {}
        self._blame(found, known, moment)
        return tuple(found)

    def _blame(self, found: dict[str, None], known: Known, moment: Moment) -> None:
        for each in self._asked:
            if isinstance(each, str):
                if each not in known:
                    found[each] = None
            elif each._is_unknown(known, known, moment):
                each._blame(found, known, moment)

    @cached_property
    def _asked(self) -> list["str | Lacking"]:
        """The facts its leaves need, and between them the groups inside it."""
        if self._condition is None:
            return []
        asked: list[str | Lacking] = []
        for member in (self._condition,) if isinstance(self._condition, Leaf) else members(self._condition):
            if not isinstance(member, Leaf):
                asked.append(Lacking(member))
            elif not OPERATORS[member.op].sees_missing:
                asked += fields_of(member)
        return asked

    @cached_property
    def _is_unknown(self) -> Callable[[Known, Known, Moment], bool]:
        """Written when first asked: most conditions hold no group, and most groups never lack anything."""
        assert self._condition is not None  # noqa: S101 - only a group is asked, and a group has members
        writer = Writer()
        answer = f"return {writer.possibly(self._condition)} and not {writer.surely(self._condition)}"
        return writer.function("lead, producer, moment", [answer])
