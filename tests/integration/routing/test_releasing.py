"""The backlog let go: looked at first, then at a pace, each lead once, whoever is killed or changes their mind."""

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from django.apps import apps

from accounts.errors import Forbidden, Invalid
from accounts.policy import Role
from audit.models import Entry
from licenses.models import Producer
from routing.models import Assignment, Decision, QueueItem, Release, ReleaseLead
from routing.services import deciding, fallback, releasing, replaying
from routing.services.releasing import Wanted
from tests.agency import (
    MINUTE,
    NOW,
    held,
    hire,
    make_pool,
    mona,
    open_agency,
    publish,
    receive_lead,
    set_license,
    set_profile,
)
from tests.factories import make_user
from tests.races import together

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


def backlog(number: int, *, capacity: int = 20) -> Producer:
    """Return a producer who has room by now for the leads that wait, and whom no wake tells of it."""
    open_agency()
    kim = hire("Kim", capacity=0)
    for _ in range(number):
        receive_lead()
    set_profile(kim, capacity=capacity)
    return kim


def start(*, per_minute: int = 60, per_producer: int | None = None, **wanted: object) -> Release:
    return releasing.start(
        wanted=Wanted(**wanted),  # type: ignore[arg-type]  # what each test narrows
        per_minute=per_minute,
        per_producer=per_producer,
        actor=mona(),
        now=NOW,
    )


def everything() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def test_a_look_says_who_would_get_what_and_writes_nothing() -> None:
    kim = backlog(5, capacity=3)
    lee = hire("Lee", capacity=1)
    deciding.context()  # takes them on the roster
    before = everything()

    seen = releasing.look(wanted=Wanted(), per_producer=2, actor=mona(), now=NOW)

    assert [(each.name, each.leads) for each in seen.getters] == [(str(kim), 2), (str(lee), 1)]
    assert [(stop.status, stop.leads) for stop in seen.stops] == [("fallback", 2)]
    assert (seen.leads, seen.given, seen.fallback_percent) == (5, 3, 40.0)
    assert everything() == before


def test_a_look_says_what_the_law_stops() -> None:
    kim = backlog(2)
    set_license(kim, status="INACTIVE")

    seen = releasing.look(wanted=Wanted(), per_producer=None, actor=mona(), now=NOW)

    assert [(block.text, block.leads) for block in seen.legal] == [("License not active", 2)]
    assert [(stop.text, stop.leads) for stop in seen.stops] == [
        ("Nobody in the pool is licensed for this state and line.", 2)
    ]
    assert seen.stops[0].nearest[0][1] == 2


def test_what_a_look_says_is_what_the_release_does() -> None:
    backlog(7, capacity=3)
    hire("Lee", capacity=2)

    seen = releasing.look(wanted=Wanted(), per_producer=None, actor=mona(), now=NOW)
    start(per_minute=600)
    releasing.advance_due(now=NOW + MINUTE)

    given = Counter(str(each.producer) for each in Assignment.objects.select_related("producer"))
    assert {each.name: each.leads for each in seen.getters} == given == {"Kim Park": 3, "Lee Park": 2}


def test_no_more_go_in_a_minute_than_were_asked_for_even_when_late() -> None:
    kim = backlog(10)
    start(per_minute=4)

    went = [releasing.advance_due(now=NOW + seconds * SECOND) for seconds in (0, 14, 15, 59)]
    late = releasing.advance_due(now=NOW + 10 * MINUTE)

    assert went == [1, 0, 1, 2]
    assert (late, held(kim)) == (4, 8)
    assert releasing.advance_due(now=NOW + 10 * MINUTE + SECOND) == 0


def test_nobody_gets_more_than_their_part_and_receipts_say_why() -> None:
    kim = backlog(5)
    lee = hire("Lee", capacity=20)
    release = start(per_producer=2)

    releasing.advance_due(now=NOW + MINUTE)

    assert (held(kim), held(lee)) == (2, 2)
    assert releasing.tally(release) == {"GIVEN": 4, "STAYED": 1}
    held_back = [each for each in Decision.objects.filter(trigger="RERUN") if each.receipt.get("held_back")]
    assert held_back
    assert {replaying.replay(decision=each).answer for each in held_back} == {replaying.Answer.SAME}
    assert QueueItem.objects.get(state="OPEN").reason == "NO_CAPACITY"


def test_a_release_takes_what_it_was_asked_for_the_oldest_first_and_nothing_twice() -> None:
    backlog(2)
    make_pool("other")
    publish("routes", {"id": "all", "name": "To nobody", "route": {"pool": "other"}}, stage="route")
    late = receive_lead()

    start(reason="POOL_EMPTY")
    assert list(ReleaseLead.objects.values_list("item__lead", flat=True)) == [late.pk]
    start(most=1)
    assert releasing.waiting(Wanted()).count() == 1
    start()

    with pytest.raises(releasing.NothingWaits):
        start()


def test_a_lead_whose_turn_has_not_come_is_not_tried_by_anything_else() -> None:
    kim = backlog(2)
    start(per_minute=1)

    fallback.rerun_waiting(now=NOW + timedelta(days=1))

    assert held(kim) == 0


def test_what_a_manager_has_taken_is_left_alone() -> None:
    kim = backlog(2)
    release = start()
    item = QueueItem.objects.order_by("created_at", "pk")[0]
    fallback.take(item=item, user_id=int(mona().id), actor=mona(), now=NOW)

    releasing.advance_due(now=NOW + MINUTE)

    assert (held(kim), releasing.tally(release)) == (1, {"GIVEN": 1, "GONE": 1})
    release.refresh_from_db()
    assert release.state == "DONE"


def test_what_is_cancelled_waits_as_before() -> None:
    kim = backlog(3)
    release = start(per_minute=1)
    releasing.advance_due(now=NOW)

    left = releasing.cancel(release=release, actor=mona(), now=NOW + SECOND)

    assert (left, releasing.advance_due(now=NOW + 5 * MINUTE), held(kim)) == (2, 0, 1)
    assert fallback.rerun_waiting(now=NOW + MINUTE) == 2
    with pytest.raises(releasing.Over):
        releasing.cancel(release=release, actor=mona(), now=NOW + MINUTE)
    actions = Entry.objects.filter(action__startswith="release.").order_by("seq").values_list("action", flat=True)
    assert list(actions) == ["release.started", "release.cancelled"]


def test_a_worker_killed_over_a_lead_leaves_it_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    kim = backlog(2)
    release = start()

    class Killed(BaseException):
        """What no handler catches."""

    def die(*args: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(releasing, "_settle", die)  # after the lead was given, before its row is settled
        with pytest.raises(Killed):
            releasing.advance_due(now=NOW + MINUTE)
    assert (held(kim), releasing.tally(release)) == (0, {"WAITING": 2})

    releasing.advance_due(now=NOW + MINUTE)
    assert (held(kim), releasing.tally(release)) == (2, {"GIVEN": 2})


def test_a_lead_that_fails_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    kim = backlog(2)
    release, first = start(), QueueItem.objects.order_by("created_at", "pk")[0]
    whole = fallback.try_again

    def fail_once(*, item: QueueItem, **rest: object) -> object:
        if item.pk == first.pk:
            raise ZeroDivisionError
        return whole(item=item, **rest)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(fallback, "try_again", fail_once)
    releasing.advance_due(now=NOW + MINUTE)

    assert (held(kim), releasing.tally(release)) == (1, {"GIVEN": 1, "STAYED": 1})


@pytest.mark.parametrize(
    ("figures", "pointer"),
    [({"per_minute": 0}, "/per_minute"), ({"per_producer": 0}, "/per_producer"), ({"most": 9_999}, "/most")],
    ids=["no pace", "nothing each", "too many"],
)
def test_figures_that_make_no_sense_are_refused(figures: dict[str, int], pointer: str) -> None:
    backlog(1)

    with pytest.raises(Invalid) as refusal:
        start(**figures)

    assert [each.pointer for each in refusal.value.problems] == [pointer]
    assert not Release.objects.exists()


def test_a_release_takes_the_permission_to_resolve() -> None:
    backlog(1)
    actor = make_user(Role.OPERATIONS).actor()

    with pytest.raises(Forbidden):
        releasing.start(wanted=Wanted(), per_minute=1, per_producer=None, actor=actor, now=NOW)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_one_release_let_each_lead_go_once() -> None:
    kim = backlog(12)
    release = start(per_minute=600)

    together([partial(releasing.advance_due, now=NOW + MINUTE) for _ in range(4)])
    releasing.advance_due(now=NOW + MINUTE)

    assert (held(kim), releasing.tally(release)) == (12, {"GIVEN": 12})
    assert Entry.objects.filter(action="release.ended").count() == 1
