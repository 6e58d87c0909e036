"""How grave a finding is, in words and colours: one table for every page that shows findings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rules_engine.engine.lint import Severity


@dataclass(frozen=True, slots=True)
class Grade:
    """How a severity reads: on a finding, after a number of findings, and the tone of its badge."""

    label: str
    counted: str
    tone: str


GRADES: Final[Mapping[Severity, Grade]] = {
    Severity.ERROR: Grade("Broken", "broken", "bad"),
    Severity.WARNING: Grade("Likely a mistake", "likely wrong", "warn"),
    Severity.NOTE: Grade("Good to know", "good to know", "info"),
}
