"""A producer works leads, and a manager the queue, by the API."""

from typing import Any

import pytest

from accounts.policy import Role
from licenses.models import Producer
from routing.models import Agency, Lead, QueueItem
from tests.agency import a_lead, held, hire
from tests.factories import make_user
from tests.functional.api.door import LEADS, Door, written

pytestmark = pytest.mark.django_db


def door_of(producer: Producer) -> Door:
    """Return the producer at the door, signed in."""
    door = Door()
    assert producer.user is not None
    door.client.force_login(producer.user)
    return door


@pytest.fixture
def manager(web: Door) -> Door:
    """Return the manager at the door, signed in."""
    door = Door()
    mona = Agency.objects.select_related("manager").get().manager
    assert mona is not None
    door.client.force_login(mona)
    return door


def path_of(sent: Any) -> str:
    return f"{LEADS}{sent.body['id']}/"


def test_a_lead_is_accepted_touched_and_closed(web: Door) -> None:
    kim = hire()
    path, door = path_of(web.send(a_lead())), door_of(kim)

    accepted = door.post(f"{path}accept/")
    touched = door.post(f"{path}touch/", {"kind": "CALL_CONNECTED", "evidence": "call-1"})
    closed = door.post(f"{path}dispose/", {"disposition": "SOLD"})

    assert [(each.status, each.body["status"]) for each in (accepted, touched, closed)] == [
        (200, "accepted"),
        (200, "working"),
        (200, "closed"),
    ]
    assert touched.body["first_touch_at"] == "2026-11-23T15:00:00Z"
    assert (closed.body["disposition"], closed.body["due_at"], held(kim)) == ("SOLD", None, 0)


def test_a_declined_lead_answers_where_it_went(web: Door) -> None:
    kim, lee = hire("Kim"), hire("Lee", weight=0)
    path = path_of(web.send(a_lead()))

    heard = door_of(kim).post(f"{path}decline/", {"reason": "Conflict of interest"})

    assert (heard.status, heard.body["status"], heard.body["producer"]["id"]) == (200, "assigned", lee.pk)
    assert heard.body["due_at"] == "2026-11-23T16:00:00Z"


def test_a_move_from_a_wrong_state_is_409_with_its_code(web: Door, manager: Door) -> None:
    kim = hire()
    path, door = path_of(web.send(a_lead())), door_of(kim)
    door.post(f"{path}dispose/", {"disposition": "SOLD"})
    before = written()

    moves = {"accept": {}, "decline": {"reason": "No"}, "touch": {"kind": "SMS"}, "dispose": {"disposition": "SOLD"}}
    heard = {move: manager.post(f"{path}{move}/", body) for move, body in moves.items()}

    assert {move: (each.status, each.code) for move, each in heard.items()} == dict.fromkeys(
        moves, (409, "lead.wrong_state")
    )
    assert written() == before


@pytest.mark.parametrize(
    ("move", "body", "fault"),
    [
        pytest.param("decline", {}, ("/reason", "field.required"), id="no reason"),
        pytest.param("decline", {"reason": 7}, ("/reason", "field.type"), id="a number for a reason"),
        pytest.param("touch", {"kind": "PIGEON"}, ("/kind", "touch.unknown"), id="an unknown touch"),
        pytest.param("touch", {}, ("/kind", "touch.unknown"), id="no touch"),
        pytest.param("dispose", {"disposition": "EATEN"}, ("/disposition", "disposition.unknown"), id="how it ended"),
        pytest.param("decline", b"{", ("", "json.malformed"), id="no JSON"),
        pytest.param("touch", b"[]", ("", "json.not_an_object"), id="a list"),
        pytest.param("touch", b'{"kind": "SMS", "evidence": "\\u0000"}', ("/evidence", "json.nul"), id="NUL"),
    ],
)
def test_a_move_with_faults_is_400_and_names_them(web: Door, move: str, body: Any, fault: tuple[str, str]) -> None:
    kim = hire()
    path = path_of(web.send(a_lead()))

    heard = door_of(kim).post(f"{path}{move}/", body)

    assert (heard.status, heard.faults) == (400, {fault})
    assert Lead.objects.get().state == "ASSIGNED"


def test_another_producers_lead_does_not_exist(web: Door) -> None:
    hire("Kim")
    lee = hire("Lee", weight=0)
    path, door = path_of(web.send(a_lead())), door_of(lee)

    moves = {"accept": {}, "decline": {"reason": "No"}, "touch": {"kind": "SMS"}, "dispose": {"disposition": "SOLD"}}

    assert {door.post(f"{path}{move}/", body).status for move, body in moves.items()} == {404}


def test_the_queue_lists_what_waits_oldest_first(web: Door, manager: Door) -> None:
    first, second = web.send(a_lead()), web.send(a_lead())

    heard = manager.get("/api/v1/fallback/")

    assert [each["lead"] for each in heard.body] == [first.body["id"], second.body["id"]]
    assert {name: heard.body[0][name] for name in ("kind", "state", "owner", "claimed_by", "misses")} == {
        "kind": "fallback",
        "state": "open",
        "owner": "Mona Reyes",
        "claimed_by": None,
        "misses": [],
    }
    assert heard.body[0]["reason"] == {"code": "POOL_EMPTY", "text": "The pool has no active members."}


def item_path(sent: Any) -> str:
    return f"/api/v1/fallback/{QueueItem.objects.get(lead=sent.body['id']).pk}/"


def test_an_item_is_claimed_by_one_and_refused_to_the_other(web: Door, manager: Door) -> None:
    path = item_path(web.send(a_lead()))
    other = Door()
    other.client.force_login(make_user(Role.MANAGER, username="max", first_name="Max"))

    first, second = manager.post(f"{path}claim/"), other.post(f"{path}claim/")

    assert (first.status, first.body["state"], first.body["claimed_by"]) == (200, "claimed", "Mona Reyes")
    assert (second.status, second.code) == (409, "queue.taken")
    assert second.body["detail"] == "Mona Reyes took this item; ask them, or wait until it is put back."


def test_an_item_is_assigned_to_who_may_and_refused_for_who_may_not(web: Door, manager: Door) -> None:
    path = item_path(web.send(a_lead()))
    kim, lee = hire("Kim"), hire("Lee", license_status="SUSPENDED")

    refused = manager.post(f"{path}assign/", {"producer": lee.pk})
    nobody = manager.post(f"{path}assign/", {"producer": 10**30})
    assigned = manager.post(f"{path}assign/", {"producer": kim.pk, "reason": "Knows her"})
    again = manager.post(f"{path}assign/", {"producer": kim.pk})

    assert (refused.status, refused.code) == (409, "producer.not_eligible")
    assert refused.body["detail"] == "Lee Park may not have this lead: license is suspended."
    assert (nobody.status, nobody.code) == (404, "missing")
    assert (assigned.status, assigned.body["state"]) == (200, "resolved")
    assert (again.status, again.code) == (409, "lead.wrong_state")
    assert (held(kim), held(lee)) == (1, 0)


def test_an_item_is_resolved_with_a_word_of_how(web: Door, manager: Door) -> None:
    path = item_path(web.send(a_lead()))

    silent = manager.post(f"{path}resolve/", {})
    resolved = manager.post(f"{path}resolve/", {"resolution": "Moved abroad", "reject": True})

    assert (silent.status, silent.faults) == (400, {("/resolution", "field.required")})
    assert (resolved.status, resolved.body["state"]) == (200, "resolved")
    assert Lead.objects.get().state == "REJECTED"


@pytest.mark.parametrize(
    "producer", [pytest.param(None, id="nothing"), pytest.param("7", id="text"), pytest.param(True, id="true")]
)
def test_assigning_takes_a_producers_number(web: Door, manager: Door, producer: Any) -> None:
    path = item_path(web.send(a_lead()))

    heard = manager.post(f"{path}assign/", {"producer": producer})

    assert (heard.status, heard.faults) == (400, {("/producer", "field.type")})


@pytest.mark.parametrize("role", [Role.OPERATIONS, Role.AUDITOR, Role.PRODUCER])
def test_others_than_managers_do_not_work_the_queue(web: Door, role: Role) -> None:
    path = item_path(web.send(a_lead()))
    kim = hire()
    door = Door()
    door.client.force_login(make_user(role, username="asker"))

    moves = {"claim": {}, "assign": {"producer": kim.pk}, "resolve": {"resolution": "Done"}}

    assert {door.post(f"{path}{move}/", body).status for move, body in moves.items()} == {403}
    assert QueueItem.objects.get().state == "OPEN"


@pytest.mark.parametrize("key", ["-" * 36, "a" * 36, "7" * 36, "01a1fca5-378c-72a8-bc81-f6c15717466f"])
def test_an_item_nobody_knows_is_404(web: Door, manager: Door, key: str) -> None:
    assert manager.post(f"/api/v1/fallback/{key}/claim/").status == 404
