"""Importing producers and licences: good rows are taken, every other row is listed, wrong files change nothing."""

from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.actor import system
from accounts.errors import Forbidden, Invalid
from accounts.policy import Role
from audit.models import Entry
from licenses import services as licenses
from licenses.models import License, LicenseRefresh, LineOfAuthority, LoaMap, Producer, ProducerChange
from licenses.services.imports import Imported
from tests.factories import make_license, make_producer, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 12, 17, tzinfo=UTC)
HEADER = "npn,state,license_number,residency,status,expiry_date,line"


@pytest.fixture
def producer() -> Producer:
    return make_producer(npn="0000000042")


@pytest.fixture(autouse=True)
def _names(db: None) -> None:
    LoaMap.objects.create(state="TX", raw_name="General Lines - Life, Accident, Health & HMO", lines=["LIFE", "HEALTH"])
    LoaMap.objects.create(state="FL", raw_name="LIFE INCL VAR ANNUITY", lines=["LIFE", "VAR"])


def take(*rows: str, header: str = HEADER, actor: str = "import") -> Imported:
    content = "\n".join([header, *rows]).encode()
    return licenses.import_licenses(content=content, actor=system(actor), now=NOW)


def rejected(done: Imported) -> list[tuple[int, str]]:
    return [(row.place, row.reason) for row in done.rejected]


def test_licences_come_in_with_the_lines_their_states_name(producer: Producer) -> None:
    done = take(
        '="0000000042",TX,="0012",R,ACTIVE,2027-05-31,"General Lines – Life, Accident,  Health & HMO"',
        "0000000042,FL,W123456,NR,ACTIVE,99991231,Life incl var annuity",
        "0000000042,GA,99,NR,ACTIVE,NULL,LIFE",
    )

    assert (done.read, done.changed, rejected(done)) == (3, 3, [])
    held = License.objects.order_by("state").values_list("state", "number", "expiry_date", "is_perpetual")
    assert list(held) == [
        ("FL", "W123456", None, True),
        ("GA", "99", None, True),
        ("TX", "0012", date(2027, 5, 31), False),
    ]
    lines = LineOfAuthority.objects.order_by("license__state", "line").values_list("license__state", "line", "raw_name")
    assert list(lines) == [
        ("FL", "LIFE", "Life incl var annuity"),
        ("FL", "VAR", "Life incl var annuity"),
        ("GA", "LIFE", "LIFE"),
        ("TX", "HEALTH", "General Lines – Life, Accident,  Health & HMO"),
        ("TX", "LIFE", "General Lines – Life, Accident,  Health & HMO"),
    ]


def test_all_licences_of_a_producer_are_one_change_of_facts(producer: Producer) -> None:
    take("0000000042,TX,1,R,ACTIVE,2027-05-31,LIFE", "0000000042,GA,2,NR,ACTIVE,2027-05-31,LIFE")

    producer.refresh_from_db()
    assert producer.facts_version == 1
    assert ProducerChange.objects.exclude(what="Licenses confirmed by the source").count() == 1


def test_good_rows_come_in_and_the_others_are_listed(producer: Producer) -> None:
    done = take(
        "0000000042,TX,1,R,ACTIVE,2027-05-31,LIFE",
        "0000000042,TX,1,R,ACTIVE,2027-05-31,Astrology",
        "0000000042,TX,1,R,ACTIVE,2027-05-31,LIFE",
        "0000000042,XX,2,NR,ACTIVE,2027-05-31,LIFE",
        "0000000042,GA,3,NR,ACTIVE,2027-05-31,Palmistry",
        "0000000077,GA,4,NR,ACTIVE,2027-05-31,LIFE",
    )

    assert [(line, reason[:40]) for line, reason in rejected(done)] == [
        (3, "'Astrology' is not a known line of autho"),
        (4, "repeats line 2"),
        (5, "state 'XX' is not one of AK, AL, AR, AS,"),
        (6, "'Palmistry' is not a known line of autho"),
        (7, "no producer has the NPN 0000000077: impo"),
    ]
    assert list(License.objects.values_list("state", "number")) == [("TX", "1")]
    assert list(LineOfAuthority.objects.values_list("line", flat=True)) == ["LIFE"]


def test_a_second_import_of_the_same_file_changes_nothing_but_the_age(producer: Producer) -> None:
    row = "0000000042,TX,1,R,ACTIVE,2027-05-31,LIFE"
    take(row)
    entries = Entry.objects.exclude(action="licenses.refreshed").count()

    done = licenses.import_licenses(
        content=f"{HEADER}\n{row}".encode(), actor=system("import"), now=NOW.replace(day=13)
    )

    producer.refresh_from_db()
    assert (done.read, done.changed, rejected(done)) == (1, 0, [])
    assert producer.facts_version == 1
    assert Entry.objects.exclude(action="licenses.refreshed").count() == entries
    assert License.objects.get().as_of == NOW.replace(day=13)


def test_a_row_older_than_what_is_known_is_passed_over(producer: Producer) -> None:
    make_license(producer, "TX", number="1", as_of=NOW)

    done = take("0000000042,TX,1,R,REVOKED,2030-12-31,LIFE,2026-05-01", header=HEADER + ",as_of")

    assert done.changed == 0
    assert License.objects.get().status == "ACTIVE"


def test_an_import_is_kept_with_its_differences(producer: Producer) -> None:
    make_license(producer, "TX", number="1")

    take("0000000042,TX,1,R,SUSPENDED,2030-12-31,LIFE")

    run = LicenseRefresh.objects.get()
    assert (run.source, run.state, run.read, run.changed) == ("import", "DONE", 1, 1)
    assert list(run.changes.filter(field="status").values_list("what", "before", "after")) == [
        ("license TX 1", "ACTIVE", "SUSPENDED")
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"npn,state\n0000000042,TX", "column license_number is missing"),
        (HEADER.replace("line", "loa").encode(), "column 'loa' is not known"),
        (b"npn\xff", "not UTF-8"),
        (b"", "column npn is missing"),
    ],
)
def test_a_file_with_the_wrong_columns_changes_nothing(producer: Producer, content: bytes, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        licenses.import_licenses(content=content, actor=system("import"), now=NOW)

    assert (License.objects.count(), LicenseRefresh.objects.count()) == (0, 0)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.AUDITOR, Role.PRODUCER])
def test_only_who_may_import_imports(role: Role) -> None:
    actor = make_user(role).actor()

    with pytest.raises(Forbidden):
        licenses.import_licenses(content=HEADER.encode(), actor=actor, now=NOW)
    with pytest.raises(Forbidden):
        licenses.import_producers(content=b"npn", actor=actor, now=NOW)


PEOPLE = "npn,first_name,last_name,resident_state,email,time_zone,status"


def take_people(*rows: str, header: str = PEOPLE) -> Imported:
    content = "\n".join([header, *rows]).encode("utf-8-sig")
    return licenses.import_producers(content=content, actor=system("import"), now=NOW)


def test_producers_come_in_with_a_zone_of_their_state() -> None:
    done = take_people('="0000000042",José,Núñez,ca,jose@example.com,,', "43,Ann,Lee,FL,,America/Chicago,leave")

    assert (done.read, done.changed, rejected(done)) == (2, 2, [])
    held = Producer.objects.order_by("npn").values_list("npn", "last_name", "resident_state", "time_zone", "status")
    assert list(held) == [
        ("0000000042", "Núñez", "CA", "America/Los_Angeles", "ACTIVE"),
        ("43", "Lee", "FL", "America/Chicago", "LEAVE"),
    ]
    assert set(Producer.objects.values_list("facts_version", flat=True)) == {1}
    assert Entry.objects.filter(action="producer.added").count() == 2


def test_a_known_producer_is_brought_into_line_and_keeps_what_the_file_leaves_out(producer: Producer) -> None:
    done = take_people("0000000042,Ana,Ruiz,TX", header="npn,first_name,last_name,resident_state")

    producer.refresh_from_db()
    assert (done.changed, producer.last_name, producer.email) == (1, "Ruiz", "ana@example.com")
    assert producer.time_zone == "America/Chicago"


def test_bad_producers_are_listed_and_the_good_ones_come_in() -> None:
    done = take_people(
        "1,Ann,Lee,FL,,,",
        "1,Ann,Lee,FL,,,",
        "2,Ann,Lee,XX,,,",
        "3,Ann,Lee,FL,not-an-address,,",
        "4,Ann,Lee,FL,,Mars/Olympus,",
        "5,Ann,,FL,,,",
        "six,Ann,Lee,FL,,,",
        "7,Ann,Lee,FL,,,resting",
        "8,Ann",
    )

    assert [(line, reason[:34]) for line, reason in rejected(done)] == [
        (3, "repeats the NPN of line 2"),
        (4, "resident_state 'XX' is not one of "),
        (5, "email: Enter a valid email address"),
        (6, "time_zone: Use a zone such as Amer"),
        (7, "last_name is empty"),
        (8, "npn 'six' is not up to ten digits"),
        (9, "status 'resting' is not one of ACT"),
        (10, "2 cells instead of 7"),
    ]
    assert list(Producer.objects.values_list("npn", flat=True)) == ["1"]


def test_the_command_lists_rejected_rows_and_fails(producer: Producer, tmp_path: Path) -> None:
    path = tmp_path / "licenses.csv"
    path.write_text(f"{HEADER}\n0000000042,TX,1,R,ACTIVE,2027-05-31,LIFE\n0000000042,XX,1,R,ACTIVE,2027-05-31,LIFE\n")
    out = StringIO()

    with pytest.raises(CommandError, match="1 licenses read, 1 added or changed, 1 rows rejected") as failure:
        call_command("import_licenses", str(path), stdout=out)

    assert failure.value.returncode == 1
    assert out.getvalue().startswith("line 3: state 'XX' is not one of AK")


def test_the_command_for_producers_tells_what_it_did(tmp_path: Path) -> None:
    path = tmp_path / "producers.csv"
    path.write_text("npn,first_name,last_name,resident_state\n1,Ann,Lee,FL\n")
    out = StringIO()

    call_command("import_producers", str(path), stdout=out)

    assert out.getvalue() == "1 producers read, 1 added or changed, 0 rows rejected.\n"


@pytest.mark.parametrize("command", ["import_producers", "import_licenses"])
def test_a_command_without_its_file_says_so(command: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command(command, str(tmp_path / "nothing.csv"))
