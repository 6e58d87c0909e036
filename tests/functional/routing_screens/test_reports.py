"""Reports over HTTP: who sees them, what they say in words, where their numbers lead, and their files."""

import csv
import io
import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.policy import Role
from routing.models import Lead, Pool
from routing.queries.reports.listed import REPORTS
from routing.services import desk
from tests.factories import make_user
from tests.functional.routing_screens.agency import SmallAgency, user_of

pytestmark = pytest.mark.django_db

NOTHING_TO_DRAW = "There is nothing to draw in these days."
PLACES = ["reports", "report", "report_leads", "report_table"]


def address(name: str, report: str = "speed", query: str = "") -> str:
    """Return an address of the reports."""
    args = [] if name == "reports" else [report]
    return reverse(f"admin:{name}", args=args) + query


def browser(person: User) -> Client:
    """Return this person's browser."""
    client = Client()
    client.force_login(person)
    return client


def answer(agency: SmallAgency, lead: Lead, after: timedelta = timedelta(minutes=2)) -> None:
    """Let the owner call, and sell."""
    assert lead.owner is not None
    actor = user_of(lead.owner).actor()
    at = lead.received_at + after
    desk.touch(lead=lead, kind="CALL_CONNECTED", actor=actor, now=at)
    desk.dispose(lead=lead, disposition="SOLD", actor=actor, now=at)


@pytest.fixture
def manager(agency: SmallAgency) -> Client:
    return browser(agency.manager)


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("role", Role)
def test_everybody_but_producers_may_look(agency: SmallAgency, role: Role, name: str) -> None:
    person = make_user(role, username=f"a-{role.value.lower()}")

    assert browser(person).get(address(name)).status_code == (403 if role is Role.PRODUCER else 200)


@pytest.mark.parametrize(("role", "sees"), [(Role.MANAGER, True), (Role.AUDITOR, True), (Role.PRODUCER, False)])
def test_the_navigation_leads_there_whoever_may_look(agency: SmallAgency, role: Role, sees: bool) -> None:
    home = browser(make_user(role, username=f"a-{role.value.lower()}")).get("/admin/").text

    assert (address("reports") in home) is sees


@pytest.mark.parametrize("report", REPORTS)
def test_a_report_of_nothing_says_so_in_words(manager: Client, report: str) -> None:
    page = manager.get(address("report", report))

    for section, _ in page.context["sections"]:
        if section.is_empty:
            assert section.section.nothing in page.text
    assert '<svg class="fl-chart"' not in page.text
    assert (NOTHING_TO_DRAW in page.text) is (report == "utilisation")  # desks are listed, and none was used


@pytest.mark.parametrize("report", REPORTS)
def test_a_report_says_what_it_counts_and_shows_its_chart_beside_its_tables(
    agency: SmallAgency, manager: Client, report: str
) -> None:
    answer(agency, agency.receive())
    agency.receive()
    agency.receive_waiting()

    page = manager.get(address("report", report))

    for sentence in REPORTS[report].definition:
        assert sentence.replace("'", "&#x27;") in page.text
    assert " style=" not in page.text.split("<main", 1)[1].split("</main>", 1)[0]
    assert [each["label"] for each in page.context["figures"]]
    chart = page.context["chart"]
    if chart and ("lying" not in chart or chart["lying"].lanes):
        assert '<svg class="fl-chart"' in page.text
        assert f'<title id="chart-title">{chart["title"]}</title>' in page.text
    elif chart:
        assert NOTHING_TO_DRAW in page.text


def test_a_number_of_a_table_leads_to_its_leads(agency: SmallAgency, manager: Client) -> None:
    sold, open_ = agency.receive(), agency.receive()
    answer(agency, sold)

    page = manager.get(address("report", "speed")).text
    link = next(each for each in re.findall(r'href="([^"]+)"', page) if "part=sold" in each)
    listed = manager.get(link.replace("&amp;", "&"))

    assert [line.lead for line in listed.context["found"].lines] == [sold]
    assert reverse("admin:routing_lead_change", args=[sold.pk]) in listed.text
    assert reverse("admin:routing_lead_change", args=[open_.pk]) not in listed.text
    assert listed.context["title"] == "Sold: 1 to 5 minutes"


def test_a_long_list_goes_on_where_it_stopped(
    agency: SmallAgency, manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("routing.admin.reports.LISTED", 2)
    leads = [agency.receive() for _ in range(5)]

    here, seen = address("report_leads", "speed", "?days=7"), []
    while here:
        page = manager.get(here)
        seen += [line.lead.pk for line in page.context["found"].lines]
        older = re.search(r'href="([^"]+)">Older', page.text)
        here = address("report_leads", "speed", older[1].replace("&amp;", "&")) if older else ""

    assert seen == [lead.pk for lead in reversed(leads)]


@pytest.mark.parametrize(
    "query",
    ["?table=leads-none", "?part=none", "?table=leads-band&key=soon", "?pool=none", "?since=2026-13-01"],
)
def test_what_is_not_there_is_not_found(manager: Client, query: str) -> None:
    assert manager.get(address("report_leads", "speed", query)).status_code == 404


def test_an_unknown_report_is_not_found(manager: Client) -> None:
    assert {manager.get(address(name, "profit")).status_code for name in PLACES[1:]} == {404}


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ("", 30),
        ("?days=7", 7),
        ("?days=90", 90),
        ("?since=2026-01-01&until=2026-01-01", 1),
        ("?days=7&since=2026-01-01&until=2026-01-10", 10),
    ],
)
def test_the_period_is_whole_days_that_end_today_or_as_chosen(manager: Client, query: str, days: int) -> None:
    scope = manager.get(address("report", "speed", query)).context["scope"]

    assert (scope.last - scope.first).days + 1 == days


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?since=2026-02-01&until=2026-01-01", "It ends before it begins."),
        ("?until=2026-01-01", "Say from which day."),
        ("?since=2024-01-01&until=2026-01-01", "Choose 366 days at most."),
        ("?since=tomorrow", "Enter a valid date."),
        ("?pool=none", "Select a valid choice."),
        ("?days=8", "Select a valid choice."),
    ],
)
@pytest.mark.parametrize("name", ["reports", "report"])
def test_a_period_nobody_can_report_on_is_explained(manager: Client, name: str, query: str, said: str) -> None:
    page = manager.get(address(name, "speed", query))

    assert page.status_code == 200
    assert said in page.text
    assert page.context["scope"] is None


def test_a_pool_narrows_every_report_and_stays_chosen(agency: SmallAgency, manager: Client) -> None:
    answer(agency, agency.receive())
    Pool.objects.create(slug="other", name="Other")

    other = manager.get(address("report", "speed", "?days=7&pool=other"))
    own = manager.get(address("report", "speed", "?days=7&pool=texas-life"))

    assert manager.get(address("reports", query="?pool=texas-life")).status_code == 200
    assert [len(tables) for _, tables in other.context["sections"]] == [0]
    assert [len(tables) for _, tables in own.context["sections"]] == [3]
    assert address("report", "sla", "?days=7&amp;pool=texas-life") in own.text


def rows(client: Client, report: str, query: str = "") -> list[list[str]]:
    """Return the lines of a report's file."""
    file = client.get(address("report_table", report, query))
    assert file["Content-Type"].startswith("text/csv")
    assert "attachment" in file["Content-Disposition"]
    return list(csv.reader(io.StringIO(file.content.decode(), newline="")))


def test_a_table_as_a_file_has_plain_numbers_and_their_units(agency: SmallAgency, manager: Client) -> None:
    answer(agency, agency.receive())
    agency.receive()

    head, *lines = rows(manager, "speed", "?table=leads-tier&days=7")

    assert head == [
        "Tier", "Received", "Not answered", "Answered", "Answered and closed", "Sold", "Conversion, share",
        "Median wait, seconds", "p90, seconds",
    ]  # fmt: skip
    (line,) = lines
    assert line[1:] == ["2", "1", "1", "1", "1", "1.0", "120.0", "120.0"]


def test_an_excused_miss_has_its_column_its_leads_and_its_cause(agency: SmallAgency, manager: Client) -> None:
    lead = agency.receive()
    now = timezone.now()
    lead.assignments.update(due_at=now, ended_at=now, end="BREACHED", excuse="LAW")
    law = "The person might not be called for most of that time"

    page = manager.get(address("report", "sla", "?days=7"))
    behind = manager.get(address("report_leads", "sla", "?days=7&table=clocks-tier&part=excused"))
    causes = manager.get(address("report_leads", "sla", "?days=7&table=excuses-excuse&part=all&key=LAW"))

    assert "since systems were down or the person might not be called for most of the time" in page.text
    assert f'aria-label="1 excused: {law}"' in page.text
    assert [line.lead for line in behind.context["found"].lines] == [lead]
    assert [line.lead for line in causes.context["found"].lines] == [lead]
    assert f"Excused: {law}" in causes.text
    assert [line[:5] for line in rows(manager, "sla", "?table=clocks-tier&days=7")] == [
        ["Tier", "Assigned", "In time", "Too late", "Excused"],
        [lead.get_tier_display(), "1", "0", "0", "1"],
    ]
    assert rows(manager, "sla", "?table=excuses-excuse&days=7")[1:] == [[law, "1"]]


def test_no_name_in_a_file_becomes_a_formula(agency: SmallAgency, manager: Client) -> None:
    lead = agency.receive()
    Pool.objects.filter(slug=lead.pool).update(name="=HYPERLINK(1)")

    lines = rows(manager, "speed", "?table=leads-pool&days=7")

    assert [line[0] for line in lines[1:]] == ["'=HYPERLINK(1)"]


def test_a_file_of_no_table_is_not_found(manager: Client) -> None:
    assert manager.get(address("report_table", "speed", "?table=leads-none")).status_code == 404


def test_all_reports_are_shown_at_a_glance_with_their_questions(agency: SmallAgency, manager: Client) -> None:
    answer(agency, agency.receive())

    page = manager.get(address("reports"))

    shown = {report.slug: figure["value"] for report, figure, _ in page.context["stats"]}
    assert list(shown) == list(REPORTS)
    assert (shown["speed"], shown["acceptance"], shown["sla"], shown["ageing"]) == ("2 min", "100.0%", "100.0%", "0")
    assert all(report.question in page.text for report in REPORTS.values())


def test_the_days_end_at_the_agencys_midnight(agency: SmallAgency, manager: Client) -> None:
    zone = ZoneInfo(settings.AGENCY_TIME_ZONE)
    midnight = timezone.now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    for at in (midnight - timedelta(seconds=1), midnight):
        Lead.objects.create(source=agency.source, received_at=at)
    today = midnight.date()

    page = manager.get(address("report_leads", "speed", f"?since={today}&until={today}"))

    assert [line.at for line in page.context["found"].lines] == [midnight]
