"""The map of states and lines, and the page that says what stands in the way."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.policy import Role
from routing.services import selling
from tests.agency import hire, open_agency
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(client: Client) -> Client:
    selling.known_cells.cache_clear()  # a rolled-back test gives its version numbers to the next one
    client.force_login(make_user(Role.AUDITOR))
    return client


def test_each_cell_says_what_it_is_in_words_and_leads_to_why(auditor: Client) -> None:
    open_agency()
    hire("Kim")

    page = auditor.get(reverse("admin:routing_pool_map")).content.decode()
    why = auditor.get(reverse("admin:routing_pool_map_cell", args=["GA", "LIFE"])).content.decode()
    closed = auditor.get(reverse("admin:routing_pool_map_cell", args=["TX", "VAR"])).content.decode()

    address = reverse("admin:routing_pool_map_cell", args=["GA", "LIFE"])
    assert f'href="{address}" aria-label="Open: Life in Georgia">Open</a>' in page
    assert 'aria-label="Nobody: Variable life and variable annuity in Texas">Nobody</a>' in page
    assert "Some leads can go to Kim Park" in why
    assert "Nobody may lawfully sell this here today." in closed


def test_there_is_no_page_for_what_is_no_state(auditor: Client) -> None:
    open_agency()

    assert auditor.get(reverse("admin:routing_pool_map_cell", args=["ZZ", "LIFE"])).status_code == 404


def test_producers_do_not_see_it(client: Client) -> None:
    client.force_login(make_user(Role.PRODUCER))

    assert client.get(reverse("admin:routing_pool_map")).status_code == 403
