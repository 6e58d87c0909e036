"""Licence files as people send them: byte order marks, Excel guards, sentinels, repeats, rows that make no sense."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from licenses.sources.csv_file import CsvSource, read_licenses
from licenses.sources.records import SourceError, SourceLine, SourceRecord, Unreadable

FIRST = "npn,state,license_number,license_class,residency,status,effective_date,expiry_date"
HEADER = f"{FIRST},is_perpetual,line,line_status,as_of"
ROW = "9900000001,TX,0012345,PRODUCER,R,ACTIVE,2020-01-01,2027-05-31,,Life,ACTIVE,"
COLUMNS = HEADER.split(",")


def csv(*rows: str, header: str = HEADER) -> bytes:
    return "\r\n".join([header, *rows]).encode()


def row(**cells: str) -> str:
    """Return the row above with other cells."""
    return ",".join(cells.get(name, cell) for name, cell in zip(COLUMNS, ROW.split(","), strict=True))


def read_one(content: bytes) -> SourceRecord:
    [item] = read_licenses(content)
    assert isinstance(item, SourceRecord), item
    return item


def reasons(content: bytes) -> list[tuple[int, str]]:
    return [(item.place, item.reason) for item in read_licenses(content) if isinstance(item, Unreadable)]


def test_a_row_is_a_licence_with_a_line() -> None:
    assert read_one(csv(ROW)) == SourceRecord(
        npn="9900000001",
        state="TX",
        license_class="PRODUCER",
        number="0012345",
        residency="R",
        status="ACTIVE",
        effective_date=date(2020, 1, 1),
        expiry_date=date(2027, 5, 31),
        lines=(SourceLine("Life", place=2),),
        places=(2,),
    )


def test_rows_of_one_licence_are_one_record() -> None:
    record = read_one(csv(ROW, row(line="Health", line_status="Surrendered")))

    assert [(line.raw_name, line.status, line.place) for line in record.lines] == [
        ("Life", "ACTIVE", 2),
        ("Health", "SURRENDERED", 3),
    ]
    assert record.places == (2, 3)


def test_a_byte_order_mark_excel_guards_and_other_spellings_are_undone() -> None:
    guarded = '="0012345"'
    typed = (
        "﻿NPN,State,License Number,Residency,Status,Expiry Date,Line\n"
        + f'="0000000042",tx,{guarded},Resident,active,5/31/2027,Life\n'
    )

    record = read_one(typed.encode())

    assert (record.npn, record.state, record.number, record.residency) == ("0000000042", "TX", "0012345", "R")
    assert record.expiry_date == date(2027, 5, 31)


def test_a_quoted_excel_guard_is_undone_too() -> None:
    assert read_one(csv(row(license_number='"=""007"""'))).number == "007"


@pytest.mark.parametrize(
    "expiry", ["99991231", "29991231", "9999-12-31", "12/31/9999", "12/31/9999 12:00:00 AM", "NULL", "null"]
)
def test_sentinels_mean_perpetual(expiry: str) -> None:
    record = read_one(csv(row(expiry_date=expiry)))

    assert (record.expiry_date, record.is_perpetual) == (None, True)


def test_an_empty_end_is_perpetual_only_where_the_row_says_so() -> None:
    assert read_one(csv(row(expiry_date="", is_perpetual="yes"))).is_perpetual
    assert reasons(csv(row(expiry_date=""))) == [(2, "expiry_date is empty and is_perpetual is not yes")]


@pytest.mark.parametrize("written", ["2027-05-31", "20270531", "5/31/2027", "05/31/2027", "5/31/2027 12:00:00 AM"])
def test_dates_are_read_in_the_ways_states_write_them(written: str) -> None:
    assert read_one(csv(row(expiry_date=written))).expiry_date == date(2027, 5, 31)


def test_the_time_of_the_source_is_read_with_its_zone() -> None:
    assert read_one(csv(row(as_of="2026-05-12T08:00:00Z"))).as_of == datetime(2026, 5, 12, 8, tzinfo=UTC)
    assert read_one(csv(row(as_of="2026-05-12"))).as_of == datetime(2026, 5, 12, tzinfo=UTC)


BAD = [
    ({"npn": ""}, "npn is empty"),
    ({"npn": "1.23E+09"}, "npn '1.23E+09' is not up to ten digits"),
    ({"npn": "12345678901"}, "npn '12345678901' is not up to ten digits"),
    ({"npn": "１２３"}, "npn '１２３' is not up to ten digits"),
    ({"state": "XX"}, "state 'XX' is not one of AK, AL"),
    ({"license_number": ""}, "license_number is empty"),
    ({"license_number": "9" * 41}, "license_number is longer than 40 characters"),
    ({"license_class": "PILOT"}, "license_class 'PILOT' is not one of ADJUSTER"),
    ({"residency": ""}, "residency is empty"),
    ({"status": "Fine"}, "status 'Fine' is not one of ACTIVE"),
    ({"expiry_date": "0000-01-01"}, "expiry_date '0000-01-01' is not a date between 1900 and 2200, such as 2026-05-12"),
    ({"expiry_date": "2026-02-30"}, "expiry_date '2026-02-30' is not a date between 1900 and 2200, such as 2026-05-12"),
    ({"expiry_date": "soon"}, "expiry_date 'soon' is not a date between 1900 and 2200, such as 2026-05-12"),
    (
        {"effective_date": "1899-12-31"},
        "effective_date '1899-12-31' is not a date between 1900 and 2200, such as 2026-05-12",
    ),
    ({"effective_date": "2028-01-01"}, "expiry_date 2027-05-31 is before effective_date 2028-01-01"),
    ({"is_perpetual": "perhaps"}, "is_perpetual 'perhaps' is neither yes nor no"),
    ({"is_perpetual": "yes"}, "expiry_date and is_perpetual exclude each other"),
    ({"line": "x" * 121}, "line is longer than 120 characters"),
    ({"line_status": "gone"}, "line_status 'gone' is not one of ACTIVE"),
    ({"license_number": "1\0002"}, "license_number holds a NUL character"),
    ({"as_of": "yesterday"}, "as_of 'yesterday' is not a time such as 2026-05-12T08:00:00Z"),
    ({"as_of": "0001-01-01"}, "as_of '0001-01-01' is not between 1900 and 2200"),
    ({"status": "ACTIVE,extra"}, "13 cells instead of 12"),
]


@pytest.mark.parametrize(("cells", "reason"), BAD, ids=[reason[:45] for _, reason in BAD])
def test_a_row_that_makes_no_sense_is_listed_with_its_line_and_reason(cells: dict[str, str], reason: str) -> None:
    content = csv(ROW, row(**cells))

    [(line, told)] = reasons(content)

    assert (line, told[: len(reason)]) == (3, reason)
    assert [item.npn for item in read_licenses(content) if isinstance(item, SourceRecord)] == ["9900000001"]


def test_an_adjusters_row_may_name_no_line() -> None:
    assert read_one(csv(row(license_class="Adjuster", line=""))).lines == ()


def test_a_repeated_row_is_passed_over_and_said_so() -> None:
    content = csv(ROW, ROW, row(line="Health"))

    assert reasons(content) == [(3, "repeats line 2")]
    [record] = [item for item in read_licenses(content) if isinstance(item, SourceRecord)]
    assert [line.raw_name for line in record.lines] == ["Life", "Health"]


@pytest.mark.parametrize("cells", [{"expiry_date": "2028-05-31"}, {"line_status": "INACTIVE"}])
def test_rows_that_contradict_each_other_are_all_refused(cells: dict[str, str]) -> None:
    content = csv(ROW, row(**cells))

    assert reasons(content) == [
        (2, "lines 2, 3 contradict each other on license 0012345"),
        (3, "lines 2, 3 contradict each other on license 0012345"),
    ]


def test_empty_lines_are_nothing() -> None:
    assert read_one(csv("", ROW, ",,,,,,,,,,,", "")).places == (3,)


def test_an_open_quote_ends_what_can_be_read() -> None:
    assert reasons(csv(ROW, '"' + row(line="Health"))) == [
        (3, "not CSV: unexpected end of data; the rest of the file was not read")
    ]


WRONG = [
    (b"", "column npn is missing"),
    (
        csv(ROW, header=HEADER.replace("expiry_date", "expirydate")),
        "column expiry_date is missing; column 'expirydate' is not",
    ),
    (csv(ROW + ",x", header=HEADER + ",color"), "column 'color' is not known"),
    (csv(ROW + ",x", header=HEADER + ",npn"), "column npn comes twice"),
    (csv(ROW, header=HEADER.replace(",", ";")), "The columns must be separated by commas"),
    ("npn,state\nJos\xe9,TX".encode("latin-1"), "Line 2 is not UTF-8: save the file as CSV UTF-8"),
    ("npn,state".encode("utf-16"), "Line 1 is not UTF-8"),
]


@pytest.mark.parametrize(("content", "reason"), WRONG, ids=[reason for _, reason in WRONG])
def test_a_file_of_the_wrong_kind_is_refused_whole(content: bytes, reason: str) -> None:
    with pytest.raises(SourceError) as refusal:
        read_licenses(content)

    assert reason in str(refusal.value)
    assert refusal.value.permanent


def test_a_source_yields_only_whom_it_was_asked_for_and_what_could_be_anybodys(tmp_path: Path) -> None:
    path = tmp_path / "licenses.csv"
    path.write_bytes(csv(ROW, row(npn="9900000002"), row(npn="9900000002", state="XX"), row(npn="")))

    items = list(CsvSource(path).fetch({"9900000001"}, None))

    assert [(type(item).__name__, item.npn) for item in items] == [("SourceRecord", "9900000001"), ("Unreadable", "")]


def test_a_file_that_is_not_there_is_a_permanent_failure(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read") as failure:
        CsvSource(tmp_path / "nothing.csv").fetch(set(), None)

    assert failure.value.permanent
