"""The test bench's pages: trying leads, keeping cases, and what they cover."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from accounts.policy import Role
from routing.admin import bench_page
from routing.admin.bench_form import rule_choices
from routing.models import CaseRun, Lead, SavedCase
from routing.services import deciding
from rules_engine import services as rules
from rules_engine.models import RuleSet
from tests.agency import SETUP
from tests.factories import make_user
from tests.functional.routing_screens.agency import MINORS, SmallAgency

BENCH = "/admin/routing/savedcase/bench/"
CASES = "/admin/routing/savedcase/"
COVERAGE = f"{CASES}coverage/"
MADE_UP: dict[str, Any] = {
    "first_name": "Ada",
    "last_name": "Byron",
    "email": "ada@example.com",
    "state": "TX",
    "products": "term_life",
    "birth_date": "2015-05-12",
}


@pytest.fixture
def operations(agency: SmallAgency, client: Client) -> Client:
    """Return a browser signed in as somebody of operations."""
    client.force_login(make_user(Role.OPERATIONS, username="olena", first_name="Olena", last_name="Ops"))
    return client


@pytest.fixture
def auditor(agency: SmallAgency) -> Client:
    """Return a browser signed in as an auditor."""
    browser = Client()
    browser.force_login(make_user(Role.AUDITOR, username="aud"))
    return browser


@pytest.fixture
def two_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show two producers a page."""
    monkeypatch.setattr(bench_page, "PER_PAGE", 2)


def rows() -> dict[str, int]:
    """Return how many rows every table holds."""
    return {model._meta.label: model._default_manager.count() for model in apps.get_models(include_auto_created=True)}


def let_minors_pass() -> None:
    """Change the draft of the checks so that it stops nobody."""
    rule = RuleSet.objects.get(slug="checks").rules.get()
    body = {name: MINORS[name] for name in ("id", "name", "when", "message")} | {"effect": "warn"}
    rules.save_rule(rule=rule, document=body, actor=SETUP, now=timezone.now())


def told(page: Any, label: str) -> list[tuple[str, bool]]:
    """Return one line of the verdict: each cell's text, and whether it differs from the first."""
    line = next(each for each in page.context["verdicts"] if each.label == label)
    return [(cell.text, cell.differs) for cell in line.cells]


def case_fields(page: Any, **fields: Any) -> dict[str, Any]:
    """Return what the form offered on the page would send, with a name."""
    form = page.context["saving"]
    sent = {bound.html_name: bound.value() or "" for bound in form if bound.value() is not None}
    return {**sent, "case-name": "A minor is looked at", **{f"case-{name}": value for name, value in fields.items()}}


def test_a_made_up_lead_is_tried_on_live_rules_and_a_draft_side_by_side(operations: Client) -> None:
    let_minors_pass()

    page = operations.post(BENCH, {**MADE_UP, "first": "live", "second": "checks=draft"})

    assert page.status_code == 200
    assert page.context["labels"] == ["Live", "Draft of Checks"]
    assert told(page, "Goes to") == [("Review", False), ("To a producer", True)]
    assert told(page, "Pool") == [("–", False), ("Texas life", True)]
    assert [line.label for line in page.context["gates"]] == ["A person looks at minors"]
    lines = {line.name: line for line in page.context["producers"].lines}
    assert lines["Ray Moss"].stands[1].change == "renew the TX license (ended May 12, 2025)"
    assert "Ray Moss: renew the TX license (ended May 12, 2025)" in page.content.decode()


def test_a_lead_for_nobody_is_called_on_the_bench_what_it_is_called_in_a_rehearsal(operations: Client) -> None:
    page = operations.post(BENCH, {**MADE_UP, "birth_date": "", "state": "WY", "first": "live"})

    assert told(page, "Goes to") == [("Fallback", False)]


def test_the_whole_way_through_the_pools_is_told_as_the_receipt_tells_it(
    agency: SmallAgency, operations: Client
) -> None:
    agency.go_on_to("Everywhere life", agency.lee)
    agency.set_capacity(0, agency.kim)
    lead = agency.receive()

    page = operations.get(BENCH, {"lead": str(lead.pk)})
    receipt = operations.get(f"/admin/routing/decision/{lead.decision_id}/", follow=True).context["receipt"]

    [way] = page.context["ways"]
    assert [stop.text for stop in way.stops] == [
        "Texas life: everyone who could take it is at capacity; went on to Everywhere life.",
        "Everywhere life: assigned to a producer licensed for it.",
    ]
    assert [stop.text for stop in receipt.way] == [stop.text for stop in way.stops]
    first, last = (stop.asked for stop in way.stops)
    assert first == receipt.way[0].asked
    assert (first.eligible, first.considered, first.excluded_by) == (1, 2, (("License ended", 1),))
    assert [(each.name, each.note) for each in first.candidates] == [("Kim Park", "at capacity")]
    assert [(each.name, each.rank) for each in last.candidates] == [("Lee Diaz", 1)]
    text = " ".join(re.sub("<[^>]*>", "", page.content.decode()).split())
    assert (
        "went on to Everywhere life. 1 of 2 could take it. Excluded by: License ended (1). Kim Park: at capacity"
        in text
    )
    assert "Lee Diaz: place 1 in the order" in text
    assert {line.name: line.pools for line in page.context["producers"].lines} == {
        "Kim Park": ("Texas life",),
        "Lee Diaz": ("Everywhere life",),
        "Ray Moss": ("Texas life",),
    }


def test_where_nobody_of_any_pool_can_have_it_every_pool_says_so(agency: SmallAgency, operations: Client) -> None:
    agency.go_on_to("Everywhere life", agency.ray)
    agency.set_capacity(0)

    page = operations.post(BENCH, {**MADE_UP, "birth_date": ""})

    [way] = page.context["ways"]
    assert [(stop.text, stop.tone) for stop in way.stops] == [
        ("Texas life: everyone who could take it is at capacity.", "warn"),
        ("Everywhere life: nobody in the pool is licensed for this state and line.", "warn"),
    ]
    assert way.stops[1].asked.nearest == (("Ray Moss", "license ended May 12, 2025"),)


def test_choices_of_rules_that_go_another_way_are_told_apart(agency: SmallAgency, operations: Client) -> None:
    agency.go_on_to("Everywhere life", agency.lee)
    agency.set_capacity(0, agency.kim)
    let_minors_pass()

    page = operations.post(BENCH, {**MADE_UP, "first": "live", "second": "checks=draft", "third": "checks=1"})

    assert [(way.under, len(way.stops), way.alone) for way in page.context["ways"]] == [
        ("Live, Checks v1", 0, ""),
        ("Draft of Checks", 2, ""),
    ]


def test_a_lead_its_own_pool_can_place_has_no_way_to_tell(agency: SmallAgency, operations: Client) -> None:
    agency.go_on_to("Everywhere life", agency.lee)

    page = operations.post(BENCH, {**MADE_UP, "birth_date": ""})

    assert page.context["ways"] == []
    assert [line.pools for line in page.context["producers"].lines] == [(), ()]


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"show": "able"}, ["Kim Park", "Lee Diaz"]),
        ({"show": "blocked"}, ["Ray Moss"]),
        ({"show": "differs"}, []),
        ({"q": "lee"}, ["Lee Diaz"]),
        ({"page": "9"}, []),
        ({"page": "x", "show": "x"}, ["Kim Park", "Lee Diaz", "Ray Moss"]),
    ],
)
def test_the_producers_are_filtered(operations: Client, asked: dict[str, str], names: list[str]) -> None:
    page = operations.post(BENCH, {**MADE_UP, "birth_date": "", **asked})

    assert [line.name for line in page.context["producers"].lines] == names


@pytest.mark.usefixtures("two_a_page")
def test_pages_of_producers_are_turned_by_buttons_of_the_form(operations: Client) -> None:
    first = operations.post(BENCH, {**MADE_UP, "birth_date": ""})
    second = operations.post(BENCH, {**MADE_UP, "birth_date": "", "page": "2"})

    assert re.search(r'<button type="submit" name="page" value="2" form="bench"', first.content.decode())
    assert [line.name for line in second.context["producers"].lines] == ["Ray Moss"]
    assert re.search(r'<button type="submit" name="page" value="1" form="bench"', second.content.decode())


def test_fields_at_fault_are_shown_where_they_are(operations: Client) -> None:
    page = operations.post(BENCH, {**MADE_UP, "state": "", "zip": "1", "phone": "555"})

    assert page.context["run"] is None
    assert set(page.context["form"].errors) == {"zip", "phone"}


def test_rules_that_are_not_there_are_refused_in_words(operations: Client) -> None:
    page = operations.post(BENCH, {**MADE_UP, "first": "checks=99"})

    assert "Checks has no version 99." in page.content.decode()


def test_the_rules_offered_are_read_without_their_documents(
    agency: SmallAgency, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2) as asked:
        offered = dict(rule_choices())

    assert offered["Checks"] == [("checks=1", "Checks v1")]
    assert not any("document" in query["sql"] for query in asked.captured_queries)


def test_a_made_up_lead_is_posted_and_never_read_from_an_address(operations: Client) -> None:
    asked = operations.get(BENCH, MADE_UP)
    page = operations.post(BENCH, MADE_UP).content.decode()

    assert (asked.context["run"], asked.context["form"]["last_name"].value()) == (None, "Person")
    assert '<form method="post" action="/admin/routing/savedcase/bench/#outcome"' in page
    assert "A made-up lead is not in this page's address" in unescape(page)
    assert "leads here again" not in page


def test_a_made_up_lead_is_taken_from_our_own_page_alone(agency: SmallAgency) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make_user(Role.AUDITOR, username="aud"))

    assert strict.post(BENCH, MADE_UP).status_code == 403
    token = strict.get(BENCH).context["csrf_token"]
    assert strict.post(BENCH, {**MADE_UP, "csrfmiddlewaretoken": token}).status_code == 200


def test_a_version_too_old_to_be_offered_is_named_in_the_address(operations: Client) -> None:
    page = operations.get(BENCH, {"first": "checks=99"})

    assert '<option value="checks=99" selected>' in page.content.decode()


def test_a_lead_that_came_in_is_named_by_its_id_alone(agency: SmallAgency, operations: Client) -> None:
    lead = agency.receive(external_id="REF-7", first_name="Grace", last_name="Hopper")

    answer = operations.get(BENCH, {"lead": "REF-7", "first": "live"})
    page = operations.get(answer["Location"])

    assert dict(parse_qsl(answer["Location"].partition("?")[2])) == {"first": "live", "lead": str(lead.pk)}
    assert told(page, "Goes to") == [("To a producer", False)]
    assert "Hopper" not in page.content.decode()
    assert "This page's address leads here again." in unescape(page.content.decode())


def test_the_run_of_a_lead_that_came_in_has_an_address_with_its_choices(
    agency: SmallAgency, operations: Client
) -> None:
    lead = agency.receive()

    page = operations.get(BENCH, {"lead": str(lead.pk), "first": "checks=1", "second": "checks=draft", "q": "lee"})

    assert page.context["labels"] == ["Checks v1", "Draft of Checks"]
    assert [line.name for line in page.context["producers"].lines] == ["Lee Diaz"]


def test_a_made_up_lead_like_a_real_one_has_an_invented_person(agency: SmallAgency, operations: Client) -> None:
    lead = agency.receive(first_name="Grace", last_name="Hopper", premium="900.00")

    page = operations.get(BENCH, {"like": str(lead.pk)})

    form = page.context["form"]
    assert (form["first_name"].value(), form["state"].value(), str(form["premium"].value())) == ("Test", "TX", "900.00")
    assert "Hopper" not in page.content.decode()


def test_a_lead_that_is_not_there_is_404(operations: Client) -> None:
    assert operations.get(BENCH, {"lead": "nobody"}).status_code == 404


def test_an_auditor_may_try_and_may_not_save(auditor: Client) -> None:
    deciding.context()  # takes in what was set up
    before = rows()

    page = auditor.post(BENCH, MADE_UP)

    assert rows() == before

    assert (page.status_code, page.context["saving"]) == (200, None)
    assert auditor.post(f"{CASES}save/", {}).status_code == 403


def test_a_producer_may_not_open_the_bench(agency: SmallAgency, client: Client) -> None:
    assert agency.kim.user is not None
    client.force_login(agency.kim.user)

    assert [client.get(path).status_code for path in (BENCH, CASES, COVERAGE)] == [403, 403, 403]


def test_a_run_is_kept_as_a_case_and_tried_on_a_draft(operations: Client) -> None:
    page = operations.post(BENCH, MADE_UP)
    kept = operations.post(f"{CASES}save/", case_fields(page), follow=True)
    let_minors_pass()

    case = SavedCase.objects.get()
    assert (case.status, case.reason, case.lead["first_name"]) == ("review", "MINOR", "Invented")
    assert "A case is never erased, so its person is invented." in page.content.decode()
    assert "Saved: A minor is looked at." in kept.content.decode()
    assert [each.misses for each in kept.context["found"].standings] == [None]
    drafted = operations.post(f"{CASES}try/", {"rules": "checks=draft"}, follow=True)
    assert "Expected the status review, got assigned" in drafted.content.decode()


def test_a_case_that_cannot_be_kept_is_shown_again_with_the_reason(operations: Client) -> None:
    page = operations.post(BENCH, MADE_UP)
    refused = [
        operations.post(f"{CASES}save/", case_fields(page, **fields))
        for fields in ({"name": ""}, {"fields_json": "["}, {"fields_json": '{"state": "XX"}'}, {"status": "gone"})
    ]

    assert [answer.status_code for answer in refused] == [200] * 4
    assert all(answer.context["saving"].errors for answer in refused)
    assert not SavedCase.objects.exists()


def test_looking_at_cases_shows_the_last_run_and_says_when_the_rules_changed_since(operations: Client) -> None:
    operations.post(f"{CASES}save/", case_fields(operations.post(BENCH, MADE_UP)))
    operations.post(f"{CASES}try/", {"rules": "checks=draft"})
    fresh = operations.get(CASES, {"rules": "checks=draft"}).context["found"]
    let_minors_pass()

    stale = operations.get(CASES, {"rules": "checks=draft"})
    never = operations.get(CASES).context["found"]

    assert (fresh.passed, fresh.is_current) == (1, True)
    assert (stale.context["found"].passed, stale.context["found"].is_current) == (1, False)
    assert "These rules have changed since; try the cases again." in stale.content.decode()
    assert (never.run, [each.misses for each in never.standings]) == (None, [None])


def test_one_case_is_tried_on_the_bench_beside_a_draft(operations: Client, auditor: Client) -> None:
    operations.post(f"{CASES}save/", case_fields(operations.post(BENCH, MADE_UP)))
    let_minors_pass()
    before = rows()

    listed = auditor.get(CASES, {"rules": "checks=draft"}).content.decode()
    page = auditor.get(BENCH, {"case": str(SavedCase.objects.get().pk), "first": "live", "second": "checks=draft"})

    assert f'href="{BENCH}?case={SavedCase.objects.get().pk}&amp;first=checks%3Ddraft"' in listed
    assert [label for label, _ in page.context["misses"]] == ["Live", "Draft of Checks"]
    assert page.context["misses"][0][1] == ()
    assert page.context["misses"][1][1][0].startswith("Expected the status review, got assigned")
    assert told(page, "Goes to") == [("Review", False), ("To a producer", True)]
    assert "This page's address leads here again." in unescape(page.content.decode())
    assert rows() == before


@pytest.mark.parametrize("named", ["987654", "x", "9" * 30])
def test_a_case_that_is_not_there_is_404(operations: Client, named: str) -> None:
    assert operations.get(BENCH, {"case": named}).status_code == 404


def test_whoever_reads_rules_tries_all_cases_and_keeps_nothing(operations: Client, auditor: Client) -> None:
    operations.post(f"{CASES}save/", case_fields(operations.post(BENCH, MADE_UP)))
    deciding.context()
    before = rows()

    shown = auditor.get(CASES)
    tried = auditor.get(CASES, {"rules": "live", "try": "1"})

    assert '<button type="submit" name="try" value="1"' in shown.content.decode()
    assert (tried.context["found"].passed, tried.context["found"].is_current) == (1, True)
    assert auditor.post(f"{CASES}try/", {"rules": "live"}).status_code == 403
    assert auditor.get(CASES).context["found"].run is None
    assert rows() == before


def test_cases_that_cannot_be_tried_say_why_and_keep_nothing(operations: Client) -> None:
    answers = [operations.post(f"{CASES}try/", {"rules": rules}) for rules in ("nothing=draft", "?", "checks=99")]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert [answer.context["refusal"].message for answer in answers] == [
        "There is no rule set nothing.",
        "“?” names no rules: use live, then, SET=draft or SET=3.",
        "Checks has no version 99.",
    ]
    assert not CaseRun.objects.exists()


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("Test@Person.example", "an e-mail address"),
        ("Call 214-555-0101", "a phone number, a whole date or another long number"),
        ("Byron, no training", "the name of the person"),
    ],
)
def test_the_name_of_a_case_tells_nobody(operations: Client, name: str, holds: str) -> None:
    page = operations.post(BENCH, {**MADE_UP, "last_name": "Byron"})

    answer = operations.post(f"{CASES}save/", case_fields(page, name=name))

    assert answer.context["saving"].errors["name"] == [
        f"The name holds {holds}. Say what the case shows, and name nobody: cases are never erased."
    ]
    assert not SavedCase.objects.exists()


def test_a_case_is_deleted(operations: Client) -> None:
    operations.post(f"{CASES}save/", case_fields(operations.post(BENCH, MADE_UP)))

    operations.post(f"{CASES}{SavedCase.objects.get().pk}/delete/")

    assert not SavedCase.objects.exists()


def test_coverage_shows_what_cases_and_leads_try_of_each_condition(agency: SmallAgency, operations: Client) -> None:
    operations.post(f"{CASES}save/", case_fields(operations.post(BENCH, MADE_UP)))
    agency.receive()
    assert Lead.objects.count() == 1

    by_cases = operations.get(COVERAGE, {"set": "checks", "rules": "live"})
    by_leads = operations.get(COVERAGE, {"set": "checks", "over": "leads"})

    (title, node) = by_cases.context["lines"][0].nodes[0]
    assert (title, node.text, node.true, node.false, node.gap) == ("When", "Age is less than 18", 1, 0, "never false")
    assert by_leads.context["lines"][0].nodes[0][1].gap == "never true or false"


def test_coverage_of_a_set_that_is_not_there_is_refused_in_words(operations: Client) -> None:
    page = operations.get(COVERAGE, {"set": "nothing"})

    assert re.search("There is no rule set nothing", page.content.decode())


def test_the_page_of_a_set_leads_to_the_bench_and_its_coverage(operations: Client) -> None:
    ruleset = RuleSet.objects.get(slug="checks")

    text = operations.get(f"/admin/rules_engine/ruleset/{ruleset.pk}/change/").content.decode()

    assert f"{BENCH}?first=live&amp;second=checks%3Ddraft" in text
    assert f"{COVERAGE}?set=checks" in text
