"""Raw data becomes typed values once, without guessing; what cannot be read is missing."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from rules_engine.engine.catalog import Catalog, Facts, Field, Option
from rules_engine.engine.values import MISSING, Kind, plain, read, read_set
from tests.unit.engine.vocabulary import CATALOG

READ: list[tuple[Kind, Any, Any]] = [
    (Kind.TEXT, "Ana", "Ana"),
    (Kind.NUMBER, 42, 42),
    (Kind.NUMBER, 0.1, Decimal("0.1")),
    (Kind.NUMBER, 42.0, 42),
    (Kind.NUMBER, "-7.50", Decimal("-7.5")),
    (Kind.NUMBER, -0.0, 0),
    (Kind.MONEY, Decimal("1200.50"), Decimal("1200.5")),
    (Kind.MONEY, "1200.00", 1200),
    (Kind.BOOLEAN, False, False),
    (Kind.DATE, "2028-02-29", date(2028, 2, 29)),
    (Kind.DATE, date(2026, 1, 1), date(2026, 1, 1)),
    (Kind.DATETIME, "2026-11-21T10:00:00-05:00", datetime(2026, 11, 21, 15, tzinfo=UTC)),
    (Kind.DATETIME, "2026-11-21 15:00Z", datetime(2026, 11, 21, 15, tzinfo=UTC)),
    (Kind.TIME, "08:30", time(8, 30)),
    (Kind.TIME, "23:59:59", time(23, 59, 59)),
]

UNREADABLE: list[tuple[Kind, Any]] = [
    *[(kind, raw) for kind in Kind if kind is not Kind.KEY for raw in (None, [], {}, "", "  ", object(), b"x")],
    *[(Kind.TEXT, raw) for raw in (5, "\ud800", "a\x00b")],
    *[
        (kind, raw)
        for kind in (Kind.NUMBER, Kind.MONEY)
        for raw in (True, "1e5", "٣", " 5", "+5", "1,200", "NaN", "Infinity", float("nan"), float("inf"))
    ],
    *[(Kind.NUMBER, raw) for raw in (Decimal("NaN"), Decimal("sNaN"), Decimal("1e99"), Decimal("1e-99"), 10**5000)],
    *[(Kind.BOOLEAN, raw) for raw in (0, 1, "true", "yes")],
    *[(Kind.DATE, raw) for raw in ("2026-02-30", "0000-01-01", "20260101", "2026-W01-1", "2026-01-01T00:00:00Z")],
    (Kind.DATE, datetime(2026, 1, 1, tzinfo=UTC)),
    *[(Kind.DATETIME, raw) for raw in ("2026-11-21T10:00:00", "2026-11-21", "2026-11-21T25:00:00Z")],
    *[(Kind.DATETIME, raw) for raw in ("0001-01-01T00:00:00+10:00", datetime(2026, 1, 1))],  # noqa: DTZ001  # naive on purpose
    *[(Kind.TIME, raw) for raw in ("24:00", "8:30", "08:30Z", "08:60", 830, time(8, tzinfo=UTC))],
]


def _told(each: object) -> str:
    """Return a name that every run gives: neither an address nor ten thousand digits."""
    return type(each).__name__ if type(each) in {int, object} else repr(each)[:30]


@pytest.mark.parametrize(("kind", "raw", "value"), READ, ids=str)
def test_values_are_read_exactly(kind: Kind, raw: object, value: object) -> None:
    got = read(kind, raw)

    assert got == value
    assert type(got) is type(value)
    assert read(kind, plain(got)) == got


@pytest.mark.parametrize(("kind", "raw"), UNREADABLE, ids=_told)
def test_what_cannot_be_read_is_missing(kind: Kind, raw: object) -> None:
    assert read(kind, raw) is MISSING


def test_instants_are_kept_in_utc() -> None:
    tokyo = datetime(2026, 11, 22, 0, 0, tzinfo=timezone(timedelta(hours=9)))

    assert plain(read(Kind.DATETIME, tokyo)) == "2026-11-21T15:00:00Z"


def test_sets_are_read_whole_or_not_at_all() -> None:
    assert read_set(Kind.TEXT, ["es", "en", "es"]) == frozenset({"es", "en"})
    assert read_set(Kind.TEXT, []) == frozenset()
    assert read_set(Kind.TEXT, ["es", None]) is MISSING
    assert read_set(Kind.TEXT, "es") is MISSING
    assert read_set(Kind.KEY, [["FL", "LIFE"], ("TX", "HEALTH")], 2) == frozenset({("FL", "LIFE"), ("TX", "HEALTH")})
    assert read_set(Kind.KEY, [["FL"]], 2) is MISSING
    assert read_set(Kind.KEY, [["FL", 5]], 2) is MISSING


def test_facts_hold_what_is_known_and_say_missing_for_the_rest() -> None:
    facts = CATALOG.facts({"lead.age": 42, "lead.state": None, "lead.birth_date": "soon", "not.ours": 1})

    assert facts["lead.age"] == 42
    assert facts["lead.state"] is MISSING
    assert facts["lead.birth_date"] is MISSING
    assert facts["not.ours"] is MISSING
    assert facts.raw() == {"lead.age": 42}


def test_merged_facts_leave_both_as_they_were() -> None:
    lead, producer = CATALOG.facts({"lead.age": 42}), CATALOG.facts({"producer.years": 3})

    both = lead.merged(producer)

    assert both == Facts({"lead.age": 42, "producer.years": 3})
    assert lead.raw() == {"lead.age": 42}
    assert hash(both) == hash(producer.merged(lead))


def test_facts_print_as_json() -> None:
    raw = {
        "lead.languages": ["en", "es"],
        "lead.premium": 1200.5,
        "now.local_time": "08:30",
        "producer.authorities": [["FL", "LIFE"], ["TX", "LIFE"]],
    }

    assert CATALOG.facts(raw).raw() == raw


def test_the_catalog_hash_covers_meaning_and_not_wording() -> None:
    options = (Option("FL", "Florida"), Option("TX", "Texas"))
    field = Field("lead.state", Kind.CHOICE, "State", "Lead", options=options)
    reworded = Field("lead.state", Kind.CHOICE, "Governing state", "Where", help="…", options=options[::-1])
    other_kind = Field("lead.state", Kind.TEXT, "State", "Lead")
    fewer = Field("lead.state", Kind.CHOICE, "State", "Lead", options=options[:1])

    hashes = [Catalog([each]).hash for each in (field, reworded, other_kind, fewer)]

    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 3


@pytest.mark.parametrize(
    "fields",
    [
        [Field("lead.age", Kind.NUMBER, "", ""), Field("lead.age", Kind.TEXT, "", "")],
        [Field("age", Kind.NUMBER, "", "")],
        [Field("weather.rain", Kind.BOOLEAN, "", "")],
        [Field("producer.keys", Kind.KEY, "", "", many=True)],
        [Field("producer.keys", Kind.KEY, "", "", parts=("state", "line"))],
        [Field("lead.age", Kind.NUMBER, "", "", parts=("state",))],
    ],
    ids=[
        "two of one name",
        "no scope",
        "unknown scope",
        "key without parts",
        "key that is no set",
        "parts without key",
    ],
)
def test_a_catalog_that_contradicts_itself_is_refused(fields: list[Field]) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        Catalog(fields)
