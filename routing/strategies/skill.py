"""Skill: who is good enough for what the lead calls for, and who is the best fit."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from routing.strategies.candidate import Candidate, Need, Wanted

SHORT_OF_A_LEVEL: Final = 100  # outweighs any surplus


def called_for(needs: tuple[Need, ...], products: tuple[str, ...]) -> tuple[Need, ...]:
    """Return the needs that a lead with these products has."""
    return tuple(need for need in needs if not need.products or set(need.products) & set(products))


def fits(candidate: Candidate, wanted: Wanted, options: Mapping[str, Any], slack: int) -> str | None:
    """Refuse whoever lacks a skill or its level; each step of slack asks one level less, never less than the skill."""
    for need in called_for(options["needs"], wanted.products):
        if candidate.skills.get(need.skill, 0) < max(need.level - slack, 1):
            return "SKILL_MISSING"
    return None


def best_fit(candidate: Candidate, wanted: Wanted, options: Mapping[str, Any]) -> Decimal:
    """Return how well the levels fit: the closest first, which keeps experts for the hard leads, or the strongest."""
    had = [(candidate.skills.get(need.skill, 0), need.level) for need in wanted.needs]
    if options["first"] == "strongest":
        return Decimal(sum(level for level, _ in had))
    short = sum(max(asked - level, 0) for level, asked in had)
    return -Decimal(short * SHORT_OF_A_LEVEL + sum(max(level - asked, 0) for level, asked in had))
