"""What leads and pools say about rules: which facts leads really have, and which pools nobody works."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count, Q

from routing.catalog import CATALOG
from routing.facts import PERSONAL
from routing.models import Decision, Person, Pool
from rules_engine.usage import Usage

PERIOD: Final = timedelta(days=30)
# The latest leads of the period; more would move a share by less than anybody acts on.
MOST: Final = 2_000


def rule_usage(now: datetime) -> Usage:
    """Return how often the facts of the last 30 days' leads were known, and what every pool is good for."""
    decisions = list(
        Decision.objects.filter(trigger=Decision.Trigger.INTAKE, made_at__gt=now - PERIOD, made_at__lte=now)
        .order_by("-made_at")
        .values_list("receipt__facts", "person_id")[:MOST]
    )
    asked = [field.name for field in CATALOG.fields if field.scope in {"lead", "now"} and field.name not in PERSONAL]
    known = Counter(name for facts, _ in decisions for name in facts or ())
    filled = {name: known[name] for name in asked} | _personal([person for _, person in decisions])
    return Usage(len(decisions), "the last 30 days", filled, {"/route/pool": _pools()})


def _personal(persons: Sequence[UUID | None]) -> dict[str, int]:
    """Count the facts no receipt keeps on the people still there, and take the erased to have been like them."""
    there = Person.objects.filter(pk__in=[pk for pk in persons if pk is not None]).aggregate(
        people=Count("pk"), zips=Count("pk", filter=~Q(zip_code="")), births=Count("birth_date")
    )
    if not there["people"]:
        return {}
    each = len(persons) / there["people"]
    return {"lead.zip": round(there["zips"] * each), "lead.age": round(there["births"] * each)}


def _pools() -> dict[str, str]:
    pools = Pool.objects.annotate(working=Count("members", filter=Q(members__is_active=True)))
    return {pool.slug: _fault(pool.is_active, pool.working) for pool in pools}


def _fault(is_active: bool, working: int) -> str:
    if not is_active:
        return "is switched off"
    return "" if working else "has no members"
