"""Asks many claims about one lead at once, to leave out what a single example already refutes."""

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from rules_engine.engine.codegen import Writer
from rules_engine.engine.nodes import unmuted
from rules_engine.engine.operators import Moment
from rules_engine.engine.prover.formulas import Ask, Claim
from rules_engine.engine.prover.proofs import ExampleLead

# Read off the two expressions a condition compiles to, TRUE and not FALSE.
_WRITTEN: dict[Ask, tuple[str, Callable[..., str]]] = {
    Ask.TRUE: ("", Writer.surely),
    Ask.NOT_FALSE: ("", Writer.possibly),
    Ask.FALSE: ("not ", Writer.possibly),
    Ask.NOT_TRUE: ("not ", Writer.surely),
}


class Chorus:
    """Some claims, compiled together."""

    def __init__(self, claims: Sequence[Claim], zone: ZoneInfo) -> None:
        self._zone = zone
        writer = Writer()
        lines = [f"if {_test(writer, claim)}: add({index})" for index, claim in enumerate(claims)]
        body = ["found = []", "add = found.append", *lines, "return found"]
        self._run = writer.function("lead, producer, moment", body)

    def holding(self, example: ExampleLead) -> list[int]:
        """Return the claims that hold of a lead, by their places."""
        known = example.facts.known
        found: list[int] = self._run(known, known, Moment(example.at, self._zone))
        return found


def _test(writer: Writer, claim: Claim) -> str:
    live = None if claim.condition is None else unmuted(claim.condition)
    if live is None:
        return str(claim.ask.needs_every)
    turned, written = _WRITTEN[claim.ask]
    return f"{turned}{written(writer, live)}"
