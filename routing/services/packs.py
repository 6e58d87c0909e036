"""Install a rule pack: rule sets that come as files."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.db import transaction

from accounts.actor import Actor
from rules_engine import services as rules
from rules_engine.models import RuleSetVersion

PACKS: Final = Path(__file__).resolve().parent.parent / "data" / "packs"


def read(name: str) -> list[dict[str, Any]]:
    """Return the sets of a pack, each `{slug, name, position, document}`."""
    return [json.loads(path.read_text()) for path in sorted((PACKS / name).glob("*.json"))]


@transaction.atomic
def install(*, name: str, actor: Actor, now: datetime) -> list[RuleSetVersion]:
    """Create the pack's rule sets and publish each.

    :raises Invalid: if a set is there already, or its document has problems
    """
    return [_install(each, name, actor, now) for each in read(name)]


def _install(each: dict[str, Any], pack: str, actor: Actor, now: datetime) -> RuleSetVersion:
    document = each["document"]
    ruleset = rules.create_rule_set(
        slug=each["slug"],
        name=each["name"],
        stage=document["stage"],
        time_zone=document["time_zone"],
        position=each["position"],
        actor=actor,
        now=now,
    )
    rules.import_document(ruleset=ruleset, document=document, actor=actor, now=now)
    return rules.publish(ruleset=ruleset, comment=f"From the {pack} pack.", actor=actor, now=now)
