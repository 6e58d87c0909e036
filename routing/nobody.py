"""Why nobody of a pool may have a lead, worked out with as few questions to the guard as can be. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from licenses.authority import Ask
from routing.decision import Inquiry
from routing.guard_memory import recalled
from routing.producer_facts import producer_facts
from routing.roster import RosterProducer
from rules_engine.engine.ruleset import Residue


def part(
    producers: Iterable[RosterProducer], asked: Residue, now: datetime
) -> tuple[list[RosterProducer], list[RosterProducer]]:
    """Part those whom the rules allow from the others."""
    fit: list[RosterProducer] = []
    unfit: list[RosterProducer] = []
    for each in producers:
        (fit if asked.judge(producer_facts(each, now)).allowed else unfit).append(each)
    return fit, unfit


def why(inquiry: Inquiry, ask: Ask, fit: Sequence[RosterProducer], unfit: Sequence[RosterProducer]) -> str:
    """Return the truest reason nobody may have it, as `decision.verdict` does; the guard is dear, and asked last."""
    agency = inquiry.context.roster.agency
    guard = recalled(ask, agency.regimes, inquiry.now)

    def may_sell(producers: Iterable[RosterProducer]) -> bool:
        return any(guard.judge(each.licensing).allowed for each in producers)

    away = [each for each in fit if each.absence(inquiry.now, agency.hours)]
    gone = {each.id for each in away}
    if may_sell(each for each in fit if each.id in inquiry.had_it and each.id not in gone):
        return "NOBODY_ACCEPTED" if inquiry.declined else "EVERYONE_HAD_IT"
    if may_sell(away):
        return "NO_ONE_ON_SHIFT"
    return "NO_ELIGIBLE_PRODUCER" if may_sell(unfit) else "NO_LICENSED_PRODUCER"
