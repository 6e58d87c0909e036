"""What a decision is asked, and under which rules and roster."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from licenses.authority import Ask
from routing.decision.standing import AtOnce
from routing.roster import Roster
from rules_engine.engine.catalog import Facts
from rules_engine.engine.compile import CompiledSet


@dataclass(frozen=True)
class Rules:
    """The compiled rule sets one decision runs under, each stage in order of (position, slug)."""

    gates: tuple[CompiledSet, ...] = ()
    scores: tuple[CompiledSet, ...] = ()
    route: CompiledSet | None = None
    eligibility: tuple[CompiledSet, ...] = ()
    versions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Context:
    """The rules and the roster a decision runs under."""

    rules: Rules
    roster: Roster
    index: "Index | None" = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Who:
    """Who asks, as far as ties to producers are looked for; never stored with a decision."""

    phone: str
    email: str
    first_name: str
    last_name: str
    lead: UUID  # whose own assignments are no tie


@dataclass(frozen=True)
class Inquiry:
    """Everything a decision is a function of, but for the desks.

    `ask` is None where the governing state is not clear. `only` names a producer by hand. `former_owner` worked the
    same person's closed lead, and is preferred where lawful. `unclear` says why a person must look at the state first.
    `declined` are those of `had_it` who were only offered the lead. `who` is only for readings, which the receipt
    records: replay goes without. `held_back` have had their part of a release. `solved` is
    whom one assignment over many leads has given this one. `asked_since` says of the pools that have asked about the
    lead, by slug, when they began.
    """

    facts: Facts
    ask: Ask | None
    context: Context
    now: datetime
    had_it: frozenset[int] = frozenset()
    only: int | None = None
    former_owner: int | None = None
    unclear: str = ""
    declined: frozenset[int] = frozenset()
    who: Who | None = field(default=None, repr=False)
    held_back: frozenset[int] = frozenset()
    waived: frozenset[str] = frozenset()  # rules and reasons people set aside; never anything the guard says
    solved: int | None = None
    asked_since: Mapping[str, datetime] = field(default_factory=dict)


class Index(Protocol):
    """What answers for a whole pool at once; None where it knows only a later roster or instant than asked about."""

    def standings(self, inquiry: Inquiry, ask: Ask, pool: str) -> AtOnce | None:
        """Say how a pool stands towards the lead."""
        ...
