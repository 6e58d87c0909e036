"""Judge producers one by one: guard, eligibility rules, shift and leave, and who had the lead before."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from licenses.authority import Ask, Case
from routing.decision.inquiry import Inquiry
from routing.decision.standing import Block, Standing
from routing.guard_memory import recalled
from routing.producer_facts import producer_facts
from routing.reasons import PRODUCER_REASONS
from routing.roster import RosterProducer
from rules_engine.engine.ruleset import Residue, eligibility

# Whoever worked this person's closed lead is asked first, before any preference that rules add up.
FORMER_OWNER: Final = Decimal(1_000_000)


def judge_producer(producer: RosterProducer, inquiry: Inquiry, ask: Ask) -> Standing:
    """Say how one producer stands towards the lead, pool or no pool."""
    return judge_producers([producer], inquiry, ask)[0]


def judge_producers(producers: Iterable[RosterProducer], inquiry: Inquiry, ask: Ask) -> tuple[Standing, ...]:
    """Say how each of these stands towards the lead, pool or no pool."""
    guard = recalled(ask, inquiry.context.roster.agency.regimes, inquiry.now)
    residue = eligibility(inquiry.context.rules.eligibility, inquiry.facts, inquiry.now)
    return tuple(_standing(producer, inquiry, guard, residue) for producer in producers)


def _standing(producer: RosterProducer, inquiry: Inquiry, guard: Case, residue: Residue) -> Standing:
    agency, now = inquiry.context.roster.agency, inquiry.now
    authority = guard.judge(producer.licensing)
    judged = residue.judge(producer_facts(producer, now))
    lawful = [Block(each.code, each.text) for each in authority.blocks]
    blocks = [Block(each.reason, each.message, each.rule) for each in judged.blocks]
    absence = producer.absence(now, agency.hours)
    if absence:
        blocks.append(Block(absence, PRODUCER_REASONS[absence]))
    if producer.id in inquiry.had_it:
        blocks.append(Block("ALREADY_HAD_IT", PRODUCER_REASONS["ALREADY_HAD_IT"]))
    blocks = lawful + [each for each in blocks if (each.rule or each.code) not in inquiry.waived]
    preference = Decimal(judged.preference) + (FORMER_OWNER if producer.id == inquiry.former_owner else 0)
    return Standing(producer.id, producer.name, tuple(blocks), preference, authority)
