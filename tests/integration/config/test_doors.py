"""Health, metrics, limits and the API's own pages, through the whole stack of middleware."""

import logging
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import DatabaseError, InterfaceError, OperationalError
from django.test import Client
from django.utils import timezone

from config import health
from outbox import heartbeat

pytestmark = pytest.mark.django_db


def ready_after(client: Client, seconds: float) -> tuple[int, dict[str, Any]]:
    heartbeat.beat(name="worker", now=timezone.now() - timedelta(seconds=seconds))
    response = client.get("/healthz/ready")
    return response.status_code, response.json()


def test_a_process_that_serves_is_live(client: Client) -> None:
    response = client.get("/healthz/live")

    assert (response.status_code, response.json()) == (200, {"status": "live"})


def test_all_parts_at_work_is_ready(client: Client) -> None:
    status, told = ready_after(client, seconds=5)

    assert (status, told["status"]) == (200, "ready")
    assert told["checks"] == {
        "database": {"ok": True},
        "broker": {"ok": True},
        "worker": {"ok": True, "seconds_since_heartbeat": 5},
        "sweep": {"ok": True, "seconds_late": 0.0},
    }


def test_a_silent_worker_is_not_ready(client: Client) -> None:
    status, told = ready_after(client, seconds=31)

    assert (status, told["status"]) == (503, "not ready")
    assert told["checks"]["worker"] == {"ok": False, "seconds_since_heartbeat": 31}


def test_a_worker_never_heard_of_is_not_ready(client: Client) -> None:
    response = client.get("/healthz/ready")

    assert response.status_code == 503
    assert response.json()["checks"]["worker"] == {"ok": False, "seconds_since_heartbeat": None}


def test_a_check_that_cannot_be_made_has_failed(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(now: datetime) -> dict[str, Any]:
        raise DatabaseError

    monkeypatch.setitem(health.CHECKS, "database", broken)

    status, told = ready_after(client, seconds=1)

    assert (status, told["checks"]["database"]) == (503, {"ok": False})


def test_metrics_tell_counts_and_ages(client: Client) -> None:
    heartbeat.beat(name="worker", now=timezone.now())
    client.get("/healthz/live")

    text = client.get("/metrics").content.decode()

    assert 'fairlead_http_request_seconds_count{method="GET",route="healthz/live",status="200"}' in text
    for line in (
        "fairlead_assignments_open 0.0",
        "fairlead_timers_running 0.0",
        "fairlead_sweep_lag_seconds 0.0",
        "fairlead_outbox_undone 0.0",
        "fairlead_outbox_dead 0.0",
        'fairlead_heartbeat_age_seconds{process="worker"} 0.',
    ):
        assert f"\n{line}" in text


@pytest.mark.parametrize(
    ("token", "sent", "status"),
    [
        pytest.param("", {}, 200, id="this machine"),
        pytest.param("", {"REMOTE_ADDR": "10.0.0.9"}, 403, id="another machine"),
        pytest.param("", {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, 403, id="through a proxy on this machine"),
        pytest.param("s3cret", {}, 403, id="without the token"),
        pytest.param("s3cret", {"HTTP_AUTHORIZATION": "Bearer wrong"}, 403, id="with a wrong token"),
        pytest.param("s3cret", {"HTTP_AUTHORIZATION": "Bearer s3cret", "REMOTE_ADDR": "10.0.0.9"}, 200, id="with it"),
    ],
)
def test_metrics_are_for_those_who_may(
    client: Client, settings: LazySettings, token: str, sent: dict[str, str], status: int
) -> None:
    settings.METRICS_TOKEN = token

    assert client.get("/metrics", **sent).status_code == status  # type: ignore[arg-type]  # WSGI keys as keywords


@pytest.mark.parametrize(
    ("path", "length", "status"),
    [
        pytest.param("/api/v1/leads/", 64 * 1024 + 1, 413, id="a lead over 64 KiB"),
        pytest.param("/api/v1/nowhere/", 64 * 1024 + 1, 404, id="another call over 64 KiB"),
        pytest.param("/api/v1/nowhere/", 2_500_001, 413, id="another call over 2.5 MB"),
    ],
)
def test_a_long_body_is_refused_unread(client: Client, path: str, length: int, status: int) -> None:
    response = client.post(path, b"x" * length, content_type="application/json")

    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == {413: "body.too_large", 404: "not_found"}[status]


def test_a_body_of_unsaid_length_is_refused(client: Client) -> None:
    response = client.post("/api/v1/leads/", headers={"Transfer-Encoding": "chunked"})

    assert (response.status_code, response.json()["code"]) == (411, "body.length_required")


def test_an_unknown_address_of_the_api_is_a_problem_document(client: Client) -> None:
    response = client.get("/api/v1/nowhere/")

    assert response.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "There is nothing at this address; see /api/docs/.",
        "code": "not_found",
    }


def test_an_error_nobody_anticipated_says_nothing_of_itself(
    client: Client, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("drf_spectacular.views.SpectacularAPIView.get", broken)
    client.raise_request_exception = False

    response = client.get("/api/schema/")

    assert (response.status_code, response.json()["code"]) == (500, "server_error")
    assert b"secret" not in response.content


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_that_is_away_asks_the_caller_to_come_again(
    client: Client, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def away(*args: object, **kwargs: object) -> None:
        raise error("connection to server at 10.0.0.1 failed")

    monkeypatch.setattr("drf_spectacular.views.SpectacularAPIView.get", away)

    response = client.get("/api/schema/?format=json")

    assert (response.status_code, response.json()["code"], response["Retry-After"]) == (503, "unavailable", "5")
    assert b"10.0.0.1" not in response.content


def test_the_callers_request_id_is_kept_and_logged(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="fairlead.http"):
        response = client.get("/api/v1/nowhere/?email=kim@example.com", headers={"X-Request-ID": "trace-0001"})

    assert response["X-Request-ID"] == "trace-0001"
    (told,) = [vars(record) for record in caplog.records]
    assert (told["message"], told["method"], told["route"], told["status"]) == ("http.request", "GET", "unmatched", 404)
    assert "kim@example.com" not in str(told)


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "new\tline-injected", "<script>alert"])
def test_a_request_id_of_another_shape_is_replaced(client: Client, given: str) -> None:
    response = client.get("/healthz/live", headers={"X-Request-ID": given})

    assert len(response["X-Request-ID"]) == 32
    assert response["X-Request-ID"] != given


def test_the_home_page_is_the_admins(client: Client) -> None:
    response = client.get("/")

    assert (response.status_code, response["Location"]) == (302, "/admin/")


def test_the_api_describes_itself(client: Client) -> None:
    response = client.get("/api/schema/", headers={"Accept": "application/json"})

    assert response.status_code == 200
    assert response.json()["info"]["title"] == "Fairlead"
