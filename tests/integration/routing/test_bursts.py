"""Leads taken in together fare as they would alone: as fairly, as lawfully, within every capacity, and once."""

import json
from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Any, Final

import pytest
from django.db.models import Model

from audit.models import Entry
from licenses.models import License
from outbox.models import Message
from routing.models import (
    Assignment,
    Decision,
    IntakeRecord,
    Lead,
    LeadSource,
    Person,
    Pool,
    PoolMember,
    QueueItem,
)
from routing.services import bursts, importing, intake, replaying, roster
from routing.services.intake import Answer
from tests.agency import (
    NOW,
    SETUP,
    a_lead,
    held,
    hire,
    hire_many,
    make_source,
    open_agency,
    receive,
    send_on_leave,
    tell,
)
from tests.races import together

pytestmark = pytest.mark.django_db

WRITTEN: Final[tuple[type[Model], ...]] = (Lead, Person, Decision, Assignment, IntakeRecord, Entry, Message)


def bodies(*leads: dict[str, Any]) -> list[bytes]:
    """Return leads as a source sends them."""
    return [json.dumps(each).encode() for each in leads]


def receive_together(source: LeadSource, *leads: dict[str, Any]) -> list[Answer | None]:
    """Take leads in at once."""
    return bursts.receive_together(source=source, bodies=bodies(*leads), now=NOW)


def many(number: int) -> list[dict[str, Any]]:
    """Return so many leads of different people."""
    return [a_lead() for _ in range(number)]


def take_in(source: LeadSource, leads: list[dict[str, Any]]) -> None:
    """Take leads in, several together and one alone, and again alone what must come so."""
    answers = receive_together(source, *leads) if len(leads) > 1 else [None]
    for lead, answer in zip(leads, answers, strict=True):
        if answer is None:
            intake.receive(source=source, body=json.dumps(lead).encode(), key=None, now=NOW)


def reasons(answers: list[Answer | None]) -> Counter[str]:
    """Return what became of the leads, by reason."""
    return Counter(each.body["reason"]["code"] for each in answers if each)


def test_shares_are_as_fair_as_one_by_one_and_go_on_where_they_ended() -> None:
    open_agency(strategy="weighted")
    one, two = hire("Kim", weight=1), hire("Lee", weight=2)

    receive_together(make_source()[0], *many(9))
    assert (held(one), held(two)) == (3, 6)

    for _ in range(3):
        receive()
    assert (held(one), held(two)) == (4, 8)


def test_every_lead_has_its_decision_ledger_entries_message_and_answer() -> None:
    open_agency()
    hire_many(2)

    answers = receive_together(make_source()[0], *many(120))  # enough for a stream

    assert reasons(answers) == {"ASSIGNED": 40, "NO_CAPACITY": 80}
    assert (Lead.objects.count(), Decision.objects.count(), IntakeRecord.objects.count()) == (120, 120, 120)
    assert QueueItem.objects.filter(reason="NO_CAPACITY", owner__username="mona").count() == 80
    told = Entry.objects.filter(action__startswith="lead.").values_list("action", flat=True)
    assert Counter(told) == {"lead.received": 120, "lead.decided": 120, "lead.assigned": 40, "lead.fell_back": 80}
    assert Message.objects.filter(topic__startswith="lead.").count() == 120
    assert {str(each.pk): each.response["id"] for each in IntakeRecord.objects.all() if each.response} == {
        str(each.pk): str(each.lead_id) for each in IntakeRecord.objects.all()
    }


def test_what_was_decided_together_replays() -> None:
    open_agency()
    hire_many(3, capacity=2)

    receive_together(make_source()[0], *many(8))

    decisions = Decision.objects.select_related("lead")
    assert {replaying.replay(decision=each).answer for each in decisions} == {replaying.Answer.SAME}


def test_what_needs_a_second_look_comes_alone_and_holds_up_nobody() -> None:
    open_agency()
    hire("Kim")
    source, _ = make_source()
    known, twin = a_lead(external_id="known"), a_lead()
    receive_together(source, known)

    answers = receive_together(
        source, known, a_lead(state="XX"), a_lead(email=known["email"]), twin, {**twin, "language": "es"}, a_lead()
    )

    assert [each is not None for each in answers] == [False, False, False, True, False, True]
    assert Lead.objects.count() == 3


def test_nobody_gets_more_than_a_cap_allows() -> None:
    open_agency()
    kim, lee = hire("Kim", caps={"DAY": 2}), hire("Lee", capacity=3)
    source, _ = make_source()

    answers = receive_together(source, *many(9))

    assert (held(kim), held(lee)) == (2, 3)
    assert reasons(answers) == {"ASSIGNED": 5, "NO_CAPACITY": 4}
    assert reasons(receive_together(source, *many(1))) == {"NO_CAPACITY": 1}


def choose_by(**method: Any) -> None:
    """Give the pool a method."""
    Pool.objects.filter(slug="life").update(method=method)
    roster.changed(roster.pool_subject("life"), at=NOW)


def test_territories_hold_in_a_stretch_as_they_do_alone() -> None:
    open_agency()
    kim, lee = hire("Kim"), hire("Lee")
    PoolMember.objects.filter(producer=lee).update(territory="TX")
    tell(lee)
    choose_by(filters=[{"step": "territory"}])

    receive_together(make_source()[0], *many(4))

    assert (held(kim), held(lee)) == (4, 0)
    assert {replaying.replay(decision=each).answer for each in Decision.objects.all()} == {replaying.Answer.SAME}


def test_a_lead_whose_pool_looks_at_what_the_others_change_comes_alone() -> None:
    open_agency()
    hire("Kim")
    choose_by(preferences=[{"step": "continuity"}])

    assert receive_together(make_source()[0], *many(2)) == [None, None]
    assert not Lead.objects.exists()


def test_a_look_at_a_file_says_what_the_import_then_does() -> None:
    open_agency(strategy="weighted")
    hire("Kim", weight=2, caps={"DAY": 3})
    hire("Lee", capacity=2)
    lines = [f"Ada,Byron,ada{number}@example.com,GA,term_life" for number in range(8)]
    content = "\n".join(["first_name,last_name,email,state,product", *lines, lines[0], "Eve,B,e@example.com,XX,auto"])
    source, _ = make_source("file")

    seen = importing.preview_leads(content=content.encode(), source=source, actor=SETUP, now=NOW)
    assert not Lead.objects.exists()
    fates = importing.import_leads(content=content.encode(), source=source, actor=SETUP, clock=lambda: NOW)

    assert [fate.status for fate in fates] == [fate.status for fate in seen.fates]
    given = Counter(str(each.producer) for each in Assignment.objects.select_related("producer"))
    assert {each.name: each.leads for each in seen.forecast.getters} == given == {"Kim Park": 3, "Lee Park": 2}
    assert (seen.forecast.leads, seen.forecast.fallback_percent) == (8, 37.5)


def test_whoever_is_away_gets_nothing() -> None:
    open_agency()
    kim, lee = hire("Kim"), hire("Lee")
    send_on_leave(kim, until=NOW + timedelta(days=1))

    receive_together(make_source()[0], *many(4))

    assert (held(kim), held(lee)) == (0, 4)


def test_a_license_that_ends_behind_the_decision_undoes_all_of_it() -> None:
    open_agency()
    kim, _ = hire("Kim"), hire("Lee")
    receive()  # so that this process knows the roster
    License.objects.filter(producer=kim).update(status="INACTIVE")  # and nobody tells it
    before = [model._default_manager.count() for model in WRITTEN]

    answers = receive_together(make_source("file")[0], *many(4))

    assert answers == [None] * 4
    assert before == [
        model._default_manager.count() for model in (Lead, Person, Decision, Assignment, IntakeRecord, Entry, Message)
    ]


def test_a_failure_leaves_every_lead_to_come_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    open_agency()
    hire("Kim")

    def fail(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(bursts, "place_together", fail)

    assert receive_together(make_source()[0], *many(2)) == [None, None]
    assert not Lead.objects.exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_stretches_and_single_leads_at_once_fill_every_desk_and_no_more() -> None:
    open_agency()
    team = hire_many(5, capacity=4)
    source, _ = make_source()
    stretches = [partial(take_in, source, many(6)) for _ in range(3)]
    singles = [partial(take_in, source, many(1)) for _ in range(6)]

    together([*stretches, *singles])

    assert [held(each) for each in team] == [4] * 5
    assert Counter(Lead.objects.values_list("state", flat=True)) == {"ASSIGNED": 20, "FALLBACK": 4}
