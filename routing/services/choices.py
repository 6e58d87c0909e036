"""Which rules to try a lead under: those that are live, those of a moment, and sets at a draft or an older version.

A choice has a short text, the same in addresses, in the API and on the command line: `live`, `then`,
`routing=draft`, `lead-score=3,routing=draft`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from accounts.errors import FieldProblem, Invalid, Missing
from routing.decision import Rules
from routing.services import deciding
from rules_engine import queries as rules
from rules_engine.documents import content_hash
from rules_engine.engine.compile import CompiledSet
from rules_engine.mappers import document_of
from rules_engine.models import RuleSet, Stage

LIVE: Final = "live"
THEN: Final = "then"
DRAFT: Final = "draft"


@dataclass(frozen=True, slots=True)
class Choice:
    """Sets that are not to be as they are live: slug to the number of a version, or None for the draft.

    `of_the_moment` takes, for all the others, what was live at the instant that is tried instead of what is live now.
    """

    sets: tuple[tuple[str, int | None], ...] = ()
    of_the_moment: bool = False

    def __str__(self) -> str:
        base = [THEN] if self.of_the_moment else [] if self.sets else [LIVE]
        return ",".join(base + [f"{slug}={DRAFT if number is None else number}" for slug, number in self.sets])

    @property
    def label(self) -> str:
        """The choice in words."""
        base = ["The rules of that moment"] if self.of_the_moment else [] if self.sets else ["Live"]
        return ", ".join(
            base + [f"Draft of {slug}" if number is None else f"{slug} v{number}" for slug, number in self.sets]
        )


def read(text: str) -> Choice:
    """Return the choice a text means.

    :raises Invalid: if it means none
    """
    words = [word.strip() for word in text.split(",") if word.strip()]
    named = [word for word in words if word not in {LIVE, THEN}]
    return Choice(tuple(dict(map(_pair, named)).items()), of_the_moment=THEN in words)


def _pair(word: str) -> tuple[str, int | None]:
    slug, equals, what = (part.strip() for part in word.partition("="))
    if slug and equals and (what == DRAFT or (what.isdecimal() and len(what) < 10)):
        return slug, None if what == DRAFT else int(what)
    text = f"“{word[:80]}” names no rules: use live, then, SET=draft or SET=3."
    raise Invalid([FieldProblem("", "choice.unknown", text)], text)


def rules_of(choice: Choice, *, at: datetime, documents: Mapping[str, Any] | None = None) -> Rules:
    """Return the rules chosen, compiled; `documents` stand in for the sets of these slugs, whatever is chosen.

    :raises Missing: if there is no such set or version
    :raises Invalid: if a draft has problems
    """
    chosen, given = dict(choice.sets), documents or {}
    sets = list(RuleSet.objects.select_related("live_version").order_by("position", "slug"))
    unknown = sorted({*chosen, *given} - {each.slug for each in sets})
    if unknown:
        raise Missing(f"There is no rule set {', '.join(unknown)}.")
    named = {*chosen, *given}
    routed = any(each.stage == Stage.ROUTE and each.slug in named for each in sets)
    return deciding.assembled(
        found
        for each in sets
        for found in _version(each, choice, at, given)
        if each.slug in named or not (routed and each.stage == Stage.ROUTE)  # only one set routes at a time
    )


def hash_of(choice: Choice) -> str:
    """Return one hash of all that is chosen: another says that cases may come out otherwise.

    :raises Missing: if there is no such set or version
    """
    sets = {each.slug: each for each in RuleSet.objects.select_related("live_version").defer("live_version__document")}
    live = {slug: each.live_version.content_hash for slug, each in sets.items() if each.live_version}
    chosen = {}
    for slug, number in choice.sets:
        if slug not in sets:
            raise Missing(f"There is no rule set {slug}.")
        held = rules.draft_hash(sets[slug]) if number is None else rules.get_version(sets[slug], number).content_hash
        chosen[slug] = held
    return content_hash({"sets": live | chosen, "of_the_moment": choice.of_the_moment})


def _version(
    ruleset: RuleSet, choice: Choice, at: datetime, documents: Mapping[str, Any]
) -> Iterator[tuple[CompiledSet, int | None]]:
    chosen = dict(choice.sets)
    if ruleset.slug in documents:
        yield rules.compiled_document(documents[ruleset.slug], ruleset.slug), None
    elif ruleset.slug not in chosen:
        version = _at(ruleset, at) if choice.of_the_moment else ruleset.live_version
        if version is not None:
            yield rules.compiled(version.pk), version.number
    elif (number := chosen[ruleset.slug]) is not None:
        yield rules.compiled(rules.get_version(ruleset, number).pk), number
    else:
        yield rules.compiled_document(document_of(ruleset), ruleset.slug), None


def _at(ruleset: RuleSet, at: datetime) -> Any:
    """Return the version that was live at an instant: of those published by then the last."""
    return ruleset.versions.filter(published_at__lte=at).defer("document").order_by("-number").first()
