"""What routing asks before rules are published."""

from datetime import datetime

from routing.queries.rehearsals import has_replay
from rules_engine.gate import Gate


def replay(*, rule_set: str, document: object, content_hash: str, now: datetime) -> Gate:
    """Say whether this document was replayed on past decisions; it is for people to weigh, so it never blocks."""
    seen = has_replay(rule_set, content_hash)
    return Gate("replay", "Replayed on past decisions", "Yes" if seen else "No replay yet", seen)
