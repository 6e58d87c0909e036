"""Producers, leads and eligibility rules, drawn by a seed: the same for every engine, and the same in every run.

A producer has half a dozen licences and some seventy list entries in all. Five rules are the core every agency has;
the others are about some states and products, as most rules are, and ask for training, contracts or standing.
"""

import random
from collections.abc import Callable
from typing import Any, Final

from benchmarks.gates.workload import LANGUAGES, LINES, PRODUCTS, SOURCES
from routing.geography.states import JURISDICTIONS
from rules_engine.engine.catalog import Catalog, Field
from rules_engine.engine.values import Kind

Document = dict[str, Any]
Raw = dict[str, Any]

STATES: Final = tuple(sorted(JURISDICTIONS))[:51]
CARRIERS: Final = tuple(f"{number:05}" for number in range(101, 121))
SKILLS: Final = tuple(f"skill-{number:02}" for number in range(30))
TRAININGS: Final = ("ANNUITY_BI", "LTC", "AHIP", "FLOOD", "ETHICS")
CHANNELS: Final = ("call", "text", "email")

CATALOG: Final = Catalog(
    [
        Field("lead.state", Kind.TEXT, "state", "Lead"),
        Field("lead.line", Kind.TEXT, "line", "Lead"),
        Field("lead.product", Kind.TEXT, "product", "Lead"),
        Field("lead.carrier", Kind.TEXT, "carrier", "Lead"),
        Field("lead.source", Kind.TEXT, "source", "Lead"),
        Field("lead.language", Kind.TEXT, "language", "Lead"),
        Field("lead.age", Kind.NUMBER, "age", "Lead"),
        Field("lead.premium", Kind.MONEY, "premium", "Lead"),
        Field("lead.score", Kind.NUMBER, "score", "Lead"),
        Field("lead.consent", Kind.BOOLEAN, "consent", "Lead"),
        Field("lead.in_hours", Kind.BOOLEAN, "in business hours", "Lead"),
        Field("lead.channel", Kind.TEXT, "channel", "Lead"),
        Field("producer.authorities", Kind.KEY, "licenses", "Producer", many=True, parts=("state", "line")),
        Field("producer.trainings", Kind.KEY, "trainings", "Producer", many=True, parts=("kind", "state")),
        Field("producer.contracts", Kind.KEY, "contracts", "Producer", many=True, parts=("carrier", "state")),
        Field("producer.carriers", Kind.TEXT, "carriers", "Producer", many=True),
        Field("producer.languages", Kind.TEXT, "languages", "Producer", many=True),
        Field("producer.skills", Kind.TEXT, "skills", "Producer", many=True),
        Field("producer.channels", Kind.TEXT, "channels", "Producer", many=True),
        Field("producer.home_state", Kind.TEXT, "home state", "Producer"),
        Field("producer.headroom", Kind.NUMBER, "headroom", "Producer"),
        Field("producer.standing", Kind.NUMBER, "standing", "Producer"),
        Field("producer.years", Kind.NUMBER, "years", "Producer"),
        Field("producer.most_premium", Kind.MONEY, "highest premium", "Producer"),
        Field("producer.evenings", Kind.BOOLEAN, "works evenings", "Producer"),
    ]
)


def producers(rng: random.Random, count: int) -> list[Raw]:
    """Return the raw facts of that many producers."""
    return [_producer(rng) for _ in range(count)]


def _producer(rng: random.Random) -> Raw:
    states = rng.sample(STATES, min(len(STATES), max(1, round(rng.lognormvariate(1.8, 0.7)))))
    lines = rng.sample(LINES, rng.randrange(2, 5))
    carriers = rng.sample(CARRIERS, rng.randrange(4, 13))
    return {
        "producer.authorities": [[state, line] for state in states for line in lines if rng.random() < 0.9],
        "producer.trainings": [[kind, state] for state in states for kind in TRAININGS if rng.random() < 0.4],
        "producer.contracts": [[carrier, state] for state in states for carrier in carriers if rng.random() < 0.5],
        "producer.carriers": carriers,
        "producer.languages": ["en", *rng.sample(LANGUAGES[1:], rng.choice((0, 0, 1, 1, 2)))],
        "producer.skills": rng.sample(SKILLS, rng.randrange(3, 12)),
        "producer.channels": rng.sample(CHANNELS, rng.randrange(1, 4)),
        "producer.home_state": states[0],
        "producer.headroom": max(0, round(rng.gauss(8, 8))),
        "producer.standing": rng.randrange(0, 101),
        "producer.years": min(45, round(rng.expovariate(0.12))),
        "producer.most_premium": 500 * round(rng.lognormvariate(2.3, 1.0)),
        "producer.evenings": rng.random() < 0.4,
    }


def leads(rng: random.Random, count: int) -> list[Raw]:
    """Return that many leads, none like another in more than a few facts."""
    return [
        {
            "lead.state": rng.choice(STATES),
            "lead.line": rng.choice(LINES),
            "lead.product": rng.choice(PRODUCTS),
            "lead.carrier": rng.choice(CARRIERS),
            "lead.source": rng.choice(SOURCES),
            "lead.language": rng.choice(("en", "en", "en", *LANGUAGES[1:])),
            "lead.age": rng.randrange(18, 95),
            "lead.premium": rng.randrange(100, 12_000),
            "lead.score": rng.randrange(0, 101),
            "lead.consent": rng.random() < 0.85,
            "lead.in_hours": rng.random() < 0.7,
            "lead.channel": rng.choice(CHANNELS),
        }
        for _ in range(count)
    ]


def rule_set(rng: random.Random, count: int) -> Document:
    """Return the document of so many eligibility rules: five that are every agency's, the others drawn."""
    rules = [*CORE, *(_rule(rng) for _ in range(count - len(CORE)))]
    return {
        "language": 1,
        "stage": "eligibility",
        "time_zone": "America/New_York",
        "rules": [
            rule | {"id": f"rule-{at:04}", "name": f"Rule {at}", "reason": "NO"} for at, rule in enumerate(rules)
        ],
    }


def _leaf(field: str, op: str, value: object = None, **operand: object) -> Document:
    return {"field": field, "op": op, **(operand or {"value": value})}


def _ref(field: str, op: str, other: str) -> Document:
    return _leaf(field, op, ref=other)


LICENSED: Final = _leaf("producer.authorities", "contains", key=[{"ref": "lead.state"}, {"ref": "lead.line"}])
CORE: Final[tuple[Document, ...]] = (
    {"require": {"all": [LICENSED, _ref("producer.carriers", "contains", "lead.carrier")]}},
    {"require": {"all": [_leaf("producer.headroom", "gte", 1), _leaf("producer.standing", "gte", 20)]}},
    {"require": _ref("producer.languages", "contains", "lead.language")},
    {"when": _leaf("lead.consent", "eq", False), "require": _leaf("producer.channels", "contains", "email")},
    {"when": _leaf("lead.in_hours", "eq", False), "require": _leaf("producer.evenings", "eq", True)},
)


def _rule(rng: random.Random) -> Document:
    when = [
        _leaf("lead.state", "in", rng.sample(STATES, rng.randrange(1, 6))),
        *rng.sample([draw(rng) for draw in WHEN], rng.randrange(1, 3)),
    ]
    return {"when": {"all": when}, "require": _group(rng)}


def _group(rng: random.Random) -> Document:
    asked = [draw(rng) for draw in rng.sample(REQUIRE, rng.randrange(1, 4))]
    match rng.random():
        case chance if chance < 0.1:
            return {"any": [{"not": asked[0]}, *asked[1:]]}
        case chance if chance < 0.2:
            return {"any": [{"all": asked}, _leaf("producer.years", "gte", 2)]}
    return {"any": [*asked, _leaf("producer.standing", "gte", rng.randrange(5, 40))]}


Draw = Callable[[random.Random], Document]
WHEN: Final[tuple[Draw, ...]] = (
    lambda rng: _leaf("lead.product", "in", rng.sample(PRODUCTS, rng.randrange(1, 4))),
    lambda rng: _leaf("lead.line", "eq", rng.choice(LINES)),
    lambda rng: _leaf("lead.age", rng.choice(("gte", "lt")), rng.randrange(25, 80)),
    lambda rng: _leaf("lead.premium", "gt", rng.randrange(500, 8_000)),
    lambda rng: _leaf("lead.source", "ne", rng.choice(SOURCES)),
)
REQUIRE: Final[tuple[Draw, ...]] = (
    lambda rng: _leaf("producer.trainings", "contains", key=[{"value": rng.choice(TRAININGS)}, {"ref": "lead.state"}]),
    lambda _: _leaf("producer.contracts", "contains", key=[{"ref": "lead.carrier"}, {"ref": "lead.state"}]),
    lambda rng: _leaf("producer.skills", "contains_any", rng.sample(SKILLS, 4)),
    lambda rng: _leaf("producer.years", "gte", rng.randrange(1, 10)),
    lambda rng: _leaf("producer.standing", "gte", rng.randrange(10, 70)),
    lambda rng: _leaf("producer.home_state", "ne", rng.choice(STATES)),
    lambda _: _ref("producer.channels", "contains", "lead.channel"),
    lambda _: _ref("producer.most_premium", "gte", "lead.premium"),
    lambda rng: _leaf("producer.headroom", "gt", rng.randrange(1, 6)),
)
