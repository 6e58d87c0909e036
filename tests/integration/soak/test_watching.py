"""The soak's look at the database sees what is planted there, and nothing where all is well."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection

from benchmarks.soak.invariants import Absence, Twin, broken
from benchmarks.soak.people import Changes
from benchmarks.soak.stage import WITNESS
from benchmarks.soak.watching import Answers, Receiver, Watch
from routing.models import Cap, CapCount, Decision, Lead, ProducerLoad, ProducerProfile
from tests.agency import NOW, hire, open_agency, receive_lead
from tests.ledger import lifted_guards

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


class Watched:
    """A small agency whose producer has a lead, and the watch over it."""

    def __init__(self) -> None:
        open_agency()
        self.producer = hire("Kim", caps={"DAY": 5})
        with connection.cursor() as cursor:
            cursor.execute(WITNESS)
        self.lead = receive_lead()
        self.answers, self.changes, self.receiver = Answers(), Changes([]), Receiver()
        self.answers.note(self.lead.external_id, str(self.lead.pk), "{}")
        self.watch = Watch([self.producer.pk], self.answers, self.changes, self.receiver)

    def broken(self) -> list[str]:
        """Return what the next look finds."""
        return broken(self.watch.look(at_everything=True))


@pytest.fixture
def watched(transactional_db: None) -> Iterator[Watched]:
    """Return the agency; take the trigger away again."""
    made = Watched()
    yield made
    made.watch.close()
    made.receiver.close()
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER soak_witness ON routing_assignment; DROP FUNCTION soak_witness")
        cursor.execute("DROP TABLE soak_commit")


def test_nothing_is_broken_where_all_is_well(watched: Watched) -> None:
    seen = watched.watch.look(at_everything=True)

    assert broken(seen) == []
    assert [lead.state for lead in seen.leads.values()] == ["ASSIGNED"]
    assert [(desk.held, desk.counted) for desk in seen.desks.values()] == [(Decimal(1), Decimal(1))]
    assert [(quota.given, quota.most) for quota in seen.quotas] == [(1, 5)]
    assert [(commit.producer, commit.held, commit.is_licensed) for commit in seen.commits] == [
        (watched.producer.pk, Decimal(1), True)
    ]
    assert seen.twins == {watched.producer.pk: Twin(had=0, turns=0)}
    assert list(seen.replayed.values()) == ["SAME"]


def _lose(watched: Watched) -> None:
    watched.answers.note("another", str(uuid4()), "{}")


def _answer_otherwise(watched: Watched) -> None:
    watched.answers.note(watched.lead.external_id, str(watched.lead.pk), "[]")


def _close_what_is_held(_watched: Watched) -> None:
    Lead.objects.update(state="CLOSED")


def _shrink(_watched: Watched) -> None:
    ProducerProfile.objects.update(capacity=0)


def _cap(_watched: Watched) -> None:
    Cap.objects.update(most=0)


def _miscount(_watched: Watched) -> None:
    ProducerLoad.objects.update(open_effort=3)


def _miscount_the_day(_watched: Watched) -> None:
    CapCount.objects.update(used=2)


def _lapse(watched: Watched) -> None:
    watched.changes.absences.append(
        Absence(watched.producer.pk, watched.lead.governing_state, NOW - timedelta(hours=1))
    )


def _send_what_was_rolled_back(watched: Watched) -> None:
    watched.receiver.received.add(str(uuid4()))


def _choose_another(_watched: Watched) -> None:
    decision = Decision.objects.get()
    with lifted_guards("routing_decision"):
        Decision.objects.update(receipt={**decision.receipt, "chosen": 4711})


@pytest.mark.parametrize(
    ("invariant", "plant"),
    [
        ("I1", _lose),
        ("I2", _answer_otherwise),
        ("I3", _close_what_is_held),
        ("I5", _shrink),
        ("I6", _cap),
        ("I7", _miscount),
        ("I7", _miscount_the_day),
        ("I8", _lapse),
        ("I13", _send_what_was_rolled_back),
        ("I17", _choose_another),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__.strip("_"),
)
def test_a_fault_planted_in_the_database_is_seen(
    watched: Watched, invariant: str, plant: Callable[[Watched], None]
) -> None:
    plant(watched)

    assert {each.partition(":")[0] for each in watched.broken()} == {invariant}
