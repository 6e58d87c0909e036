"""Confirm rules of law: somebody read the source, and says so; it decides once the draft is reviewed and published."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from accounts import policy
from accounts.actor import Actor
from accounts.errors import FieldProblem, Invalid
from audit import services as audit
from rules_engine.documents import content_hash
from rules_engine.engine.nodes import Confidence
from rules_engine.models import Rule
from rules_engine.services.drafts import save_rule
from rules_engine.services.stale import EditedMeanwhile


@transaction.atomic
def confirm_rule(
    *, rule: Rule, source: str, verified_on: date, reviewed_hash: str, actor: Actor, now: datetime
) -> Rule:
    """Note that the source was read and says what the rule says. A provisional rule of the draft becomes confirmed; of
    one confirmed before, the day moves on. `reviewed_hash` is that of the rule that was looked at; a blank one is
    refused like an old one.

    :raises Forbidden: if the actor may not confirm rules
    :raises Invalid: if no source is named, or the day is yet to come
    :raises EditedMeanwhile: if the rule is no longer what the actor looked at
    """
    policy.require(actor, "rules.confirm")
    _require_sound(source, verified_on, now)
    if content_hash(rule.body) != reviewed_hash:
        raise EditedMeanwhile.of(rule)
    citation = {"source": source.strip(), "verified_on": verified_on.isoformat(), "confidence": Confidence.HIGH.value}
    body: dict[str, Any] = {**rule.body, "citation": citation}
    was_provisional = body.pop("status", None) is not None
    saved = save_rule(rule=rule, document=body, actor=actor, now=now, seen_hash=reviewed_hash)
    detail = {"rule_set": saved.ruleset.slug, "rule": saved.rule_id, "was_provisional": was_provisional, **citation}
    audit.record(at=now, actor=actor, action="rule.confirmed", target=saved, detail=detail)
    return saved


def _require_sound(source: str, verified_on: date, now: datetime) -> None:
    problems = []
    if not source.strip():
        problems.append(FieldProblem("/source", "source.missing", "Name the source you looked at."))
    if verified_on > now.astimezone(ZoneInfo(settings.AGENCY_TIME_ZONE)).date():
        problems.append(FieldProblem("/verified_on", "date.future", "Nobody has looked on a day that is yet to come."))
    if problems:
        raise Invalid(problems)
