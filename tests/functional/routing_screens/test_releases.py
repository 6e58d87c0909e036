"""Releasing what waits, in the browser: choose, look, confirm, watch, cancel."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.policy import Role
from routing.models import QueueItem, Release
from routing.services import releasing
from tests.factories import make_user
from tests.functional.routing_screens.agency import SmallAgency

NEW = "/admin/routing/release/new/"
ASKED: dict[str, str | int] = {"most": 50, "per_minute": 5, "per_producer": ""}


@pytest.fixture
def manager(agency: SmallAgency, client: Client) -> Client:
    """Return a browser signed in as the manager, of an agency with two leads that wait."""
    for _ in range(2):
        agency.receive_waiting()
    client.force_login(agency.manager)
    return client


def test_the_queue_leads_to_a_look_and_the_look_to_a_release(manager: Client) -> None:
    reason = QueueItem.objects.order_by("pk").values_list("reason", flat=True)[0]
    board = manager.get("/admin/routing/queueitem/", {"kind": "FALLBACK", "reason": reason})
    assert f"{NEW}?reason={reason}" in board.content.decode()

    page = manager.get(NEW, {**ASKED, "reason": reason})
    assert page.context["forecast"].leads == 2
    assert not Release.objects.exists()

    answer = manager.post(NEW, {**ASKED, "reason": reason})
    release = Release.objects.get()
    assert answer.headers["Location"] == reverse("admin:routing_release_change", args=[release.pk])
    assert (release.leads.count(), release.per_minute, release.per_producer) == (2, 5, None)
    assert "0 of 2 leads are through" in manager.get(answer.headers["Location"]).content.decode()


def test_a_release_is_cancelled_by_its_page(manager: Client) -> None:
    manager.post(NEW, ASKED)
    release = Release.objects.get()

    manager.post(reverse("admin:routing_release_cancel", args=[release.pk]))

    release.refresh_from_db()
    assert release.state == "CANCELLED"
    assert "Cancelled" in manager.get("/admin/routing/release/").content.decode()


@pytest.mark.parametrize(("field", "value"), [("most", "0"), ("per_minute", "x"), ("per_producer", "-1")])
def test_figures_that_make_no_sense_are_shown_at_their_field(manager: Client, field: str, value: str) -> None:
    for page in (manager.get(NEW, {**ASKED, field: value}), manager.post(NEW, {**ASKED, field: value})):
        assert page.status_code == 200
        assert list(page.context["form"].errors) == [field]
    assert not Release.objects.exists()


def test_who_may_not_resolve_sees_releases_and_starts_none(manager: Client, agency: SmallAgency) -> None:
    release = releasing.start(
        wanted=releasing.Wanted(), per_minute=1, per_producer=None, actor=agency.manager.actor(), now=timezone.now()
    )
    manager.force_login(make_user(Role.AUDITOR))

    assert manager.get("/admin/routing/release/").status_code == 200
    assert manager.get(reverse("admin:routing_release_change", args=[release.pk])).status_code == 200
    assert manager.get(NEW).status_code == 403
    assert manager.post(NEW, ASKED).status_code == 403
    assert manager.post(reverse("admin:routing_release_cancel", args=[release.pk])).status_code == 403
