"""The golden cases of the domain facts: who may sell, and every reason why not."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from licenses.authority import Ask, CertificationFact, Licensing, LineFact, Regime, judge
from tests.unit.licenses.cast import (
    ANNUITY,
    AUTO,
    CHICAGO,
    LIFE,
    LOS_ANGELES,
    NEW_YORK,
    NOON,
    TEXAS,
    TODAY,
    YESTERDAY,
    codes,
    make_appointment,
    make_ask,
    make_license,
    make_licensing,
    make_regime,
    verdict,
)

CALIFORNIA = (
    make_regime("CA", "JIT", "LIFE", "HEALTH", "VAR", file_within_days=14, trigger="first_business"),
    make_regime("CA", "PRE", "PROP", "CAS", "PERS", file_within_days=15),
)
PENNSYLVANIA = (make_regime("PA", "PRE", file_within_days=30),)
CALIFORNIAN = make_licensing(make_license("CA", "LIFE"), resident_state="CA")


def test_case_1_allows_a_resident_life_producer_and_asks_for_the_appointment_in_30_days() -> None:
    authority = verdict(make_licensing())

    assert authority.allowed
    assert [(task.code, task.days) for task in authority.tasks] == [("FILE_APPOINTMENT", 30)]
    assert authority.tasks[0].text == "file the TX appointment by carrier 00101 within 30 days of app received"
    assert authority.relies_on.as_dict() == {
        "license_ids": [1],
        "line_ids": [10],
        "appointment_ids": [],
        "contract_ids": [1],
    }


def test_case_2_blocks_the_day_after_the_last_day_and_names_it() -> None:
    authority = verdict(make_licensing(make_license(expiry_date=YESTERDAY)))

    assert [block.as_dict() for block in authority.blocks] == [
        {"code": "LICENSE_EXPIRED", "text": "license ended May 11, 2026", "on": "2026-05-11"}
    ]


def test_case_3_allows_at_2330_local_on_the_last_day_while_utc_has_tomorrow() -> None:
    late = datetime(2026, 5, 12, 23, 30, tzinfo=ZoneInfo(CHICAGO))

    authority = verdict(make_licensing(make_license(expiry_date=TODAY)), now=late.astimezone(ZoneInfo("UTC")))

    assert authority.allowed


BLOCKED: list[tuple[str, Licensing, Ask, tuple[Regime, ...], list[str]]] = [
    (
        "case 4: Pennsylvania wants the appointment before soliciting",
        make_licensing(make_license("PA"), resident_state="PA"),
        make_ask("PA", zones=(NEW_YORK,)),
        PENNSYLVANIA,
        ["APPT_REQUIRED_BEFORE_SOLICIT"],
    ),
    (
        "case 5: auto in California takes the line and the appointment, and both are missing",
        CALIFORNIAN,
        make_ask("CA", AUTO, zones=(LOS_ANGELES,)),
        CALIFORNIA,
        ["LOA_MISSING", "APPT_REQUIRED_BEFORE_SOLICIT"],
    ),
    (
        "case 10: the home license is suspended",
        make_licensing(
            make_license("NV", residency="NR"), make_license("CA", status="SUSPENDED", pk=2), resident_state="CA"
        ),
        make_ask("NV", zones=(LOS_ANGELES,)),
        (make_regime("NV", "JIT"),),
        ["HOME_LICENSE_INACTIVE"],
    ),
    (
        "case 12: the license is active, its line surrendered",
        make_licensing(make_license("TX", LineFact(10, "LIFE", "SURRENDERED"))),
        make_ask(),
        (TEXAS,),
        ["LOA_INACTIVE"],
    ),
    (
        "case 13: auto and life asked of one who holds property and casualty only",
        make_licensing(make_license("TX", "PROP", "CAS")),
        make_ask("TX", AUTO, LIFE),
        (TEXAS,),
        ["LOA_MISSING"],
    ),
]


@pytest.mark.parametrize(
    ("licensing", "ask", "regimes", "expected"), [row[1:] for row in BLOCKED], ids=[row[0] for row in BLOCKED]
)
def test_every_gate_that_says_no_is_named(
    licensing: Licensing, ask: Ask, regimes: tuple[Regime, ...], expected: list[str]
) -> None:
    authority = judge(licensing, ask, regimes, NOON)

    assert codes(authority) == expected
    assert not authority.allowed
    assert authority.tasks == ()
    assert authority.relies_on.line_ids == ()


@pytest.mark.parametrize(
    "certifications",
    [(CertificationFact(1, "CA_ANNUITY_8", "CA"),), ()],
    ids=["case 6: trained", "case 7: untrained, which a rule refuses and not the guard"],
)
def test_a_california_annuity_takes_a_filing_within_14_days(
    certifications: tuple[CertificationFact, ...],
) -> None:
    licensing = replace(CALIFORNIAN, certifications=certifications)

    authority = judge(licensing, make_ask("CA", ANNUITY, zones=(LOS_ANGELES,)), CALIFORNIA, NOON)

    assert authority.allowed
    assert [(task.code, task.days) for task in authority.tasks] == [("FILE_APPOINTMENT", 14)]


@pytest.mark.parametrize("state", ["IL", "MO", "AZ"])
def test_case_8_a_registry_state_shows_no_appointment_and_wants_none(state: str) -> None:
    licensing = make_licensing(make_license(state), resident_state=state)

    authority = judge(licensing, make_ask(state), (make_regime(state, "REGISTRY", file_within_days=30),), NOON)

    assert authority.allowed
    assert authority.tasks == ()


def test_an_appointment_in_force_is_relied_on_and_needs_no_task() -> None:
    licensing = make_licensing(
        make_license("PA"), resident_state="PA", appointments=(make_appointment("PA", "LIFE", pk=31),)
    )

    authority = judge(licensing, make_ask("PA", zones=(NEW_YORK,)), PENNSYLVANIA, NOON)

    assert authority.allowed
    assert authority.tasks == ()
    assert authority.relies_on.appointment_ids == (31,)


def test_every_gate_at_once() -> None:
    licensing = make_licensing(
        make_license(
            "FL", LineFact(10, "LIFE", "INACTIVE"), expiry_date=date(2026, 5, 1), residency="NR", status="SUSPENDED"
        ),
        status="LEAVE",
        contracts=(),
    )

    authority = judge(licensing, make_ask("FL", zones=(NEW_YORK,)), (), NOON)

    assert [(block.code, block.text) for block in authority.blocks] == [
        ("PRODUCER_INACTIVE", "producer is on leave"),
        ("LICENSE_EXPIRED", "license ended May 1, 2026"),
        ("LICENSE_INACTIVE", "license is suspended"),
        ("LOA_INACTIVE", "Life is inactive"),
        ("HOME_LICENSE_INACTIVE", "no resident license in TX"),
        ("NO_CARRIER_CONTRACT", "no contract for term_life in FL"),
    ]
