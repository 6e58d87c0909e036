"""What a question comes down to: facts being in certain classes, all of it or one of it; no verdicts are left."""

from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from rules_engine.engine.nodes import Condition, Leaf
from rules_engine.engine.values import Scalar, Verdict


@dataclass(frozen=True, slots=True)
class Member:
    """Whether a set of values holds one of them."""

    field: str
    value: Scalar


# What can vary on its own: one fact, or one member of a set.
Variable = str | Member


@dataclass(frozen=True, slots=True)
class Within:
    """The variable is in one of these classes."""

    variable: Variable
    mask: int


@dataclass(frozen=True, slots=True)
class Every:
    """All parts hold; without any, so it does."""

    parts: tuple["Formula", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part holds; without any, it cannot."""

    parts: tuple["Formula", ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """A leaf that compares facts with each other, all of them known, answers yes (or no)."""

    leaf: Leaf
    wanted: bool


Formula = Within | Every | Either | Compared

HOLDS = Every(())
FAILS = Either(())


class Ask(Enum):
    """What one may ask of a condition's verdict."""

    TRUE = "is true"
    FALSE = "is false"
    NOT_TRUE = "is false or unknown"
    NOT_FALSE = "is true or unknown"

    @cached_property
    def turned(self) -> "Ask":
        """What that asks of the condition inside a `not`."""
        return _TURNED[self]

    @cached_property
    def needs_every(self) -> bool:
        """Whether it asks the same of every member of an `all`; if not, one is enough. Of an `any`, the reverse."""
        return self in {Ask.TRUE, Ask.NOT_FALSE}

    def fits(self, verdict: Verdict) -> bool:
        """Say whether a verdict is what was asked for."""
        return verdict in _VERDICTS[self]


_TURNED = {
    Ask.TRUE: Ask.FALSE,
    Ask.FALSE: Ask.TRUE,
    Ask.NOT_TRUE: Ask.NOT_FALSE,
    Ask.NOT_FALSE: Ask.NOT_TRUE,
}
_VERDICTS = {
    Ask.TRUE: {Verdict.TRUE},
    Ask.FALSE: {Verdict.FALSE},
    Ask.NOT_TRUE: {Verdict.FALSE, Verdict.UNKNOWN},
    Ask.NOT_FALSE: {Verdict.TRUE, Verdict.UNKNOWN},
}


@dataclass(frozen=True, slots=True)
class Claim:
    """A condition, and what is asked of it; no condition is always true."""

    condition: Condition | None
    ask: Ask = Ask.TRUE
