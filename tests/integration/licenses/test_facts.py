"""Every change of a licence fact is one change: locked, numbered, told to the roster and the ledger, or nothing."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.actor import Actor, system
from accounts.errors import Forbidden, Invalid
from accounts.policy import Role
from audit.models import Entry
from licenses import services as licenses
from licenses.models import Appointment, License, LineOfAuthority, Producer, ProducerChange, Product
from outbox.models import Message
from tests.factories import (
    make_appointment,
    make_carrier,
    make_contract,
    make_license,
    make_producer,
    make_product,
    make_regime,
    make_user,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 12, 17, tzinfo=UTC)


@pytest.fixture
def operations() -> Actor:
    return make_user(Role.OPERATIONS).actor()


def test_a_new_licence_with_its_lines_is_one_change(operations: Actor) -> None:
    producer = make_producer()
    license_ = License(producer=producer, state="FL", number="007", is_perpetual=True)

    changes = licenses.save(facts=(license_, LineOfAuthority(license=license_, line="LIFE")), actor=operations, now=NOW)

    producer.refresh_from_db()
    assert producer.facts_version == 1
    assert [(change.at, change.what, change.folded_version) for change in producer.changes.all()] == [
        (NOW, "license FL 007; line of authority FL 007 LIFE", None)
    ]
    assert [(entry.action, entry.target_id) for entry in Entry.objects.order_by("seq")] == [
        ("license.added", str(producer.pk)),
        ("line.added", str(producer.pk)),
    ]
    assert [(each.what, each.field, each.after) for each in changes if each.field in {"number", "line"}] == [
        ("license FL 007", "number", "007"),
        ("line of authority FL 007 LIFE", "line", "LIFE"),
    ]
    assert [message.payload for message in Message.objects.filter(topic="license.changed")] == [
        {"producer_id": producer.pk}
    ]


def test_a_change_is_told_with_before_and_after_and_kept_in_the_history(operations: Actor) -> None:
    license_ = make_license(make_producer())
    license_.status, license_.expiry_date = "SUSPENDED", date(2026, 5, 31)

    licenses.save(facts=(license_,), actor=operations, now=NOW)

    assert Entry.objects.get().detail["changes"] == [
        {"field": "status", "before": "ACTIVE", "after": "SUSPENDED"},
        {"field": "expiry_date", "before": "2030-12-31", "after": "2026-05-31"},
    ]
    history: Any = license_.history
    assert history.filter(history_date=NOW).values_list("status", flat=True).get() == "SUSPENDED"


def test_saving_what_is_already_so_changes_nothing(operations: Actor) -> None:
    license_ = make_license(make_producer())

    assert licenses.save(facts=(license_,), actor=operations, now=NOW) == ()

    assert Producer.objects.get().facts_version == 0
    assert ProducerChange.objects.count() == 0
    assert Entry.objects.count() == 0
    assert Message.objects.count() == 0


def test_an_address_stays_out_of_the_ledger(operations: Actor) -> None:
    producer = make_producer()
    producer.email = "ana.private@example.com"

    licenses.save(facts=(producer,), actor=operations, now=NOW)

    assert Entry.objects.get().detail["changes"] == [{"field": "email", "before": "(not kept)", "after": "(not kept)"}]


def test_removing_a_fact_keeps_its_story(operations: Actor) -> None:
    contract = make_contract(make_producer())

    licenses.delete(fact=contract, actor=operations, now=NOW)

    assert Producer.objects.get().facts_version == 1
    assert Entry.objects.get().action == "contract.removed"
    history: Any = type(contract).history
    assert history.count() == 2


def test_facts_of_two_producers_do_not_change_together(operations: Actor) -> None:
    facts = (make_license(make_producer()), make_license(make_producer()))

    with pytest.raises(ValueError, match="one producer"):
        licenses.save(facts=facts, actor=operations, now=NOW)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.PRODUCER, Role.AUDITOR])
def test_who_may_not_edit_licences_changes_nothing(role: Role) -> None:
    license_ = make_license(make_producer())
    license_.status = "REVOKED"

    with pytest.raises(Forbidden):
        licenses.save(facts=(license_,), actor=make_user(role).actor(), now=NOW)

    assert License.objects.get().status == "ACTIVE"
    assert Entry.objects.count() == 0


BAD: list[tuple[str, dict[str, Any], str, str]] = [
    ("a state nobody knows", {"state": "XX"}, "/state", "state.unknown"),
    ("a status nobody knows", {"status": "FINE"}, "/status", "invalid_choice"),
    ("no number", {"number": ""}, "/number", "blank"),
    ("a NUL", {"number": "12\0"}, "/number", "nul"),
    ("a number too long", {"number": "9" * 41}, "/number", "max_length"),
    ("a date in the year 0", {"expiry_date": "0000-01-01"}, "/expiry_date", "invalid_date"),
    ("a date that is no date", {"expiry_date": 20260512}, "/expiry_date", "invalid"),
    ("an end before the beginning", {"expiry_date": date(2019, 1, 1)}, "", "invalid"),
    ("neither an end nor perpetual", {"expiry_date": None}, "", "invalid"),
    ("both an end and perpetual", {"is_perpetual": True}, "", "invalid"),
]


@pytest.mark.parametrize(("fields", "pointer", "code"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_a_bad_licence_is_refused_at_the_field_at_fault(
    operations: Actor, fields: dict[str, Any], pointer: str, code: str
) -> None:
    license_ = make_license(make_producer())
    for name, value in fields.items():
        setattr(license_, name, value)

    with pytest.raises(Invalid) as refusal:
        licenses.save(facts=(license_,), actor=operations, now=NOW)

    assert [(problem.pointer, problem.code) for problem in refusal.value.problems] == [(pointer, code)]
    assert Producer.objects.get().facts_version == 0
    assert Entry.objects.count() == 0


@pytest.mark.parametrize(
    ("lines", "code"),
    [("LIFE", "shape"), ([1], "shape"), (["LIFE", "LIFE"], "shape"), (["LIVE"], "code.unknown"), ([], "blank")],
)
def test_a_list_of_lines_holds_known_lines_each_once(operations: Actor, lines: Any, code: str) -> None:
    appointment = Appointment(producer=make_producer(), carrier=make_carrier(), state="TX", lines=lines)

    with pytest.raises(Invalid) as refusal:
        licenses.save(facts=(appointment,), actor=operations, now=NOW)

    assert [(problem.pointer, problem.code) for problem in refusal.value.problems] == [("/lines", code)]


@pytest.mark.parametrize("sets", ["LIFE", [], [[]], [["LIFE"], []], ["LIFE"], [["LIVE"]]])
def test_a_product_takes_sets_of_known_lines_none_empty(operations: Actor, sets: Any) -> None:
    product = Product(code="term_life", label="Term life", lines_any_of=sets)

    with pytest.raises(Invalid) as refusal:
        licenses.save_reference(rows=(product,), actor=operations, now=NOW)

    assert [problem.pointer for problem in refusal.value.problems] == ["/lines_any_of"]


@pytest.mark.parametrize(
    "values",
    [
        {"state": "XX"},
        {"effective_date": date(2026, 1, 2), "expiry_date": date(2026, 1, 1)},
        {"expiry_date": None},
        {"is_perpetual": True, "expiry_date": date(2026, 1, 1)},
    ],
)
def test_the_database_refuses_what_a_form_would(values: dict[str, Any]) -> None:
    license_ = make_license(make_producer())

    with pytest.raises(IntegrityError), transaction.atomic():
        License.objects.filter(pk=license_.pk).update(**values)


def test_the_database_keeps_one_row_a_licence() -> None:
    producer = make_producer()
    make_license(producer, number="1")
    make_license(producer, number="1", license_class="ADJUSTER")

    with pytest.raises(IntegrityError), transaction.atomic():
        make_license(producer, number="1")


def test_a_moved_last_day_starts_the_notices_afresh(operations: Actor) -> None:
    license_ = make_license(make_producer(), notified_days=7)
    license_.expiry_date = date(2032, 12, 31)

    licenses.save(facts=(license_,), actor=operations, now=NOW)

    license_.refresh_from_db()
    assert license_.notified_days is None


def test_confirming_a_rule_dates_it_and_tells_the_roster(operations: Actor) -> None:
    rule = make_regime(status="provisional")

    licenses.set_regimes(regimes=[rule], status=rule.Status.CONFIRMED, actor=operations, now=NOW)

    rule.refresh_from_db()
    assert (rule.status, rule.verified_on) == ("confirmed", NOW.date())
    assert [change.producer_id for change in ProducerChange.objects.all()] == [None]
    assert Entry.objects.get().action == "regime.changed"


def test_a_product_whose_lines_move_concerns_the_producers_contracted_for_it(operations: Actor) -> None:
    product = make_product()
    concerned, _ = make_producer(), make_producer()
    make_contract(concerned, products=["term_life"])
    product.lines_any_of = [["LIFE"], ["HEALTH"]]

    licenses.save_reference(rows=(product,), actor=operations, now=NOW)

    assert [change.producer_id for change in ProducerChange.objects.order_by("pk")] == [None, concerned.pk]


def test_the_law_comes_in_provisional_and_a_second_load_changes_nothing(operations: Actor) -> None:
    first = licenses.load_reference(actor=operations, now=NOW)
    rule = type(make_regime("AS"))
    confirmed = rule.objects.filter(status="confirmed").exclude(state="AS").count()
    again = licenses.load_reference(actor=operations, now=NOW)

    assert (first, confirmed, again) == (104, 0, 0)
    california = rule.objects.filter(state="CA").order_by("regime").values_list("regime", "lines", "file_within_days")
    assert list(california) == [("JIT", ["LIFE", "HEALTH", "VAR"], 14), ("PRE", ["PROP", "CAS", "PERS"], 15)]
    assert Product.objects.get(code="auto").lines_any_of == [["PERS"], ["PROP", "CAS"]]


def test_a_second_load_leaves_what_people_made_of_the_first(operations: Actor) -> None:
    licenses.load_reference(actor=operations, now=NOW)
    product = Product.objects.get(code="ltc")
    product.label = "Long-term care and home care"
    licenses.save_reference(rows=(product,), actor=operations, now=NOW)

    licenses.load_reference(actor=operations, now=NOW)

    assert Product.objects.get(code="ltc").label == "Long-term care and home care"


def test_the_demo_agency_has_confirmed_its_rules() -> None:
    licenses.load_reference(actor=system("demo"), now=NOW, confirmed=True)

    rules = type(make_regime("AS")).objects.exclude(state="AS")
    assert set(rules.values_list("status", "verified_on")) == {("confirmed", NOW.date())}


def test_an_appointment_is_saved_like_any_fact(operations: Actor) -> None:
    appointment = make_appointment(make_producer())
    appointment.status, appointment.terminated_date = "TERMINATED", NOW.date()

    licenses.save(facts=(appointment,), actor=operations, now=NOW)

    assert Entry.objects.get().action == "appointment.changed"
