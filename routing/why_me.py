"""Why a lead came to the one who holds it, in sentences, read off its receipt. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from routing import going_on, reasons, words
from routing.strategies import STRATEGIES


def sentences(receipt: Mapping[str, Any], producer_id: int) -> Iterator[str]:
    """Yield why this producer was chosen; names nobody else."""
    if receipt["engine"] is None or receipt["chosen"] != producer_id:
        return
    if receipt["exclude"]:
        yield f"It came on because {words.TRIGGERS[receipt['trigger']]}."
    if receipt["trigger"] == "MANUAL":
        yield "A manager gave it to you; your license and the rules allow it."
        return
    own = receipt["route"]["pool"] if receipt["route"] else None
    yield from going_on.sentences(receipt.get("waterfall", ()), own)
    eligible, candidates = receipt["eligible"], receipt["candidates"]
    others = eligible.get("considered", eligible["count"]) - eligible["count"]
    yield f"{_count(eligible['count'], 'producer')} of the pool could have it, you among them; {others} could not."
    full = sum(each["rank"] is None for each in candidates)
    if full:
        yield f"{_count(full, 'desk')} had no room or did not fit the pool's method."
    mine = next((each for each in candidates if each["producer"] == producer_id), None)
    if mine is not None and mine["rank"]:
        strategy = str(receipt["route"]["strategy"]) if receipt["route"] else ""
        how = f" by {STRATEGIES[strategy].label.lower()}" if strategy in STRATEGIES else ""
        yield f"Of those with room you stood at place {mine['rank']}{how}."
    for code in dict.fromkeys(each["why"] for each in receipt["claim"]["skipped"]):
        why = reasons.PRODUCER_REASONS.get(code, words.code_name(code).lower())
        yield f"Somebody before you was passed over: {why}."


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
