"""Bodies to post: the demo's leads, each of another person, asking for what the demo agency can sell at once."""

import json
import random
from collections.abc import Iterator
from typing import Any, Final

from routing.demo.leads import AGENCY, PLACES, fields
from routing.models import AreaCode

SEED: Final = 11
PRODUCTS: Final = ("term_life", "whole_life", "final_expense", "auto", "home")
CONSENT: Final = {
    "text": f"I agree that {AGENCY} may call me about insurance.",
    "text_version": "2026-03",
    "channels": ["call", "email"],
    "sellers": [AGENCY],
}


def bodies() -> Iterator[bytes]:
    """Yield lead after lead; numbers kept for fiction (555-01XX) are enough for some 20,000 people."""
    rng = random.Random(SEED)
    areas = _areas()
    rng.shuffle(areas)
    for number in range(100 * len(areas)):
        suffix, index = divmod(number, len(areas))
        yield json.dumps(_lead(rng, number, *areas[index], suffix)).encode()
    raise RuntimeError("There are no more numbers kept for fiction.")


def _areas() -> list[tuple[str, str]]:
    """Return the area codes that lie in one of the demo's states alone, each with its state."""
    return [
        (area.npa, area.states[0])
        for area in AreaCode.objects.order_by("npa")
        if len(area.states) == 1 and area.states[0] in PLACES
    ]


def _lead(rng: random.Random, number: int, area: str, state: str, suffix: int) -> dict[str, Any]:
    return fields(rng, number) | {
        "external_id": f"bench-{number}",
        "phone": f"({area}) 555-01{suffix:02}",
        "state": state,
        "zip": PLACES[state][0],
        "language": "en",  # not every state has somebody who speaks another
        "product": rng.choice(PRODUCTS),
        "consent": CONSENT,
    }
