"""Takes a document's objects apart, noting every problem on the way and never stopping at the first."""

import re
from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

from rules_engine.engine.budget import READING_STEPS, Budget
from rules_engine.engine.catalog import Catalog
from rules_engine.engine.lists import NO_LISTS, Lists, NamedLists
from rules_engine.engine.nodes import Citation, Confidence
from rules_engine.engine.problems import Code, Problems, shown, step
from rules_engine.engine.values import MISSING, Kind, Missing, read

_ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,79}", re.ASCII)
_REASON = re.compile(r"[A-Z][A-Z0-9_]{0,59}", re.ASCII)
MAX_TEXT = 2000
# Leaves room on both sides for every time zone and keeps a mistyped year from passing.
FIRST_YEAR, LAST_YEAR = 1900, 2999


class Reading:
    """One run over a document: what it is read against, what may be spent on proofs, and the problems found so far."""

    def __init__(
        self, catalog: Catalog, *, draft: bool = False, lists: Lists = NO_LISTS, proofs: Budget | None = None
    ) -> None:
        self.catalog = catalog
        self.draft = draft
        self.proofs = Budget(READING_STEPS) if proofs is None else proofs
        self.problems = Problems()
        self.lists = NamedLists(lists)
        self.zone = ZoneInfo("UTC")

    def refuse(self, pointer: str, code: Code, message: str) -> Missing:
        """Note a problem, and return what stands for a part that has one."""
        self.problems.add(pointer, code, message)
        return MISSING

    def obj(self, raw: object, pointer: str, what: str, keys: Iterable[str]) -> dict[str, object] | None:
        """Return the object, noting keys it may not have; None, noted, where it is none."""
        if not isinstance(raw, dict):
            self.problems.add(pointer, Code.TYPE, f"{what} is an object in braces, not {shown(raw)}.")
            return None
        known = sorted(keys)
        for key in raw:
            if key not in known:
                text = f"{what} has no {shown(key)}; take it out, or use one of {', '.join(known)}."
                self.problems.add(step(pointer, key), Code.KEY_UNKNOWN, text)
        return raw

    def array(self, raw: object, pointer: str, what: str) -> list[object]:
        """Return the list; an empty one, noted, where it is none."""
        if isinstance(raw, list):
            return raw
        self.problems.add(pointer, Code.TYPE, f"{what} is a list in brackets, not {shown(raw)}.")
        return []

    def text(self, holder: dict[str, object], key: str, pointer: str, *, required: bool = False) -> str:
        """Return the text under a key, or an empty one; null counts as left out."""
        raw = holder.get(key)
        if raw is None:
            if required:
                self.problems.add(pointer, Code.KEY_MISSING, f'"{key}" is missing; write a text.')
            return ""
        if not isinstance(raw, str):
            self.problems.add(step(pointer, key), Code.TYPE, f'"{key}" is a text, not {shown(raw)}.')
            return ""
        if not raw.strip() or len(raw) > MAX_TEXT:
            text = f'"{key}" needs between 1 and {MAX_TEXT} characters; shorten it, fill it in or leave it out.'
            self.problems.add(step(pointer, key), Code.TEXT_BAD, text)
        return raw

    def choice(self, holder: dict[str, object], key: str, pointer: str, options: Iterable[str], code: Code) -> str:
        """Return one of the options found under a key, or an empty text."""
        raw = holder.get(key)
        if isinstance(raw, str) and raw in options:
            return raw
        self.problems.add(step(pointer, key), code, f'"{key}" is one of {", ".join(options)}, not {shown(raw)}.')
        return ""

    def id(self, holder: dict[str, object], pointer: str, what: str) -> str:
        """Return the stable id of a rule or of a row."""
        raw = holder.get("id")
        if isinstance(raw, str) and _ID.fullmatch(raw):
            return raw
        text = f"{what} is small letters, digits, dots, dashes and underscores, at most 80, not {shown(raw)}."
        self.problems.add(step(pointer, "id"), Code.ID_BAD, text)
        return ""

    def reason(self, holder: dict[str, object], pointer: str, why_needed: str = "") -> str:
        """Return the reason code; `why_needed` says why it may not be left out."""
        raw = holder.get("reason")
        if raw is None:
            if why_needed:
                self.problems.add(pointer, Code.REASON_MISSING, f'{why_needed}; add a "reason" such as STATE_CLOSED.')
            return ""
        if isinstance(raw, str) and _REASON.fullmatch(raw):
            return raw
        text = f"A reason is a code in capitals, such as STATE_CLOSED, not {shown(raw)}."
        self.problems.add(step(pointer, "reason"), Code.REASON_BAD, text)
        return ""

    def day(self, holder: dict[str, object], key: str, pointer: str) -> date | None:
        """Return the day under a key, None where it is left out or null."""
        raw = holder.get(key)
        if raw is None:
            return None
        day = read(Kind.DATE, raw)
        if isinstance(day, date) and FIRST_YEAR <= day.year <= LAST_YEAR:
            return day
        text = f'"{key}" is a day between {FIRST_YEAR} and {LAST_YEAR} written like 2026-11-21, not {shown(raw)}.'
        self.problems.add(step(pointer, key), Code.DATE_BAD, text)
        return None

    def citation(self, holder: dict[str, object], pointer: str) -> Citation | None:
        """Return where a rule of law is written, None where it is left out or null."""
        if holder.get("citation") is None:
            return None
        inner = step(pointer, "citation")
        citation = self.obj(holder["citation"], inner, "A citation", ("source", "verified_on", "confidence"))
        if citation is None:
            return None
        source = self.text(citation, "source", inner, required=True)
        return Citation(source, self.day(citation, "verified_on", inner), self._confidence(citation, inner))

    def _confidence(self, citation: dict[str, object], pointer: str) -> Confidence | None:
        if citation.get("confidence") is None:
            return None
        given = self.choice(citation, "confidence", pointer, tuple(Confidence), Code.CONFIDENCE)
        return Confidence(given) if given else None
