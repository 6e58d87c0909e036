"""Put rules on trial: make a document ready to stand in for its set, and hold one decision against it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts import policy
from accounts.actor import Actor
from accounts.errors import Invalid
from routing.counterfactual import Retold, as_stored, repeats, retell
from routing.decision import Rules
from routing.differing import Telling, kind_of, why
from routing.models.rehearsal import Rehearsal, Trial
from routing.stored_decision import Outcome, Record
from routing.swap import Swap
from rules_engine import queries
from rules_engine.catalog_setting import catalog
from rules_engine.documents import content_hash
from rules_engine.engine.budget import NO_PROOFS
from rules_engine.engine.compile import compile_set
from rules_engine.engine.parse import parse
from rules_engine.mappers import document_of
from rules_engine.models import RuleSet
from rules_engine.services import validate


class Untriable(Invalid):
    """The draft has problems. Mend them first: only sound rules can be tried."""

    code = "trial.unsound"


def on_trial(*, ruleset: RuleSet, version: int | None, actor: Actor, now: datetime) -> dict[str, Any]:
    """Return the columns of a trial of the draft, or of a published version. Failing examples keep nobody from trying.

    :raises Missing: if there is no such version
    :raises Untriable: if the rules have problems
    """
    policy.require(actor, "rules.edit")
    document = document_of(ruleset) if version is None else queries.get_version(ruleset, version).document
    problems = validate(document=document, stage=ruleset.stage).problems
    if problems:
        raise Untriable(problems, Untriable.__doc__ or "")
    return {
        "rule_set": ruleset.slug,
        "rule_set_name": ruleset.name,
        "stage": ruleset.stage,
        "version": version,
        "document": document,
        "content_hash": content_hash(document),
        "started_by": actor.label[:200],
        "created_at": now,
    }


def swap_of(trial: Trial) -> Swap:
    """Return the trial's document ready to be put in its set's place; its tables were proven when it was asked for.

    :raises UnreadableError: if this release's catalog no longer knows what it reads
    """
    tree = parse(trial.document, catalog(), proofs=NO_PROOFS).tree
    if tree is None:
        raise queries.UnreadableError(f"{trial} cannot be read with this release's catalog.")
    return Swap(compile_set(tree, catalog(), trial.rule_set), _ahead(trial))


def live_swap_of(rehearsal: Rehearsal) -> tuple[int, Swap] | None:
    """Return the version that was live when the rehearsal was asked for, by number, and in the set's place.

    What is published while it runs must not move the measure: every chunk is held against the same one.
    """
    if rehearsal.live is None:
        return None
    version = queries.get_version(queries.get_set(rehearsal.rule_set), rehearsal.live)
    return rehearsal.live, Swap(queries.compiled(version.pk), _ahead(rehearsal))


def _ahead(trial: Trial) -> frozenset[str]:
    """Return the sets of the stage that speak before this one."""
    slugs = list(RuleSet.objects.filter(stage=trial.stage).order_by("position", "slug").values_list("slug", flat=True))
    return frozenset(slugs[: slugs.index(trial.rule_set)] if trial.rule_set in slugs else slugs)


@dataclass(frozen=True, slots=True)
class Compared:
    """One decision as it was and as it would have been; `kind` is blank where nothing moves.

    `is_unrepeatable`: its own rules no longer give what it stored, so that no difference could be laid to the trial.
    """

    before: Outcome
    after: Outcome
    kind: str = ""
    why: str = ""
    is_assumed: bool = False
    is_older: bool = False
    is_unrepeatable: bool = False


@dataclass
class Bench:
    """The rules on trial, and the live version that decisions made under an older one are measured by."""

    trial: Swap
    live: tuple[int, Swap] | None = None
    _swapped: dict[tuple[int, int], tuple[Rules, Rules]] = field(default_factory=dict)

    def compare(self, record: Record) -> Compared:
        """Hold one decision against the trial.

        What happened is the measure. Where the set has been published since, it is what the live version would have
        done: the question is what publishing the trial would change.
        """
        older = self.live if self.live and record.rules.versions.get(self.live[1].new.slug) != self.live[0] else None
        own, tried = self._into(record, older[1]) if older else record.rules, self._into(record, self.trial)
        before = retell(record, older[1], own) if older else as_stored(record)
        after = retell(record, self.trial, tried)
        kind = kind_of(before.outcome, after.outcome)
        if kind and not repeats(record):
            return Compared(record.outcome, record.outcome, is_unrepeatable=True)
        return Compared(
            before.outcome,
            after.outcome,
            kind=kind,
            why=why(_telling(record, own, before), _telling(record, tried, after)) if kind else "",
            is_assumed=before.is_assumed or after.is_assumed,
            is_older=older is not None,
        )

    def _into(self, record: Record, swap: Swap) -> Rules:
        """Return a record's rules with the swap in; made once for all decisions of the same versions."""
        key = id(record.rules), id(swap)
        if key not in self._swapped:
            # The record's own rules are kept along, so that no other object takes their identity.
            self._swapped[key] = record.rules, swap.into(record.rules)
        return self._swapped[key][1]


def _telling(record: Record, rules: Rules, retold: Retold) -> Telling:
    own = record.gated if rules.gates is record.rules.gates else None
    return Telling(record.under(rules), retold.outcome, retold.eligible, retold.gated or own)


def contrast(compared: Compared, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a row keeps of one comparison."""
    return {
        "kind": compared.kind,
        "state": str(facts.get("lead.state") or ""),
        "line": str(facts.get("lead.line") or "")[:20],
        "tier": compared.before.tier or "",
        "before": compared.before.as_dict(),
        "after": compared.after.as_dict(),
        "why": compared.why,
        "is_assumed": compared.is_assumed,
    }
