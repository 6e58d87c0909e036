"""Saved cases: who may keep them, what they may hold, and what they say of live rules and of drafts."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.actor import Actor, ActorKind
from accounts.errors import Forbidden, Invalid
from audit.models import Entry
from routing.facts import lead_facts
from routing.models import CaseRun, SavedCase
from routing.services import bench, case_runs, cases, choices, covering
from routing.services.cases import Expected
from rules_engine import services as rules
from rules_engine.models import RuleSet
from rules_engine.services.gating import Unpublishable
from tests.agency import LEAD, NOW, SETUP, TODAY, hire, open_agency, publish, receive
from tests.factories import make_rule_set
from tests.publishing import approved, penny

pytestmark = pytest.mark.django_db

LIVE = choices.read("live")
OLENA = Actor(ActorKind.USER, "1", "Olena Operations", frozenset({"rules.view", "rules.edit"}))
AUDITOR = Actor(ActorKind.USER, "2", "Aud Itor", frozenset({"rules.view"}))
FIELDS: dict[str, Any] = {**LEAD, "email": "ada@example.com"}
GEORGIA: dict[str, Any] = {
    "id": "georgia",
    "name": "No leads from Georgia",
    "when": {
        "any": [
            {"field": "lead.state", "op": "eq", "value": "GA"},
            {"field": "lead.has_phone", "op": "eq", "value": True},
        ]
    },
    "effect": "review",
    "reason": "GEORGIA",
}


@pytest.fixture(autouse=True)
def agency(db: None) -> None:
    """Open the agency."""
    open_agency()


def keep(expected: Expected, *, name: str = "Term life in Georgia", actor: Actor = OLENA, **fields: Any) -> SavedCase:
    """Save a case at the usual instant."""
    return cases.save(
        name=name, fields={**FIELDS, **fields}, source="", at=NOW, expected=expected, actor=actor, now=NOW
    )


def misses(text: str = "live", **more: Any) -> list[tuple[str, ...]]:
    """Return what misses under these rules, case by case."""
    return [each.misses for each in cases.run_all(choice=choices.read(text), now=NOW, **more)]


def test_a_case_that_comes_out_as_expected_passes() -> None:
    kim, lee = hire("Kim"), hire("Lee", expiry_date=TODAY - timedelta(days=1))
    keep(Expected("assigned", "ASSIGNED", "life", "low", (kim.pk,), (lee.pk,)))

    assert misses() == [()]


def test_every_miss_is_said() -> None:
    kim, lee = hire("Kim"), hire("Lee", expiry_date=TODAY - timedelta(days=1))
    keep(Expected("review", "GEORGIA", "", "hot", (lee.pk,), (kim.pk,)))
    SavedCase.objects.update(pool="other", eligible=[lee.pk, 2**40])  # what it names has gone since

    assert misses() == [
        (
            "Expected the status review, got assigned (Assigned to a producer licensed for it).",
            "Expected the reason GEORGIA, got ASSIGNED.",
            "Expected the pool other, got life.",
            "Expected the tier hot, got low.",
            "Expected Lee Park to be eligible: license ended Nov 22, 2026.",
            f"Expected producer {2**40} to be eligible: not asked.",
            "Expected Kim Park not to be eligible.",
        )
    ]


def test_a_draft_is_tried_before_it_is_published() -> None:
    hire()
    publish("checks", {**GEORGIA, "active_to": "2020-01-01"})
    draft = RuleSet.objects.get(slug="checks").rules.get()
    rules.save_rule(rule=draft, document=GEORGIA, actor=SETUP, now=NOW)
    keep(Expected("assigned"))

    assert misses("live") == [()]
    assert misses("checks=draft") == [("Expected the status assigned, got review (Georgia).",)]
    document = {"language": 1, "stage": "gate", "time_zone": "America/New_York", "rules": [GEORGIA]}
    assert misses("live", documents={"checks": document}) == misses("checks=draft")


def test_full_desks_do_not_matter_to_a_case() -> None:
    hire(capacity=0)
    keep(Expected("assigned"))

    assert misses() == [()]


def test_a_case_whose_lead_can_no_longer_be_read_fails() -> None:
    keep(Expected("fallback"))
    SavedCase.objects.update(lead={**FIELDS, "product": "gone"})

    assert misses() == [("The lead cannot be read: Use one of: term_life.",)]


def test_who_may_only_look_does_not_try_them() -> None:
    keep(Expected("assigned"))

    with pytest.raises(Forbidden):
        case_runs.try_all(choice=LIVE, actor=AUDITOR, now=NOW)
    assert not CaseRun.objects.exists()


def test_a_run_takes_the_place_of_the_one_before() -> None:
    hire()
    first = keep(Expected("assigned"))
    case_runs.try_all(choice=LIVE, actor=penny(), now=NOW)
    keep(Expected("review"), name="Never so")

    before = case_runs.overview(LIVE)
    case_runs.try_all(choice=LIVE, actor=penny(), now=NOW)
    after = case_runs.overview(LIVE)

    assert [each.misses for each in before.standings] == [None, ()]  # by name: the new one comes first
    assert [bool(each.misses) for each in after.standings] == [True, False]
    assert CaseRun.objects.get().misses[str(first.pk)] == []


def test_a_case_is_told_to_the_ledger() -> None:
    keep(Expected("assigned"))

    assert Entry.objects.get(action="case.saved").target_label == "Term life in Georgia"


def test_a_case_is_deleted() -> None:
    cases.delete(case=keep(Expected("assigned")), actor=OLENA, now=NOW)

    assert not SavedCase.objects.exists()
    assert Entry.objects.filter(action="case.deleted", target_label="Term life in Georgia").exists()


def test_who_may_not_edit_rules_may_not_keep_or_delete_cases() -> None:
    case = keep(Expected("assigned"))

    with pytest.raises(Forbidden):
        keep(Expected("assigned"), name="Mine", actor=AUDITOR)
    with pytest.raises(Forbidden):
        cases.delete(case=case, actor=AUDITOR, now=NOW)
    assert SavedCase.objects.get() == case


def test_a_case_holds_a_lead_intake_would_take() -> None:
    with pytest.raises(Invalid) as refused:
        keep(Expected("assigned"), state="XX", product="gone")

    assert [each.pointer for each in refused.value.problems] == ["/state", "/product"]
    assert not SavedCase.objects.exists()


def test_neither_a_case_nor_its_history_holds_the_person() -> None:
    kept: dict[str, Any] = {
        "state": "GA",
        "product": "term_life",
        "premium": "900.00",
        "language": "en",
        "source_campaign": "spring",
    }
    consent = {"captured_at": "2026-11-20T12:00:00Z", "channels": ["call"], "sellers": ["Fairlead Demo Agency"]}

    case = keep(
        Expected("review"),
        **kept,
        first_name="Grace",
        last_name="Hopper",
        phone="(404) 555-0142",
        email="grace@navy.example",
        zip="30303-1234",
        birth_date="1961-06-09",
        external_id="REF-7",
        attributes={"street": "1 Pier"},
        consent={
            **consent,
            "text": "I, Grace, agree",
            "text_version": "Grace's",
            "ip": "203.0.113.9",
            "url": "https://navy.example/?name=grace",
            "token": "b7c1",
        },
    )

    invented = {
        **kept,
        "first_name": "Invented",
        "last_name": "Person",
        "phone": "404-555-0100",
        "email": "invented.person@example.com",
        "zip": "30303",
        "birth_date": "1961-01-01",
        "external_id": "invented",
        "attributes": {"invented": True},
        "consent": {
            **consent,
            "text": "Invented",
            "text_version": "invented",
            "ip": "192.0.2.1",
            "url": "https://example.com/",
            "token": "invented",
        },
    }
    assert SavedCase.objects.get().lead == invented
    assert [each.lead for each in case.history.all()] == [invented]


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({}, id="nothing but what is needed"),
        pytest.param({"premium": 0}, id="a premium of nothing"),
        pytest.param({"email": "", "phone": "404-555-0142"}, id="a phone alone"),
        pytest.param({"consent": {"ip": "203.0.113.9"}}, id="a consent of nothing rules read"),
        pytest.param({"consent": {"token": "b7c1", "text_version": "3"}}, id="a certificate"),
        pytest.param({"birth_date": "1961-11-24", "zip": "30303-1234"}, id="a birthday to come"),
    ],
)
def test_rules_read_the_same_of_the_case_as_of_its_lead(fields: dict[str, Any]) -> None:
    moment, sent = bench.moment_of(NOW, now=NOW), {**FIELDS, **fields}
    agency = moment.roster.agency

    read = [
        lead_facts(lead=each.lead, person=each.person, agency=agency, now=NOW).raw()
        for each in (
            bench.made_up(fields=lead, source="", moment=moment)
            for lead in (sent, keep(Expected("review"), **fields).lead)
        )
    ]

    for facts in read:
        del facts["lead.received_at"]
    assert read[0] == read[1]


def test_a_name_is_taken_once() -> None:
    keep(Expected("assigned"))

    with pytest.raises(Invalid) as refused:
        keep(Expected("review"))

    assert refused.value.problems[0].pointer == "/name"


def test_the_cases_cover_conditions() -> None:
    publish("checks", GEORGIA)
    keep(Expected("review"))

    (rule,) = covering.by_cases(slug="checks", choice=LIVE, now=NOW)

    assert rule.when is not None
    assert [each.gap for each in (rule.when, *rule.when.members)] == ["never false", "never false", "never reached"]


def test_the_last_leads_cover_conditions() -> None:
    publish("checks", GEORGIA)
    hire()
    receive()
    receive(state="TX", phone="214-555-0123")

    (rule,) = covering.by_leads(slug="checks", choice=LIVE, count=50, now=NOW)

    assert rule.when is not None
    assert [(each.true, each.false) for each in rule.when.members] == [(1, 1), (1, 0)]


def test_eligibility_is_covered_by_the_producers_a_lead_meets() -> None:
    body = {"field": "producer.languages", "op": "contains", "value": "es"}
    publish("fit", {"id": "es", "name": "Spanish", "require": body, "reason": "ES"}, stage="eligibility")
    hire("Ana", languages=["es"])
    hire("Bo", languages=["en"])
    receive()

    (rule,) = covering.by_leads(slug="fit", choice=LIVE, count=50, now=NOW)

    assert rule.asks is not None
    assert (rule.asks.true, rule.asks.false, rule.gaps) == (1, 1, 0)


def test_publishing_waits_until_every_case_comes_out_as_expected() -> None:
    hire()
    keep(Expected("assigned"))
    ruleset = make_rule_set("checks", [GEORGIA], stage="gate")
    proposal = approved(ruleset, now=NOW)

    with pytest.raises(Unpublishable) as refused:
        rules.publish(proposal=proposal, actor=penny(), now=NOW)

    assert [(each.code, each.detail) for each in refused.value.problems] == [
        ("saved_case.failed", "“Term life in Georgia”: Expected the status assigned, got review (Georgia).")
    ]
    SavedCase.objects.update(status="review")
    assert rules.publish(proposal=proposal, actor=penny(), now=NOW).number == 1


@pytest.mark.parametrize(
    ("bodies", "answer"),
    [
        pytest.param([], ("None", False, False), id="no case is a remark"),
        pytest.param(["review"], ("1 of 1", True, False), id="all as expected"),
        pytest.param(["review", "rejected"], ("1 of 2 fail", False, True), id="one is not"),
    ],
)
def test_the_gate_counts_the_cases(bodies: list[str], answer: tuple[str, bool, bool]) -> None:
    publish("checks", {**GEORGIA, "active_to": "2020-01-01"})
    for status in bodies:
        keep(Expected(status), name=f"It goes to {status}")
    document = {"language": 1, "stage": "gate", "time_zone": "America/New_York", "rules": [GEORGIA]}

    gate = cases.gate(rule_set="checks", document=document, content_hash="", now=NOW)

    assert (gate.answer, gate.is_met, gate.blocks) == answer


def test_the_gate_does_not_run_a_document_that_cannot_be_read() -> None:
    publish("checks", GEORGIA)
    keep(Expected("review"))

    gate = cases.gate(rule_set="checks", document={"rules": []}, content_hash="", now=NOW)

    assert (gate.answer, gate.is_met, gate.blocks) == ("Not run", False, False)
