"""Decide about one lead under the rules and roster of this moment; reads, never writes."""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from django.db import connection

from accounts.errors import Missing
from routing import facts as lead_facts
from routing.decision import (
    Considered,
    Context,
    Decided,
    Inquiry,
    Rules,
    Standing,
    Volatile,
    by_hand,
    choose,
    consider,
    judge_producer,
)
from routing.models import Lead, Person, ProducerLoad
from routing.roster import Roster
from routing.services import roster as rosters
from rules_engine import queries as rules
from rules_engine.models import RuleSetVersion

STAGE_ROUTE = "route"


def context() -> Context:
    """Return what is live now, folding noted changes first; one statement where nothing changed."""
    for _ in range(3):
        live = _live()
        if not live or not live[0]["dirty"]:
            break
        rosters.fold()
    version = live[0]["roster"] if live and live[0]["roster"] else rosters.fold()
    pins = tuple((row["slug"], row["stage"], row["live_version_id"], row["number"]) for row in live if row["number"])
    return Context(rules_at(pins), rosters.current(version))


# One statement for what every decision asks first; spelled out, since composing it took longer than running it.
LIVE: Final = """
SELECT sets.slug, sets.stage, sets.live_version_id, version.number,
       (SELECT state.version FROM routing_rosterstate state WHERE state.id = 1),
       EXISTS (SELECT 1 FROM licenses_producerchange WHERE folded_version IS NULL)
       OR EXISTS (SELECT 1 FROM routing_rosterchange WHERE folded_version IS NULL)
FROM rules_engine_ruleset sets
LEFT JOIN rules_engine_rulesetversion version ON version.id = sets.live_version_id
ORDER BY sets.position, sets.slug
"""


def _live() -> list[dict[str, Any]]:
    """Read the live versions, the roster's version and whether changes wait to be folded."""
    names = ("slug", "stage", "live_version_id", "number", "roster", "dirty")
    with connection.cursor() as cursor:
        cursor.execute(LIVE)
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@lru_cache(maxsize=64)
def rules_at(pins: tuple[tuple[str, str, int, int], ...]) -> Rules:
    """Return the compiled sets for (slug, stage, version id, number), in their order of combination."""
    compiled = {pk: rules.compiled(pk) for _, _, pk, _ in pins}
    staged = {
        stage: tuple(compiled[pk] for _, at, pk, _ in pins if at == stage)
        for stage in ("gate", "score", STAGE_ROUTE, "eligibility")
    }
    return Rules(
        gates=staged["gate"],
        scores=staged["score"],
        route=staged[STAGE_ROUTE][0] if staged[STAGE_ROUTE] else None,
        eligibility=staged["eligibility"],
        versions={slug: number for slug, _, _, number in pins},
    )


def pins(versions: Mapping[str, int]) -> tuple[tuple[str, str, int, int], ...]:
    """Return what `rules_at` takes, for published versions named by set and number."""
    found = {
        (version.ruleset.slug, version.number): version
        for version in RuleSetVersion.objects.filter(
            ruleset__slug__in=list(versions), number__in=list(versions.values())
        ).select_related("ruleset")
    }
    missing = [f"{slug} v{number}" for slug, number in versions.items() if (slug, number) not in found]
    if missing:
        raise Missing(f"There is no published version {', '.join(missing)}.")
    return tuple(
        (slug, found[slug, number].ruleset.stage, found[slug, number].pk, number) for slug, number in versions.items()
    )


def pinned(here: Context, versions: Mapping[str, int]) -> Context:
    """Return the context with some sets at another version than the live one."""
    return Context(rules_at(pins({**here.rules.versions, **versions})), here.roster)


def inquiry(
    lead: Lead,
    person: Person | None,
    context: Context,
    *,
    now: datetime,
    had_it: Collection[int] = (),
    only: int | None = None,
) -> Inquiry:
    """Return what a decision about the lead asks; `only` names a producer by hand.

    :raises Missing: if the person behind the lead was erased
    """
    if person is None:
        raise Missing("The person behind this lead was erased; nothing more can be decided.")
    agency = context.roster.agency
    original = lead.duplicate_of
    return Inquiry(
        facts=lead_facts.lead_facts(lead=lead, person=person, agency=agency, now=now),
        ask=lead_facts.ask_for(lead, agency),
        context=context,
        now=now,
        had_it=frozenset(had_it),
        only=only,
        former_owner=original.owner_id if original else None,
        unclear=lead.unclear if only is None else "",
    )


def decide(asked: Inquiry, *, seed: str) -> Decided:
    """Consider the lead, read the desks of those eligible, and put them in order."""
    considered = consider(asked)
    volatile = read_volatile(considered, asked.context.roster, asked.now)
    chosen = choose(considered=considered, roster=asked.context.roster, volatile=volatile, effort=Decimal(1), seed=seed)
    return Decided(asked, considered, volatile, chosen)


DESKS: Final = """
SELECT load.*, credit.credit
FROM routing_producerload load
LEFT JOIN routing_poolcredit credit ON credit.producer_id = load.producer_id AND credit.pool_id = %s
WHERE load.producer_id IN ({producers})
"""


def read_volatile(considered: Considered, roster: Roster, now: datetime) -> dict[int, Volatile]:
    """Read load, day count and credit of the eligible, in one statement (none where nobody is)."""
    eligible = [standing.producer_id for standing in considered.eligible]
    if not eligible:
        return {}
    pool = roster.pools.get(considered.pool or "")
    desks = DESKS.format(producers=", ".join(["%s"] * len(eligible)))
    found = {
        row.producer_id: Volatile(
            load=row.open_effort,
            credit=Decimal(str(vars(row)["credit"] or 0)),
            day_count=row.day_count if row.day == roster.producers[row.producer_id].local_day(now) else 0,
            last_assigned_at=row.last_assigned_at,
        )
        for row in ProducerLoad.objects.raw(desks, [pool.id if pool else None, *eligible])
    }
    nothing = Volatile(Decimal(0), Decimal(0), 0, None)
    return {producer_id: found.get(producer_id, nothing) for producer_id in eligible}


def all_standings(*, lead: Lead, now: datetime) -> list[tuple[Standing, str | None]]:
    """Return how every producer of the roster stands towards the lead, and why the desk is full where it is."""
    here = context()
    asked = inquiry(lead, lead.person, here, now=now)
    if asked.ask is None:
        return []
    standings = tuple(judge_producer(producer, asked, asked.ask) for producer in here.roster.producers.values())
    considered = by_hand(standings)
    volatile = read_volatile(considered, here.roster, now)
    chosen = choose(considered=considered, roster=here.roster, volatile=volatile, effort=Decimal(1), seed=str(lead.pk))
    return [(standing, chosen.full.get(standing.producer_id)) for standing in standings]
