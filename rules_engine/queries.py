"""What others read: the sets that are live, versions, and versions ready to run."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.db.models import Case, Prefetch, When

from accounts.errors import Missing
from rules_engine.catalog_setting import catalog
from rules_engine.documents import content_hash
from rules_engine.engine.compile import CompiledSet, compile_set
from rules_engine.engine.parse import parse
from rules_engine.mappers import document_of
from rules_engine.models import RuleSet, RuleSetVersion, Stage

# As a decision runs, not as the alphabet does.
STAGE_ORDER: Final = Case(*(When(stage=stage, then=place) for place, stage in enumerate(Stage.values)))


@dataclass(frozen=True, slots=True)
class LiveSet:
    """One set as it decides now."""

    slug: str
    stage: str
    number: int
    version_id: int


def live() -> tuple[LiveSet, ...]:
    """Return the sets that are live, in the order they speak; one statement."""
    rows = (
        RuleSet.objects.filter(live_version__isnull=False)
        .order_by(STAGE_ORDER, "position", "slug")
        .values_list("slug", "stage", "live_version__number", "live_version_id")
    )
    return tuple(LiveSet(slug, stage, number, version_id) for slug, stage, number, version_id in rows)


@lru_cache(maxsize=256)
def compiled(version_id: int) -> CompiledSet:
    """Return a published version ready to run; versions never change, so each is compiled once a process.

    :raises Missing: if there is no such version
    :raises UnreadableError: if this release's catalog no longer knows what it reads
    """
    version = RuleSetVersion.objects.select_related("ruleset").filter(pk=version_id).first()
    if version is None:
        raise Missing
    tree = parse(version.document, catalog()).tree
    if tree is None:
        raise UnreadableError(f"{version} cannot be read with this release's catalog.")
    return compile_set(tree, catalog(), version.ruleset.slug)


class UnreadableError(Exception):
    """A published version asks for what this release's catalog does not have."""


def is_readable(version: RuleSetVersion) -> bool:
    """Say whether this release can run a published version."""
    return parse(version.document, catalog()).tree is not None


def list_sets() -> list[RuleSet]:
    """Return every set in the order they speak, with what is live and the rules of its draft."""
    live = RuleSetVersion.objects.select_related("restored_from")
    sets = RuleSet.objects.prefetch_related("rules", Prefetch("live_version", live))
    return list(sets.order_by(STAGE_ORDER, "position", "slug"))


def get_set(slug: str) -> RuleSet:
    """Return a set by its slug.

    :raises Missing: if there is none
    """
    try:
        return RuleSet.objects.select_related("live_version").get(slug=slug)
    except RuleSet.DoesNotExist:
        raise Missing(f"There is no rule set {slug}.") from None


def get_version(ruleset: RuleSet, number: int) -> RuleSetVersion:
    """Return one version of a set.

    :raises Missing: if there is none of that number
    """
    try:
        return ruleset.versions.select_related("ruleset", "author", "restored_from").get(number=number)
    except RuleSetVersion.DoesNotExist:
        raise Missing(f"{ruleset} has no version {number}.") from None


def list_versions(ruleset: RuleSet) -> list[RuleSetVersion]:
    """Return a set's versions without their documents, newest first."""
    versions = ruleset.versions.select_related("author", "restored_from").defer("document", "restored_from__document")
    return list(versions.order_by("-number"))


def draft_hash(ruleset: RuleSet) -> str:
    """Return the hash of the draft as it stands."""
    return content_hash(document_of(ruleset))


def draft_differs(ruleset: RuleSet) -> bool:
    """Say whether the draft holds what is not live."""
    live_version = ruleset.live_version
    return live_version is None or live_version.content_hash != draft_hash(ruleset)
