"""To whom the next leads of a pool would go by a method nobody has saved yet: real decisions, and nothing written."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from accounts import policy
from accounts.actor import Actor
from licenses.authority import Ask
from routing import going_on, reasons, words
from routing.caps import Used
from routing.catalog import CATALOG
from routing.decision import (
    Considered,
    Context,
    Decided,
    Inquiry,
    Volatile,
    asking_of,
    by_hand,
    choices,
    credit_step,
    descend,
    full_reason,
    judge_producers,
    legs_of,
    way_down,
)
from routing.facts import moment_facts
from routing.geography.states import STATE_ZONES
from routing.models import Lead, Pool
from routing.producer_facts import producer_facts
from routing.roster import RosterPool
from routing.services import deciding
from routing.sla.deadlines import tier_for
from routing.strategies import Passage
from routing.strategies.plan import Fault
from routing.strategies.table import FILTERS
from rules_engine.engine.ruleset import score

LEADS: Final = 10
NAMED: Final = 4  # of those who would be asked one after the other
ONE: Final = Decimal(1)


@dataclass(frozen=True, slots=True)
class Line:
    """One lead: what it asks for, who would get it, or why nobody, and which steps were relaxed."""

    lead: str
    producer: str
    reason: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """The next leads, and how many each producer would get; `faults` say why the method is not the one that ran."""

    lines: tuple[Line, ...]
    shares: tuple[tuple[str, int], ...]
    faults: tuple[Fault, ...]
    is_invented: bool


def preview(
    *, pool: Pool, strategy: str, method: object, goes_on_to: str | None, actor: Actor, now: datetime
) -> Preview:
    """Return to whom the pool's last ten leads would go if they came now, one after the other, by this method.

    Where nobody here can have one it goes on to the pool of the slug `goes_on_to`, if any.

    A pool that has had no leads is asked about invented ones: what its members may sell, in turn.

    :raises Forbidden: if the actor may not look at pools
    """
    policy.require(actor, "pools.view")
    here = deciding.context()
    asked_for = RosterPool(
        pool.pk,
        pool.slug,
        pool.name,
        strategy,
        pool.tier or None,
        pool.is_active,
        method,
        goes_on_to=goes_on_to,
    )
    there = replace(here.roster, pools={**here.roster.pools, pool.slug: asked_for})
    trial = _Trial(asked_for, Context(here.rules, there), now)
    leads = _last_leads(pool.slug)
    found = [_real(lead, trial) for lead in leads] if leads else list(_invented(trial))
    lines = tuple(trial.line(label, inquiry, seed) for label, inquiry, seed in found)
    shares = Counter(line.producer for line in lines if line.producer)
    return Preview(lines, tuple(shares.most_common()), asked_for.plan.faults, not leads)


def _last_leads(slug: str) -> list[Lead]:
    came = Lead.objects.filter(pool=slug, person__isnull=False).exclude(governing_state="")
    return list(came.select_related("person", "source", "duplicate_of").order_by("-received_at", "-pk")[:LEADS])


Asked = tuple[str, Inquiry, str]  # how the lead is called, what it asks, and what ties fall by


def _real(lead: Lead, trial: "_Trial") -> Asked:
    inquiry = deciding.inquiry(lead, lead.person, trial.context, now=trial.now)
    return words.place(lead.governing_state, lead.line), inquiry, str(lead.pk)


def _invented(trial: "_Trial") -> Iterator[Asked]:
    """Yield leads for what the members may sell, the most widely held first."""
    roster = trial.context.roster
    held: Counter[Any] = Counter()
    for producer_id in roster.pool_members(trial.pool.slug):
        sold: Any = producer_facts(roster.producers[producer_id], trial.now).known.get("producer.authorities", ())
        held.update(sold)
    places = [place for place, _ in sorted(held.items(), key=lambda each: (-each[1], each[0]))[:LEADS]]
    for number in range(LEADS if places else 0):
        state, line = places[number % len(places)]
        zones = tuple(STATE_ZONES.get(state, ()))
        facts = CATALOG.facts(
            {"lead.state": state, "lead.line": line, **moment_facts(list(zones), roster.agency, trial.now)}
        )
        ask = Ask(state=state, zones=zones, products=(), carrier=None, line=line)
        yield words.place(state, line), Inquiry(facts, ask, trial.context, trial.now), f"{trial.pool.slug}/{number}"


@dataclass
class _Trial:
    """A pool on trial: every lead it gives out counts for the next one."""

    pool: RosterPool
    context: Context
    now: datetime
    given: dict[int, Volatile] = field(default_factory=dict)  # the desks of those who have had one
    counted: Counter[tuple[int, int]] = field(default_factory=Counter)  # leads by producer and cap
    turns: defaultdict[tuple[int, str | None], Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def line(self, label: str, inquiry: Inquiry, seed: str) -> Line:
        """Give one lead out, and say to whom."""
        if inquiry.ask is None:
            raise ValueError("A lead of the pool has a governing state.")
        roster = self.context.roster
        members = [roster.producers[each] for each in roster.pool_members(self.pool.slug)]
        scored = score(self.context.rules.scores, inquiry.facts, self.now)
        here = replace(
            by_hand(judge_producers(members, inquiry, inquiry.ask)),
            pool=self.pool.slug,
            strategy=self.pool.plan.strategy,
            score=scored,
            tier=self.pool.tier or tier_for(scored.total, roster.agency.thresholds),
            legs=legs_of(inquiry, self.pool),
        )
        way = way_down(inquiry, here)
        decided = descend(choices(inquiry, way, lambda each: self._volatile(each, inquiry), effort=ONE, seed=seed))
        considered, chosen = decided.considered, decided.chosen
        notes = (
            *going_on.sentences(going_on.way_of(decided), considered.pool),
            *(_note(passage) for passage in chosen.passages if passage.relaxed or passage.stepped_aside),
        )
        if not chosen.ranked:
            reason = full_reason(chosen) if considered.status == "routed" else considered.reason
            return Line(label, "", reasons.text(reason), notes)
        asking = asking_of(decided)
        if asking and not asking.producers:
            return Line(label, "whoever takes it", "", (*notes, f"{len(chosen.ranked)} may."))
        first = chosen.ranked[0].producer_id
        self._give(decided, first)
        return Line(label, roster.producers[first].name, "", (*notes, *_asked(decided)))

    def _volatile(self, considered: Considered, inquiry: Inquiry) -> Mapping[int, Volatile]:
        """Return the desks of those eligible as the leads given out so far have left them."""
        desks = deciding.read_volatile(considered, inquiry)
        return {each: self._as_left(each, considered.pool, desk) for each, desk in desks.items()}

    def _as_left(self, producer_id: int, pool: str | None, desk: Volatile) -> Volatile:
        caps = {cap: self._counted(used, self.counted[producer_id, cap]) for cap, used in desk.caps.items()}
        left = self.given.get(producer_id, desk)
        credit = desk.credit + self.turns[producer_id, pool]
        return replace(desk, load=left.load, credit=credit, last_assigned_at=left.last_assigned_at, caps=caps)

    def _counted(self, used: Used, more: int) -> Used:
        return Used(used.count + more, self.now) if more else used

    def _give(self, decided: Decided, producer_id: int) -> None:
        desk = decided.volatile[producer_id]
        self.counted.update((producer_id, cap) for cap in desk.caps)
        self.turns[producer_id, decided.considered.pool] += credit_step(decided, producer_id, desk.credit)
        self.given[producer_id] = replace(desk, load=desk.load + ONE, last_assigned_at=self.now)


def _asked(decided: Decided) -> Iterator[str]:
    """Say that nobody gets it before accepting it, and who comes after the first."""
    asking = asking_of(decided)
    if asking is None:
        return
    time = words.duration(timedelta(seconds=asking.seconds))
    names = [decided.inquiry.context.roster.producers[each.producer_id].name for each in decided.chosen.ranked]
    if asking.pick == "first":
        yield f"Offered to {', '.join(names[: len(asking.producers)])} at once, for {time}."
        return
    later = f", then {', '.join(names[1:NAMED])}" if len(names) > 1 else ""
    yield f"Offered for {time}{later}."


def _note(passage: Passage) -> str:
    label = FILTERS[passage.step].label
    if passage.stepped_aside:
        return f"{label}: nobody passes, done without."
    return f"{label}: relaxed by {passage.relaxed} {'level' if passage.relaxed == 1 else 'levels'}."
