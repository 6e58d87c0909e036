"""Who may call what: keys, scopes, and what sources and producers see of each other."""

import pytest
from django.test import Client

from accounts.policy import Role
from routing.models import Lead, LeadSource
from tests.agency import a_lead, hire, make_source
from tests.factories import make_user
from tests.functional.api.door import LEADS, NOTHING, Door, written

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("key", [pytest.param("", id="no key"), pytest.param("fl_wrong", id="a wrong key")])
def test_an_unknown_caller_is_401(web: Door, key: str) -> None:
    heard = Door(key).send(a_lead())

    assert (heard.status, heard.type) == (401, "application/problem+json")
    assert written() == NOTHING


def test_the_key_of_a_source_that_is_switched_off_is_401(web: Door) -> None:
    LeadSource.objects.update(is_active=False)

    assert web.send(a_lead()).status == 401


def test_a_key_of_odd_bytes_is_401(web: Door) -> None:
    assert Door("Ünknown\u00ff").send(a_lead()).status == 401


def test_a_key_without_the_scope_may_not_send_leads(web: Door) -> None:
    _, key = make_source("reader", scopes=["leads:read"])

    heard = Door(key).send(a_lead())

    assert (heard.status, heard.code) == (403, "forbidden")
    assert written() == NOTHING


def test_people_do_not_send_leads_by_the_sources_door(web: Door) -> None:
    door = Door()
    door.client.force_login(make_user(Role.ADMINISTRATOR))

    heard = door.send(a_lead())

    assert (heard.status, written()) == (403, NOTHING)


@pytest.mark.parametrize(
    ("scopes", "status"),
    [
        pytest.param(["leads:write"], 404, id="one that only sends"),
        pytest.param(["leads:read_own"], 404, id="one that reads its own"),
        pytest.param([], 404, id="one that may nothing"),
        pytest.param(["leads:read"], 200, id="one that may read all"),
    ],
)
def test_another_sources_lead_does_not_exist_for_a_source(web: Door, scopes: list[str], status: int) -> None:
    hire()
    path = f"{LEADS}{web.send(a_lead()).body['id']}/"
    _, key = make_source("vendor", scopes=scopes)

    heard = [Door(key).get(path).status, Door(key).get(f"{path}timeline/").status]

    assert heard == [status, status]
    assert web.get(path).status == 200


def test_a_source_may_not_make_a_producers_moves(web: Door) -> None:
    hire()
    path = f"{LEADS}{web.send(a_lead()).body['id']}/"

    moves = {"accept": {}, "decline": {"reason": "No"}, "touch": {"kind": "SMS"}, "dispose": {"disposition": "SOLD"}}
    heard = {move: web.post(f"{path}{move}/", body).status for move, body in moves.items()}

    assert heard == dict.fromkeys(moves, 403)
    assert Lead.objects.get().state == "ASSIGNED"


@pytest.mark.parametrize("role", list(Role))
def test_what_each_role_may_read(web: Door, role: Role) -> None:
    hire()
    sent = web.send(a_lead())
    door = Door()
    door.client.force_login(make_user(role, username="asker"))

    heard = {
        path: door.get(f"/api/v1/{path}").status
        for path in (f"leads/{sent.body['id']}/", f"decisions/{sent.body['decision']}/", "fallback/")
    }

    own_only = role is Role.PRODUCER
    assert list(heard.values()) == ([404, 404, 403] if own_only else [200, 200, 200])


def test_a_producer_sees_the_lead_in_hand_and_nobody_elses(web: Door) -> None:
    kim = hire("Kim")
    mine = web.send(a_lead())
    lee = hire("Lee")
    theirs = web.send(a_lead())
    assert (mine.body["producer"]["id"], theirs.body["producer"]["id"]) == (kim.pk, lee.pk)
    door = Door()
    assert kim.user is not None
    door.client.force_login(kim.user)

    paths = [
        f"{kind}/{each.body[name]}/"
        for each in (mine, theirs)
        for kind, name in (("leads", "id"), ("decisions", "decision"))
    ]

    assert [door.get(f"/api/v1/{path}").status for path in paths] == [200, 200, 404, 404]


def test_somebody_not_signed_in_reads_nothing(web: Door) -> None:
    hire()
    sent = web.send(a_lead())
    door = Door(client=Client())

    paths = [f"leads/{sent.body['id']}/", f"leads/{sent.body['id']}/timeline/", f"decisions/{sent.body['decision']}/"]

    assert [door.get(f"/api/v1/{path}").status for path in [*paths, "fallback/"]] == [401, 401, 401, 401]
