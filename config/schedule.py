"""What Celery beat asks for, and how often.

Beat is a metronome, not a clock: every promise is a row with its due time, and `manage.py sweep` keeps them as well.
A tick that waited for a worker longer than its `expires` is dropped; the next one does its work.
"""

from typing import Any, Final

from celery.schedules import crontab, schedule

QUEUES: Final = ("default", "sla", "outbox", "audit", "licenses")
ROUTES: Final = {
    "routing.rehearse": {"queue": "default"},  # it computes all the time: a worker of its own serves it
    "audit.work": {"queue": "default"},  # likewise
    "routing.*": {"queue": "sla"},
    "outbox.*": {"queue": "outbox"},
    "audit.*": {"queue": "audit"},
    "licenses.*": {"queue": "licenses"},
}


def every(seconds: float, task: str) -> dict[str, Any]:
    """Return the entry of a task that is due again and again."""
    return {"task": task, "schedule": schedule(seconds), "options": {"expires": max(5 * seconds, 10)}}


def at(when: crontab, task: str) -> dict[str, Any]:
    """Return the entry of a task with a time of day, in UTC; it may wait hours for a worker."""
    return {"task": task, "schedule": when, "options": {"expires": 12 * 60 * 60}}


SCHEDULE: Final = {
    "clocks": every(1, "routing.sweep_clocks"),
    "sweep": every(2, "routing.sweep"),
    "relay": every(2, "outbox.relay"),
    "rehearse": every(1, "routing.rehearse"),
    "export": every(1, "audit.work"),
    "seal": every(1, "audit.seal"),
    "heartbeat": every(5, "outbox.heartbeat"),
    "verify": at(crontab(minute="15", hour="5"), "audit.verify"),
    "notify of expiring licenses": at(crontab(minute="30", hour="6"), "licenses.notify_expiring"),
    "refresh licenses": at(crontab(minute="0", hour="7", day_of_month="1"), "licenses.refresh"),
}
