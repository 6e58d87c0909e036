"""Tables as people read them."""

from typing import Any

from rules_engine.engine.catalog import Catalog, Field, Option
from rules_engine.engine.values import Kind
from rules_engine.table_words import in_words

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


def table(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"inputs": INPUTS, "outputs": ["effect"], "hit": "first", "rows": list(rows)}


def test_a_table_is_read_by_its_labels() -> None:
    cited = {**FL, "citation": {"source": "Bulletin 7", "verified_on": "2026-10-02"}}

    sheet = in_words(table(cited, TX), CATALOG)

    assert sheet.headings == ("State is one of", "Asked before is", "Effect", "Comment", "Citation")
    assert sheet.lines == [
        ("fl", ["Florida", "yes", "reject", "Closed", "Bulletin 7, 2026-10-02"]),
        ("tx", ["Texas, Florida", "any", "", "", ""]),
    ]


def test_no_two_columns_share_a_heading() -> None:
    alike = Catalog(Field(name, Kind.TEXT, "State", "Place") for name in ("lead.state", "lead.born_in", "now.state"))
    inputs = [{"field": "lead.state", "op": "eq"}, {"field": "lead.born_in", "op": "eq"}]
    outputs = [{"field": "lead.state", "op": "eq"}, "reason"]
    body = {"inputs": inputs, "outputs": outputs, "hit": "collect", "rows": []}

    assert in_words(body, alike).headings == (
        "State is (lead.state)",
        "State is (lead.born_in)",
        "Requires: State is",
        "Reason",
        "Comment",
        "Citation",
    )
    assert in_words({**body, "outputs": [outputs[0], "weight"]}, alike).headings[2] == "Prefers: State is"


def test_ranges_lists_and_keys_are_read_too() -> None:
    inputs = [
        {"field": "now.local_time", "op": "between"},
        {"field": "lead.state", "op": "in"},
        {"field": "producer.authorities", "op": "contains_any"},
        {"field": "lead.gone", "op": "eq"},
    ]
    row = {"id": "a", "if": [["21:00", "08:00"], {"list": "strict"}, [["FL", "LIFE"]], 7], "then": [5]}

    sheet = in_words({"inputs": inputs, "outputs": ["add"], "hit": "sum", "rows": [row]}, CATALOG)

    assert sheet.lines == [("a", ["21:00 – 08:00", '{"list": "strict"}', "FL/LIFE", "7", "5", "", ""])]
