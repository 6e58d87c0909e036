"""What others read: the sets that are live, versions, and versions ready to run."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.db.models import Case, OuterRef, Prefetch, Subquery, When, prefetch_related_objects

from accounts.actor import Actor
from accounts.errors import FieldProblem, Invalid, Missing, Refused
from accounts.policy import allows
from rules_engine.catalog_setting import catalog
from rules_engine.documents import content_hash, lists_named
from rules_engine.engine.budget import NO_PROOFS
from rules_engine.engine.compile import CompiledSet, compile_set
from rules_engine.engine.lists import Lists
from rules_engine.engine.parse import parse
from rules_engine.mappers import document_of, list_values
from rules_engine.models import NamedList, Proposal, Rule, RuleSet, RuleSetVersion, Stage, Watch

# As a decision runs, not as the alphabet does.
STAGE_ORDER: Final = Case(*(When(stage=stage, then=place) for place, stage in enumerate(Stage.values)))


LONGEST_NUMBER: Final = 9  # digits of a version's number


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


def find_live(slug: str) -> LiveSet | None:
    """Return how one set decides now, if it was ever published."""
    return next((each for each in live() if each.slug == slug), None)


@lru_cache(maxsize=64)  # what is live, and a few of what was: a set keeps what it has learnt about values it met
def compiled(version_id: int) -> CompiledSet:
    """Return a published version ready to run; versions never change, so each is compiled once a process.

    :raises Missing: if there is no such version
    :raises UnreadableError: if this release's catalog no longer knows what it reads
    """
    version = RuleSetVersion.objects.select_related("ruleset").filter(pk=version_id).first()
    if version is None:
        raise Missing
    tree = parse(version.document, catalog(), proofs=NO_PROOFS).tree
    if tree is None:
        raise UnreadableError(f"{version} cannot be read with this release's catalog.")
    return compile_set(tree, catalog(), version.ruleset.slug)


def compiled_document(document: Any, slug: str) -> CompiledSet:
    """Return a document that is not published ready to run, muted conditions left out.

    :raises Invalid: if it has problems
    """
    parsed = parse(document, catalog(), draft=True, lists=list_values())
    if parsed.tree is None:
        problems = tuple(FieldProblem(each.pointer, each.code.value, each.message) for each in parsed.problems)
        raise Invalid(problems, f"The draft of {slug} has problems; mend them before it can be tried.")
    return compile_set(parsed.tree, catalog(), slug)


class NothingOpen(Refused):
    """Nothing of this set waits to be published. Send its draft for review first."""

    code = "proposal.none_open"


class Ambiguous(Refused):
    """Several proposals of this set are open. Say which one you mean."""

    code = "proposal.ambiguous"


class UnreadableError(Exception):
    """A published version asks for what this release's catalog does not have."""


def is_readable(version: RuleSetVersion) -> bool:
    """Say whether this release can run a published version."""
    return parse(version.document, catalog(), proofs=NO_PROOFS).tree is not None


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


def get_rule(slug: str, rule_id: str) -> Rule:
    """Return a rule of a set's draft.

    :raises Missing: if there is no such set, or its draft has no such rule
    """
    rule = Rule.objects.select_related("ruleset").filter(ruleset__slug=slug, rule_id=rule_id).first()
    if rule is None:
        raise Missing(f"The draft of {get_set(slug)} has no rule {rule_id}.")
    return rule


def get_version(ruleset: RuleSet, number: int) -> RuleSetVersion:
    """Return one version of a set.

    :raises Missing: if there is none of that number
    """
    try:
        return ruleset.versions.select_related("ruleset", "author", "restored_from").get(number=number)
    except RuleSetVersion.DoesNotExist:
        raise Missing(f"{ruleset} has no version {number}.") from None


def get_document(ruleset: RuleSet, state: str) -> dict[str, Any]:
    """Return what a set says in a state: "draft", the number of a version, or blank for before the first.

    :raises Missing: if there is no such state
    """
    if state == "draft":
        return document_of(ruleset)
    if not state:
        return {}
    if not state.isdecimal() or len(state) > LONGEST_NUMBER:
        raise Missing("There is no such version.")
    document: dict[str, Any] = get_version(ruleset, int(state)).document
    return document


def list_versions(ruleset: RuleSet) -> list[RuleSetVersion]:
    """Return a set's versions without their documents, newest first."""
    versions = ruleset.versions.select_related("author", "restored_from").defer("document", "restored_from__document")
    return list(versions.order_by("-number"))


def draft_hash(ruleset: RuleSet, known: Lists | None = None) -> str:
    """Return the hash of the draft as it stands; `known` are all named lists, where they were read already."""
    return content_hash(document_of(ruleset, known))


def draft_differs(ruleset: RuleSet) -> bool:
    """Say whether the draft holds what is not live."""
    live_version = ruleset.live_version
    return live_version is None or live_version.content_hash != draft_hash(ruleset)


def with_differences(sets: Iterable[RuleSet]) -> list[RuleSet]:
    """Return these sets, each told in `draft_differs` whether its draft holds what is not live; two statements."""
    found, lists = list(sets), list_values()
    prefetch_related_objects(found, "rules")
    for ruleset in found:
        live_version = ruleset.live_version
        held = draft_hash(ruleset, lists)
        ruleset.draft_differs = live_version is None or live_version.content_hash != held  # type: ignore[attr-defined]
    return found


def rules_using(named_list: NamedList) -> list[Rule]:
    """Return the draft rules that name a list, set by set in their order."""
    return uses_of_lists().get(named_list.slug, [])


def uses_of_lists() -> dict[str, list[Rule]]:
    """Return the draft rules that name each list, by its slug; a list nobody names is not among them."""
    uses: dict[str, list[Rule]] = {}
    for rule in Rule.objects.select_related("ruleset").order_by("ruleset__slug", "position", "pk"):
        for slug in lists_named(rule.body):
            uses.setdefault(slug, []).append(rule)
    return uses


def get_list(slug: str) -> NamedList:
    """Return a named list by its slug.

    :raises Missing: if there is none
    """
    found = NamedList.objects.filter(slug=slug).first()
    if found is None:
        raise Missing(f"There is no list {slug}.")
    return found


def list_hash(row: NamedList) -> str:
    """Return the hash of all that a list says."""
    return content_hash([row.slug, row.name, row.field, row.values])


def get_watch(ruleset: RuleSet) -> Watch:
    """Return the watch over what is live of a set, running or over.

    :raises Missing: if nothing is live, or it was the first version
    """
    found = Watch.objects.filter(version=ruleset.live_version_id).select_related("version").first()
    if found is None:
        raise Missing(f"Nothing watches {ruleset}: a first version has none before it to be compared with.")
    return found


def find_open(ruleset: RuleSet) -> Proposal | None:
    """Return what asks to publish the draft, if anything does."""
    return Proposal.objects.open().of_draft().filter(ruleset=ruleset).first()


def get_proposal(ruleset: RuleSet, number: int | None) -> Proposal:
    """Return a proposal of the set; without its number the one that is open.

    :raises Missing: if there is none of that number
    :raises NothingOpen: if none is open
    :raises Ambiguous: if several are open and none was named
    """
    if number is not None:
        named = ruleset.proposals.filter(pk=number).first()
        if named is None:
            raise Missing(f"{ruleset} has no proposal {number}.")
        return named
    found = list(ruleset.proposals.open())
    if not found:
        raise NothingOpen
    if len(found) > 1:
        raise Ambiguous
    return found[0]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the rules ask of one person: proposals to review, roll backs to confirm, alarms and failures to answer."""

    reviews: tuple[Proposal, ...]
    confirmations: tuple[Proposal, ...]
    approved: tuple[Proposal, ...]
    alarms: tuple[Watch, ...]
    failures: tuple[Proposal, ...]


def waiting_for(actor: Actor) -> Waiting:
    """Return what waits for this person, as far as their permissions go; nobody reviews what they wrote."""
    proposals = Proposal.objects.select_related("ruleset").defer("document")
    reviews = proposals.filter(state=Proposal.State.IN_REVIEW) if allows(actor, "rules.approve") else ()
    confirmations = proposals.unconfirmed() if allows(actor, "rules.approve") else ()
    may_publish = allows(actor, "rules.publish")
    alarmed = Watch.objects.filter(state=Watch.State.ALARMED).select_related("version__ruleset")
    return Waiting(
        reviews=_of_others(reviews, actor),
        confirmations=_of_others(confirmations, actor),
        approved=tuple(proposals.filter(state=Proposal.State.APPROVED)) if may_publish else (),
        alarms=tuple(alarmed.defer("version__document")) if allows(actor, "rules.rollback") else (),
        failures=_latest_failures() if may_publish else (),
    )


def _of_others(proposals: Iterable[Proposal], actor: Actor) -> tuple[Proposal, ...]:
    return tuple(each for each in proposals if actor.id not in map(str, each.contributors))


def _latest_failures() -> tuple[Proposal, ...]:
    """Return the scheduled publications that failed and after which nothing was sent in their set."""
    newest = Proposal.objects.filter(ruleset=OuterRef("ruleset")).order_by("-sent_at", "-pk").values("pk")[:1]
    failed = Proposal.objects.filter(state=Proposal.State.FAILED, pk=Subquery(newest))
    return tuple(failed.select_related("ruleset").defer("document"))


def listed_by_slug() -> dict[str, dict[str, str]]:
    """Return the name and the field of every list, for the pickers of conditions."""
    rows = NamedList.objects.values_list("slug", "name", "field")
    return {slug: {"name": name, "field": field} for slug, name, field in rows}
