"""One round of everything that falls due; safe to run many times at once."""

from datetime import datetime

from routing.services import deciding, fallback, sla


def sweep(*, now: datetime, limit: int = 500) -> int:
    """Settle due timers and try due leads again; returns how many timers and leads moved."""
    return sla.sweep_due(now=now, limit=limit) + fallback.rerun_waiting(now=now)


def rerun(*, now: datetime) -> int:
    """Try every waiting lead again now, whatever its own time; returns how many found somebody."""
    deciding.context()
    return fallback.rerun_waiting(now=now, due_only=False)
