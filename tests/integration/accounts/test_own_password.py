"""Whoever is signed in changes the own password, and the ledger tells of it without telling the password."""

import pytest
from django.test import Client

from accounts.policy import Role
from audit.models import Entry
from tests.integration.accounts.cast import PASSWORD, make_person

pytestmark = pytest.mark.django_db

PAGE = "/admin/password_change/"
NEW = "another horse battery"


def test_changing_the_own_password_is_told_to_the_ledger_and_ends_the_other_sessions() -> None:
    kim = make_person("kim", Role.AUDITOR)
    here, elsewhere = Client(), Client()
    here.force_login(kim)
    elsewhere.force_login(kim)

    answer = here.post(PAGE, {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW})

    kim.refresh_from_db()
    entry = Entry.objects.get(action="person.password_changed")
    assert (answer.status_code, answer["location"]) == (302, "/admin/password_change/done/")
    assert kim.check_password(NEW)
    assert (entry.actor_id, entry.target_id, entry.detail) == (str(kim.pk), str(kim.pk), {})
    assert [client.get("/admin/").status_code for client in (here, elsewhere)] == [200, 302]


def test_without_the_old_password_nothing_changes_and_nothing_is_told() -> None:
    kim = make_person("kim", Role.MANAGER)
    client = Client()
    client.force_login(kim)

    answer = client.post(PAGE, {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW})

    kim.refresh_from_db()
    assert answer.status_code == 200
    assert kim.check_password(PASSWORD)
    assert not Entry.objects.filter(action="person.password_changed").exists()
