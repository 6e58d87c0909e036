"""What Prometheus may read: how requests fare and how much waits; counts and ages, nobody's data."""

import os
import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from config.health import sweep_lag
from outbox import heartbeat
from outbox.models import Circuit, Message
from routing.models import Assignment, QueueItem, SlaTimer

LOOPBACK: Final = frozenset({"127.0.0.1", "::1"})
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

REQUESTS: Final = Histogram(
    "fairlead_http_request_seconds",
    "How long requests took, by route.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=None,
)


def observe_request(*, method: str, route: str, status: int, seconds: float) -> None:
    """Count one answered request; an invented method must not become a series of its own."""
    REQUESTS.labels(method if method in METHODS else "other", route, str(status)).observe(seconds)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer with every metric, to whoever may read them."""
    if not _may_read(request):
        return HttpResponseForbidden("Send METRICS_TOKEN as a bearer token.\n", content_type="text/plain")
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)
    else:
        registry.register(REQUESTS)
    registry.register(Waiting(timezone.now()))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    """Ask for the token where one is set; else believe only a direct caller on this machine."""
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return secrets.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())
    is_forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return request.META.get("REMOTE_ADDR") in LOOPBACK and not is_forwarded


class Waiting(Collector):
    """What waits in the database at one instant: every statement here reads an index of unfinished rows only."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[Metric]:
        """Count and measure."""
        yield self._queue()
        yield self._gauge(
            "fairlead_assignments_open",
            "Assignments in a producer's hands.",
            Assignment.objects.filter(ended_at=None).count(),
        )
        yield from self._timers()
        yield from self._outbox()
        ages = GaugeMetricFamily(
            "fairlead_heartbeat_age_seconds", "Since a process last gave a sign.", labels=["process"]
        )
        for name, age in sorted(heartbeat.list_ages(now=self.now).items()):
            ages.add_metric([name], age.total_seconds())
        yield ages

    def _queue(self) -> Metric:
        waiting = GaugeMetricFamily(
            "fairlead_queue_items_open", "Leads that wait for a person.", labels=["kind", "state"]
        )
        open_items = QueueItem.objects.exclude(state=QueueItem.State.RESOLVED).order_by()
        for kind, state, number in open_items.values_list("kind", "state").annotate(number=Count("pk")):
            waiting.add_metric([kind, state], number)
        return waiting

    def _timers(self) -> Iterator[Metric]:
        running = SlaTimer.objects.filter(state=SlaTimer.State.RUNNING)
        yield self._gauge("fairlead_timers_running", "Promises with an instant still ahead or due.", running.count())
        yield self._gauge("fairlead_sweep_lag_seconds", "How late the most overdue timer is.", sweep_lag(now=self.now))

    def _outbox(self) -> Iterator[Metric]:
        found = Message.objects.filter(done_at=None).aggregate(
            undone=Count("pk", filter=Q(dead_at=None)),
            dead=Count("pk", filter=~Q(dead_at=None)),
            oldest=Min("at", filter=Q(dead_at=None)),
        )
        oldest = found["oldest"]
        yield self._gauge("fairlead_outbox_undone", "Messages not yet delivered.", found["undone"])
        yield self._gauge("fairlead_outbox_dead", "Messages given up; a person must look.", found["dead"])
        yield self._gauge(
            "fairlead_outbox_oldest_seconds",
            "Age of the oldest undelivered message.",
            (self.now - oldest).total_seconds() if oldest else 0,
        )
        open_ones = GaugeMetricFamily(
            "fairlead_outbox_circuit_open", "Receivers spared after failures in a row.", labels=["consumer"]
        )
        for consumer in Circuit.objects.exclude(retry_at=None).values_list("consumer", flat=True):
            open_ones.add_metric([consumer], 1)
        yield open_ones

    @staticmethod
    def _gauge(name: str, help_text: str, value: float) -> Metric:
        return GaugeMetricFamily(name, help_text, value=value)
