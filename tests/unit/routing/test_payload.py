"""A lead in normal form, and properties no body can break."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.errors import FieldProblem, Invalid
from routing.payload import LeadDraft, LeadIn, parse, read_json

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
LEAD: dict[str, Any] = {"last_name": "Byron", "email": "ada@example.com", "state": "GA", "line": "LIFE"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def read(**fields: Any) -> LeadDraft:
    """Parse a sound lead with these fields."""
    return parse({**LEAD, **fields}, required=[], products={"auto": 1, "home": 1}, now=NOW)


@pytest.mark.parametrize(
    ("field", "written", "attribute", "normal"),
    [
        pytest.param("state", " new york ", "state", "NY", id="a state by its name"),
        pytest.param("state", "n.y.", "state", "NY", id="a state with dots"),
        pytest.param("zip", "10001-1234", "zip_code", "10001", id="ZIP+4"),
        pytest.param("zip", "02861", "zip_code", "02861", id="a leading zero"),
        pytest.param("email", "Ada@Example.COM", "email", "ada@example.com", id="an e-mail"),
        pytest.param("line", "life", "line", "LIFE", id="a line in small letters"),
        pytest.param("birth_date", "1980-02-29", "birth_date", date(1980, 2, 29), id="a leap day"),
        pytest.param("birth_date", "1900-01-01", "birth_date", date(1900, 1, 1), id="the oldest"),
        pytest.param("premium", "1200.5", "premium", Decimal("1200.5"), id="a premium as text"),
        pytest.param("premium", 1200.1, "premium", Decimal("1200.1"), id="a premium as a number"),
        pytest.param("premium", 0, "premium", Decimal(0), id="no premium"),
        pytest.param("external_id", " ", "external_id", None, id="an empty external id"),
        pytest.param("first_name", None, "first_name", "", id="null"),
        pytest.param("products", ["home", "auto", "home"], "products", ("home", "auto"), id="a product twice"),
    ],
)
def test_a_field_is_put_into_its_normal_form(field: str, written: Any, attribute: str, normal: Any) -> None:
    assert getattr(read(**{field: written}), attribute) == normal


def test_a_phone_is_e164_with_its_area_code() -> None:
    phone = read(phone="(404) 555-0123 x7").phone

    assert phone is not None
    assert (phone.e164, phone.area_code, phone.region) == ("+14045550123", "404", "US")


def test_product_and_products_are_one_list() -> None:
    assert read(product="auto", products=["home", "auto"]).products == ("auto", "home")


@pytest.mark.parametrize(
    ("late", "refused"),
    [
        pytest.param(timedelta(minutes=5), False, id="a clock five minutes ahead"),
        pytest.param(timedelta(minutes=5, seconds=1), True, id="more than that"),
        pytest.param(-timedelta(days=365 * 30), True, id="the last century"),
    ],
)
def test_consent_may_be_a_little_ahead_and_not_long_ago(late: timedelta, refused: bool) -> None:
    fields = {"consent": {"captured_at": (NOW + late).isoformat()}}

    if refused:
        with pytest.raises(Invalid):
            read(**fields)
    else:
        assert read(**fields).consent["captured_at"].startswith("2026-11-23T15:05:00")


def problems_of(act: Callable[[], object]) -> tuple[FieldProblem, ...]:
    """Return what is told to be wrong; nothing where all is well."""
    try:
        act()
    except Invalid as error:
        return error.problems
    return ()


@given(st.dictionaries(st.sampled_from([*LeadIn.model_fields, "unknown"]), JSON, max_size=6))
def test_any_json_is_a_lead_or_is_told_what_is_wrong(data: dict[str, Any]) -> None:
    told = problems_of(lambda: parse(data, required=["premium"], products={"auto": 1}, now=NOW))

    assert told  # nothing drawn here makes a whole lead
    assert all(each.code and each.detail and each.pointer.startswith("/") for each in told)


@given(JSON)
def test_any_attributes_are_kept_or_told_at_their_place(value: Any) -> None:
    told = problems_of(lambda: json.dumps(read(attributes={"own": value}).attributes))

    assert {each.pointer.split("/")[1] for each in told} <= {"attributes"}


@given(st.binary(max_size=200))
def test_any_bytes_are_an_object_or_refused(body: bytes) -> None:
    assert len(problems_of(lambda: read_json(body))) <= 1


def test_a_body_beyond_64_kib_is_refused_unread() -> None:
    with pytest.raises(Invalid) as refused:
        read_json(b"{" + b" " * 64 * 1024 + b"}")

    assert [each.code for each in refused.value.problems] == ["body.too_large"]
