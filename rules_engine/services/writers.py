"""Who wrote part of a draft; none of them approves it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from accounts.actor import ActorKind
from audit import queries as ledger
from audit.models import Entry
from rules_engine.documents import lists_named
from rules_engine.models import NamedList, Rule, RuleSet, RuleSetVersion


def writers_of(ruleset: RuleSet, document: Mapping[str, Any]) -> set[int]:
    """Return who has made or edited the draft, its rules or its lists since what is live was sent for review."""
    base = _base(ruleset)
    since = _sent_at(base) if base else None
    settled = set(base.document.get("lists", {})) if base else set()
    return (
        _of_rules(ruleset, since) | _of_lists(lists_named(document["rules"]), settled, since) | _of_set(ruleset, since)
    )


def _base(ruleset: RuleSet) -> RuleSetVersion | None:
    """Return the version the draft was last alike: after a roll back the older one, since the draft stays as it is."""
    base = ruleset.live_version
    while base is not None and base.restored_from is not None:
        base = base.restored_from
    return base


def _sent_at(version: RuleSetVersion) -> datetime:
    return version.proposal.sent_at if version.proposal else version.published_at


def _of_rules(ruleset: RuleSet, since: datetime | None) -> set[int]:
    edits = Rule.history.filter(_from("history_date", since), ruleset_id=ruleset.pk, history_user__isnull=False)
    return set(edits.values_list("history_user_id", flat=True))


def _of_lists(named: frozenset[str], settled: set[str], since: datetime | None) -> set[int]:
    """Return who edited the lists: of one that is not live yet everybody, whenever it was."""
    counted = Q(slug__in=named - settled) | Q(_from("history_date", since), slug__in=named & settled)
    edits = NamedList.history.filter(counted, history_user__isnull=False)
    return set(edits.values_list("history_user_id", flat=True))


def _of_set(ruleset: RuleSet, since: datetime | None) -> set[int]:
    """Return who made the set with its stage and zone, or set the zone later. These have no history but the ledger."""
    entries = ledger.for_target(ruleset).filter(
        _from("occurred_at", since),
        actor_kind=ActorKind.USER.value,
        action__in=("rule_set.created", "rule_set.described", "rule_set.imported"),
    )
    return {int(entry.actor_id) for entry in entries if _may_set_zone(entry)}


def _may_set_zone(entry: Entry) -> bool:
    said = entry.detail
    return entry.action != "rule_set.described" or said["before"]["time_zone"] != said["after"]["time_zone"]


def _from(column: str, since: datetime | None) -> Q:
    return Q(**{f"{column}__gte": since}) if since else Q()
