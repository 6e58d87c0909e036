"""A file of rows against the table it is meant for: what it would change, or where it cannot be taken."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.errors import FieldProblem, Invalid
from rules_engine.catalog_setting import catalog
from rules_engine.engine.parse import parse_rule, rule_document
from rules_engine.engine.problems import Problem
from rules_engine.mappers import list_values
from rules_engine.models import Rule
from rules_engine.row_changes import RowChanges, compare_rows
from rules_engine.spreadsheets import at, read_lines
from rules_engine.table_cells import cells_of
from rules_engine.table_files import read_table


@dataclass(frozen=True, slots=True)
class TableImport:
    """The rule with the rows of a file, and how these differ from its own."""

    body: dict[str, Any]
    changes: RowChanges


def read_import(rule: Rule, data: bytes) -> TableImport:
    """Return what a CSV or XLSX file makes of a table; nothing is written.

    :raises Invalid: if the file cannot be read, or its rows have problems, each with its row and column in the file
    """
    table = read_table(data, rule.body["table"], catalog())
    whole = {**rule.body, "table": table}
    parsed = parse_rule(whole, rule.ruleset.stage, catalog(), draft=True, lists=list_values())
    if parsed.rule is None:
        raise Invalid(tuple(_placed(parsed.problems, table, data)))
    body: dict[str, Any] = rule_document(parsed.rule)
    return TableImport(body, compare_rows(rule.body["table"], body["table"], catalog()))


def _placed(problems: Sequence[Problem], table: Mapping[str, Any], data: bytes) -> Iterator[FieldProblem]:
    """Yield problems with the line and the heading of the cell they lie in."""
    numbers = [line.number for line in read_lines(data)[1:]]
    for problem in problems:
        place = _place(problem.pointer.split("/")[2:], table, numbers)
        yield FieldProblem(problem.pointer, problem.code.value, f"{place}{problem.message}")


def _place(steps: Sequence[str], table: Mapping[str, Any], numbers: Sequence[int]) -> str:
    match steps:
        case ["rows", row, ("if" | "then") as side, cell, *_]:
            column = table["inputs" if side == "if" else "outputs"][int(cell)]
            heading = cells_of(column, catalog(), is_output=side == "then").heading
            return f"{at(numbers[int(row)], heading)}: "
        case ["rows", row, *rest]:
            return f"{at(numbers[int(row)], rest[0]) if rest else f'Row {numbers[int(row)]}'}: "
    return ""
