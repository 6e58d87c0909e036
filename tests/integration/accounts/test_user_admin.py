"""The people page: administrators work on it, others with the right look, everybody else stays out."""

from typing import Final

import pytest
from django.test import Client

from accounts.models import User
from accounts.policy import Role
from audit.models import Entry
from outbox.models import Message
from tests.integration.accounts.cast import make_person

pytestmark = pytest.mark.django_db

LIST: Final = "/admin/accounts/user/"


def browser_of(person: User) -> Client:
    """Return this person's browser."""
    browser = Client()
    browser.force_login(person)
    return browser


def form_of(**changes: str) -> dict[str, str]:
    """Return the form as the browser sends it."""
    form = {"username": "lee", "email": "lee@agency.example", "first_name": "Lee", "last_name": "Owusu"}
    return {**form, "role": "PRODUCER", **changes}


def test_an_administrator_invites_somebody() -> None:
    admin = make_person("ada", Role.ADMINISTRATOR)

    response = browser_of(admin).post(f"{LIST}add/", form_of(role="MANAGER"))

    lee = User.objects.get(username="lee")
    assert response.status_code == 302
    assert (lee.role, lee.has_usable_password(), lee.is_superuser) == ("MANAGER", False, False)
    assert Entry.objects.get().action == "person.invited"
    assert Message.objects.get().topic == "person.invited"


@pytest.mark.parametrize(
    "changes",
    [{"email": ""}, {"email": "no address"}, {"email": "ADA@agency.example"}, {"username": "ada"}, {"role": "KING"}],
    ids=["no address", "malformed", "address taken", "name taken", "no such role"],
)
def test_a_form_that_will_not_do_changes_nothing(changes: dict[str, str]) -> None:
    admin = make_person("ada", Role.ADMINISTRATOR)

    response = browser_of(admin).post(f"{LIST}add/", form_of(**changes))

    assert response.status_code == 200
    assert (User.objects.count(), Entry.objects.count(), Message.objects.count()) == (1, 0, 0)


def test_an_administrator_changes_name_and_role() -> None:
    admin, kim = make_person("ada", Role.ADMINISTRATOR), make_person("kim")
    form = form_of(email="kim@agency.example", first_name="Kimberly", last_name="Osei", role="AUDITOR")

    browser_of(admin).post(f"{LIST}{kim.pk}/change/", form)

    kim.refresh_from_db()
    assert (kim.username, kim.first_name, kim.role) == ("kim", "Kimberly", "AUDITOR")
    assert [entry.action for entry in Entry.objects.order_by("seq")] == ["person.edited", "person.role_changed"]


def test_fields_that_are_not_on_the_form_cannot_be_set() -> None:
    admin, kim = make_person("ada", Role.ADMINISTRATOR), make_person("kim")
    extra = {"is_superuser": "on", "is_staff": "on", "is_active": "", "password": "x", "session_epoch": "9"}

    browser_of(admin).post(f"{LIST}{kim.pk}/change/", {**form_of(email="kim@agency.example"), **extra})

    kim.refresh_from_db()
    assert (kim.is_superuser, kim.is_staff, kim.is_active, kim.session_epoch) == (False, False, True, 0)
    assert kim.password != "x"


def test_a_refusal_is_told_on_the_page() -> None:
    admin = make_person("ada", Role.ADMINISTRATOR)

    response = browser_of(admin).post(
        f"{LIST}{admin.pk}/change/", form_of(email="ada@agency.example", role="MANAGER"), follow=True
    )

    admin.refresh_from_db()
    assert b"At least one administrator must remain" in response.content
    assert (admin.role, admin.first_name) == ("ADMINISTRATOR", "Ada")  # the whole form is undone


BUTTONS: Final = {"reset": "person.reset_sent", "deactivate": "person.deactivated", "reactivate": "person.reactivated"}


@pytest.mark.parametrize(("button", "action"), BUTTONS.items(), ids=BUTTONS)
def test_a_button_does_its_one_thing(button: str, action: str) -> None:
    admin, kim = make_person("ada", Role.ADMINISTRATOR), make_person("kim")
    User.objects.filter(pk=kim.pk).update(is_active=button != "reactivate")

    response = browser_of(admin).post(f"{LIST}{kim.pk}/{button}/")

    assert (response.status_code, response["location"]) == (302, f"{LIST}{kim.pk}/change/")
    assert [entry.action for entry in Entry.objects.all()] == [action]


@pytest.mark.parametrize("button", BUTTONS)
@pytest.mark.parametrize("method", ["get", "head", "put", "delete"])
def test_a_button_is_pressed_by_post_alone(button: str, method: str) -> None:
    admin, kim = make_person("ada", Role.ADMINISTRATOR), make_person("kim")

    response = getattr(browser_of(admin), method)(f"{LIST}{kim.pk}/{button}/")

    assert response.status_code == 405
    assert not Entry.objects.exists()


@pytest.mark.parametrize("button", BUTTONS)
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_a_button_is_not_for_others(button: str, role: Role) -> None:
    other, kim = make_person("otto", role), make_person("kim")

    response = browser_of(other).post(f"{LIST}{kim.pk}/{button}/")

    assert response.status_code == 403
    assert not Entry.objects.exists()


@pytest.mark.parametrize("key", ["987654", "x", "1/2", "%00"])
def test_a_button_on_nobody_is_not_found(key: str) -> None:
    admin = make_person("ada", Role.ADMINISTRATOR)

    assert browser_of(admin).post(f"{LIST}{key}/reset/").status_code == 404


def test_a_button_needs_the_csrf_token() -> None:
    admin, kim = make_person("ada", Role.ADMINISTRATOR), make_person("kim")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(admin)

    assert browser.post(f"{LIST}{kim.pk}/deactivate/").status_code == 403
    kim.refresh_from_db()
    assert kim.is_active


@pytest.mark.parametrize("role", [Role.OPERATIONS, Role.MANAGER, Role.AUDITOR])
def test_who_may_look_sees_no_form_and_no_button(role: Role) -> None:
    viewer, kim = make_person("otto", role), make_person("kim")

    page = browser_of(viewer).get(f"{LIST}{kim.pk}/change/")

    assert page.status_code == 200
    assert b"Deactivate" not in page.content
    assert b'name="email"' not in page.content
    assert browser_of(viewer).post(f"{LIST}{kim.pk}/change/", form_of()).status_code == 403
    assert browser_of(viewer).get(f"{LIST}add/").status_code == 403


def test_producers_do_not_see_people() -> None:
    kim = make_person("kim")

    assert [browser_of(kim).get(url).status_code for url in (LIST, f"{LIST}{kim.pk}/change/")] == [403, 403]


def test_nobody_deletes_people() -> None:
    admin, kim = make_person("ada", Role.ADMINISTRATOR), make_person("kim")
    User.objects.filter(pk=admin.pk).update(is_superuser=True)

    response = browser_of(admin).post(f"{LIST}{kim.pk}/delete/", {"post": "yes"})

    assert response.status_code == 403
    assert User.objects.filter(pk=kim.pk).exists()


def test_being_superuser_alone_counts_for_nothing() -> None:
    otto = make_person("otto", Role.PRODUCER)
    User.objects.filter(pk=otto.pk).update(is_superuser=True, is_staff=True)

    assert browser_of(otto).get(LIST).status_code == 403
    assert browser_of(otto).get("/admin/auth/group/").status_code == 404


def test_a_hostile_name_is_escaped() -> None:
    admin = make_person("ada", Role.ADMINISTRATOR)
    evil = User.objects.create(username="evil", first_name="<script>alert(1)</script>", email="e@agency.example")

    for url in (LIST, f"{LIST}{evil.pk}/change/", f"{LIST}{evil.pk}/history/"):
        page = browser_of(admin).get(url)
        assert page.status_code == 200
        assert b"<script>alert(1)" not in page.content
