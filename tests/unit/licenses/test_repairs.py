"""What would have to change for a producer to be allowed: advice that works, and no less would."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import combinations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from licenses.authority import Case, ContractFact, LicenseFact, Licensing, LineFact, ProductLines
from licenses.changes import Change, apply
from licenses.repairs import _line_sets, _parts, repair
from tests.unit.licenses.cast import (
    ALDER,
    ANNUITY,
    AUTO,
    LIFE,
    NOON,
    TEXAS,
    TOMORROW,
    VARIABLE,
    YESTERDAY,
    make_appointment,
    make_ask,
    make_contract,
    make_license,
    make_licensing,
    make_regime,
)

NEW_YORK_LIFE = make_ask("NY", zones=("America/New_York",))
NO_FILING = make_regime("NY", "NONE")
PRE = make_regime("TX", "PRE")


def advice(licensing: Licensing, case: Case) -> list[str]:
    """Return the changes as sentences."""
    found = repair(licensing, case)
    assert found is not None
    return [str(change) for change in found]


@pytest.mark.parametrize(
    ("licensing", "sentences"),
    [
        pytest.param(make_licensing(), [], id="allowed already"),
        pytest.param(make_licensing(status="LEAVE"), ["end the leave of absence"], id="on leave"),
        pytest.param(
            make_licensing(make_license(expiry_date=YESTERDAY)),
            ["renew the TX license (ended May 11, 2026)"],
            id="license ended",
        ),
        pytest.param(
            make_licensing(make_license(status="SUSPENDED", effective_date=TOMORROW)),
            ["wait for the TX license to begin on May 13, 2026 and have the TX license reinstated (suspended)"],
            id="not begun and suspended",
        ),
        pytest.param(
            make_licensing(make_license(expiry_date=None)), ["record the last day of the TX license"], id="no last day"
        ),
        pytest.param(make_licensing(make_license("TX", "PROP")), ["add Life to the TX license"], id="line missing"),
        pytest.param(
            make_licensing(make_license("TX", LineFact(10, "LIFE", "SURRENDERED"))),
            ["make Life active on the TX license"],
            id="line surrendered",
        ),
        pytest.param(
            make_licensing(make_license(license_class="ADJUSTER")),
            ["add a resident TX Life license"],
            id="another class of license",
        ),
        pytest.param(
            make_licensing(contracts=()), ["sign a contract with a carrier for term life in TX"], id="no contract"
        ),
        pytest.param(
            make_licensing(contracts=(make_contract(products=("auto",)),)),
            [f"extend the contract with carrier {ALDER} to term life in TX"],
            id="a contract for other products",
        ),
        pytest.param(
            make_licensing(contracts=(make_contract(end_date=YESTERDAY, status="SUSPENDED"),)),
            [
                f"renew the contract with carrier {ALDER} (ended May 11, 2026) and "
                f"make the contract with carrier {ALDER} ready to sell (suspended)"
            ],
            id="a contract that ended",
        ),
        pytest.param(
            make_licensing(appointments=(make_appointment(terminated_date=YESTERDAY),)),
            [f"have carrier {ALDER} appoint the producer in TX for Life"],
            id="an appointment that ended",
        ),
        pytest.param(
            make_licensing(make_license(expiry_date=YESTERDAY), status="OFFBOARDED", contracts=()),
            [
                "take the producer on again",
                "renew the TX license (ended May 11, 2026)",
                "sign a contract with a carrier for term life in TX",
            ],
            id="several things",
        ),
    ],
)
def test_the_advice_names_what_is_wanting(licensing: Licensing, sentences: list[str]) -> None:
    assert advice(licensing, Case(make_ask(), (TEXAS,), NOON)) == sentences


def test_a_license_is_advised_where_there_is_none() -> None:
    assert advice(make_licensing(), Case(NEW_YORK_LIFE, (NO_FILING,), NOON)) == ["add a NY Life license"]


def test_a_license_abroad_asks_for_the_one_at_home() -> None:
    licensing = make_licensing(make_license(expiry_date=YESTERDAY), make_license("NY", pk=2, residency="NR"))

    assert advice(licensing, Case(NEW_YORK_LIFE, (NO_FILING,), NOON)) == ["renew the TX license (ended May 11, 2026)"]


def test_the_nearer_set_of_lines_is_advised() -> None:
    licensing = make_licensing(make_license("TX", "PROP"))

    assert advice(licensing, Case(make_ask("TX", AUTO), (TEXAS,), NOON)) == ["add Personal lines to the TX license"]


def test_where_no_appointment_rule_is_confirmed_an_appointment_helps() -> None:
    assert advice(make_licensing(), Case(make_ask(), (), NOON)) == [
        f"have carrier {ALDER} appoint the producer in TX for Life"
    ]


def test_nothing_about_a_producer_mends_a_lead_that_names_no_line() -> None:
    assert repair(make_licensing(), Case(make_ask("TX", ProductLines("", ())), (TEXAS,), NOON)) is None


DAYS = st.sampled_from([None, date(2020, 1, 1), TOMORROW, date(2028, 1, 1)])
STATUSES = st.sampled_from(["ACTIVE", "ACTIVE", "EXPIRED", "SUSPENDED"])
LINES = st.builds(
    LineFact,
    id=st.just(1),
    line=st.sampled_from(["LIFE", "VAR", "PERS", "PROP", "CAS"]),
    status=STATUSES,
    effective_date=DAYS,
    expiry_date=DAYS,
)
LICENSES = st.builds(
    LicenseFact,
    id=st.just(1),
    state=st.sampled_from(["TX", "GA"]),
    license_class=st.sampled_from(["PRODUCER", "PRODUCER", "ADJUSTER"]),
    number=st.just("ZZ1"),
    residency=st.sampled_from(["R", "NR"]),
    status=STATUSES,
    effective_date=DAYS,
    expiry_date=DAYS,
    is_perpetual=st.booleans(),
    lines=st.lists(LINES, max_size=3, unique_by=lambda line: line.line).map(tuple),
)
CONTRACTS = st.builds(
    ContractFact,
    id=st.just(1),
    carrier=st.sampled_from([ALDER, "00202"]),
    states=st.sampled_from([(), ("TX",), ("GA",)]),
    products=st.sampled_from([(), ("term_life",), ("auto",)]),
    status=st.sampled_from(["READY_TO_SELL", "PENDING"]),
    start_date=DAYS,
    end_date=DAYS,
)
APPOINTMENTS = st.builds(
    make_appointment,
    st.sampled_from(["TX", "GA"]),
    st.sampled_from(["LIFE", "PERS"]),
    carrier=st.sampled_from([ALDER, "00202"]),
    status=st.sampled_from(["APPOINTED", "TERMINATED"]),
    terminated_date=DAYS,
)
CASES = st.builds(
    Case,
    st.builds(
        make_ask,
        st.sampled_from(["TX", "GA"]),
        st.sampled_from([LIFE, AUTO, VARIABLE]),
        st.sampled_from([ANNUITY, AUTO]),
        carrier=st.sampled_from([None, None, ALDER]),
    ),
    st.sampled_from([(TEXAS, make_regime("GA", "PRE")), (PRE,), (), (make_regime("TX", "NONE"),)]),
    st.just(NOON),
)


@st.composite
def producers(draw: st.DrawFn) -> Licensing:
    """Draw a producer at home in Texas, whose rows have keys of their own."""
    licenses = draw(st.lists(LICENSES, max_size=3))
    return make_licensing(
        *(_keyed(license_, pk) for pk, license_ in enumerate(licenses, 1)),
        status=draw(st.sampled_from(["ACTIVE", "ACTIVE", "LEAVE"])),
        contracts=tuple(replace(each, id=pk) for pk, each in enumerate(draw(st.lists(CONTRACTS, max_size=2)), 1)),
        appointments=tuple(draw(st.lists(APPOINTMENTS, max_size=2))),
    )


def _keyed(license_: LicenseFact, pk: int) -> LicenseFact:
    lines = tuple(replace(line, id=pk * 10 + place) for place, line in enumerate(license_.lines))
    return replace(license_, id=pk, lines=lines)


def _smaller(licensing: Licensing, case: Case, size: int) -> Iterator[tuple[Change, ...]]:
    """Yield every smaller set of changes anybody might think of."""
    every = {
        change: None
        for lines in _line_sets(case)
        for part in _parts(licensing, case, lines)
        for way in part
        for change in way
    }
    for fewer in range(size):
        yield from combinations(every, fewer)


@settings(max_examples=200, deadline=None)
@given(licensing=producers(), case=CASES)
def test_the_advice_works_and_nothing_smaller_does(licensing: Licensing, case: Case) -> None:
    advised = repair(licensing, case)

    assert advised is not None
    assert case.judge(apply(advised, licensing)).allowed
    assume(len(advised) <= 3)  # beyond, there are too many sets to try
    assert not [some for some in _smaller(licensing, case, len(advised)) if case.judge(apply(some, licensing)).allowed]


@settings(max_examples=100, deadline=None)
@given(licensing=producers(), case=CASES)
def test_every_change_of_the_advice_is_needed_and_said(licensing: Licensing, case: Case) -> None:
    advised = repair(licensing, case) or ()

    for left_out in advised:
        rest = tuple(change for change in advised if change != left_out)
        assert not case.judge(apply(rest, licensing)).allowed
    assert all(map(str, advised))
