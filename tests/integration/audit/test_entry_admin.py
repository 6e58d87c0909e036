"""The ledger's pages: auditors read, nobody writes."""

from datetime import timedelta
from typing import Final

import pytest
from django.test import Client

from accounts.actor import system
from accounts.models import User
from accounts.policy import Role
from audit import services as audit
from audit.models import Entry, SavedFilter, Seal
from tests.integration.accounts.cast import make_person
from tests.integration.audit.ledger_cases import KIM, NOON, record_some

pytestmark = pytest.mark.django_db

LIST: Final = "/admin/audit/entry/"


def browser_of(role: Role) -> Client:
    """Return the browser of somebody with this role."""
    browser = Client()
    browser.force_login(make_person("otto", role))
    return browser


def lines(browser: Client, **asked: str) -> int:
    """Return how many entries the list shows."""
    page = browser.get(LIST, asked)
    assert page.status_code == 200
    return page.content.count(b'class="fa-action"')


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.OPERATIONS, Role.ADMINISTRATOR])
def test_who_may_look_browses_and_narrows(role: Role) -> None:
    record_some(3)
    browser = browser_of(role)

    assert lines(browser) == 3
    assert lines(browser, action="lead.step_1") == 1
    assert lines(browser, actor=f"user:{KIM.id}") == 3
    assert lines(browser, actor="system:sla") == 0
    assert lines(browser, until=f"{NOON - timedelta(days=1):%Y-%m-%dT%H:%M}") == 0


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"actor": "Nobody Known"}, "Nothing is called that."),
        ({"lead": "7"}, "Nothing is called that."),
        ({"producer": "Nobody"}, "Nothing is called that."),
        ({"version": "3"}, "Choose the set this is a version of."),
        ({"since": "yesterday"}, "Enter a valid date/time."),
        ({"action": "no.such"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_asked_is_said_at_its_field(asked: dict[str, str], sentence: str) -> None:
    record_some(1)

    assert sentence in browser_of(Role.AUDITOR).get(LIST, asked).content.decode()


def test_a_view_is_kept_shared_and_dropped_by_its_owner_alone() -> None:
    record_some(2)
    auditor, other = browser_of(Role.AUDITOR), Client()
    other.force_login(make_person("olga", Role.OPERATIONS))
    view = {"name": "First steps", "is_shared": "on", "query": "action=lead.step_0"}

    answer = auditor.post(f"{LIST}filters/", view)

    [saved] = SavedFilter.objects.all()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{LIST}?action=lead.step_0")
    assert '<a href="?action=lead.step_0">First steps</a>' in other.get(LIST).content.decode()
    assert other.post(f"{LIST}filters/{saved.pk}/delete/").status_code == 403
    assert auditor.post(f"{LIST}filters/{saved.pk}/delete/").status_code == 302
    assert not SavedFilter.objects.exists()
    told = Entry.objects.filter(action__startswith="filter.").order_by("seq").values_list("action", "target_label")
    assert list(told) == [("filter.saved", "First steps"), ("filter.deleted", "First steps")]


@pytest.mark.parametrize("name", ["", "x" * 81])
def test_a_view_wants_a_name(name: str) -> None:
    answer = browser_of(Role.AUDITOR).post(f"{LIST}filters/", {"name": name, "query": "action=x"})

    assert answer.status_code == 200
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize("role", [Role.PRODUCER, Role.MANAGER])
def test_who_may_not_look_is_kept_out(role: Role) -> None:
    [entry] = record_some(1)
    browser = browser_of(role)

    assert [browser.get(url).status_code for url in (LIST, f"{LIST}{entry.pk}/change/")] == [403, 403]
    assert browser.post(f"{LIST}filters/", {"name": "x", "query": ""}).status_code == 403


def test_an_entry_is_readable_and_names_its_place_in_the_chain() -> None:
    kim = make_person("kim")
    detail = {"before": "<b>PRODUCER</b>", "after": "MANAGER"}
    entry = audit.record(at=NOON, actor=KIM, action="person.role_changed", target=kim, detail=detail)
    audit.seal()

    page = browser_of(Role.AUDITOR).get(f"{LIST}{entry.pk}/change/").content.decode()

    assert "&quot;before&quot;: &quot;&lt;b&gt;PRODUCER&lt;/b&gt;&quot;" in page
    assert f'<a href="/admin/accounts/user/{kim.pk}/change/">Kim Osei</a>' in page
    assert Seal.objects.get().hash in page


def test_an_entry_about_nothing_with_a_page_is_readable_too() -> None:
    entry = audit.entry(at=NOON, actor=KIM, action="lead.assigned")
    entry.target_type, entry.target_id, entry.target_label = "gone.model", "x/../y", "Something gone"
    entry.save(force_insert=True)

    page = browser_of(Role.AUDITOR).get(f"{LIST}{entry.pk}/change/")

    assert page.status_code == 200
    assert b"Something gone" in page.content
    assert b"not sealed yet" in page.content


@pytest.mark.parametrize("path", ["add/", "{pk}/change/", "{pk}/delete/"])
@pytest.mark.parametrize("role", list(Role))
def test_nobody_writes(path: str, role: Role) -> None:
    [entry] = record_some(1)
    browser = browser_of(role)
    User.objects.update(is_superuser=True)

    response = browser.post(f"{LIST}{path.format(pk=entry.pk)}", {"action": "x", "post": "yes"})

    assert response.status_code == 403
    assert list(Entry.objects.values_list("action", flat=True)) == ["lead.step_0"]


def test_no_action_can_be_posted_to_the_list() -> None:
    [entry] = record_some(1)

    browser_of(Role.ADMINISTRATOR).post(LIST, {"action": "delete_selected", "_selected_action": str(entry.pk)})

    assert Entry.objects.count() == 1


@pytest.mark.parametrize("key", ["x", "01a1ffce-0000-7000-8000-00000000dead", "%00"])
def test_what_is_not_there_leads_home(key: str) -> None:
    assert browser_of(Role.AUDITOR).get(f"{LIST}{key}/change/").status_code in {302, 404}


def test_the_list_takes_as_many_statements_for_many_entries_as_for_few(django_assert_max_num_queries: object) -> None:
    record_some(60)
    browser = browser_of(Role.AUDITOR)

    with django_assert_max_num_queries(12):  # type: ignore[operator]  # a fixture without a type
        browser.get(LIST)


def test_an_entry_is_headed_by_what_happened() -> None:
    audit.record(at=NOON, actor=KIM, action="release.started", target=None, detail={"reason": ""})

    page = browser_of(Role.AUDITOR).get(f"{LIST}{Entry.objects.get().pk}/change/").content

    assert b"<h1>Release started</h1>" in page


def test_a_part_of_fairlead_is_called_by_words_and_found_by_them() -> None:
    audit.record_many([audit.entry(at=NOON, actor=system("rerun"), action="lead.assigned")])
    record_some(1)
    browser = browser_of(Role.AUDITOR)

    page = browser.get(LIST, {"actor": "The retry"}).content.decode()

    assert '<a href="?actor=system:rerun">The retry</a>' in page
    assert lines(browser, actor="The retry") == 1
    entry = browser.get(f"{LIST}{Entry.objects.get(actor_id='rerun').pk}/change/").content.decode()
    assert "the retry (system:rerun)" in entry
