"""What a source calls things is read as was remembered, and what is plain stays plain."""

from typing import Any

import pytest

from routing.aliases import key_of, listed, problem_with, read, sent_at

PRODUCTS = {"term_life": 1, "auto": 2}
ALIASES = {
    "product": {"tl 20": "term_life", "auto": "term_life"},
    "state": {"sunshine": "FL"},
    "language": {"español": "es"},
}


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"product": " TL  20 "}, {"product": "term_life"}),
        ({"products": ["auto", "tl 20"]}, {"products": ["auto", "term_life"]}),
        ({"product": "auto"}, {"product": "auto"}),
        ({"product": "boat"}, {"product": "boat"}),
        ({"state": "Sunshine", "risk_state": "SUNSHINE"}, {"state": "FL", "risk_state": "FL"}),
        ({"state": "Florida"}, {"state": "Florida"}),
        ({"language": "Español"}, {"language": "es"}),
        ({"product": 7, "products": [None]}, {"product": 7, "products": [None]}),
        ({"first_name": "tl 20"}, {"first_name": "tl 20"}),
    ],
    ids=[
        "spaces and capitals",
        "in a list",
        "plain wins",
        "unknown stays",
        "both states",
        "a name",
        "accents",
        "no text",
        "other fields",
    ],
)
def test_a_sources_words_are_read_as_remembered(sent: dict[str, Any], expected: dict[str, Any]) -> None:
    before = repr(sent)

    assert read(sent, ALIASES, PRODUCTS)[0] == expected
    assert repr(sent) == before


def test_what_was_sent_and_how_it_was_read_is_told() -> None:
    _, readings = read({"product": "TL 20", "state": "Sunshine", "line": "LIFE"}, ALIASES, PRODUCTS)

    assert [each.as_dict() for each in readings] == [
        {"field": "product", "sent": "TL 20", "read_as": "term_life"},
        {"field": "state", "sent": "Sunshine", "read_as": "FL"},
    ]


@pytest.mark.parametrize(
    ("field", "sent", "read_as", "at"),
    [
        ("product", "tl20", "term_life", None),
        ("phone", "555", "+13055550100", "field"),
        ("product", "  ", "term_life", "sent"),
        ("product", "auto", "term_life", "sent"),
        ("product", "tl20", "life", "read_as"),
        ("state", "sunshine", "XX", "read_as"),
        ("carrier", "Alder Ridge", "00101", None),
        ("line", "leben", "LIFE", None),
    ],
)
def test_a_mapping_leads_from_what_is_unknown_to_what_is_known(
    field: str, sent: str, read_as: str, at: str | None
) -> None:
    problem = problem_with(field, sent, read_as, PRODUCTS)

    assert (problem[0] if problem else None) == at


@pytest.mark.parametrize(
    ("pointer", "found"),
    [("/product", "x"), ("/products/1", "b"), ("/products/9", None), ("/state", None), ("/gone", None)],
)
def test_what_stands_at_a_fault_is_found(pointer: str, found: str | None) -> None:
    assert sent_at(pointer, {"product": "x", "products": ["a", "b"], "state": 7}) == found


def test_a_list_is_in_the_order_of_the_fields() -> None:
    assert [each.field for each in listed({"state": {"b": "FL"}, "product": {"z": "auto"}})] == ["product", "state"]
    assert key_of("  Term   LIFE ") == "term life"
