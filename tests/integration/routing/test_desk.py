"""The producer's moves: each from the right state, by the right hands, or refused with nothing changed."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.actor import Actor
from accounts.errors import Forbidden, Invalid, Refused
from accounts.policy import Role
from audit.models import Entry
from outbox.models import Message
from routing.errors import NotYours, WrongState
from routing.models import Assignment, Lead, Note, Person, SlaTimer, Touch
from routing.services import desk
from tests.agency import MINUTE, NOW, actor_of, fresh, held, hire, mona, open_agency, owners, receive_lead
from tests.factories import make_user

pytestmark = pytest.mark.django_db

LATER = NOW + MINUTE


def accept(lead: Lead, actor: Actor) -> Any:
    return desk.accept(lead=lead, actor=actor, now=LATER)


def decline(lead: Lead, actor: Actor) -> Any:
    return desk.decline(lead=lead, reason="No time", actor=actor, now=LATER)


def touch(lead: Lead, actor: Actor) -> Any:
    return desk.touch(lead=lead, kind="CALL_CONNECTED", evidence="call-1", actor=actor, now=LATER)


def note(lead: Lead, actor: Actor) -> Any:
    return desk.note(lead=lead, text="Call back", author_id=int(actor.id), actor=actor, now=LATER)


def dispose(lead: Lead, actor: Actor) -> Any:
    return desk.dispose(lead=lead, disposition="SOLD", actor=actor, now=LATER)


MOVES = pytest.mark.parametrize("move", [accept, decline, touch, note, dispose], ids=lambda move: move.__name__)


def everything() -> dict[str, Any]:
    """Return what a refused move must leave as it was."""
    models = (Assignment, Touch, Note, SlaTimer, Entry, Message)
    return {
        **{model.__name__: model._default_manager.count() for model in models},
        "leads": list(Lead.objects.order_by("pk").values()),
        "running": SlaTimer.objects.filter(state="RUNNING").count(),
    }


def refused(move: Callable[[], object], error: type[Refused]) -> Refused:
    """Make a move that must be refused and change nothing; return the refusal."""
    before = everything()
    with pytest.raises(error) as caught:
        move()
    assert everything() == before
    return caught.value


def actions(lead: Lead) -> list[str]:
    """Return what the ledger says of a lead, oldest first."""
    return list(Entry.objects.filter(target_id=str(lead.pk)).order_by("seq").values_list("action", flat=True))


def test_a_lead_is_accepted_touched_and_sold() -> None:
    open_agency()
    kim = hire()
    lead = receive_lead()

    for move in (accept, touch, dispose):
        move(lead, actor_of(kim))

    closed = fresh(lead)
    assignment = lead.assignments.get()
    assert (closed.state, closed.disposition, closed.owner_id, closed.due_at) == ("CLOSED", "SOLD", kim.pk, None)
    assert (assignment.accepted_at, assignment.first_touch_at, assignment.ended_at) == (LATER, LATER, LATER)
    assert (assignment.end, assignment.end_reason) == ("DISPOSED", "SOLD")
    assert held(kim) == 0
    assert actions(lead)[3:] == ["lead.accepted", "lead.touched", "assignment.ended", "lead.closed"]
    topics = Message.objects.exclude(topic__startswith="rule_set.").order_by("seq").values_list("topic", flat=True)
    assert list(topics) == [
        "lead.assigned",
        "capacity.freed",
        "lead.closed",
    ]


def test_a_declined_lead_goes_to_the_next_with_the_reason_kept() -> None:
    open_agency()
    kim, lee = hire("Kim"), hire("Lee", weight=0)
    lead = receive_lead()

    placement = decline(lead, actor_of(kim))

    assert (placement.status, owners(lead), fresh(lead).hop) == ("assigned", ["Lee"], 1)
    assert (held(kim), held(lee)) == (0, 1)
    ended = lead.assignments.get(producer=kim)
    assert (ended.end, ended.end_reason) == ("DECLINED", "No time")
    assert lead.decisions.get(trigger="DECLINE").receipt["exclude"] == [kim.pk]


def test_a_lead_declined_by_the_only_one_is_the_managers() -> None:
    open_agency()
    kim = hire()
    lead = receive_lead()

    decline(lead, actor_of(kim))

    assert (fresh(lead).state, fresh(lead).reason, fresh(lead).hop) == ("FALLBACK", "EVERYONE_HAD_IT", 0)
    assert lead.queue_items.get().reason == "EVERYONE_HAD_IT"


@MOVES
def test_another_producers_lead_is_not_mine_to_move(move: Callable[[Lead, Actor], object]) -> None:
    open_agency()
    hire("Kim")
    lee = hire("Lee", weight=0)
    lead = receive_lead()

    refused(lambda: move(lead, actor_of(lee)), NotYours)


@MOVES
@pytest.mark.parametrize("role", [Role.AUDITOR, Role.OPERATIONS])
def test_who_only_looks_moves_nothing(move: Callable[[Lead, Actor], object], role: Role) -> None:
    open_agency()
    hire()
    lead = receive_lead()
    looker = make_user(role).actor()

    refused(lambda: move(lead, looker), Forbidden)


@MOVES
def test_a_manager_may_move_for_the_producer(move: Callable[[Lead, Actor], object]) -> None:
    open_agency()
    hire("Kim"), hire("Lee")
    lead = receive_lead()

    move(lead, mona())

    assert Entry.objects.filter(actor_label="Mona Reyes", target_id=str(lead.pk)).exists()


@pytest.mark.parametrize("move", [accept, decline, touch, dispose], ids=lambda move: move.__name__)
def test_a_closed_lead_is_moved_no_more(move: Callable[[Lead, Actor], object]) -> None:
    open_agency()
    kim = hire()
    lead = receive_lead()
    dispose(lead, actor_of(kim))

    refused(lambda: move(lead, mona()), WrongState)


def test_a_lead_is_accepted_once() -> None:
    open_agency()
    kim = hire()
    lead = receive_lead()
    accept(lead, actor_of(kim))

    refused(lambda: accept(lead, actor_of(kim)), WrongState)


def test_a_lead_that_went_on_is_not_the_former_owners_to_touch() -> None:
    open_agency()
    kim = hire("Kim")
    hire("Lee")
    lead = receive_lead()
    holder = Assignment.objects.select_related("producer").get(lead=lead).producer
    decline(lead, actor_of(holder))

    refused(lambda: touch(lead, actor_of(holder)), NotYours)
    assert kim.pk


@pytest.mark.parametrize(
    ("move", "pointer", "code"),
    [
        pytest.param(
            lambda lead, actor: desk.decline(lead=lead, reason=" ", actor=actor, now=NOW),
            "/reason",
            "field.required",
            id="declined without a reason",
        ),
        pytest.param(
            lambda lead, actor: desk.touch(lead=lead, kind="PIGEON", actor=actor, now=NOW),
            "/kind",
            "touch.unknown",
            id="a touch of an unknown kind",
        ),
        pytest.param(
            lambda lead, actor: desk.dispose(lead=lead, disposition="LOST", actor=actor, now=NOW),
            "/disposition",
            "disposition.unknown",
            id="an unknown disposition",
        ),
        pytest.param(
            lambda lead, actor: desk.note(lead=lead, text="\n", author_id=int(actor.id), actor=actor, now=NOW),
            "/text",
            "field.required",
            id="an empty note",
        ),
    ],
)
def test_a_move_without_its_substance_is_refused(
    move: Callable[[Lead, Actor], object], pointer: str, code: str
) -> None:
    open_agency()
    kim = hire()
    lead = receive_lead()

    refusal = refused(lambda: move(lead, actor_of(kim)), Invalid)

    assert isinstance(refusal, Invalid)
    assert [(each.pointer, each.code) for each in refusal.problems] == [(pointer, code)]


def test_what_a_note_says_stays_out_of_the_ledger() -> None:
    open_agency()
    kim = hire()
    lead = receive_lead()

    written = desk.note(
        lead=lead, text=" Her dog is called Rex. ", author_id=int(actor_of(kim).id), actor=actor_of(kim), now=NOW
    )

    assert written.text == "Her dog is called Rex."
    assert Entry.objects.get(action="lead.noted").detail == {"note": written.pk}


def test_an_erased_persons_lead_cannot_be_handed_on_but_can_be_closed() -> None:
    open_agency()
    kim = hire("Kim")
    hire("Lee", weight=0)
    lead = receive_lead()
    Person.objects.all().delete()

    refused(lambda: decline(lead, actor_of(kim)), WrongState)
    dispose(lead, actor_of(kim))

    assert fresh(lead).state == "CLOSED"
