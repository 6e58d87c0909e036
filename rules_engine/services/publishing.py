"""Publish: the draft, or an older version again, becomes the next immutable version and is live at once."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from accounts import policy
from accounts.actor import Actor
from accounts.errors import FieldProblem, Invalid, Refused
from audit import services as audit
from outbox import services as outbox
from rules_engine import queries
from rules_engine.catalog_setting import catalog
from rules_engine.documents import content_hash
from rules_engine.mappers import document_of
from rules_engine.models import RuleSet, RuleSetVersion, Stage
from rules_engine.services.drafts import person
from rules_engine.services.validation import validate


class Unpublishable(Invalid):
    """The rules have problems, or their examples fail. Mend them, then publish."""

    code = "rule_set.unpublishable"


class Unchanged(Refused):
    """This is what is live already. There is nothing to publish."""

    code = "rule_set.unchanged"


class DraftMoved(Refused):
    """The draft has changed since you looked at it. Look again, then publish."""

    code = "rule_set.draft_moved"


class RouteTaken(Refused):
    """Another route set is live, and only one can be."""

    code = "rule_set.route_taken"


@transaction.atomic
def publish(*, ruleset: RuleSet, comment: str, actor: Actor, now: datetime, reviewed_hash: str = "") -> RuleSetVersion:
    """Publish the draft. `reviewed_hash` is the hash of the draft its publisher looked at.

    :raises Unpublishable: if it has problems or failing examples
    :raises Unchanged: if it says what is live already
    :raises DraftMoved: if it is not what the publisher looked at
    :raises RouteTaken: if it is a route set and another one is live
    """
    policy.require(actor, "rules.publish")
    locked = _locked(ruleset)
    document = document_of(locked)
    if reviewed_hash and reviewed_hash != content_hash(document):
        raise DraftMoved
    version = _issue(locked, document=document, comment=comment, actor=actor, now=now)
    _tell(version, "rule_set.published", actor, now)
    return version


@transaction.atomic
def roll_back(*, ruleset: RuleSet, number: int, comment: str, actor: Actor, now: datetime) -> RuleSetVersion:
    """Publish an older version's document again, as a new version; the draft stays as it is.

    :raises Missing: if the set has no such version
    :raises Unpublishable: if this release can no longer run it
    :raises Unchanged: if it says what is live already
    """
    policy.require(actor, "rules.rollback")
    locked = _locked(ruleset)
    older = queries.get_version(locked, number)
    version = _issue(locked, document=older.document, comment=comment, actor=actor, now=now, restored_from=older)
    _tell(version, "rule_set.rolled_back", actor, now)
    return version


def _locked(ruleset: RuleSet) -> RuleSet:
    """Return the set, held until the end of the transaction; of a route set all route sets, so that one stays live.

    Two who publish at once take turns, and the second finds the draft published already. It must not join the live
    version: who waited for the lock gets the new row of the set with the old statement's view of everything joined.
    """
    held = RuleSet.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    scope = held.filter(stage=Stage.ROUTE) if ruleset.stage == Stage.ROUTE else held.filter(pk=ruleset.pk)
    rows = list(scope)
    others = [row for row in rows if row.pk != ruleset.pk and row.live_version_id is not None]
    if others:
        raise RouteTaken(f"{others[0]} is the live route set, and only one can be. Change its rules instead.")
    return next(row for row in rows if row.pk == ruleset.pk)


def _issue(
    ruleset: RuleSet,
    *,
    document: dict[str, Any],
    comment: str,
    actor: Actor,
    now: datetime,
    restored_from: RuleSetVersion | None = None,
) -> RuleSetVersion:
    if not comment.strip():
        raise Invalid((FieldProblem("/comment", "comment.required", "Say what changes and why."),))
    blocks = validate(document=document).blocks
    if blocks:
        raise Unpublishable(blocks)
    digest = content_hash(document)
    if ruleset.live_version is not None and ruleset.live_version.content_hash == digest:
        raise Unchanged
    last = ruleset.versions.aggregate(last=Max("number"))["last"] or 0
    version = RuleSetVersion.objects.create(
        ruleset=ruleset,
        number=last + 1,
        document=document,
        content_hash=digest,
        catalog_hash=catalog().hash,
        language=document["language"],
        author=person(actor),
        author_label=actor.label,
        comment=comment.strip(),
        published_at=now,
        restored_from=restored_from,
    )
    ruleset.live_version = version
    ruleset.save(update_fields=["live_version"])
    return version


def _tell(version: RuleSetVersion, action: str, actor: Actor, now: datetime) -> None:
    """Write the ledger entry, and the message that another version is live."""
    ruleset, older = version.ruleset, version.restored_from
    told = {
        "rule_set": ruleset.slug,
        "stage": ruleset.stage,
        "version": version.number,
        "content_hash": version.content_hash,
        "restored_from": older.number if older else None,
    }
    audit.record(at=now, actor=actor, action=action, target=ruleset, detail={**told, "comment": version.comment})
    outbox.publish(topic="rule_set.published", payload=told, at=now, aggregate=f"rule_set:{ruleset.slug}")
