"""People are invited, changed and shut out by administrators alone, and everything is told to the ledger."""

import threading
from collections.abc import Callable
from typing import Any, Final

import pytest
from django.db import connection
from django.test import Client

from accounts import people
from accounts.errors import Forbidden, Invalid, Missing
from accounts.models import User
from accounts.policy import Role
from audit.models import Entry
from outbox.models import Message
from tests.integration.accounts.cast import NOON, PASSWORD, make_person

pytestmark = pytest.mark.django_db


def actions() -> list[str]:
    """Return what the ledger tells, oldest first."""
    return list(Entry.objects.order_by("seq").values_list("action", flat=True))


def test_an_invited_person_has_no_password_and_gets_a_letter() -> None:
    admin = make_person("ada", Role.ADMINISTRATOR)

    lee = people.invite(email="Lee@Agency.example", role=Role.MANAGER, actor=admin.actor(), now=NOON, first_name="Lee")

    lee.refresh_from_db()
    assert (lee.username, lee.email, lee.role) == ("Lee@agency.example", "Lee@agency.example", "MANAGER")
    assert not lee.has_usable_password()
    entry = Entry.objects.get()
    assert (entry.action, entry.target_id, entry.detail) == ("person.invited", str(lee.pk), {"role": "MANAGER"})
    message = Message.objects.get()
    assert (message.topic, message.payload) == ("person.invited", {"person_id": lee.pk})


@pytest.mark.parametrize(
    ("email", "pointer"),
    [("", "/email"), ("no address", "/email"), ("KIM@agency.example", ""), ("kim", "/email")],
    ids=["none", "malformed", "taken in other case", "a name"],
)
def test_an_address_that_will_not_do_is_refused(email: str, pointer: str) -> None:
    admin = make_person("ada", Role.ADMINISTRATOR)
    make_person("kim")

    with pytest.raises(Invalid) as refusal:
        people.invite(email=email, role=Role.PRODUCER, username="lee", actor=admin.actor(), now=NOON)

    assert pointer in {problem.pointer for problem in refusal.value.problems}
    assert (User.objects.count(), actions(), Message.objects.count()) == (2, [], 0)


VERBS: Final[dict[str, Callable[[User, User], object]]] = {
    "invite": lambda person, by: people.invite(
        email="new@agency.example", role=Role.PRODUCER, actor=by.actor(), now=NOON
    ),
    "edit": lambda person, by: people.edit(
        person=person, email="x@agency.example", first_name="X", last_name="Y", actor=by.actor(), now=NOON
    ),
    "change role": lambda person, by: people.change_role(
        person=person, role=Role.ADMINISTRATOR, actor=by.actor(), now=NOON
    ),
    "deactivate": lambda person, by: people.deactivate(person=person, actor=by.actor(), now=NOON),
    "reactivate": lambda person, by: people.reactivate(person=person, actor=by.actor(), now=NOON),
    "reset": lambda person, by: people.send_reset(person=person, actor=by.actor(), now=NOON),
}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_only_administrators_change_people(verb: Callable[[User, User], object], role: Role) -> None:
    outsider = make_person("otto", role)
    before = User.objects.values().get()

    with pytest.raises(Forbidden):
        verb(outsider, outsider)

    assert User.objects.values().get() == before
    assert (actions(), Message.objects.count()) == ([], 0)


def test_a_deactivated_administrator_may_nothing() -> None:
    admin = make_person("ada", Role.ADMINISTRATOR)
    admin.is_active = False

    with pytest.raises(Forbidden):
        people.send_reset(person=admin, actor=admin.actor(), now=NOON)


def test_a_new_role_ends_the_sessions_and_is_told() -> None:
    admin, kim = make_person("ada", Role.ADMINISTRATOR), make_person("kim")
    browser = Client()
    browser.force_login(kim)

    people.change_role(person=kim, role=Role.MANAGER, actor=admin.actor(), now=NOON)

    kim.refresh_from_db()
    assert kim.role == "MANAGER"
    assert Entry.objects.get().detail == {"before": "PRODUCER", "after": "MANAGER"}
    assert browser.get("/admin/").status_code == 302
    records: Any = kim.history
    assert [record.role for record in records.order_by("history_id")] == ["PRODUCER", "MANAGER"]


def test_the_role_somebody_has_is_no_change() -> None:
    admin, kim = make_person("ada", Role.ADMINISTRATOR), make_person("kim")

    with pytest.raises(people.AlreadySo):
        people.change_role(person=kim, role=Role.PRODUCER, actor=admin.actor(), now=NOON)

    assert actions() == []


def test_who_is_deactivated_is_signed_out_at_once_and_for_good() -> None:
    admin, kim = make_person("ada", Role.ADMINISTRATOR), make_person("kim", Role.MANAGER)
    browser = Client()
    browser.force_login(kim)

    people.deactivate(person=kim, actor=admin.actor(), now=NOON)
    after_deactivation = browser.get("/admin/").status_code
    people.reactivate(person=kim, actor=admin.actor(), now=NOON)

    assert after_deactivation == 302
    assert browser.get("/admin/").status_code == 302
    assert actions() == ["person.deactivated", "person.reactivated"]
    assert [message.topic for message in Message.objects.all()] == ["person.deactivated"]


def step_down(person: User, by: User) -> None:
    """Become a manager."""
    people.change_role(person=person, role=Role.MANAGER, actor=by.actor(), now=NOON)


@pytest.mark.parametrize("verb", [VERBS["deactivate"], step_down], ids=["deactivate", "change role"])
def test_the_last_administrator_stays(verb: Callable[[User, User], object]) -> None:
    admin = make_person("ada", Role.ADMINISTRATOR)
    invited = people.invite(email="new@agency.example", role=Role.ADMINISTRATOR, actor=admin.actor(), now=NOON)
    left = make_person("bob", Role.ADMINISTRATOR)
    people.deactivate(person=left, actor=admin.actor(), now=NOON)

    with pytest.raises(people.LastAdministrator):
        verb(admin, admin)

    admin.refresh_from_db()
    assert (admin.role, admin.is_active) == ("ADMINISTRATOR", True)
    assert not invited.has_usable_password()  # so this one could not take over


def test_a_reset_sends_a_letter_and_leaves_the_password() -> None:
    admin, kim = make_person("ada", Role.ADMINISTRATOR), make_person("kim")

    people.send_reset(person=kim, actor=admin.actor(), now=NOON)

    kim.refresh_from_db()
    assert kim.check_password(PASSWORD)
    assert actions() == ["person.reset_sent"]
    assert Message.objects.get().payload == {"person_id": kim.pk}


def test_who_is_deactivated_gets_no_link() -> None:
    admin, kim = make_person("ada", Role.ADMINISTRATOR), make_person("kim")
    people.deactivate(person=kim, actor=admin.actor(), now=NOON)
    Message.objects.all().delete()

    with pytest.raises(people.Deactivated):
        people.send_reset(person=kim, actor=admin.actor(), now=NOON)
    people.request_reset(email=kim.email, now=NOON)

    assert not Message.objects.exists()


def test_an_edit_tells_which_fields_but_not_what_they_held() -> None:
    admin, kim = make_person("ada", Role.ADMINISTRATOR), make_person("kim")

    people.edit(person=kim, email="kim@new.example", first_name="Kim", last_name="Owusu", actor=admin.actor(), now=NOON)
    people.edit(person=kim, email="kim@new.example", first_name="Kim", last_name="Owusu", actor=admin.actor(), now=NOON)

    assert [entry.detail for entry in Entry.objects.all()] == [{"fields": ["email", "last_name"]}]


def test_somebody_who_is_gone_is_missing() -> None:
    admin = make_person("ada", Role.ADMINISTRATOR)

    with pytest.raises(Missing):
        people.deactivate(person=User(pk=987654), actor=admin.actor(), now=NOON)


def test_history_holds_no_password_and_no_sign_in() -> None:
    kim = make_person("kim")
    browser = Client()

    browser.force_login(kim)

    records: Any = kim.history
    record = records.get()
    assert not hasattr(record, "password")
    assert not hasattr(record, "last_login")


def test_a_superuser_is_an_administrator() -> None:
    root = User.objects.create_superuser("root", "root@agency.example", PASSWORD)

    assert root.role == "ADMINISTRATOR"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_depose_each_other() -> None:
    ada, bob = make_person("ada", Role.ADMINISTRATOR), make_person("bob", Role.ADMINISTRATOR)
    barrier, outcomes = threading.Barrier(2), []

    def depose(victim: User, by: User) -> None:
        try:
            barrier.wait(5)
            people.deactivate(person=victim, actor=by.actor(), now=NOON)
            outcomes.append("deactivated")
        except people.LastAdministrator:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=depose, args=pair) for pair in ((ada, bob), (bob, ada))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert sorted(outcomes) == ["deactivated", "refused"]
    assert User.objects.administrators().count() == 1
    assert actions() == ["person.deactivated"]
