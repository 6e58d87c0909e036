"""One report: its words, its sections, what stands for it, and what is drawn."""

from dataclasses import dataclass
from typing import Literal

from routing.queries.reports.section import By, Section


@dataclass(frozen=True, slots=True)
class Headline:
    """A figure that stands for the report: one column of a section's whole. A share says itself what it is of."""

    label: str
    section: str
    column: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the chart shows: columns of one table, as stacked bars, as lying bars, or as a curve of a share."""

    kind: Literal["stacked", "lying", "curve"]
    section: str
    by: str
    columns: tuple[str, ...]
    title: str


@dataclass(frozen=True, slots=True)
class Report:
    """A report. One that is not dated tells of this moment, whatever the period."""

    slug: str
    title: str
    question: str
    definition: tuple[str, ...]
    sections: tuple[Section, ...]
    headlines: tuple[Headline, ...]
    drawn: tuple[Drawn, ...]  # the first whose table is shown
    is_dated: bool = True

    def section(self, name: str) -> Section:
        """Return a section by its name.

        :raises KeyError: if there is none
        """
        return {each.name: each for each in self.sections}[name]

    def grouping(self, name: str) -> tuple[Section, By]:
        """Return a section and one of its groupings, by the name of their table.

        :raises KeyError: if there is none
        """
        return {f"{section.name}-{by.name}": (section, by) for section in self.sections for by in section.by}[name]
