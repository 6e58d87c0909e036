"""The admin site: who comes in, what each role finds, and what every page keeps to."""

import re
from datetime import UTC, datetime
from pathlib import Path

import django.contrib.admin
import pytest
from django.test import Client

from accounts.models import User
from accounts.policy import POLICY, Role
from config import navigation
from licenses.models import Carrier
from outbox import services as outbox
from tests.factories import make_user

pytestmark = pytest.mark.django_db

HOME = "/admin/"
STOCK = Path(django.contrib.admin.__file__).parent / "templates/admin/base.html"
OURS = Path(__file__).parents[2] / "templates/admin/base.html"
# Left out on purpose: the trail follows the navigation, the user's links are the same everywhere, we write one way.
DROPPED = {"breadcrumbs", "stylesheet_rtl", "nav-sidebar", "welcome-msg", "userlinks"}


@pytest.mark.parametrize("role", list(Role))
def test_every_role_comes_in(client: Client, role: Role) -> None:
    make_user(role, username="ida")

    answer = client.post("/admin/login/", {"username": "ida", "password": "correct horse battery", "next": HOME})

    assert (answer.status_code, answer.headers["Location"]) == (302, HOME)
    assert client.get(HOME).status_code == 200


def test_whoever_was_deactivated_stays_out(client: Client) -> None:
    user = make_user(Role.ADMINISTRATOR)
    client.force_login(user)
    user.is_active = False
    user.save()

    answer = client.get(HOME)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/login/?next=/admin/")


def test_a_producer_finds_their_desk_and_not_the_agencys_numbers(client: Client) -> None:
    client.force_login(make_user(Role.PRODUCER))

    page = client.get(HOME)

    assert "desk" in page.context
    assert "chart" not in page.context
    assert [stat.label for stat in page.context["stats"]] == ["Open leads", "Not answered yet", "Next due", "Overdue"]


@pytest.mark.parametrize("role", [Role.OPERATIONS, Role.MANAGER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_everybody_else_finds_the_agencys_numbers(client: Client, role: Role) -> None:
    client.force_login(make_user(role))

    page = client.get(HOME)

    assert [stat.label for stat in page.context["stats"]] == [
        "Leads today",
        "Speed to lead",
        "Assigned today",
        "SLA kept",
        "To fallback today",
        "Fallback waiting",
        "Quarantined today",
        "Licenses ending",
    ]
    assert page.context["chart"]["rows"] == []


def test_an_auditor_is_offered_nothing_to_enter(client: Client) -> None:
    client.force_login(make_user(Role.AUDITOR))

    assert not client.get(HOME).context["may_enter"]


@pytest.mark.urls("tests.carrier_pages")
def test_the_present_section_and_page_are_marked(client: Client) -> None:
    client.force_login(make_user(Role.AUDITOR))
    carrier = Carrier.objects.create(name="Harbor Mutual", cocode="10001")

    on_list = client.get("/admin/licenses/carrier/").context["here"]
    on_row = client.get(f"/admin/licenses/carrier/{carrier.pk}/change/").context["here"]

    assert (on_list.label, on_list.place.label, on_list.place.current) == ("Licenses", "Carriers", "page")
    assert (on_row.label, on_row.place.label, on_row.place.current) == ("Licenses", "Carriers", "true")


@pytest.mark.urls("tests.carrier_pages")
def test_the_navigation_shows_what_the_role_may_see(client: Client) -> None:
    seen = {}
    for role in Role:
        client.force_login(make_user(role))
        seen[role] = [task.label for task in client.get(HOME).context["tasks"]]

    assert seen[Role.PRODUCER] == ["Today"]
    assert seen[Role.AUDITOR] == ["Today", "Licenses"]


def test_every_permission_of_the_navigation_is_in_the_policy() -> None:
    named = {code for section in navigation.SECTIONS for entry in section.entries for code in entry.permissions}

    granted = frozenset().union(*POLICY.values())

    assert named <= granted


@pytest.mark.urls("tests.carrier_pages")
@pytest.mark.parametrize("address", ["", "add/", "1/change/", "1/history/", "1/delete/"])
def test_no_page_carries_inline_code_or_style(client: Client, address: str) -> None:
    client.force_login(make_user(Role.ADMINISTRATOR))
    Carrier.objects.create(pk=1, name="Harbor Mutual", cocode="10001")

    html = client.get(f"/admin/licenses/carrier/{address}").content.decode()

    assert re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\bsrc=)(?![^>]*application/json)", html) == []


def test_our_base_page_has_every_block_the_admins_pages_fill() -> None:
    stock, ours = (set(re.findall(r"{% block ([\w-]+) ", path.read_text())) for path in (STOCK, OURS))

    assert stock - ours == DROPPED


@pytest.mark.parametrize("address", ["/nothing/", "/admin/nothing/here/"])
def test_a_missing_page_says_where_to_go_on(client: Client, address: str) -> None:
    client.force_login(make_user(Role.AUDITOR))

    answer = client.get(address)

    assert answer.status_code == 404
    assert "There is no such page." in answer.content.decode()


@pytest.mark.urls("tests.carrier_pages")
def test_a_refused_page_names_the_role(client: Client) -> None:
    client.force_login(make_user(Role.PRODUCER))

    answer = client.get("/admin/licenses/carrier/")

    assert answer.status_code == 403
    assert "(Producer)" in answer.content.decode()


def test_signing_out_takes_a_post_and_says_so(client: Client) -> None:
    client.force_login(make_user(Role.MANAGER))

    assert client.get("/admin/logout/").status_code == 405
    answer = client.post("/admin/logout/")

    assert "You are signed out." in answer.content.decode()


def test_lists_and_forms_write_instants_as_our_own_pages_do(client: Client) -> None:
    user = make_user(Role.ADMINISTRATOR)
    client.force_login(user)
    User.objects.filter(pk=user.pk).update(last_login=datetime(2026, 11, 1, 14, 30, tzinfo=UTC))

    pages = [client.get(f"/admin/accounts/user/{way}").content.decode() for way in ("", f"{user.pk}/change/")]

    assert [page.count("Nov 1, 2026, 09:30") for page in pages] == [1, 1]


def test_filters_are_folded_and_a_chosen_one_says_so(client: Client) -> None:
    client.force_login(make_user(Role.ADMINISTRATOR))

    page = client.get("/admin/licenses/producer/?status__exact=OFFBOARDED").content.decode()

    assert "<summary>Status: <strong>Left</strong></summary>" in page
    assert "<details open" not in page
    assert " open>" not in page


def test_history_is_offered_only_where_there_is_one(client: Client) -> None:
    client.force_login(make_user(Role.ADMINISTRATOR))
    carrier = Carrier.objects.create(name="Alder Ridge Life", cocode="00101")
    message = outbox.publish(topic="lead.assigned", payload={}, at=datetime(2026, 11, 1, 14, 30, tzinfo=UTC))

    edited = client.get(f"/admin/licenses/carrier/{carrier.pk}/change/").content
    only_read = client.get(f"/admin/outbox/message/{message.pk}/change/").content

    assert b'class="historylink"' in edited
    assert b'class="historylink"' not in only_read


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("licenses/licenserefreshchange/", "licenses/licenserefresh/"),
        ("routing/legalhold/", "routing/retentionpolicy/"),
        ("rules_engine/rule/overdue/", "rules_engine/rule/provisional/"),
        ("rules_engine/rule/", "rules_engine/rule/"),
    ],
)
def test_a_page_without_an_entry_of_its_own_belongs_to_the_one_it_is_reached_by(
    client: Client, address: str, place: str
) -> None:
    client.force_login(make_user(Role.ADMINISTRATOR))

    page = client.get(f"/admin/{address}").content.decode()

    assert re.findall(r'<li><a href="/admin/([^"]+)" aria-current="(?:true|page)">', page) == [place]


def test_an_empty_list_says_what_to_do_next(client: Client) -> None:
    client.force_login(make_user(Role.ADMINISTRATOR))

    first, by_itself, narrowed = (
        client.get(f"/admin/{address}").content
        for address in ("licenses/carrier/", "audit/verification/", "licenses/carrier/?q=nobody")
    )

    assert b"Add the first with the button above." in first
    assert b"What belongs here appears by itself." in by_itself
    assert b"Nothing matches." in narrowed
