"""What is stored of the guard's facts reads back to the same facts, years later."""

import json
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from licenses.authority import (
    Ask,
    Authority,
    Block,
    CertificationFact,
    LicenseFact,
    Licensing,
    Regime,
    RelyOn,
    Task,
)
from licenses.plain import Plain

VALUES = st.one_of(
    st.builds(Licensing), st.builds(Ask), st.builds(Regime), st.builds(CertificationFact), st.builds(Authority)
)


@given(VALUES)
def test_reading_back_what_was_stored_is_the_identity(value: Plain) -> None:
    stored = json.loads(json.dumps(value.as_dict()))

    assert type(value).from_dict(stored) == value


def test_an_answer_is_stored_as_readers_expect_it() -> None:
    authority = Authority(
        allowed=False,
        blocks=(Block("LICENSE_EXPIRED", "license ended May 12, 2026", date(2026, 5, 12)),),
        tasks=(Task("FILE_APPOINTMENT", "file it", 30),),
        relies_on=RelyOn(license_ids=(1, 2)),
    )

    assert authority.as_dict() == {
        "allowed": False,
        "blocks": [{"code": "LICENSE_EXPIRED", "text": "license ended May 12, 2026", "on": "2026-05-12"}],
        "tasks": [{"code": "FILE_APPOINTMENT", "text": "file it", "days": 30}],
        "relies_on": {"license_ids": [1, 2], "line_ids": [], "appointment_ids": [], "contract_ids": []},
    }


def test_a_fact_stored_before_a_field_was_added_takes_its_default_and_a_dropped_field_is_passed_over() -> None:
    stored = {
        "id": 1,
        "state": "TX",
        "license_class": "PRODUCER",
        "number": "ZZ1",
        "residency": "R",
        "status": "ACTIVE",
        "effective_date": None,
        "expiry_date": None,
        "is_perpetual": True,
        "color": "blue",
    }

    assert LicenseFact.from_dict(stored).lines == ()
