"""Sets of rules to judge: the drawn gates of the other case, turned into each stage, with what rules of it share."""

import random
from collections.abc import Callable
from typing import Any, Final

from benchmarks.gates.workload import Document, rule_set

SEED: Final = 20_261_121

# What drawn requirements ask: of the producer alone, and of the producer for the lead.
_REQUIREMENTS: Final[tuple[Callable[[random.Random], Document], ...]] = (
    lambda rng: {"field": "producer.certifications", "op": "contains", "value": f"CERTIFICATE_{rng.randrange(30)}"},
    lambda rng: {"field": "producer.license_data_age", "op": "lte", "value": rng.randrange(30)},
    lambda rng: {"field": "producer.languages", "op": "contains", "value": rng.choice(("en", "es", "zh"))},
    lambda _: {"field": "producer.licensed_states", "op": "contains", "ref": "lead.state"},
    lambda _: {
        "field": "producer.authorities",
        "op": "contains",
        "key": [{"ref": "lead.state"}, {"ref": "lead.line"}],
    },
)


def gates(count: int) -> Document:
    """Return gates that share one reason, so that any of them may make another needless."""
    return _changed("gate", count, lambda _: {"effect": "reject", "reason": "NOT_WANTED"})


def routes(count: int) -> Document:
    """Return routes, each of which must be told apart from all before it."""
    document = _changed("route", count - 1, lambda rng: {"route": {"pool": f"pool-{rng.randrange(20)}"}})
    document["rules"].append({"id": "last", "name": "Everybody else", "route": {"pool": "everyone"}})
    return document


def requirements(count: int) -> Document:
    """Return requirements, each of which may contradict another or make it needless."""
    return _changed("eligibility", count, lambda rng: {"require": rng.choice(_REQUIREMENTS)(rng), "reason": "NOT_FIT"})


def _changed(stage: str, count: int, action: Callable[[random.Random], dict[str, Any]]) -> Document:
    rng = random.Random(SEED)
    drawn = rule_set(rng, count)
    rules = [{key: rule[key] for key in ("id", "name", "when")} | action(rng) for rule in drawn["rules"]]
    return drawn | {"stage": stage, "rules": rules}
