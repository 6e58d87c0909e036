"""What people write, made canonical or refused with a reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.geography.normalize import Phone, Rejected, email, phone, state, zip_code
from routing.geography.states import JURISDICTIONS


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("FL", "FL"),
        (" fl ", "FL"),
        ("Florida", "FL"),
        ("NEW  YORK", "NY"),
        ("N.Y.", "NY"),
        ("Washington", "WA"),
        ("Washington, D.C.", "DC"),
        ("District of Columbia", "DC"),
        ("Puerto Rico", "PR"),
        ("U.S. Virgin Islands", "VI"),
        pytest.param("AE", "AE", id="a military region, for the governing state to judge"),
    ],
)
def test_a_state_is_read_from_its_code_or_name(raw: str, code: str) -> None:
    assert state(raw) == code


@pytest.mark.parametrize("raw", ["XX", "", "F", "Floridaa", "FM", "Ontario", "FL\x00", "ＦＬ", "T X"])
def test_what_is_no_state_is_refused(raw: str) -> None:
    assert _code(state(raw)) == "state.unknown"


def test_every_state_district_and_territory_is_known_by_code_and_name() -> None:
    assert len(JURISDICTIONS) == 50 + 1 + 5
    assert all(state(code) == state(name) == code for code, name in JURISDICTIONS.items())


@pytest.mark.parametrize(("raw", "digits"), [("10001", "10001"), (" 02861 ", "02861"), ("10001-1234", "10001")])
def test_a_zip_is_five_digits_or_nine(raw: str, digits: str) -> None:
    assert zip_code(raw) == digits


@pytest.mark.parametrize(
    "raw", ["100011", "1000", "2861", "10001-", "10001-123", "10001 1234", "１０００１", "1000l", "", "10001\x00"]
)
def test_a_malformed_zip_is_refused_and_never_cut_short(raw: str) -> None:
    assert _code(zip_code(raw)) == "zip.malformed"


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("(212) 555-0123", Phone("+12125550123", "212", "US")),
        ("+1 212.555.0123", Phone("+12125550123", "212", "US")),
        ("12125550123", Phone("+12125550123", "212", "US")),
        ("212-555-0123 ext. 4", Phone("+12125550123", "212", "US")),
        ("212–555–0123", Phone("+12125550123", "212", "US")),
        ("787 555 0123", Phone("+17875550123", "787", "PR")),
        ("671-647-1234", Phone("+16716471234", "671", "GU")),
        ("684-633-1234", Phone("+16846331234", "684", "AS")),
    ],
)
def test_a_number_in_the_united_states_or_a_territory_is_read(raw: str, number: Phone) -> None:
    assert phone(raw) == number


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("555", "phone.malformed"),
        ("", "phone.malformed"),
        ("ring me on 2125550123", "phone.malformed"),
        ("2125550123\x00", "phone.malformed"),
        ("212-CALL-NOW", "phone.malformed"),
        ("٢١٢٥٥٥٠١٢٣", "phone.malformed"),
        ("2125550123" * 50, "phone.malformed"),
        ("0000000000", "phone.not_in_use"),
        ("111-555-0123", "phone.not_in_use"),
        ("800-555-0100", "phone.not_personal"),
        ("888-555-0100", "phone.not_personal"),
        ("900-555-0100", "phone.not_personal"),
        ("500-555-0100", "phone.not_personal"),
        pytest.param("416-555-0123", "phone.not_us", id="Toronto is +1 too"),
        pytest.param("876-555-0123", "phone.not_us", id="Jamaica is +1 too"),
        ("+44 20 7123 4567", "phone.not_us"),
    ],
)
def test_what_is_no_persons_number_in_the_united_states_is_refused(raw: str, code: str) -> None:
    assert _code(phone(raw)) == code


@pytest.mark.parametrize(
    ("raw", "address"),
    [
        (" Ada.Byron@Example.COM ", "Ada.Byron@example.com"),
        ("o'neil+leads@mail.example.org", "o'neil+leads@mail.example.org"),
        ("josé@exämple.de", "josé@exämple.de"),
        ("a@xn--exmple-cua.xn--p1ai", "a@xn--exmple-cua.xn--p1ai"),
    ],
)
def test_an_email_is_trimmed_and_its_domain_lowered(raw: str, address: str) -> None:
    assert email(raw) == address


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "ada",
        "@example.com",
        "ada@",
        "ada@localhost",
        "ada@1.2.3.4",
        "ada..b@example.com",
        "ada@example..com",
        "ada@-example.com",
        "ada@exam_ple.com",
        "ada b@example.com",
        "ada@example.com, bob@example.com",
        "ada@example.com\nBcc: all@example.com",
        "ada\x00@example.com",
        '"ada"@example.com',
        f"{'a' * 65}@example.com",
        f"ada@{'a' * 64}.com",
        f"ada@{'a.' * 130}com",
    ],
)
def test_what_is_no_email_is_refused(raw: str) -> None:
    assert _code(email(raw)) == "email.malformed"


@pytest.mark.parametrize("reader", [state, zip_code, phone, email])
@given(raw=st.text(max_size=80))
def test_nothing_people_write_raises(reader: object, raw: str) -> None:
    assert callable(reader)
    assert isinstance(reader(raw), str | Phone | Rejected)


@pytest.mark.parametrize("raw", ["a@" + "a-" * 40_000, "a" * 100_000, "a." * 50_000 + "@", "1 " * 50_000])
def test_long_nonsense_is_refused_at_once(raw: str) -> None:
    assert all(isinstance(reader(raw), Rejected) for reader in (state, zip_code, phone, email))


def _code(result: object) -> str:
    assert isinstance(result, Rejected)
    assert result.message.endswith(".")
    return result.code
