"""What a decision stage answers: plain values that a receipt stores."""

from dataclasses import dataclass, fields
from decimal import Decimal

from rules_engine.engine.values import Verdict, plain


class Recorded:
    """Gives outcomes their JSON form: their fields by name, nested outcomes and verdicts included."""

    __slots__ = ()

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return {each.name: _recorded(getattr(self, each.name)) for each in fields(self)}  # type: ignore[arg-type]  # only dataclasses inherit this


def _recorded(value: object) -> object:
    match value:
        case Recorded():
            return value.as_dict()
        case Verdict():
            return value.value
        case tuple():
            return [_recorded(member) for member in value]
    return plain(value)


@dataclass(frozen=True, slots=True)
class FiredGate(Recorded):
    """A gate rule that says something. Where its verdict is UNKNOWN, `effect` and `reason` are what that leads to."""

    rule: str
    name: str
    effect: str
    reason: str
    message: str
    verdict: Verdict
    missing: tuple[str, ...]
    provisional: bool
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GateOutcome(Recorded):
    """All that fired, and the worst effect among those that decide; None lets the lead pass.

    `unknown` lists rules that met a missing fact and, as their effect or their `on_unknown` has it, did not fire.
    """

    effect: str | None
    fired: tuple[FiredGate, ...]
    unknown: tuple[FiredGate, ...] = ()


@dataclass(frozen=True, slots=True)
class ScorePart(Recorded):
    """The points of one rule: what it added, 0 where its condition is unknown, not counted where it is provisional."""

    rule: str
    name: str
    add: int
    verdict: Verdict
    provisional: bool
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScoreOutcome(Recorded):
    """The sum of the parts that count, held between 0 and 100."""

    total: int
    parts: tuple[ScorePart, ...]


@dataclass(frozen=True, slots=True)
class RouteOutcome(Recorded):
    """The first rule that matched. `passed_over` are earlier ones that met a missing fact; `stopped` says one did so
    and was told to stop: then there is no pool. `missing` are the facts they lacked."""

    rule: str | None
    pool: str | None
    strategy: str | None
    tier: str | None
    passed_over: tuple[str, ...]
    stopped: bool
    missing: tuple[str, ...]
    would_have: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block(Recorded):
    """One rule that excludes a producer; `missing` are the facts for want of which it cannot be said."""

    rule: str
    name: str
    reason: str
    message: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Eligibility(Recorded):
    """Whether one producer may have the lead, every rule that says no, and how much he is preferred."""

    allowed: bool
    blocks: tuple[Block, ...]
    preference: Decimal | int
    would_have: tuple[Block, ...]
