"""One gate on the way to publication: what was asked, whether it is met, and what keeps it shut.

The setting RULES_GATES names functions of other apps that answer gates of their own, each called with `rule_set` (the
slug), `document`, `content_hash` and `now`, and returning a `Gate`.
"""

from dataclasses import dataclass

from accounts.errors import FieldProblem


@dataclass(frozen=True, slots=True)
class Gate:
    """An answer: it blocks where there are problems; where it is neither met nor blocking, people may go on."""

    code: str
    label: str
    answer: str
    is_met: bool = True
    problems: tuple[FieldProblem, ...] = ()

    @property
    def blocks(self) -> bool:
        """Say whether nothing is published while it stands so."""
        return bool(self.problems)

    @property
    def tone(self) -> str:
        """The tone of its badge."""
        return "bad" if self.blocks else "ok" if self.is_met else "warn"
