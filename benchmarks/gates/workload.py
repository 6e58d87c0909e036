"""Gate rules and leads, drawn by a seed: the same for both engines, and the same in every run."""

import random
from collections.abc import Callable
from typing import Any, Final

from licenses.states import STATES as COUNTRY

Document = dict[str, Any]
RawLead = dict[str, Any]

EVERYWHERE: Final = tuple(COUNTRY)
STATES: Final = ("FL", "GA", "TX", "CA", "NY", "PA", "NC", "VA", "OH", "MI", "IL", "AZ", "NJ", "TN", "MO", "MD")
LINES: Final = ("LIFE", "HEALTH", "PROP", "CAS", "PERS", "VAR")
PRODUCTS: Final = ("term_life", "whole_life", "fixed_annuity", "medicare_supplement", "auto", "home", "final_expense")
SOURCES: Final = ("web-form", "call-center", "referral", "bright-quotes", "budget-leads")
CAMPAIGNS: Final = ("spring", "summer", "autumn", "winter", "evergreen")
LANGUAGES: Final = ("en", "es", "zh", "vi")
CHANNELS: Final = ("call", "text", "email")
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EFFECTS: Final = ("reject", "quarantine", "review")

# What a lead's facts are drawn from, by name.
FACTS: Final[dict[str, Callable[[random.Random], Any]]] = {
    "lead.state": lambda rng: rng.choice(STATES),
    "lead.line": lambda rng: rng.choice(LINES),
    "lead.product": lambda rng: rng.choice(PRODUCTS),
    "lead.products": lambda rng: rng.sample(PRODUCTS, rng.randrange(1, 4)),
    "lead.source": lambda rng: rng.choice(SOURCES),
    "lead.campaign": lambda rng: rng.choice(CAMPAIGNS),
    "lead.language": lambda rng: rng.choice(LANGUAGES),
    "lead.age": lambda rng: rng.randrange(16, 95),
    "lead.premium": lambda rng: rng.randrange(100, 12_000),
    "lead.source_cost": lambda rng: rng.randrange(0, 60),
    "lead.has_phone": lambda rng: rng.random() < 0.9,
    "lead.has_email": lambda rng: rng.random() < 0.8,
    "lead.is_repeat": lambda rng: rng.random() < 0.1,
    "lead.consent_given": lambda rng: rng.random() < 0.85,
    "lead.consent_token": lambda rng: rng.random() < 0.6,
    "lead.consent_channels": lambda rng: rng.sample(CHANNELS, rng.randrange(1, 4)),
    "now.agency_open": lambda rng: rng.random() < 0.7,
    "now.agency_weekday": lambda rng: rng.choice(WEEKDAYS),
}


def leads(rng: random.Random, count: int, *, missing: float = 0.0) -> list[RawLead]:
    """Return leads that lack each fact with a given probability."""
    return [
        {name: draw(rng) for name, draw in FACTS.items() if not (missing and rng.random() < missing)}
        for _ in range(count)
    ]


def nationwide(rng: random.Random, drawn: list[RawLead]) -> list[RawLead]:
    """Return the leads, each moved to any state of the country."""
    return [lead | {"lead.state": rng.choice(EVERYWHERE)} if "lead.state" in lead else lead for lead in drawn]


def rule_set(rng: random.Random, count: int) -> Document:
    """Return the document of a set of gates, of two to eight questions each and at most two groups deep."""
    return {
        "language": 1,
        "stage": "gate",
        "time_zone": "America/New_York",
        "rules": [_rule(rng, number, [_member(rng) for _ in range(rng.randrange(2, 5))]) for number in range(count)],
    }


def state_rule_set(rng: random.Random, count: int) -> Document:
    """Return a set as agencies have them: nine rules in ten are about one to three states and ask two to six questions.

    The tenth is about every lead, and as narrow as rules about every lead are.
    """
    rules = [
        _rule(rng, number, _of_states(rng) if number % 10 else [*(_leaf(rng) for _ in range(4)), _member(rng)])
        for number in range(count)
    ]
    return rule_set(rng, 0) | {"rules": rules}


def _of_states(rng: random.Random) -> list[Document]:
    states = rng.sample(EVERYWHERE, rng.choice((1, 1, 1, 2, 3)))
    bound = {"op": "eq", "value": states[0]} if len(states) == 1 else {"op": "in", "value": states}
    return [{"field": "lead.state"} | bound, *(_member(rng) for _ in range(rng.randrange(1, 4)))]


def _rule(rng: random.Random, number: int, members: list[Document]) -> Document:
    return {
        "id": f"rule-{number:04}",
        "name": f"Rule {number}",
        "when": {"all": members},
        "effect": rng.choice(EFFECTS),
        "reason": f"REASON_{number}",
        "message": "Drawn for measuring.",
    }


def _member(rng: random.Random) -> Document:
    shape = rng.random()
    if shape < 0.2:
        return {"any": [_leaf(rng), _leaf(rng)]}
    return {"not": _leaf(rng)} if shape < 0.3 else _leaf(rng)


def _leaf(rng: random.Random) -> Document:
    field, op, value = rng.choice(LEAVES)(rng)
    return {"field": field, "op": op, "value": value}


def _numbers(field: str, low: int, high: int) -> Callable[[random.Random], tuple[str, str, Any]]:
    def leaf(rng: random.Random) -> tuple[str, str, Any]:
        op = rng.choice(("lt", "lte", "gt", "gte", "between"))
        limits = sorted(rng.sample(range(low, high), 2))
        return field, op, limits if op == "between" else limits[0]

    return leaf


def _choices(field: str, values: tuple[str, ...]) -> Callable[[random.Random], tuple[str, str, Any]]:
    def leaf(rng: random.Random) -> tuple[str, str, Any]:
        op = rng.choice(("eq", "eq", "ne", "in", "not_in"))
        return field, op, rng.sample(values, min(3, len(values) - 1)) if op in {"in", "not_in"} else rng.choice(values)

    return leaf


def _sets(field: str, values: tuple[str, ...]) -> Callable[[random.Random], tuple[str, str, Any]]:
    def leaf(rng: random.Random) -> tuple[str, str, Any]:
        op = rng.choice(("contains", "not_contains", "contains_any"))
        return field, op, rng.sample(values, 2) if op == "contains_any" else rng.choice(values)

    return leaf


def _flag(field: str) -> Callable[[random.Random], tuple[str, str, Any]]:
    return lambda rng: (field, "eq", rng.random() < 0.5)


LEAVES: Final = (
    _choices("lead.state", STATES),
    _choices("lead.state", STATES),
    _choices("lead.line", LINES),
    _choices("lead.product", PRODUCTS),
    _choices("lead.source", SOURCES),
    _choices("lead.campaign", CAMPAIGNS),
    _choices("lead.language", LANGUAGES),
    _choices("now.agency_weekday", WEEKDAYS),
    _sets("lead.products", PRODUCTS),
    _sets("lead.consent_channels", CHANNELS),
    _numbers("lead.age", 16, 95),
    _numbers("lead.premium", 100, 12_000),
    _numbers("lead.source_cost", 0, 60),
    _flag("lead.has_phone"),
    _flag("lead.has_email"),
    _flag("lead.is_repeat"),
    _flag("lead.consent_given"),
    _flag("lead.consent_token"),
    _flag("now.agency_open"),
)
