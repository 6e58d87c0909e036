"""Receipts cannot be changed, can be replayed for ever, and are found out where somebody changed them all the same."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from audit import services as audit
from audit.models import Entry
from audit.report import Fault
from routing.models import Decision, Lead, Person
from routing.receipt import sha256
from routing.services import desk, fallback, handing, replaying, sla
from tests.agency import (
    MINUTE,
    NOW,
    TO_LIFE,
    actor_of,
    hire,
    make_pool,
    mona,
    open_agency,
    publish,
    receive,
    receive_lead,
    send_on_leave,
    set_license,
    set_profile,
)
from tests.ledger import lifted_guards

pytestmark = pytest.mark.django_db

REVIEW_THE_OLD = {
    "id": "old",
    "name": "A person looks at the old",
    "when": {"field": "lead.age", "op": "gte", "value": 80},
    "on_unknown": "skip",
    "effect": "review",
    "reason": "OLD_AGE",
}
PREMIUM = {
    "id": "premium",
    "name": "A large premium",
    "when": {"field": "lead.premium", "op": "gte", "value": "1000.00"},
    "add": 80,
}
SPANISH = {
    "id": "spanish",
    "name": "Somebody who speaks Spanish",
    "require": {"field": "producer.languages", "op": "contains", "value": "es"},
    "reason": "LANGUAGE",
    "message": "speaks no Spanish",
}


def decisions() -> dict[str, Decision]:
    """Let decisions of every kind be made, and return one of each by what it shows."""
    open_agency()
    publish("checks", REVIEW_THE_OLD, stage="gate")
    publish("scores", PREMIUM, stage="score")
    kim, lee = hire("Kim", capacity=3), hire("Lee", capacity=3)
    assigned = receive_lead(premium="2000.00", birth_date="1970-05-05", zip="30301")
    reviewed = receive_lead(birth_date="1940-05-05")
    breached = receive_lead()
    declined = receive_lead()
    sla.sweep_due(now=NOW + timedelta(minutes=6))  # only the hot one has run out
    held_by = {kim.pk: kim, lee.pk: lee}
    holder = held_by[Lead.objects.get(pk=declined.pk).owner_id or 0]
    desk.decline(lead=declined, reason="No time", actor=actor_of(holder), now=NOW + 7 * MINUTE)
    for _ in range(3):
        receive()
    full = receive_lead()
    ray = hire("Ray", capacity=1)
    handing.assign(lead=full, producer_id=ray.pk, reason="By hand", actor=mona(), now=NOW + 8 * MINUTE)
    waiting = receive_lead()
    set_profile(ray, capacity=2)
    fallback.rerun_waiting(now=NOW + timedelta(days=1))
    named = {
        "assigned": (assigned, "INTAKE"),
        "review": (reviewed, "INTAKE"),
        "breach": (assigned, "BREACH"),
        "held": (breached, "INTAKE"),
        "decline": (declined, "DECLINE"),
        "full": (full, "INTAKE"),
        "manual": (full, "MANUAL"),
        "rerun": (waiting, "RERUN"),
    }
    return {name: Decision.objects.get(lead=lead, trigger=trigger) for name, (lead, trigger) in named.items()}


def answers(made: dict[str, Decision]) -> dict[str, Any]:
    """Replay them all: the answer, or what differs."""
    replayed = {name: replaying.replay(decision=decision) for name, decision in made.items()}
    return {name: each.differences or each.answer.value for name, each in replayed.items()}


def test_every_kind_of_decision_replays_the_same() -> None:
    made = decisions()

    assert {name: (each.receipt["reason"], each.receipt["hop"]) for name, each in made.items()} == {
        "assigned": ("ASSIGNED", 0),
        "review": ("OLD_AGE", 0),
        "breach": ("ASSIGNED", 1),
        "held": ("ASSIGNED", 0),
        "decline": ("ASSIGNED", 1),
        "full": ("NO_CAPACITY", 0),
        "manual": ("ASSIGNED", 0),
        "rerun": ("ASSIGNED", 0),
    }
    assert answers(made) == dict.fromkeys(made, "SAME")


def test_decisions_replay_the_same_whatever_has_changed_since() -> None:
    made = decisions()
    kim = Decision.objects.get(pk=made["assigned"].pk).lead.assignments.earliest("assigned_at").producer

    set_license(kim, status="REVOKED")
    set_profile(kim, capacity=99, languages=["es"])
    send_on_leave(kim, until=NOW + timedelta(days=90))
    hire("New")
    publish("checks", {**REVIEW_THE_OLD, "when": {"field": "lead.age", "op": "gte", "value": 18}})
    make_pool("elsewhere")
    publish("routes", {**TO_LIFE, "route": {"pool": "elsewhere"}}, stage="route")
    publish("fit", SPANISH, stage="eligibility")
    receive()

    assert answers(made) == dict.fromkeys(made, "SAME")


def test_an_erased_person_leaves_decisions_that_answer_erased() -> None:
    made = decisions()
    lead = made["assigned"].lead

    Person.objects.filter(leads=lead).delete()

    assert {name: answer for name, answer in answers(made).items() if answer != "SAME"} == {
        "assigned": "ERASED",
        "breach": "ERASED",
    }
    assert str(Lead.objects.get(pk=lead.pk)) == "(erased)"


def test_a_receipt_names_no_person() -> None:
    made = decisions()

    told = json.dumps([each.receipt for each in made.values()])
    told += json.dumps(list(Entry.objects.values("action", "detail", "target_label")))

    assert [word for word in ("Ada", "Byron", "@example.com", "1970-05-05", "30301") if word in told] == []


def test_a_receipt_holds_what_was_published() -> None:
    open_agency()
    publish("scores", PREMIUM, stage="score")
    kim = hire()
    lead = receive_lead(premium="1000")

    receipt = lead.decisions.get().receipt

    assert set(receipt) >= {
        *("decision", "lead", "trigger", "hop", "exclude", "made_at", "now", "actor", "engine", "rule_set_versions"),
        *("roster_version", "facts", "gates", "score", "route", "eligible", "candidates", "claim", "chosen"),
        *("override", "reason", "timings_ms"),
    }
    assert receipt["rule_set_versions"] == {"routes": 1, "scores": 1}
    assert receipt["score"]["total"] == 80
    assert receipt["route"] == {
        "rule": "routes:all",
        "pool": "life",
        "strategy": "round_robin",
        "tier": "hot",
        "passed_over": [],
    }
    assert receipt["eligible"] == {"count": 1, "considered": 1, "excluded_by": {}, "nearest": []}
    assert receipt["candidates"] == [
        {
            "producer": kim.pk,
            "rank": 1,
            "score": "0.000000",
            "parts": {
                "preference": "0",
                "last_assigned_at": "never",
                "credit": "0",
                "turn": "0.000000",
                "level": "0.000000",
                "weight": "1",
            },
            "volatile": {"load": "0.00", "credit": "0", "last_assigned_at": None, "caps": {}},
        }
    ]
    assert (receipt["claim"], receipt["chosen"], receipt["reason"]) == ({"skipped": []}, kim.pk, "ASSIGNED")
    assert lead.decisions.get().receipt_sha256 == sha256(receipt)


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE routing_decision SET receipt_sha256 = 'x'", id="update"),
        pytest.param("DELETE FROM routing_decision", id="delete"),
        pytest.param("TRUNCATE routing_decision CASCADE", id="truncate", marks=pytest.mark.postgres),
        pytest.param(
            "REPLACE INTO routing_decision SELECT * FROM routing_decision", id="replace", marks=pytest.mark.sqlite
        ),
    ],
)
def test_the_database_refuses_to_rewrite_receipts(statement: str) -> None:
    open_agency()
    receive()
    before = list(Decision.objects.values())

    connection.check_constraints()

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert list(Decision.objects.values()) == before


def tamper(decision: Decision, **changes: Any) -> None:
    """Change a receipt as only somebody who owns the database can, fingerprint and all."""
    receipt = {**decision.receipt, **changes}
    with lifted_guards("routing_decision"):
        Decision.objects.filter(pk=decision.pk).update(receipt=receipt, receipt_sha256=sha256(receipt))


def test_a_tampered_receipt_is_found_by_replay_and_by_the_ledger() -> None:
    made = decisions()
    audit.seal()
    assert audit.verify().problems == ()

    tamper(made["assigned"], chosen=4711)

    decision = Decision.objects.get(pk=made["assigned"].pk)
    assert replaying.replay(decision=decision).answer == "DIFFERENT"
    [problem] = audit.verify().problems
    assert (problem.fault, str(decision.pk) in problem.message) == (Fault.RECEIPT, True)


def test_a_receipt_that_no_longer_fits_its_fingerprint_differs() -> None:
    open_agency()
    decision = receive_lead().decisions.get()
    audit.seal()

    with lifted_guards("routing_decision"):
        Decision.objects.filter(pk=decision.pk).update(receipt={**decision.receipt, "reason": "ASSIGNED"})

    replayed = replaying.replay(decision=Decision.objects.get(pk=decision.pk))
    assert (replayed.answer, replayed.differences) == (
        "DIFFERENT",
        ("the receipt is not the one that was fingerprinted",),
    )
    assert [each.fault for each in audit.verify().problems] == [Fault.RECEIPT]


def test_a_receipt_that_is_gone_is_found_by_the_ledger() -> None:
    open_agency()
    decision = receive_lead().decisions.get()
    audit.seal()

    with lifted_guards("routing_decision"):
        Decision.objects.filter(pk=decision.pk).delete()

    assert [each.fault for each in audit.verify().problems] == [Fault.RECEIPT]


def test_the_replay_command_counts_and_names_what_differs() -> None:
    made = decisions()
    out = StringIO()
    call_command("replay", "--all", stdout=out)
    assert out.getvalue() == f"{Decision.objects.count()} same, 0 different, 0 erased, 0 unrouted\n"

    tamper(made["full"], chosen=4711)

    out = StringIO()
    with pytest.raises(CommandError) as failed:
        call_command("replay", str(made["full"].pk), stdout=out)
    assert failed.value.returncode == 1
    assert out.getvalue() == (
        f"{made['full'].pk}: chosen: stored 4711, found None\n0 same, 1 different, 0 erased, 0 unrouted\n"
    )


def test_decisions_that_asked_no_rules_are_counted_apart() -> None:
    open_agency()
    hire()
    lead = receive_lead()
    Lead.objects.filter(pk=lead.pk).update(hop=3)

    sla.sweep_due(now=NOW + timedelta(hours=1))

    decision = Decision.objects.get(lead=lead, trigger="BREACH")
    assert decision.receipt["reason"] == "HOPS_EXHAUSTED"
    assert replaying.replay(decision=decision).answer == "UNROUTED"
