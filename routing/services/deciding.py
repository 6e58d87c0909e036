"""Decide about one lead under the rules and roster of this moment; reads, never writes."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from django.db import connection

from accounts import rows
from accounts.errors import Missing
from routing import facts as lead_facts
from routing.caps import Cap, Used, applying
from routing.decision import (
    Considered,
    Context,
    Decided,
    Inquiry,
    Rules,
    Standing,
    Volatile,
    Who,
    by_hand,
    choose,
    consider,
    descend,
    judge_producers,
    plan_of,
    way_down,
)
from routing.decision import choices as pool_choices
from routing.models import Lead, Person
from routing.queries import cap_counts, offers
from routing.queries.had import NOBODY, Had
from routing.roster import Roster
from routing.services import readings
from routing.services import roster as rosters
from rules_engine import queries as rules
from rules_engine.engine.compile import CompiledSet
from rules_engine.models import RuleSetVersion

STAGE_ROUTE = "route"
CENT: Final = Decimal("0.01")
NOTHING: Final = Decimal(0)
NO_CAPS: Final[Mapping[int, Used]] = {}


def context() -> Context:
    """Return what is live now, folding noted changes first; one statement where nothing changed."""
    for _ in range(3):
        live = _live()
        if not live or not live[0]["dirty"]:
            break
        rosters.fold()
    pins = tuple((row["slug"], row["stage"], row["live_version_id"], row["number"]) for row in live if row["number"])
    rules_, roster = rules_at(pins), rosters.current(_roster_version(live))
    return Context(rules_, roster, rosters.index_of(roster, rules_))


def is_current(asked: Context) -> bool:
    """Say whether these are still the live rules and the newest roster. Folds nothing: whoever asks may hold desks."""
    live = _live()
    versions = {row["slug"]: row["number"] for row in live if row["number"]}
    return versions == dict(asked.rules.versions) and all(
        not row["dirty"] and row["roster"] == asked.roster.version for row in live[:1]
    )


def context_unasked() -> Context:
    """Return what a lead is kept under when the rules cannot be asked: their numbers, and the roster as last folded."""
    live = _live()
    versions = {row["slug"]: row["number"] for row in live if row["number"]}
    return Context(Rules(versions=versions), rosters.current(_roster_version(live)))


def _roster_version(live: Sequence[Mapping[str, Any]]) -> int:
    return live[0]["roster"] if live and live[0]["roster"] else rosters.fold()


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


@lru_cache(maxsize=8)  # each holds on to its sets; replays go through time, a few at once
def rules_at(pins: tuple[tuple[str, str, int, int], ...]) -> Rules:
    """Return the compiled sets for (slug, stage, version id, number), in their order of combination."""
    return assembled([(rules.compiled(pk), number) for _, _, pk, number in pins])


def assembled(sets: Iterable[tuple[CompiledSet, int | None]]) -> Rules:
    """Return compiled sets, given in their order of combination, as one; a draft has no number."""
    known = tuple(sets)
    staged = {
        stage: tuple(compiled for compiled, _ in known if compiled.stage == stage)
        for stage in ("gate", "score", STAGE_ROUTE, "eligibility")
    }
    return Rules(
        gates=staged["gate"],
        scores=staged["score"],
        route=staged[STAGE_ROUTE][0] if staged[STAGE_ROUTE] else None,
        eligibility=staged["eligibility"],
        versions={compiled.slug: number for compiled, number in known if number is not None},
    )


def pins(versions: Mapping[str, int]) -> tuple[tuple[str, str, int, int], ...]:
    """Return what `rules_at` takes, for published versions named by set and number.

    They come in the order they speak, not as they were named: PostgreSQL keeps no order in a receipt's JSON.
    """
    found = {
        (version.ruleset.slug, version.number): version
        for version in RuleSetVersion.objects.filter(
            ruleset__slug__in=list(versions), number__in=list(versions.values())
        )
        .select_related("ruleset")
        .only("number", "ruleset__slug", "ruleset__stage", "ruleset__position")
    }
    missing = [f"{slug} v{number}" for slug, number in versions.items() if (slug, number) not in found]
    if missing:
        raise Missing(f"There is no published version {', '.join(missing)}.")
    in_order = sorted(versions.items(), key=lambda pair: (found[pair].ruleset.position, pair[0]))
    return tuple((slug, found[slug, number].ruleset.stage, found[slug, number].pk, number) for slug, number in in_order)


def inquiry(
    lead: Lead,
    person: Person | None,
    context: Context,
    *,
    now: datetime,
    had: Had = NOBODY,
    only: int | None = None,
    held_back: Collection[int] = (),
    waived: Collection[str] = (),
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
        had_it=had.had_it,
        declined=had.declined,
        only=only,
        former_owner=original.owner_id if original else None,
        unclear=lead.unclear if only is None else "",
        who=Who(person.phone, person.email, person.first_name, person.last_name, lead.pk),
        held_back=frozenset(held_back),
        waived=frozenset(waived),
        asked_since=_by_slug(had.asked_since, context.roster) if had.asked_since else {},
    )


def _by_slug(asked_since: Mapping[int, datetime], roster: Roster) -> dict[str, datetime]:
    return {pool.slug: asked_since[pool.id] for pool in roster.pools.values() if pool.id in asked_since}


def decide(asked: Inquiry, *, seed: str) -> Decided:
    """Consider the lead, read the desks of those eligible, and put them in order.

    Where nobody of the pool can have it, the same in the pools it goes on to; where nobody of those can, it stays.
    """
    return descend(choices(asked, seed=seed))


def choices(asked: Inquiry, *, seed: str) -> Iterator[Decided]:
    """Yield what each pool of the lead's way would choose, the first it is routed to first; each reads its desks."""
    way = way_down(asked, consider(asked))
    return pool_choices(asked, way, lambda each: read_volatile(each, asked), effort=Decimal(1), seed=seed)


DESKS: Final = """
SELECT load.producer_id, load.open_effort, credit.credit, load.last_assigned_at
FROM routing_producerload load
LEFT JOIN routing_poolcredit credit ON credit.producer_id = load.producer_id AND credit.pool_id = %s
WHERE load.producer_id {is_one_of}
"""


def read_volatile(considered: Considered, asked: Inquiry) -> dict[int, Volatile]:
    """Read load, credit and caps of the eligible: one statement, more where caps apply (none where nobody is).

    Where the pool's method looks at more than that, it is read as well.
    """
    eligible, roster = [standing.producer_id for standing in considered.eligible], asked.context.roster
    desks = read_desks(eligible, considered.pool, asked)
    reads = plan_of(considered, roster).reads
    if not (reads and desks):
        return desks
    more = readings.read(reads, eligible, considered.pool or "", asked)
    return {producer_id: replace(desk, readings=more[producer_id]) for producer_id, desk in desks.items()}


def read_desks(producer_ids: Sequence[int], pool: str | None, asked: Inquiry) -> dict[int, Volatile]:
    """Read load, credit in a pool and what is used of caps of these producers."""
    if not producer_ids:
        return {}
    known = asked.context.roster.pools.get(pool or "")
    is_one_of, ids = rows.one_of(producer_ids)
    under = _caps_under(producer_ids, asked)
    with rows.in_one_message() if under else nullcontext():
        desks = rows.Asked(DESKS.format(is_one_of=is_one_of), [known.id if known else None, *ids])
        counts = _ask_counts(under, asked)
    used = counts.used()
    caps = {each: {cap.id: used[cap.id] for cap in found} for each, found in under.items()}
    asks = known is not None and known.plan.pick.step.name != "push"
    pending = offers.pending(known.id, producer_ids) if known and asks else {}
    found = {
        producer_id: Volatile(
            load=_exact(open_effort).quantize(CENT),  # SQLite gives what is whole without its decimals
            credit=(_exact(credit) if credit else NOTHING) + pending.get(producer_id, 0),
            last_assigned_at=rows.instant(last),
            caps=caps.get(producer_id, NO_CAPS),
        )
        for producer_id, open_effort, credit, last in desks.rows()
    }
    nothing = Volatile(NOTHING, NOTHING, None)
    return {each: found.get(each) or replace(nothing, caps=caps.get(each, NO_CAPS)) for each in producer_ids}


def _caps_under(producer_ids: Sequence[int], asked: Inquiry) -> dict[int, list[Cap]]:
    """Return the caps the lead falls under, by producer, of those who have any."""
    producers = asked.context.roster.producers
    return {
        each: found
        for each in producer_ids
        if producers[each].caps and (found := applying(producers[each].caps, asked.facts))
    }


def _ask_counts(under: Mapping[int, Sequence[Cap]], asked: Inquiry) -> cap_counts.Counts:
    """Ask for what is used of these caps; asks nothing where nobody has any."""
    producers = asked.context.roster.producers
    return cap_counts.ask(under, {each: producers[each].time_zone for each in under}, asked.now)


def _exact(number: Decimal | float) -> Decimal:
    """Return a number as PostgreSQL gives it; SQLite gives others."""
    return number if isinstance(number, Decimal) else Decimal(str(number))


def all_standings(*, lead: Lead, now: datetime) -> list[tuple[Standing, str | None]]:
    """Return how every producer of the roster stands towards the lead, and why the desk is full where it is."""
    here = context()
    asked = inquiry(lead, lead.person, here, now=now)
    if asked.ask is None:
        return []
    standings = judge_producers(here.roster.producers.values(), asked, asked.ask)
    considered = by_hand(standings)
    volatile = read_volatile(considered, asked)
    chosen = choose(considered=considered, inquiry=asked, volatile=volatile, effort=Decimal(1), seed=str(lead.pk))
    return [(standing, chosen.full.get(standing.producer_id)) for standing in standings]
