"""A decision table as people read it: headings across, texts below."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rules_engine.engine.catalog import Catalog
from rules_engine.engine.nodes import OPEN
from rules_engine.engine.operators import OPERATORS, Shape

COMMENT, CITATION = "Comment", "Citation"
# The keys of the columns that every table has.
_NOTES: Final = ("comment", "citation")


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell holds, None where it leaves open, and how people read it."""

    value: Any
    text: str

    @property
    def quoted(self) -> str:
        """Its value as it is written, where its text could be another's too."""
        return self.text if self.value is None else json.dumps(self.value, ensure_ascii=False)


# A row's cells, by the key of their column.
Row = Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The headings of a table's columns, by the key of the column, and its rows by their id.

    A key tells a column from every other: no two of one side ask the same, and their words are no key.
    """

    columns: Mapping[str, str]
    rows: Mapping[str, Row]

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings, each of them once."""
        return tuple(self.columns.values())

    @property
    def lines(self) -> list[tuple[str, list[str]]]:
        """Each row's id and its texts, one a heading."""
        return [(row_id, [cell.text for cell in row.values()]) for row_id, row in self.rows.items()]


def in_words(table: Mapping[str, Any], catalog: Catalog) -> Sheet:
    """Return a table of a rule that has been parsed."""
    columns = [*table["inputs"], *table["outputs"]]
    keys = [_key(side, column) for side in ("inputs", "outputs") for column in table[side]]
    headings = _headings(table, catalog)
    rows = {row["id"]: dict(zip((*keys, *_NOTES), _cells(row, columns, catalog), strict=True)) for row in table["rows"]}
    return Sheet(dict(zip((*keys, *_NOTES), (*headings, COMMENT, CITATION), strict=True)), rows)


def _key(side: str, column: Any) -> str:
    return json.dumps([side, column], sort_keys=True)


def _cells(row: Mapping[str, Any], columns: Sequence[Any], catalog: Catalog) -> Iterator[Cell]:
    for column, value in zip(columns, (*row["if"], *row["then"]), strict=True):
        yield Cell(None if value == OPEN else value, _text(value, column, catalog))
    yield Cell(row.get("comment"), row.get("comment", ""))
    citation = row.get("citation", {})
    yield Cell(citation or None, ", ".join(str(part) for part in citation.values()))


def _headings(table: Mapping[str, Any], catalog: Catalog) -> list[str]:
    """Return the columns in words, what is asked of producers marked; the field is named where two read alike."""
    asks = "Prefers" if "weight" in table["outputs"] else "Requires"
    inputs = [_heading(column, catalog) for column in table["inputs"]]
    outputs = [
        column.capitalize() if isinstance(column, str) else f"{asks}: {_heading(column, catalog)}"
        for column in table["outputs"]
    ]
    said, columns = [*inputs, *outputs], [*table["inputs"], *table["outputs"]]
    twice = {text for text, count in Counter(said).items() if count > 1}
    return [
        f"{text} ({column['field']})" if text in twice else text for text, column in zip(said, columns, strict=True)
    ]


def _heading(column: Mapping[str, str], catalog: Catalog) -> str:
    field = catalog.get(column["field"])
    return (
        f"{field.label} {OPERATORS[column['op']].label_for(field.kind)}"
        if field
        else f"{column['field']} {column['op']}"
    )


def _text(value: Any, column: Any, catalog: Catalog) -> str:
    if value == OPEN:
        return "" if isinstance(column, str) else "any"
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    field = None if isinstance(column, str) else catalog.get(column["field"])
    values = value if isinstance(value, list) else [value]
    texts = [(field and field.option_label(each)) or _plain(each) for each in values]
    return " – ".join(texts) if field and OPERATORS[column["op"]].shape is Shape.PAIR else ", ".join(texts)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "/".join(map(str, value)) if isinstance(value, list) else str(value)
