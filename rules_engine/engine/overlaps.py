"""Refuses rows that can hold together in a table that says they cannot: proven, with a lead that shows it."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from rules_engine.engine.budget import NotDecidedError
from rules_engine.engine.catalog import Catalog, Facts
from rules_engine.engine.explain import shown_value
from rules_engine.engine.masks import bits
from rules_engine.engine.nodes import Hit, Rule, Table
from rules_engine.engine.problems import Code, step
from rules_engine.engine.prover.formulas import Claim
from rules_engine.engine.prover.proofs import Period, Prover
from rules_engine.engine.reading import Reading
from rules_engine.engine.rivals import rivals_of

# What setting up a proof takes of the budget. Columns of values and bounds need none, so only long tables of patterns
# and sets come to it.
PROOF: Final = 200


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two rows, by their places in the table, and facts of which both hold."""

    earlier: int
    later: int
    facts: Facts


def refuse_overlaps(rule: Rule, reading: Reading, pointer: str) -> None:
    """Note each row of a `unique` table that can hold beside an earlier one.

    What is not decided, and what the budget of the document does not suffice for, is lint's to say.
    """
    table = rule.action
    if not isinstance(table, Table) or table.hit is not Hit.UNIQUE or reading.proofs.is_spent:
        return
    for overlap in _overlaps(rule, table, reading):
        earlier, later = table.rows[overlap.earlier].id, table.rows[overlap.later].id
        where = _described(overlap.facts, reading.catalog)
        text = f"Rows {earlier} and {later} can hold together{where}; tell them apart, or change the hit policy."
        reading.problems.add(step(pointer, "table", "rows", overlap.later), Code.TABLE_OVERLAP, text)


def _overlaps(rule: Rule, table: Table, reading: Reading) -> Iterator[Overlap]:
    """Yield for each row the first earlier one that can hold beside it, until the budget is used up."""
    for later, rivals in enumerate(rivals_of(table)):
        for earlier in bits(rivals & ((1 << later) - 1)):
            if reading.proofs.is_spent:
                return
            facts = _facts_of_both(rule, table, (earlier, later), reading)
            if facts is not None:
                yield Overlap(earlier, later, facts)
                break


def _facts_of_both(rule: Rule, table: Table, pair: tuple[int, int], reading: Reading) -> Facts | None:
    with suppress(NotDecidedError):
        reading.proofs.spend(PROOF)
    cells = [cell for at in pair for cell in table.rows[at].cells]
    asked = dict.fromkeys(condition for condition in (rule.when, *cells) if condition is not None)
    claims = [Claim(condition) for condition in asked] or [Claim(None)]
    prover = Prover(asked, reading.catalog, reading.zone, reading.proofs)
    example = prover.ask(claims, Period(rule.active_from, rule.active_to)).example
    return None if example is None else example.facts


def _described(facts: Facts, catalog: Catalog) -> str:
    fields = [field for field in catalog.fields if field.name in facts.known]
    said = [f"{field.label} is {shown_value(facts.known[field.name], field)}" for field in fields]
    return f", for instance where {' and '.join(said)}" if said else ", whatever the lead"
