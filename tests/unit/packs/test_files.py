"""Packs read from their files: whole, or refused with every problem by file and place."""

from typing import Any

import pytest

from accounts.errors import Missing
from routing.packs import files
from tests.factories import GATE_RULE
from tests.packs import DOCUMENT, MANIFEST, SET, Write

STRANGE = {"field": "lead.shoe_size", "op": "eq", "value": 44}
LISTED = {**GATE_RULE, "when": {"field": "lead.state", "op": "in", "list": "strict-states"}}


def test_a_pack_is_read_with_its_sets_in_the_languages_own_form(write_pack: Write) -> None:
    explicit = {**GATE_RULE, "status": "confirmed", "active_to": None}

    pack = files.read(write_pack(**{"desk-gates": {**SET, "document": {**DOCUMENT, "rules": [explicit]}}}))

    (packed,) = pack.sets
    assert (pack.slug, pack.manifest.rank) == ("desk", (1, 0, 0))
    assert (packed.slug, packed.position, packed.document) == ("desk-gates", 5, DOCUMENT)


@pytest.mark.parametrize(
    ("contents", "problems"),
    [
        ({"pack": "{"}, [("pack.json#", "json.malformed")]),
        ({"pack": {**MANIFEST, "colour": "red"}}, [("pack.json#/colour", "pack.extra_forbidden")]),
        ({"pack": {**MANIFEST, "date": 20261121}}, [("pack.json#/date", "pack.date_type")]),
        ({"pack": {**MANIFEST, "version": "one"}}, [("pack.json#/version", "pack.string_pattern_mismatch")]),
        ({"pack": {**MANIFEST, "slug": "other"}}, [("pack.json#/slug", "pack.misnamed")]),
        ({"desk-gates": None}, [("pack.json#", "pack.empty")]),
        ({"desk-gates": '{"slug": "a", "slug": "b"}'}, [("desk-gates.json#", "json.doubled")]),
        ({"desk-gates": {**SET, "colour": 1}}, [("desk-gates.json#/colour", "pack.extra_forbidden")]),
        ({"desk-gates": {**SET, "position": "5"}}, [("desk-gates.json#/position", "pack.int_type")]),
        ({"desk-gates": {**SET, "slug": "gates"}}, [("desk-gates.json#/slug", "pack.misnamed")]),
        (
            {"desk-gates": {**SET, "document": {**DOCUMENT, "rules": [{**GATE_RULE, "colour": "red"}]}}},
            [("desk-gates.json#/document/rules/0/colour", "key.unknown")],
        ),
        (
            {"desk-gates": {**SET, "document": {**DOCUMENT, "rules": [{**GATE_RULE, "when": STRANGE}]}}},
            [("desk-gates.json#/document/rules/0/when/field", "field.unknown")],
        ),
        (
            {"desk-gates": {**SET, "document": {**DOCUMENT, "rules": [{**GATE_RULE, "effect": "warn"}]}}},
            [("desk-gates.json#/document/rules/0/examples/0", "example.failed")],
        ),
        (
            {"desk-gates": {**SET, "document": {**DOCUMENT, "rules": [LISTED], "lists": {"strict-states": ["AK"]}}}},
            [("desk-gates.json#/document/lists", "pack.lists")],
        ),
        (
            {"pack": {**MANIFEST, "name": ""}, "desk-gates": {**SET, "document": {**DOCUMENT, "stage": "sale"}}},
            [("pack.json#/name", "pack.string_too_short"), ("desk-gates.json#/document/stage", "stage.unknown")],
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_broken_pack_is_refused_with_every_problem(
    write_pack: Write, contents: dict[str, Any], problems: list[tuple[str, str]]
) -> None:
    with pytest.raises(files.BrokenPack) as refused:
        files.read(write_pack(**contents))

    assert [(each.pointer, each.code) for each in refused.value.problems] == problems


def test_a_newer_language_is_refused_before_anything_else_is_judged(write_pack: Write) -> None:
    later = {**DOCUMENT, "language": 2, "stage": "sale", "wishes": []}

    with pytest.raises(files.NewerLanguage) as refused:
        files.read(
            write_pack(pack={**MANIFEST, "language": 2, "wishes": True}, **{"desk-gates": {**SET, "document": later}})
        )

    assert [(each.pointer, each.code) for each in refused.value.problems] == [
        ("pack.json#/language", "pack.language_newer")
    ]
    assert refused.value.message == (
        "The pack desk is written in version 2 of the rule language; this release reads version 1. "
        "Update Fairlead first."
    )


def test_the_agencys_own_packs_stand_beside_those_that_ship_and_hide_none(write_pack: Write) -> None:
    directory = write_pack()
    impostor = directory.parent / "starter"
    impostor.mkdir()
    (impostor / "pack.json").write_text("{}")

    assert files.find("desk").manifest.name == "Desk"
    assert files.find("starter").manifest.name == "Starter"


@pytest.mark.parametrize("name", ["nowhere", "../packs/starter", ""])
def test_a_pack_that_is_not_there_is_missing(name: str) -> None:
    with pytest.raises(Missing):
        files.find(name)
