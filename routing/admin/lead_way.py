"""The pools of a lead's way as people read them: why it went on from each, and who was considered there.

Read off a receipt, or off what a receipt would hold: the receipt's page and the test bench say it alike.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from routing import going_on, reasons, words
from routing.decision import Volatile

NAMED: Final = 8  # producers of one pool that are named
FOUND: Final = frozenset({"ASSIGNED", "OFFERED", "LAID_OUT"})  # reasons for which a lead stays where it is, and well
SKIPPED: Final[Mapping[str, str]] = {
    "AT_CAPACITY": "the desk filled up meanwhile",
    "BUSY": "another lead was being handed over at that instant",
    "LICENSE_CHANGED": "the license changed meanwhile",
}


@dataclass(frozen=True, slots=True)
class Names:
    """What producers and rules are called."""

    producers: Mapping[int, str]
    rules: Mapping[str, str]  # by their references


@dataclass(frozen=True, slots=True)
class Candidate:
    """One producer in the order of the claim, or full."""

    id: int
    name: str
    rank: int | None
    score: str
    load: str
    credit: str
    counted: str
    note: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """Who was considered in one pool: how many could take it, what kept the others, and the order of the rest."""

    considered: int
    eligible: int
    excluded_by: tuple[tuple[str, int], ...]
    nearest: tuple[tuple[str, str], ...]
    candidates: tuple[Candidate, ...]

    @property
    def named(self) -> tuple[Candidate, ...]:
        """The first of the candidates."""
        return self.candidates[:NAMED]

    @property
    def unnamed(self) -> int:
        """How many more there are."""
        return len(self.candidates) - len(self.named)


@dataclass(frozen=True, slots=True)
class Stop:
    """One pool of the way: the sentence about it, and who was considered; nobody where the pool was not asked."""

    text: str
    tone: str
    asked: Asked | None
    is_own: bool = False


def stops(receipt: Mapping[str, Any], names: Names) -> tuple[Stop, ...]:
    """Return the pools of a receipt's way, the lead's own among them; none where no other came into question."""
    way, own = receipt.get("waterfall", ()), (receipt.get("route") or {}).get("pool")
    slugs = [step["pool"] for step in way]
    reached = slugs.index(own) if own in slugs else -1
    return tuple(
        _own(step, receipt, names) if place == reached else _other(step, going_on.sentence(way, place, reached), names)
        for place, step in enumerate(way)
    )


def asked(step: Mapping[str, Any], names: Names, chosen: int | None = None) -> Asked:
    """Return who was considered, as a receipt tells it of one pool."""
    told = step.get("eligible") or {"count": 0, "considered": 0, "excluded_by": {}, "nearest": []}
    skipped = {each["producer"]: each["why"] for each in step.get("claim", {}).get("skipped", [])}
    return Asked(
        told["considered"],
        told["count"],
        _excluded(told["excluded_by"], names.rules),
        tuple((each["name"], _texts(each["blocks"])) for each in told["nearest"]),
        tuple(_candidate(each, chosen, skipped, names.producers) for each in step.get("candidates", [])),
    )


def _own(step: Mapping[str, Any], receipt: Mapping[str, Any], names: Names) -> Stop:
    text, tone = going_on.stays(step["name"], receipt["reason"]), "ok" if receipt["reason"] in FOUND else "warn"
    return Stop(text, tone, asked(receipt, names, receipt["chosen"]), is_own=True)


def _other(step: Mapping[str, Any], text: str, names: Names) -> Stop:
    return Stop(text, "warn", asked(step, names) if "candidates" in step else None)


def _excluded(excluded: Mapping[str, int], rule_names: Mapping[str, str]) -> tuple[tuple[str, int], ...]:
    named = [
        (rule_names.get(key) or words.BLOCKS.get(key) or words.code_name(key), count) for key, count in excluded.items()
    ]
    return tuple(sorted(named, key=lambda each: (-each[1], each[0])))


def _texts(blocks: Iterable[Mapping[str, Any]]) -> str:
    return "; ".join(block["text"] or words.code_name(block["code"]) for block in blocks)


def _candidate(
    each: Mapping[str, Any], chosen: int | None, skipped: Mapping[int, str], names: Mapping[int, str]
) -> Candidate:
    producer_id, volatile = each["producer"], each["volatile"]
    why = skipped.get(producer_id)
    note = SKIPPED.get(why, words.code_name(why)) if why else reasons.PRODUCER_REASONS.get(each.get("why", ""), "")
    return Candidate(
        producer_id,
        names.get(producer_id, f"producer {producer_id}"),
        each["rank"],
        _number(each.get("score")),
        _number(volatile["load"]),
        _number(volatile["credit"]),
        ", ".join(str(used.count) for used in Volatile.from_dict(volatile).caps.values()),
        note,
        producer_id == chosen,
    )


def _number(text: str | None) -> str:
    return f"{float(text):.2f}".rstrip("0").rstrip(".") if text else ""
