"""Is this process alive, and is the whole ready to keep its promises?"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from config.celery import app as celery_app
from outbox import heartbeat
from routing.models import SlaTimer

logger = logging.getLogger("fairlead.health")


@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """Answer that this process serves requests, whatever stands behind it."""
    return JsonResponse({"status": "live"})


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 where everything behind the site works, else 503, and in either case with every check."""
    checks = run_checks(now=timezone.now())
    is_ready = all(check["ok"] for check in checks.values())
    told = {"status": "ready" if is_ready else "not ready", "checks": checks}
    return JsonResponse(told, status=200 if is_ready else 503)


def run_checks(*, now: datetime) -> dict[str, dict[str, Any]]:
    """Run every check; one that cannot even be made has failed."""
    return {name: _guarded(name, check, now) for name, check in CHECKS.items()}


def _guarded(name: str, check: Callable[[datetime], dict[str, Any]], now: datetime) -> dict[str, Any]:
    try:
        return check(now)
    except (DatabaseError, OperationalError, OSError):
        logger.warning("health.check_failed", extra={"check": name})
        return {"ok": False}


def _database(now: datetime) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return {"ok": True}


def _broker(now: datetime) -> dict[str, Any]:
    with celery_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=2)
    return {"ok": True}


def _worker(now: datetime) -> dict[str, Any]:
    age = heartbeat.list_ages(now=now).get("worker")
    if age is None:
        return {"ok": False, "seconds_since_heartbeat": None}
    return {"ok": age.total_seconds() <= settings.HEARTBEAT_LIMIT, "seconds_since_heartbeat": int(age.total_seconds())}


def _sweep(now: datetime) -> dict[str, Any]:
    lag = sweep_lag(now=now)
    return {"ok": lag <= settings.SWEEP_LAG_LIMIT, "seconds_late": round(lag, 1)}


def sweep_lag(*, now: datetime) -> float:
    """Return by how many seconds the most overdue running timer is late."""
    due = SlaTimer.objects.filter(state=SlaTimer.State.RUNNING, try_at__lte=now).order_by("try_at")
    oldest = due.values_list("try_at", flat=True).first()
    return (now - oldest).total_seconds() if oldest else 0.0


CHECKS: Final[dict[str, Callable[[datetime], dict[str, Any]]]] = {
    "database": _database,
    "broker": _broker,
    "worker": _worker,
    "sweep": _sweep,
}
