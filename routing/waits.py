"""What a lead that found nobody waits for, and when it is worth a look by itself. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from routing.decision import SHIFT_REASONS, Decided

# A lead that somebody could take later is woken by what changes (`routing.services.waking`). These looks are for what
# rings no bell: a change while the lead was being decided about, and whatever comes with time, as a cap's next window.
FIRST_LOOK: Final = timedelta(minutes=1)
NEXT_LOOK: Final = timedelta(minutes=15)
NEXT_WINDOW: Final = timedelta(minutes=5)
WITH_TIME: Final = frozenset({"DAILY_CAP_REACHED", "CAP_REACHED", "NOBODY_FITS", "LOST_RACE", "ROUTING_ERROR"})
FOR_A_PRODUCER: Final = WITH_TIME | {
    "NO_CAPACITY",
    "NO_ONE_ON_SHIFT",
    "NO_LICENSED_PRODUCER",
    "NO_ELIGIBLE_PRODUCER",
    "EVERYONE_HAD_IT",
    "NOBODY_ACCEPTED",
    "POOL_EMPTY",
}
FOR_RULES: Final = FOR_A_PRODUCER | {"NO_ROUTE", "POOL_UNKNOWN", "DATA_MISSING"}
NAMED: Final = 10  # full desks a lead names; who else is full, the receipt says


@dataclass(frozen=True, slots=True)
class Waits:
    """The rule sets that stand in somebody's way, the desks without room, and when the first who fits is back."""

    rules: tuple[str, ...] = ()
    full: tuple[tuple[int, str, str], ...] = ()  # producer, name and why
    back_at: datetime | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it as the queue item keeps it; the instant is the item's own."""
        return {"rules": list(self.rules), "full": [list(each) for each in self.full]}


def waits_of(decided: Decided) -> Waits:
    """Return what a lead waits for that nobody could be asked to take, in any pool of its way."""
    asked = [decided, *(step.decided for step in decided.elsewhere if step.decided)]
    slugs = {rule.partition(":")[0] for each in asked for rule in _in_the_way(each)}
    names = {standing.producer_id: standing.name for each in asked for standing in each.considered.eligible}
    full = sorted(
        {pk: why for each in asked for pk, why in each.chosen.full.items()}.items(), key=lambda one: names[one[0]]
    )
    returns = [at for each in asked if (at := _back_at(each)) is not None]
    named = tuple((pk, names[pk], why) for pk, why in full[:NAMED])
    return Waits(tuple(sorted(slugs)), named, min(returns, default=None))


def _in_the_way(decided: Decided) -> Iterator[str]:
    """Yield the rules that keep the lead from somebody, by their full names."""
    considered, route = decided.considered, decided.inquiry.context.rules.route
    if considered.score is None:
        yield from (fired.rule for fired in considered.gate.fired if fired.effect == considered.gate.effect)
    elif considered.standings:
        yield from (rule for rule in considered.excluded_by() if ":" in rule)
    elif route is not None:  # it names no pool, none that is there, or one without members
        yield f"{route.slug}:"


def _back_at(decided: Decided) -> datetime | None:
    """Return when the first of those is back whom nothing but shift or leave keeps from it."""
    asked = decided.inquiry
    roster, now = asked.context.roster, asked.now
    away = [each for each in decided.considered.standings if {block.code for block in each.blocks} <= SHIFT_REASONS]
    returns = (roster.producers[each.producer_id].back_at(now, roster.agency.hours) for each in away if each.blocks)
    return min((at for at in returns if at is not None), default=None)


def look_at(reason: str, back_at: datetime | None, now: datetime, *, is_first: bool) -> datetime | None:
    """Return when a lead that waits for this is worth a look by itself, None where it waits for a person or a rule."""
    if reason not in FOR_A_PRODUCER:
        return None
    if reason == "NO_ONE_ON_SHIFT" and back_at is not None:
        return back_at
    later = NEXT_WINDOW if reason in WITH_TIME else NEXT_LOOK
    look = now + (FIRST_LOOK if is_first else later)
    return min(look, back_at) if back_at is not None else look
