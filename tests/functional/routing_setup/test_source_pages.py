"""Lead sources over HTTP: the form, the key, the test lead."""

import re
from typing import Any, Final

import pytest
from django.test import Client
from django.urls import reverse

from accounts.policy import Role
from routing.models import IntakeRecord, LeadSource
from routing.models.source import hash_key
from routing.services import roster
from tests.factories import make_user
from tests.integration.routing_setup.cast import browser_of, make_source

pytestmark = pytest.mark.django_db

SOURCE: Final = {
    "name": "Bright Quotes",
    "slug": "bright-quotes",
    "is_active": "on",
    "cost": "28.00",
    "scopes": ["leads:write"],
    "required_fields": ["email", "consent"],
    "invalid": "QUARANTINE",
    "duplicate_window_days": "30",
}


@pytest.fixture
def admin() -> Client:
    """Return an administrator's browser; the process's memory of another roster is dropped first."""
    roster.forget()
    return browser_of(make_user(Role.ADMINISTRATOR))


def test_an_administrator_opens_a_source_by_ticking_boxes(admin: Client) -> None:
    response = admin.post(reverse("admin:routing_leadsource_add"), SOURCE)

    source = LeadSource.objects.get()
    assert response.status_code == 302
    assert (source.scopes, source.required_fields) == (["leads:write"], ["email", "consent"])
    assert (source.invalid, source.duplicate_window_days, source.key_hash) == ("QUARANTINE", 30, "")


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"duplicate_window_days": "91"}, "duplicate_window_days"),
        ({"cost": "-1"}, "cost"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"scopes": []}, "scopes"),
        ({"required_fields": ["shoe_size"]}, "required_fields"),
    ],
)
def test_a_fault_is_told_at_its_field(admin: Client, fields: dict[str, Any], at_fault: str) -> None:
    page = admin.post(reverse("admin:routing_leadsource_add"), {**SOURCE, **fields})

    assert list(page.context["adminform"].form.errors) == [at_fault]
    assert LeadSource.objects.count() == 0


def test_the_key_is_shown_once_and_opens_the_intake(admin: Client) -> None:
    source = make_source()

    page = admin.post(reverse("admin:routing_leadsource_key", args=[source.pk]))

    found = re.search(r"fl_[\w-]{43}", page.text)
    assert found is not None
    assert LeadSource.objects.get().key_hash == hash_key(found[0])
    assert "no-store" in page["Cache-Control"]
    assert f"curl http://testserver{reverse('leads')}" in page.text
    assert found[0] not in admin.get(reverse("admin:routing_leadsource_change", args=[source.pk])).text


def test_the_curl_example_is_taken_in(admin: Client) -> None:
    source = make_source(required_fields=["email"])
    page = admin.post(reverse("admin:routing_leadsource_key", args=[source.pk]))

    answer = Client().post(
        reverse("leads"),
        data=page.context["sample"],
        content_type="application/json",
        headers={"Authorization": f"Api-Key {page.context['key']}", "Idempotency-Key": "test-1"},
    )

    assert answer.status_code == 201


def test_leads_entered_by_hand_get_no_key(admin: Client) -> None:
    source = make_source("manual")

    page = admin.post(reverse("admin:routing_leadsource_key", args=[source.pk]))

    assert "need no key" in page.text
    assert LeadSource.objects.get().key_hash == ""


def test_a_test_lead_shows_the_outcome_and_keeps_nothing(admin: Client) -> None:
    source = make_source()

    page = admin.post(reverse("admin:routing_leadsource_test", args=[source.pk]))

    assert page.context["trial"].outcome["status"] in page.text
    assert IntakeRecord.objects.count() == 0


def test_other_values_are_tried_and_their_faults_told_at_the_field(admin: Client) -> None:
    source = make_source(required_fields=["email"])
    sent = {"first_name": "Ada", "last_name": "Byron", "phone": "555", "state": "TX", "line": "LIFE"}

    page = admin.post(reverse("admin:routing_leadsource_test", args=[source.pk]), sent)

    assert sorted(page.context["form"].errors) == ["email", "phone"]
    assert "The source would hear 400" in page.text


@pytest.mark.parametrize("button", ["key", "test"])
@pytest.mark.parametrize("role", [Role.OPERATIONS, Role.MANAGER, Role.AUDITOR, Role.PRODUCER])
def test_the_buttons_are_the_administrators(role: Role, button: str) -> None:
    source = make_source()

    answer = browser_of(make_user(role)).post(reverse(f"admin:routing_leadsource_{button}", args=[source.pk]))

    assert (answer.status_code, LeadSource.objects.get().key_hash) == (403, "")


@pytest.mark.parametrize("button", ["key", "test"])
def test_a_visit_presses_no_button(admin: Client, button: str) -> None:
    source = make_source()

    answer = admin.get(reverse(f"admin:routing_leadsource_{button}", args=[source.pk]))

    assert (answer.status_code, LeadSource.objects.get().key_hash) == (405, "")


def test_a_sources_words_are_listed_added_and_forgotten(admin: Client) -> None:
    source = make_source()
    page = reverse("admin:routing_leadsource_change", args=[source.pk])
    word = {"field": "state", "sent": "Sunshine", "read_as": "FL"}

    told = admin.post(reverse("admin:routing_leadsource_remember", args=[source.pk]), word, follow=True)
    listed = admin.get(page)
    gone = admin.post(reverse("admin:routing_leadsource_forget", args=[source.pk]), word, follow=True)

    assert "Remembered. 0 leads that waited were tried again." in told.text
    assert [(each["label"], each["sent"], each["read_as"]) for each in listed.context["words"]] == [
        ("State", "sunshine", "FL")
    ]
    assert "is read as it is again" in gone.text
    assert "Nothing is remembered" in gone.text


def test_whoever_may_only_look_sees_the_words_and_cannot_change_them() -> None:
    source = make_source(aliases={"state": {"sunshine": "FL"}})
    browser = browser_of(make_user(Role.AUDITOR))

    page = browser.get(reverse("admin:routing_leadsource_change", args=[source.pk]))

    assert "sunshine" in page.text
    assert "Forget" not in page.text
    for name in ("remember", "forget"):
        assert browser.post(reverse(f"admin:routing_leadsource_{name}", args=[source.pk])).status_code == 403
