"""The carrier gates: contracts, and appointments under the four regimes."""

from datetime import date

import pytest

from licenses.authority import AppointmentFact, Ask, ContractFact, Regime
from tests.unit.licenses.cast import (
    ALDER,
    AUTO,
    CHICAGO,
    LIFE,
    TEXAS,
    TODAY,
    TOMORROW,
    YESTERDAY,
    codes,
    make_appointment,
    make_ask,
    make_contract,
    make_license,
    make_licensing,
    make_regime,
    verdict,
)

KESTREL = "00102"
PRE = make_regime("TX", "PRE")

CONTRACTS: list[tuple[str, tuple[ContractFact, ...], str | None, list[str]]] = [
    ("any carrier will do", (make_contract(KESTREL),), None, []),
    ("none", (), None, ["no contract for term_life in TX"]),
    (
        "none with the carrier named",
        (make_contract(KESTREL),),
        ALDER,
        ["no contract with carrier 00101 for term_life in TX"],
    ),
    ("with the carrier named", (make_contract(KESTREL), make_contract(ALDER, pk=2)), ALDER, []),
    ("not for the state", (make_contract(states=("FL", "GA")),), None, ["no contract for term_life in TX"]),
    ("for the state", (make_contract(states=("FL", "TX")),), None, []),
    ("not for the product", (make_contract(products=("auto",)),), None, ["no contract for term_life in TX"]),
    ("for the product", (make_contract(products=("term_life",)),), None, []),
    ("suspended", (make_contract(status="SUSPENDED"),), None, ["contract with carrier 00101 is suspended"]),
    (
        "signed, but not ready to sell",
        (make_contract(status="CONTRACTED"),),
        None,
        ["contract with carrier 00101 is contracted"],
    ),
    ("one suspended, one ready", (make_contract(status="SUSPENDED"), make_contract(KESTREL, pk=2)), None, []),
]


@pytest.mark.parametrize(
    ("contracts", "carrier", "expected"), [row[1:] for row in CONTRACTS], ids=[row[0] for row in CONTRACTS]
)
def test_a_contract_ready_to_sell_is_needed(
    contracts: tuple[ContractFact, ...], carrier: str | None, expected: list[str]
) -> None:
    authority = verdict(make_licensing(contracts=contracts), make_ask(carrier=carrier))

    assert [block.text for block in authority.blocks] == expected
    assert set(codes(authority)) <= {"NO_CARRIER_CONTRACT"}


def test_each_product_of_a_bundle_may_go_to_a_carrier_of_its_own_where_none_is_named() -> None:
    contracts = (make_contract(products=("term_life",)), make_contract(KESTREL, pk=2, products=("auto",)))
    licensing = make_licensing(make_license("TX", "LIFE", "PERS"), contracts=contracts)

    unnamed = verdict(licensing, make_ask("TX", LIFE, AUTO))
    named = verdict(licensing, make_ask("TX", LIFE, AUTO, carrier=ALDER))

    assert unnamed.relies_on.contract_ids == (1, 2)
    assert [block.text for block in named.blocks] == ["no contract with carrier 00101 for auto in TX"]


@pytest.mark.parametrize(("lines", "allowed"), [(("LIFE",), True), (("PERS",), False), (("CAS", "PROP"), False)])
def test_a_lead_with_only_a_line_takes_a_contract_for_products_of_that_line(
    lines: tuple[str, ...], allowed: bool
) -> None:
    licensing = make_licensing(contracts=(make_contract(products=("some",), lines=lines),))

    authority = verdict(licensing, Ask("TX", (CHICAGO,), line="LIFE"))

    assert authority.allowed is allowed


REGIMES: list[tuple[str, tuple[Regime, ...], tuple[AppointmentFact, ...], list[str], list[int | None]]] = [
    ("before soliciting: not appointed", (PRE,), (), ["APPT_REQUIRED_BEFORE_SOLICIT"], []),
    ("before soliciting: appointed", (PRE,), (make_appointment(),), [], []),
    (
        "before soliciting: appointed from tomorrow",
        (PRE,),
        (make_appointment(effective_date=TOMORROW),),
        ["APPT_REQUIRED_BEFORE_SOLICIT"],
        [],
    ),
    ("before soliciting: appointed from today", (PRE,), (make_appointment(effective_date=TODAY),), [], []),
    ("before soliciting: pending", (PRE,), (make_appointment(status="PENDING"),), ["APPT_REQUIRED_BEFORE_SOLICIT"], []),
    (
        "before soliciting: for another line",
        (PRE,),
        (make_appointment("TX", "HEALTH"),),
        ["APPT_REQUIRED_BEFORE_SOLICIT"],
        [],
    ),
    ("before soliciting: in another state", (PRE,), (make_appointment("GA"),), ["APPT_REQUIRED_BEFORE_SOLICIT"], []),
    (
        "before soliciting: by another carrier",
        (PRE,),
        (make_appointment(carrier=KESTREL),),
        ["APPT_REQUIRED_BEFORE_SOLICIT"],
        [],
    ),
    (
        "before soliciting: ends today",
        (PRE,),
        (make_appointment(terminated_date=TODAY),),
        ["APPT_REQUIRED_BEFORE_SOLICIT"],
        [],
    ),
    ("before soliciting: ends tomorrow", (PRE,), (make_appointment(terminated_date=TOMORROW),), [], []),
    ("just in time: not appointed", (TEXAS,), (), [], [30]),
    ("just in time: appointed", (TEXAS,), (make_appointment(),), [], []),
    ("just in time: pending", (TEXAS,), (make_appointment(status="PENDING"),), [], [30]),
    (
        "just in time: the carrier ended it",
        (TEXAS,),
        (make_appointment(status="TERMINATED", terminated_date=YESTERDAY),),
        ["APPT_REQUIRED_BEFORE_SOLICIT"],
        [],
    ),
    ("register", (make_regime("TX", "REGISTRY"),), (), [], []),
    ("not needed", (make_regime("TX", "NONE"),), (), [], []),
    ("no rule", (), (), ["APPT_REGIME_UNKNOWN"], []),
    ("no rule, but appointed", (), (make_appointment(),), [], []),
    ("only a provisional rule", (make_regime("TX", "NONE", status="provisional"),), (), ["APPT_REGIME_UNKNOWN"], []),
    ("a provisional stricter rule", (TEXAS, make_regime("TX", "PRE", status="provisional")), (), [], [30]),
    ("a rule for other lines", (make_regime("TX", "NONE", "PROP", "CAS"),), (), ["APPT_REGIME_UNKNOWN"], []),
    ("a rule of another state", (make_regime("GA", "NONE"),), (), ["APPT_REGIME_UNKNOWN"], []),
    ("a rule from tomorrow", (make_regime("TX", "NONE", active_from=TOMORROW),), (), ["APPT_REGIME_UNKNOWN"], []),
    ("a rule from today", (make_regime("TX", "NONE", active_from=TODAY),), (), [], []),
    ("a rule whose end is today", (make_regime("TX", "NONE", active_to=TODAY),), (), ["APPT_REGIME_UNKNOWN"], []),
    ("a rule whose end is tomorrow", (make_regime("TX", "NONE", active_to=TOMORROW),), (), [], []),
    (
        "the carrier is stricter",
        (TEXAS, make_regime("TX", "PRE", carrier=ALDER)),
        (),
        ["APPT_REQUIRED_BEFORE_SOLICIT"],
        [],
    ),
    ("the carrier is laxer", (PRE, make_regime("TX", "NONE", carrier=ALDER)), (), ["APPT_REQUIRED_BEFORE_SOLICIT"], []),
    ("another carrier is stricter", (TEXAS, make_regime("TX", "PRE", carrier=KESTREL)), (), [], [30]),
    ("only the carrier has a rule", (make_regime("TX", "JIT", carrier=ALDER),), (), ["APPT_REGIME_UNKNOWN"], []),
    ("the shorter of two times to file", (TEXAS, make_regime("TX", "JIT", "LIFE", file_within_days=15)), (), [], [15]),
    ("a regime nobody has heard of", (make_regime("TX", "MAYBE"),), (), ["APPT_REQUIRED_BEFORE_SOLICIT"], []),
]


@pytest.mark.parametrize(
    ("regimes", "appointments", "expected", "days"), [row[1:] for row in REGIMES], ids=[row[0] for row in REGIMES]
)
def test_the_regime_decides_whether_an_appointment_must_come_first(
    regimes: tuple[Regime, ...], appointments: tuple[AppointmentFact, ...], expected: list[str], days: list[int | None]
) -> None:
    licensing = make_licensing(appointments=appointments)

    authority = verdict(licensing, make_ask(), *(regimes or (make_regime("GA", "PRE"),)))

    assert codes(authority) == expected
    assert [task.days for task in authority.tasks] == days


def test_an_appointment_that_ended_before_the_present_contract_does_not_count_against_it() -> None:
    ended = make_appointment(status="TERMINATED", terminated_date=date(2024, 1, 1))
    licensing = make_licensing(appointments=(ended,), contracts=(make_contract(start_date=date(2026, 1, 1)),))

    authority = verdict(licensing)

    assert authority.allowed
    assert [task.days for task in authority.tasks] == [30]


def test_where_no_carrier_is_named_one_that_passes_suffices() -> None:
    contracts = (make_contract(ALDER), make_contract(KESTREL, pk=2))
    licensing = make_licensing(contracts=contracts, appointments=(make_appointment(carrier=KESTREL, pk=5),))

    authority = verdict(licensing, make_ask(), PRE)

    assert authority.allowed
    assert authority.relies_on.contract_ids == (2,)
    assert authority.relies_on.appointment_ids == (5,)


def test_of_two_carriers_that_pass_the_one_without_a_task_is_taken() -> None:
    contracts = (make_contract(ALDER), make_contract(KESTREL, pk=2))
    licensing = make_licensing(contracts=contracts, appointments=(make_appointment(carrier=KESTREL),))

    authority = verdict(licensing)

    assert authority.tasks == ()
    assert authority.relies_on.contract_ids == (2,)


def test_an_appointment_for_property_and_casualty_covers_personal_lines() -> None:
    licensing = make_licensing(make_license("TX", "PERS"), appointments=(make_appointment("TX", "PROP", "CAS"),))

    assert verdict(licensing, make_ask("TX", AUTO), PRE).allowed
