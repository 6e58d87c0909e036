"""Rules of law among the drafts: which nobody has confirmed, and whose source was read too long ago."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from rules_engine.engine.nodes import Status
from rules_engine.models import Rule, RuleSetVersion, Stage

LOOK_AGAIN_DAYS: Final = 180


@dataclass(frozen=True, slots=True)
class CitedRule:
    """A draft rule with what it cites, and how long ago somebody looked."""

    rule: Rule
    source: str
    verified_on: date | None
    confidence: str
    days: int | None
    is_live: bool = False

    @property
    def jurisdiction(self) -> str:
        """Whose law it is."""
        return str(self.rule.body.get("jurisdiction", ""))


def provisional(today: date) -> list[CitedRule]:
    """Return the rules of all drafts that nobody has confirmed, set by set; `is_live`: traced as *would have* now."""
    live = _live_bodies()
    return [_cited(row, today, is_live=(row.ruleset_id, row.rule_id) in live) for row in _rules() if _waits(row.body)]


def confirmed_in_draft() -> list[Rule]:
    """Return the rules that are confirmed in a draft and still provisional in what is live."""
    live = _live_bodies()
    return [row for row in _rules() if not _waits(row.body) and _waits(live.get((row.ruleset_id, row.rule_id), {}))]


def overdue(today: date) -> list[CitedRule]:
    """Return the confirmed rules whose source was read more than 180 days ago, or of somebody's law on no known day;
    the longest ago first.
    """
    rows = [_cited(row, today) for row in _rules() if not _waits(row.body)]
    due = [each for each in rows if (each.jurisdiction if each.days is None else each.days > LOOK_AGAIN_DAYS)]
    return sorted(due, key=lambda each: each.verified_on or date.min)


def _rules() -> Iterable[Rule]:
    """Return every draft rule in the order they speak."""
    stages = {stage: place for place, stage in enumerate(Stage.values)}
    rows = Rule.objects.select_related("ruleset").order_by("ruleset__position", "ruleset__slug", "position")
    return sorted(rows, key=lambda row: stages[row.ruleset.stage])


def _waits(body: Mapping[str, Any]) -> bool:
    return body.get("status") == Status.PROVISIONAL


def _live_bodies() -> dict[tuple[int, str], Mapping[str, Any]]:
    """Return the rules that are live, by set and id."""
    versions = RuleSetVersion.objects.filter(live_in__isnull=False).values_list("ruleset_id", "document")
    return {(ruleset_id, body["id"]): body for ruleset_id, document in versions for body in document["rules"]}


def _cited(row: Rule, today: date, *, is_live: bool = False) -> CitedRule:
    citation = row.body.get("citation", {})
    day = citation.get("verified_on")
    verified_on = date.fromisoformat(day) if day else None
    return CitedRule(
        row,
        citation.get("source", ""),
        verified_on,
        citation.get("confidence", ""),
        (today - verified_on).days if verified_on else None,
        is_live,
    )
