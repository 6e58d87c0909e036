"""History pages: everything readable, nothing changeable."""

import re
from typing import Any

import pytest
from django.test import Client
from simple_history.utils import get_history_model_for_model

from accounts.policy import Role
from licenses.models import Carrier, CarrierContract, Producer
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.carrier_pages")]


history_model: Any = get_history_model_for_model(Carrier)


@pytest.fixture
def carrier() -> Carrier:
    """A carrier that was renamed once."""
    carrier = Carrier.objects.create(name="Harbor Mutual", cocode="10001")
    carrier.name = "Harbor Life"
    carrier.save()
    return carrier


def history_of(carrier: Carrier) -> str:
    """Return the address of a carrier's history."""
    return f"/admin/licenses/carrier/{carrier.pk}/history/"


def words(html: str) -> str:
    """Return a page's text, its white space folded."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_each_state_says_what_it_changed_and_who_did_it(client: Client, carrier: Carrier) -> None:
    editor = make_user(Role.OPERATIONS, first_name="Ida", last_name="Hart")
    client.force_login(editor)
    client.post(f"/admin/licenses/carrier/{carrier.pk}/change/", _form(carrier, name="Harbor Annuity"))

    page = words(client.get(history_of(carrier)).content.decode())

    assert "Ida Hart Changed Name Harbor Life → Harbor Annuity" in page
    assert "Fairlead Changed Name Harbor Mutual → Harbor Life" in page
    assert "Fairlead Added" in page


def test_any_two_states_can_be_compared_in_either_order(client: Client, carrier: Carrier) -> None:
    client.force_login(make_user(Role.AUDITOR))
    carrier.name = "Harbor Annuity"
    carrier.save()
    newest, _middle, oldest = history_model.objects.filter(id=carrier.pk)

    page = words(client.get(history_of(carrier), {"old": newest.pk, "new": oldest.pk}).content.decode())

    assert "Close the comparison Name Harbor Mutual → Harbor Annuity" in page


def test_rows_edited_within_the_page_show_their_history_too(client: Client, carrier: Carrier) -> None:
    client.force_login(make_user(Role.AUDITOR))
    producer = Producer.objects.create(npn="1234567", first_name="Kim", last_name="Alvarez", resident_state="TX")
    contract = CarrierContract.objects.create(producer=producer, carrier=carrier, states=["TX"])
    contract.states = ["TX", "OK"]
    contract.save()

    page = words(client.get(history_of(carrier)).content.decode())

    assert "Changed States added OK" in page


def test_the_history_of_a_deleted_row_stays(client: Client, carrier: Carrier) -> None:
    client.force_login(make_user(Role.AUDITOR))
    address = history_of(carrier)
    carrier.delete()

    page = words(client.get(address).content.decode())

    assert "Harbor Life (deleted)" in page


@pytest.mark.parametrize("role", list(Role))
def test_nobody_writes_through_a_history_page(client: Client, carrier: Carrier, role: Role) -> None:
    client.force_login(make_user(role))
    states = history_model.objects.count()

    answer = client.post(history_of(carrier), {"name": "Harbor Mutual"})

    assert answer.status_code == 403
    carrier.refresh_from_db()
    assert (carrier.name, history_model.objects.count()) == ("Harbor Life", states)


def test_who_may_not_look_at_the_row_may_not_look_at_its_history(client: Client, carrier: Carrier) -> None:
    client.force_login(make_user(Role.PRODUCER))

    answer = client.get(history_of(carrier))

    assert answer.status_code == 403


@pytest.mark.parametrize("query", [{"old": "1", "new": "999999999"}, {"old": "0", "new": "0"}])
def test_states_of_other_rows_are_not_compared(client: Client, carrier: Carrier, query: dict[str, str]) -> None:
    client.force_login(make_user(Role.AUDITOR))

    answer = client.get(history_of(carrier), query)

    assert answer.status_code == 404


@pytest.mark.parametrize("query", [{"old": "x", "new": "1"}, {"old": "1"}, {"p": "99"}, {"p": "x"}])
def test_a_mistyped_question_shows_the_plain_history(client: Client, carrier: Carrier, query: dict[str, str]) -> None:
    client.force_login(make_user(Role.AUDITOR))

    page = client.get(history_of(carrier), query)

    assert page.status_code == 200
    assert page.context["comparison"] is None


def _form(carrier: Carrier, **changes: str) -> dict[str, str]:
    empty = {"contracts-TOTAL_FORMS": "0", "contracts-INITIAL_FORMS": "0"}
    return {"name": carrier.name, "cocode": carrier.cocode, **empty, **changes}
