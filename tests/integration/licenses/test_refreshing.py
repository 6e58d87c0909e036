"""Refreshes: what a source reports is brought in, what it leaves out is kept, and every difference is on record."""

from dataclasses import replace
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from accounts.actor import Actor, system
from accounts.errors import Forbidden
from accounts.policy import Role
from audit.models import Entry
from licenses import services as licenses
from licenses.models import License, LicenseRefresh, LineOfAuthority, Producer
from licenses.services.applying import Application
from licenses.sources.fake import FakeSource
from licenses.sources.records import SourceError, SourceLine, SourceRecord, Unreadable
from licenses.tasks import notify_expiring, refresh
from tests.factories import make_license, make_producer, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 12, 17, tzinfo=UTC)
SYSTEM: Actor = system("test")
ANA = frozenset({"42"})
TEXAS = SourceRecord(
    npn="42",
    state="TX",
    license_class="PRODUCER",
    number="1",
    residency="R",
    status="ACTIVE",
    effective_date=date(2020, 1, 1),
    expiry_date=date(2030, 12, 31),
    lines=(SourceLine("LIFE"),),
)
FLORIDA = replace(TEXAS, state="FL", number="2", residency="NR")


@pytest.fixture
def ana() -> Producer:
    """A producer with the licence of `TEXAS` as it stands."""
    producer = make_producer(npn="42")
    make_license(producer, "TX", number="1")
    return producer


def run(source: FakeSource, *, full: bool = False) -> LicenseRefresh:
    return licenses.refresh(source=source, actor=SYSTEM, now=NOW, full=full)


def states() -> dict[str, tuple[str, str]]:
    return {row.state: (row.status, row.status_reason) for row in License.objects.all()}


def test_a_refresh_keeps_each_field_it_changed_before_and_after(ana: Producer) -> None:
    ended = replace(TEXAS, status="EXPIRED", expiry_date=date(2026, 4, 30), lines=(SourceLine("LIFE", "INACTIVE"),))

    done = run(FakeSource([ended]))

    assert (done.state, done.read, done.changed, done.rejected) == ("DONE", 1, 1, [])
    assert list(done.changes.values_list("producer", "what", "field", "before", "after")) == [
        (ana.pk, "license TX 1", "status", "ACTIVE", "EXPIRED"),
        (ana.pk, "license TX 1", "expiry_date", "2030-12-31", "2026-04-30"),
        (ana.pk, "line of authority TX 1 LIFE", "raw_name", "", "LIFE"),
        (ana.pk, "line of authority TX 1 LIFE", "status", "ACTIVE", "INACTIVE"),
    ]
    ana.refresh_from_db()
    assert ana.facts_version == 1
    assert Entry.objects.get(action="licenses.refreshed").detail == {
        "source": "fake",
        "full": False,
        "state": "DONE",
        "read": 1,
        "changed": 1,
        "absent": 0,
        "rejected": 0,
    }


def test_what_a_refresh_leaves_out_is_kept(ana: Producer) -> None:
    make_license(ana, "FL", number="2")

    run(FakeSource([TEXAS]))

    assert states() == {"TX": ("ACTIVE", ""), "FL": ("ACTIVE", "")}


def test_what_a_full_snapshot_leaves_out_is_inactive_and_never_deleted(ana: Producer) -> None:
    make_license(ana, "FL", number="2")
    absent = make_producer(npn="43")
    make_license(absent, "GA", number="3")

    done = run(FakeSource([TEXAS]), full=True)

    gone = ("INACTIVE", "absent from full snapshot")
    assert states() == {"TX": ("ACTIVE", ""), "FL": gone, "GA": gone}
    assert (done.state, done.absent) == ("DONE", 2)


def test_a_line_a_full_snapshot_leaves_out_is_inactive(ana: Producer) -> None:
    License.objects.get().lines.create(line="HEALTH")

    run(FakeSource([TEXAS]), full=True)

    assert dict(LineOfAuthority.objects.values_list("line", "status")) == {"LIFE": "ACTIVE", "HEALTH": "INACTIVE"}


def test_a_licence_that_comes_back_is_active_again(ana: Producer) -> None:
    run(FakeSource([FLORIDA]), full=True)
    assert states()["TX"][0] == "INACTIVE"

    run(FakeSource([TEXAS, FLORIDA]), full=True)

    assert states() == {"TX": ("ACTIVE", ""), "FL": ("ACTIVE", "")}


DOUBTS: list[tuple[str, FakeSource, str, str]] = [
    ("it broke off", FakeSource([FLORIDA], SourceError("The line went dead.")), "PARTIAL", "The line went dead."),
    ("it broke off at once", FakeSource([], SourceError("No answer.")), "FAILED", "No answer."),
    ("it is empty", FakeSource([]), "FAILED", "The snapshot is empty: nothing was marked absent."),
    (
        "a row could be anybody's",
        FakeSource([FLORIDA, Unreadable(7, "npn is empty")]),
        "PARTIAL",
        "A row that names no producer could not be read: nothing was marked absent.",
    ),
    ("a row of hers could not be read", FakeSource([FLORIDA, Unreadable(7, "state is empty", "42")]), "DONE", ""),
    (
        "a line of the license is not known",
        FakeSource([replace(TEXAS, lines=(SourceLine("Astrology"),)), FLORIDA]),
        "DONE",
        "",
    ),
]


@pytest.mark.parametrize(("source", "state", "error"), [row[1:] for row in DOUBTS], ids=[row[0] for row in DOUBTS])
def test_what_a_doubtful_snapshot_leaves_out_keeps_the_truth_it_had(
    ana: Producer, source: FakeSource, state: str, error: str
) -> None:
    done = run(source, full=True)

    assert states()["TX"] == ("ACTIVE", "")
    assert LineOfAuthority.objects.get(license__state="TX").status == "ACTIVE"
    assert (done.state, done.error) == (state, error)


def test_a_repeated_row_casts_no_doubt(ana: Producer) -> None:
    run(FakeSource([FLORIDA, Unreadable(7, "repeats line 2", "42", is_repeat=True)]), full=True)

    assert states()["TX"][0] == "INACTIVE"


def test_what_came_before_a_break_is_kept(ana: Producer) -> None:
    done = run(FakeSource([replace(TEXAS, status="REVOKED")], SourceError("The line went dead.")))

    assert states() == {"TX": ("REVOKED", "")}
    assert done.state == "PARTIAL"


def test_one_refused_licence_does_not_hold_up_the_others(ana: Producer) -> None:
    refused = replace(FLORIDA, expiry_date=None, places=(4, 5))

    done = run(FakeSource([refused, replace(TEXAS, status="REVOKED")]))

    assert states() == {"TX": ("REVOKED", "")}
    assert [(row["place"], row["reason"][:35]) for row in done.rejected] == [
        (4, "Give the last valid day, or mark th"),
        (5, "Give the last valid day, or mark th"),
    ]


def test_a_run_that_breaks_inside_is_kept_as_failed(ana: Producer, monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(*_args: object, **_more: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(Application, "apply", explode)

    with pytest.raises(RuntimeError):
        run(FakeSource([TEXAS]))

    done = LicenseRefresh.objects.get()
    assert (done.state, done.error) == ("FAILED", "The run broke off: RuntimeError.")


def test_the_next_run_asks_for_what_changed_since_the_last_good_one(ana: Producer) -> None:
    source = FakeSource([TEXAS])
    run(source)
    licenses.refresh(source=source, actor=SYSTEM, now=NOW.replace(day=13))
    run(source, full=True)

    assert source.asked == [(ANA, None), (ANA, NOW), (ANA, None)]


def test_those_who_have_left_are_not_asked_for(ana: Producer) -> None:
    make_producer(npn="43", status="OFFBOARDED")
    source = FakeSource([TEXAS])

    run(source)

    assert source.asked == [(ANA, None)]


def test_a_notice_of_change_refreshes_one_producer(ana: Producer) -> None:
    make_producer(npn="43")
    source = FakeSource([replace(TEXAS, status="SUSPENDED")])

    done = licenses.refresh_producer(npn="42", source=source, actor=SYSTEM, now=NOW)
    run(source)

    assert source.asked == [(ANA, None), (ANA | {"43"}, None)]
    assert states() == {"TX": ("SUSPENDED", "")}
    assert done.state == "DONE"


def test_a_run_without_news_raises_no_version_and_confirms_the_age(ana: Producer) -> None:
    run(FakeSource([TEXAS]))
    before = Producer.objects.get().facts_version

    licenses.refresh(source=FakeSource([TEXAS]), actor=SYSTEM, now=NOW.replace(day=13))

    assert Producer.objects.get().facts_version == before
    assert License.objects.get().as_of == NOW.replace(day=13)
    assert ana.changes.order_by("-pk")[0].what == "Licenses confirmed by the source"


def test_a_manager_may_not_refresh() -> None:
    with pytest.raises(Forbidden):
        licenses.refresh(source=FakeSource(), actor=make_user(Role.MANAGER).actor(), now=NOW)

    assert LicenseRefresh.objects.count() == 0


FILE = "npn,state,license_number,residency,status,expiry_date,line\n42,TX,1,R,SUSPENDED,2030-12-31,LIFE\n"


def test_the_command_asks_the_configured_file_and_prints_the_differences(
    ana: Producer, tmp_path: Path, settings: LazySettings
) -> None:
    path = tmp_path / "licenses.csv"
    path.write_text(FILE)
    settings.LICENSE_SOURCE_CSV = str(path)
    out = StringIO()

    call_command("refresh_licenses", "--full", stdout=out)

    assert "license TX 1: status ACTIVE → SUSPENDED\n" in out.getvalue()
    assert out.getvalue().endswith("1 licenses read, 1 added or changed, 0 absent, 0 rows rejected.\n")


def test_the_command_fails_where_the_file_is_missing_or_none_is_set(settings: LazySettings) -> None:
    settings.LICENSE_SOURCE_CSV = "/nowhere/licenses.csv"
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("refresh_licenses", stdout=StringIO())

    settings.LICENSE_SOURCE_CSV = ""
    with pytest.raises(CommandError, match="Set LICENSE_SOURCE_CSV"):
        call_command("refresh_licenses", stdout=StringIO())


def test_the_task_refreshes_from_the_configured_file(ana: Producer, tmp_path: Path, settings: LazySettings) -> None:
    path = tmp_path / "licenses.csv"
    path.write_text(FILE)
    settings.LICENSE_SOURCE_CSV = str(path)

    refresh(a_later_argument=1)
    notify_expiring()

    assert states() == {"TX": ("SUSPENDED", "")}
