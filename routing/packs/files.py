"""Reads packs from their directories: the whole pack, or every problem in it by file and place."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from pydantic import ValidationError

from accounts import json_body
from accounts.errors import FieldProblem, Invalid, Missing
from routing.packs.manifest import Manifest, SetFile, at, problems_of
from rules_engine import services as rules
from rules_engine.engine.limits import MAX_BYTES
from rules_engine.engine.lists import NO_LISTS
from rules_engine.engine.parse import to_document
from rules_engine.engine.printing import LANGUAGE

SHIPPED: Final = Path(__file__).resolve().parent.parent / "data" / "packs"
MANIFEST: Final = "pack.json"


class BrokenPack(Invalid):
    """The pack cannot be read, so nothing of it is taken."""

    code = "pack.broken"


class NewerLanguage(Invalid):
    """The pack is written in a later version of the rule language than this release reads."""

    code = "pack.language_newer"


@dataclass(frozen=True, slots=True)
class PackSet:
    """One rule set of a pack; its document is in the one form the language prints."""

    slug: str
    name: str
    position: int
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack, read and judged."""

    manifest: Manifest
    sets: tuple[PackSet, ...]

    @property
    def slug(self) -> str:
        """What it is known by."""
        return self.manifest.slug


def directories() -> dict[str, Path]:
    """Return every pack's directory by its name: those that ship, then the agency's own, which may not hide one."""
    own = [Path(settings.RULE_PACKS_DIR)] if settings.RULE_PACKS_DIR else []
    found: dict[str, Path] = {}
    for place in (SHIPPED, *own):
        for directory in sorted(place.iterdir()) if place.is_dir() else ():
            if (directory / MANIFEST).is_file():
                found.setdefault(directory.name, directory)
    return found


def find(slug: str) -> Pack:
    """Return a pack by its name.

    :raises Missing: if there is none
    :raises BrokenPack: with every problem of its files
    :raises NewerLanguage: if this release cannot read its rules
    """
    directory = directories().get(slug)
    if directory is None:
        raise Missing(f"There is no rule pack {slug}.")
    return read(directory)


def read(directory: Path) -> Pack:
    """Return the pack of a directory, its examples run.

    :raises BrokenPack: with every problem of its files
    :raises NewerLanguage: if this release cannot read its rules
    """
    manifest, problems = _manifest(directory)
    files = sorted(path for path in directory.glob("*.json") if path.name != MANIFEST)
    if not files:
        problems.append(FieldProblem(at(MANIFEST), "pack.empty", "The pack has no rule set: add a file for each."))
    sets = []
    for path in files:
        packed, found = _set(path)
        problems += found
        sets += [packed] if packed else []
    if problems or manifest is None:
        raise BrokenPack(problems, f"The pack {directory.name} cannot be read: {problems[0].detail}")
    return Pack(manifest, tuple(sets))


def _manifest(directory: Path) -> tuple[Manifest | None, list[FieldProblem]]:
    raw, problems = _json(directory / MANIFEST)
    if problems:
        return None, problems
    _require_language(raw, directory.name)
    try:
        manifest = Manifest.model_validate(raw)
    except ValidationError as error:
        return None, problems_of(error, MANIFEST)
    return manifest, list(_misnamed(manifest.slug, directory.name, MANIFEST))


def _require_language(raw: Any, name: str) -> None:
    """Refuse a newer language before anything else is judged: all other faults may come from it."""
    language = raw.get("language") if isinstance(raw, dict) else None
    if isinstance(language, int) and language > LANGUAGE:
        text = (
            f"The pack {name} is written in version {language} of the rule language; this release reads version "
            f"{LANGUAGE}. Update Fairlead first."
        )
        raise NewerLanguage([FieldProblem(at(MANIFEST, "language"), NewerLanguage.code, text)], text)


def _set(path: Path) -> tuple[PackSet | None, list[FieldProblem]]:
    raw, problems = _json(path)
    if problems:
        return None, problems
    try:
        file = SetFile.model_validate(raw)
    except ValidationError as error:
        return None, problems_of(error, path.name)
    judged = rules.validate(document=file.document, lists=NO_LISTS)
    problems = [replace(each, pointer=at(path.name, "document") + each.pointer) for each in judged.blocks]
    problems += _misnamed(file.slug, path.stem, path.name)
    if "lists" in file.document:
        text = "Named lists are the agency's own; write the values into the rules."
        problems.append(FieldProblem(at(path.name, "document", "lists"), "pack.lists", text))
    if problems or judged.tree is None:
        return None, problems
    return PackSet(file.slug, file.name, file.position, to_document(judged.tree)), []


def _json(path: Path) -> tuple[Any, list[FieldProblem]]:
    if path.stat().st_size > MAX_BYTES:
        return None, [FieldProblem(at(path.name), "pack.too_big", "The file is over 1 MB; split the set in two.")]
    try:
        return json_body.read(path.read_bytes()), []
    except json_body.UnreadableError as error:
        return None, [FieldProblem(f"{path.name}#{error.pointer}", error.code, error.detail)]


def _misnamed(slug: str, name: str, file: str) -> Iterator[FieldProblem]:
    if slug != name:
        text = f"The slug is {slug}, but what holds it is named {name}; give both one name."
        yield FieldProblem(at(file, "slug"), "pack.misnamed", text)
