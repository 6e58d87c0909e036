"""Rows of two tables compared, in words."""

from typing import Any

import pytest

from rules_engine.engine.catalog import Catalog, Field, Option
from rules_engine.engine.values import Kind
from rules_engine.row_changes import CellChange, RowChange, RowKind, compare_rows

CATALOG = Catalog(
    [
        Field("lead.state", Kind.CHOICE, "State", "Lead", options=(Option("FL", "Florida"), Option("TX", "Texas"))),
        Field("lead.is_repeat", Kind.BOOLEAN, "Asked before", "Lead"),
        Field("now.local_time", Kind.TIME, "Local time", "Now"),
        Field("producer.authorities", Kind.KEY, "Licenses", "Producer", many=True, parts=("state", "line")),
    ]
)
INPUTS = [{"field": "lead.state", "op": "in"}, {"field": "lead.is_repeat", "op": "eq"}]
FL: dict[str, Any] = {"id": "fl", "if": [["FL"], True], "then": ["reject"], "comment": "Closed"}
TX: dict[str, Any] = {"id": "tx", "if": [["TX", "FL"], "-"], "then": ["-"]}
ANY: dict[str, Any] = {"id": "any", "if": ["-", "-"], "then": ["warn"]}


def table(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"inputs": INPUTS, "outputs": ["effect"], "hit": "first", "rows": list(rows)}


def test_rows_are_added_changed_and_removed_by_their_id() -> None:
    mended = {**FL, "if": [["TX"], True], "comment": "Open"}

    changes = compare_rows(table(FL, TX), table(mended, ANY), CATALOG)

    assert changes.counts == {"added": 1, "changed": 1, "removed": 1}
    assert changes.rows == (
        RowChange(
            RowKind.CHANGED,
            "fl",
            1,
            (CellChange("State is one of", "Florida", "Texas"), CellChange("Comment", "Closed", "Open")),
        ),
        RowChange(
            RowKind.ADDED,
            "any",
            2,
            (
                CellChange("State is one of", "", "any"),
                CellChange("Asked before is", "", "any"),
                CellChange("Effect", "", "warn"),
            ),
        ),
        RowChange(
            RowKind.REMOVED,
            "tx",
            2,
            (CellChange("State is one of", "Texas, Florida", ""), CellChange("Asked before is", "any", "")),
        ),
    )
    assert not changes.is_reordered


def test_another_order_is_a_change_of_its_own() -> None:
    changes = compare_rows(table(FL, TX), table(TX, FL), CATALOG)

    assert changes.is_reordered
    assert changes.rows == ()
    assert changes


def test_a_row_in_between_is_no_other_order() -> None:
    assert not compare_rows(table(FL, TX), table(FL, ANY, TX), CATALOG).is_reordered
    assert not compare_rows(table(FL, TX), table(FL, TX), CATALOG)


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        (["a, b"], ["a", "b"], ('["a, b"]', '["a", "b"]')),
        ("any", "-", ('"any"', "any")),
        ("yes", True, ('"yes"', "true")),
        (7, "7", ("7", '"7"')),
        ("same", "same", None),
    ],
)
def test_cells_that_only_read_the_same_are_shown_as_they_are_written(
    old: object, new: object, shown: tuple[str, str] | None
) -> None:
    before, after = ({**ANY, "if": [cell, "-"]} for cell in (old, new))

    cells = [cell for row in compare_rows(table(before), table(after), CATALOG).rows for cell in row.cells]

    assert cells == ([CellChange("State is one of", *shown)] if shown else [])


def test_a_citation_that_only_reads_the_same_has_changed() -> None:
    joined, split = {"source": "A, 2026-10-02"}, {"source": "A", "verified_on": "2026-10-02"}

    (row,) = compare_rows(table({**ANY, "citation": joined}), table({**ANY, "citation": split}), CATALOG).rows

    assert row.cells == (
        CellChange("Citation", '{"source": "A, 2026-10-02"}', '{"source": "A", "verified_on": "2026-10-02"}'),
    )


@pytest.mark.parametrize("at", [0, 1])
def test_columns_that_ask_the_same_on_both_sides_are_compared_each(at: int) -> None:
    column = {"field": "lead.state", "op": "eq"}

    def asking(*cells: str) -> dict[str, Any]:
        row = {"id": "a", "if": [cells[0]], "then": [cells[1]]}
        return {"inputs": [column], "outputs": [column], "hit": "collect", "rows": [row]}

    changed = ["FL", "FL"]
    changed[at] = "TX"

    (row,) = compare_rows(asking("FL", "FL"), asking(*changed), CATALOG).rows

    assert row.cells == (CellChange(["State is", "Requires: State is"][at], "Florida", "Texas"),)


def test_columns_in_another_order_change_no_row() -> None:
    turned = [{**row, "if": row["if"][::-1]} for row in (FL, TX)]

    assert not compare_rows(table(FL, TX), {**table(*turned), "inputs": INPUTS[::-1]}, CATALOG)
