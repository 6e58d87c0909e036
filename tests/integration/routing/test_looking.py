"""Samples that can be drawn again, and the rules and roster of an instant."""

from datetime import timedelta
from typing import Final

import pytest
from django.test import Client

from accounts.policy import Role
from routing.queries import sampling
from routing.queries.sampling import Method
from tests.agency import MINUTE, NOW, hire, lead_of, open_agency, receive
from tests.factories import make_user

pytestmark = pytest.mark.django_db
SPAN: Final = {"since": NOW, "until": NOW + timedelta(days=1)}


@pytest.fixture(autouse=True)
def agency(db: None) -> None:
    open_agency()
    hire("Kim", capacity=4)


def test_the_same_seed_draws_the_same_leads_and_another_one_others() -> None:
    for _ in range(12):
        receive()

    first, number = sampling.draw(method=Method.RANDOM, size=5, seed="a", **SPAN)
    again, _ = sampling.draw(method=Method.RANDOM, size=5, seed="a", **SPAN)
    larger, _ = sampling.draw(method=Method.RANDOM, size=12, seed="a", **SPAN)

    assert (len(first), number) == (5, 12)
    assert first == again == larger[:5]
    assert len({each.lead_id for each in larger}) == 12


def test_every_stratum_is_in_a_sample_in_proportion() -> None:
    for _ in range(12):  # four find a seat, eight wait
        receive()

    drawn, _ = sampling.draw(method=Method.STRATIFIED, size=6, seed="a", **SPAN)

    by = [each.because for each in drawn]
    assert (len(by), by.count("GA, assigned"), by.count("GA, fallback")) == (6, 2, 4)
    assert len({each.lead_id for each in drawn}) == 6


def test_risks_are_found_and_named() -> None:
    kept = [lead_of(receive()) for _ in range(4)]
    lost = lead_of(receive())

    drawn, number = sampling.draw(method=Method.RISK, size=10, seed="a", **SPAN)

    assert [(each.lead_id, each.because) for each in drawn] == [(lost.pk, "it went to nobody")]
    assert number == len(kept) + 1


def test_leads_outside_the_time_are_not_drawn() -> None:
    receive(now=NOW - MINUTE)

    assert sampling.draw(method=Method.RANDOM, size=5, seed="a", **SPAN) == ([], 0)


def test_the_pages_are_the_auditors(client: Client) -> None:
    lead = lead_of(receive())
    client.force_login(make_user(Role.AUDITOR))
    asked = "since=2026-11-01T00:00&until=2026-12-01T00:00&method=risk&size=5&seed=1"

    drawn = client.get(f"/admin/routing/decision/sample/?{asked.replace('risk', 'random')}").content.decode()
    none = client.get(f"/admin/routing/decision/sample/?{asked}").content.decode()
    then = client.get(f"/admin/routing/decision/as-of/?at=2026-11-23T10:05&lead={lead.pk}").content.decode()

    assert lead.ledger_label in drawn
    assert "Nothing was drawn." in none
    assert "version 1" in then
    assert f"?lead={lead.pk}&amp;at=2026-11-23T10%3A05&amp;first=then&amp;second=live" in then
    client.force_login(make_user(Role.PRODUCER, username="outsider"))
    assert {client.get(f"/admin/routing/decision/{page}/").status_code for page in ("sample", "as-of")} == {403}
