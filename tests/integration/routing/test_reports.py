"""Reports over real rows: held to counting by hand, and every number to the leads it leads to."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from accounts.actor import Actor, ActorKind
from accounts.errors import Forbidden, Missing
from accounts.policy import POLICY, Role
from licenses.models import Producer
from routing.fairness import shares
from routing.figures import Table
from routing.models import (
    Assignment,
    Decision,
    FairnessEntry,
    Lead,
    LeadSource,
    Offer,
    OfferRound,
    Pool,
    PoolMember,
    ProducerLoad,
    ProducerProfile,
    Promise,
    QueueItem,
)
from routing.queries import fairness
from routing.queries.reports import reading
from routing.queries.reports.listed import REPORTS
from routing.queries.reports.reading import Place, Reading
from routing.queries.reports.report import Report
from routing.queries.reports.scope import Scope

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # 10:00 in New York
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MONTH = Scope.of_days(30, zone=ZONE, now=NOW)
MANAGER = Actor(ActorKind.USER, "1", "Mona Reyes", POLICY[Role.MANAGER])
LIMIT = 7  # lines a page, so that there are many


class Agency:
    """Two pools, three producers, and leads as a test wants them."""

    def __init__(self) -> None:
        self.source = LeadSource.objects.create(slug="web", name="Web form")
        self.pools = [Pool.objects.create(slug=slug, name=slug.capitalize()) for slug in ("life", "health")]
        self.producers = [self._hire(name) for name in ("Kim", "Lee", "Ray")]

    def _hire(self, first_name: str) -> Producer:
        npn = str(1_000_000 + Producer.objects.count())
        producer = Producer.objects.create(npn=npn, first_name=first_name, last_name="Park", resident_state="TX")
        ProducerProfile.objects.create(producer=producer, capacity=100)
        return producer

    def lead(self, received_at: datetime = NOW - HOUR, **fields: Any) -> Lead:
        """Return a lead of the first pool."""
        return Lead.objects.create(
            source=self.source, received_at=received_at, **{"pool": self.pools[0].slug, "tier": "hot", **fields}
        )

    def assign(self, lead: Lead, producer: Producer | None = None, *, trigger: str = "INTAKE", **fields: Any) -> Any:
        """Put a lead into a producer's hands at its receipt, due fifteen minutes later."""
        at = fields.setdefault("assigned_at", lead.received_at)
        pool = next((each for each in self.pools if each.slug == lead.pool), None)
        defaults = {"clock_starts_at": at, "due_at": at + 15 * MINUTE, "pool": pool}
        decision = self._decide(lead, at, trigger)
        return Assignment.objects.create(
            lead=lead, producer=producer or self.producers[0], decision=decision, **{**defaults, **fields}
        )

    def offer(self, lead: Lead, producer: Producer, state: str) -> Offer:
        """Ask a producer about a lead."""
        at = lead.received_at
        asked = OfferRound.objects.create(
            lead=lead,
            pool=Pool.objects.get(slug=lead.pool),
            decision=self._decide(lead, at, "INTAKE"),
            pick="offer",
            opened_at=at,
            expires_at=at + HOUR,
            try_at=at + HOUR,
            due_at=at + HOUR,
            state="OPEN" if state == "OPEN" else "PASSED",
        )
        return Offer.objects.create(round=asked, lead=lead, producer=producer, offered_at=at, state=state)

    def queue(self, lead: Lead, created_at: datetime, reason: str = "NO_CAPACITY", **fields: Any) -> QueueItem:
        """Put a lead before a manager."""
        return QueueItem.objects.create(
            kind="FALLBACK", lead=lead, reason=reason, pool=lead.pool, text="x", created_at=created_at, **fields
        )

    @staticmethod
    def _decide(lead: Lead, at: datetime, trigger: str) -> Decision:
        return Decision.objects.create(
            lead=lead, trigger=trigger, made_at=at, roster_version=1, receipt={}, receipt_sha256="0" * 64
        )


@pytest.fixture
def agency() -> Agency:
    return Agency()


@pytest.fixture
def busy(agency: Agency) -> Agency:
    """Return an agency with two months of every kind of story."""
    rng = random.Random(11)
    for _ in range(90):
        _story(agency, rng)
    return agency


def _story(agency: Agency, rng: random.Random) -> None:
    received_at = NOW - timedelta(seconds=rng.randrange(60, 60 * 86_400))
    state = rng.choice(["CLOSED", "CLOSED", "WORKING", "ASSIGNED", "FALLBACK", "REJECTED", "OFFERED", "REVIEW"])
    lead = agency.lead(
        received_at,
        state=state,
        tier=rng.choice(["hot", "warm", "low", ""]),
        pool=rng.choice(["life", "health", ""]),
        disposition=rng.choice(["SOLD", "NOT_REACHED"]) if state == "CLOSED" else "",
        first_touch_at=received_at + timedelta(seconds=rng.randrange(200_000)) if state != "FALLBACK" else None,
        hop=rng.randrange(3),
    )
    at = received_at
    for place in range(rng.randrange(4)):
        end = rng.choice(["DECLINED", "BREACHED", "REASSIGNED", "DISPOSED", ""]) if place < 3 else ""
        touched = rng.random() < 0.5
        ended_at = at + timedelta(minutes=rng.randrange(1, 60)) if end else None
        agency.assign(
            lead,
            rng.choice(agency.producers),
            trigger=rng.choice(["INTAKE", "BREACH", "ACCEPT", "MANUAL"]),
            assigned_at=at,
            end=end,
            ended_at=ended_at,
            end_reason=rng.choice(["RETURNED", "SOLD"]) if end == "DISPOSED" else "",
            excuse=rng.choice(["", "OUTAGE", "LAW"]) if end == "BREACHED" else "",
            first_touch_at=at + timedelta(minutes=rng.randrange(30)) if touched else None,
            accepted_at=at if rng.random() < 0.3 else None,
        )
        if ended_at is None:
            break
        at = ended_at
    if lead.pool and rng.random() < 0.4:
        agency.offer(lead, rng.choice(agency.producers), rng.choice(Offer.State.values))
    if rng.random() < 0.4:
        is_over = rng.random() < 0.6
        resolved = {"state": "RESOLVED", "resolved_at": at + timedelta(minutes=rng.randrange(900))} if is_over else {}
        agency.queue(lead, at, rng.choice(["NO_CAPACITY", "NO_LICENSED_PRODUCER"]), **resolved)
    if rng.random() < 0.3:
        Promise.objects.create(
            lead=lead,
            kind=rng.choice(["FOLLOW_UP", "QUOTE"]),
            clock="LEAD",
            starts_at=at,
            due_at=at + HOUR,
            result=rng.choice(Promise.Result.values),
        )


def read(slug: str, scope: Scope = MONTH) -> Reading:
    """Return a report as a manager reads it."""
    return reading.read(REPORTS[slug], scope, actor=MANAGER)


def table(slug: str, name: str, scope: Scope = MONTH) -> dict[str, dict[str, Any]]:
    """Return one table: by the label of each line, the numbers that are there by their column."""
    found = reading.table(REPORTS[slug], name, scope, actor=MANAGER)
    return {
        row.label: {
            column.name: value for column, value in zip(found.columns, row.values, strict=True) if value is not None
        }
        for row in found.rows
        if any(row.values)
    }


def figures(slug: str, scope: Scope = MONTH) -> dict[str, Any]:
    """Return a report's figures by their labels."""
    return {each.label: each.value for each in read(slug, scope).figures}


def behind(report: Report, name: str, part: str, key: str | None, scope: Scope = MONTH) -> list[Any]:
    """Return every line behind a number, page by page."""
    lines: list[Any] = []
    before: Place | None = None
    while True:
        page = reading.lines(report, scope, table=name, part=part, key=key, before=before, length=LIMIT, actor=MANAGER)
        lines += page.lines
        if page.older is None:
            return lines
        before = Place.read(str(page.older))
        assert before == page.older


def numbers(found: Reading) -> Iterator[tuple[Table, str, str, int]]:
    """Yield every number that leads somewhere: its table, its part, its line, and what it says."""
    for told in found.sections:
        for each in told.tables:
            for row in each.rows:
                for column, value in zip(each.columns, row.values, strict=True):
                    if column.is_counted:
                        yield each, column.name, "" if row.key is None else str(row.key), int(value or 0)


POOLED = [None, "life"]


@pytest.mark.parametrize("slug", REPORTS)
@pytest.mark.parametrize("pool", POOLED, ids=["all", "one-pool"])
def test_every_number_leads_to_exactly_what_it_counted(busy: Agency, slug: str, pool: str | None) -> None:
    scope = Scope.of_days(30, zone=ZONE, now=NOW, pool=busy.pools[0] if pool else None)
    report = REPORTS[slug]

    for each, part, key, number in numbers(read(slug, scope)):
        lines = behind(report, each.name, part, key, scope)
        assert len(lines) == number, (each.name, part, key)
        assert [line.at for line in lines] == sorted((line.at for line in lines), reverse=True)


@pytest.mark.parametrize("slug", REPORTS)
def test_the_lines_of_a_table_come_to_the_figures_of_all(busy: Agency, slug: str) -> None:
    report, found = REPORTS[slug], read(slug)

    for told in found.sections:
        for each in told.tables:
            for part in (column.name for column in each.columns if column.is_counted):
                if each.name == "leads-band" and slug == "speed" and part != "answered":
                    continue  # closed and sold are counted of the answered, which this says as well
                assert sum(int(value or 0) for value in each.column(part)) == len(
                    behind(report, each.name, part, None)
                ), (each.name, part)


@pytest.mark.parametrize(
    ("slug", "section", "whole", "pieces"),
    [
        ("acceptance", "assigned-producer", "made", ("accepted", "declined", "late", "excused", "taken", "waiting")),
        ("acceptance", "offered-producer", "made", ("accepted", "declined", "late", "over", "waiting")),
        ("sla", "clocks-hour", "all", ("kept", "missed", "excused", "given_up", "running")),
        ("sla", "promises-kind", "all", ("kept", "missed", "void", "running")),
        ("speed", "leads-tier", "received", ("answered", "waiting")),
        ("ageing", "leads-producer", "open", ("queued", "offered", "held", "worked")),
        ("fallback", "items-reason", "came", ("given", "ended", "waiting")),
        ("reassignments", "moves-tier", "all", ("late", "excused", "declined", "moved")),
        ("reversals", "given-trigger", "reversed", ("moved", "returned")),
    ],
)
def test_each_row_is_in_exactly_one_part(
    busy: Agency, slug: str, section: str, whole: str, pieces: tuple[str, ...]
) -> None:
    found = table(slug, section)

    assert found
    assert {label: sum(row[piece] for piece in pieces) for label, row in found.items()} == {
        label: row[whole] for label, row in found.items()
    }


def test_speed_is_what_counting_by_hand_says(busy: Agency) -> None:
    leads = [
        lead
        for lead in Lead.objects.exclude(state__in=["REJECTED", "DUPLICATE"])
        if MONTH.since <= lead.received_at < MONTH.until
    ]
    waits: dict[str, list[float]] = {}
    for lead in leads:
        if lead.first_touch_at:
            waits.setdefault(lead.tier, []).append((lead.first_touch_at - lead.received_at).total_seconds())

    found = table("speed", "leads-tier")

    named = {"hot": "Hot", "warm": "Warm", "low": "Low", "": "No tier yet"}
    assert {label: row["median"] for label, row in found.items() if "median" in row} == {
        named[tier]: pytest.approx(median(each)) for tier, each in waits.items()
    }
    closed = [lead for lead in leads if lead.first_touch_at and lead.state == "CLOSED"]
    sold = [lead for lead in closed if lead.disposition == "SOLD"]
    assert figures("speed")["Conversion"] == pytest.approx(len(sold) / len(closed))


def test_the_curve_puts_each_wait_into_its_band(agency: Agency) -> None:
    seconds = [0, 59, 60, 299, 300, 3_600, 86_399, 86_400]
    for place, wait in enumerate(seconds):
        received_at = NOW - 3 * DAY
        sold = "SOLD" if place % 2 else "NOT_REACHED"
        agency.lead(received_at, state="CLOSED", disposition=sold, first_touch_at=received_at + timedelta(seconds=wait))
    agency.lead()

    found = table("speed", "leads-band")

    assert {label: (row["answered"], row["sold"]) for label, row in found.items()} == {
        "Under 1 minute": (2, 1),
        "1 to 5 minutes": (2, 1),
        "5 to 15 minutes": (1, 0),
        "1 to 4 hours": (1, 1),
        "4 to 24 hours": (1, 0),
        "A day or longer": (1, 1),
    }
    assert found["5 to 15 minutes"]["conversion"] == 0


def test_acceptance_counts_a_touch_as_a_yes_and_no_offer_twice(agency: Agency) -> None:
    kim, lee, ray = agency.producers
    over = NOW - 30 * MINUTE
    agency.assign(agency.lead(), kim, accepted_at=NOW)
    agency.assign(agency.lead(), kim, first_touch_at=NOW, end="BREACHED", ended_at=NOW)
    agency.assign(agency.lead(), kim, end="DECLINED", ended_at=over)
    agency.assign(agency.lead(), lee, end="BREACHED", ended_at=over)
    agency.assign(agency.lead(), lee, end="BREACHED", ended_at=over, excuse="LAW")
    agency.assign(agency.lead(), lee, end="REASSIGNED", ended_at=over)
    agency.assign(agency.lead(), lee)
    agency.assign(agency.lead(), ray, trigger="ACCEPT", accepted_at=NOW)
    agency.offer(agency.lead(), ray, "ACCEPTED")
    agency.offer(agency.lead(), ray, "TAKEN")
    agency.offer(agency.lead(), ray, "EXPIRED")

    nothing = dict.fromkeys(["accepted", "declined", "late", "excused", "taken", "waiting"], 0)
    given, offered = table("acceptance", "assigned-producer"), table("acceptance", "offered-producer")

    assert given == {
        "Kim Park": {**nothing, "made": 3, "accepted": 2, "declined": 1, "rate": 2 / 3},
        "Lee Park": {**nothing, "made": 4, "late": 1, "excused": 1, "taken": 1, "waiting": 1, "rate": 0},
    }
    assert offered == {
        "Ray Park": {"made": 3, "accepted": 1, "declined": 0, "late": 1, "over": 1, "waiting": 0, "rate": 0.5}
    }
    assert figures("acceptance")["Acceptance of assignments"] == 0.5


def test_a_clock_is_kept_on_the_instant_and_given_up_only_before_it(agency: Agency) -> None:
    received = NOW - HOUR
    due = received + 15 * MINUTE
    for fields in (
        {"first_touch_at": due},
        {"first_touch_at": due + timedelta(seconds=1)},
        {"end": "REASSIGNED", "ended_at": due - MINUTE},
        {"end": "REASSIGNED", "ended_at": due},
        {"end": "BREACHED", "ended_at": due},
        {},
        {"due_at": NOW + MINUTE},
    ):
        agency.assign(agency.lead(received), **fields)

    found = table("sla", "clocks-tier")["Hot"]

    assert found == {"all": 7, "kept": 1, "missed": 4, "excused": 0, "given_up": 1, "running": 1, "rate": 0.2}


def test_a_miss_that_is_excused_is_told_with_what_stood_in_the_way_and_held_against_nobody(agency: Agency) -> None:
    kim, lee, _ = agency.producers
    late: dict[str, Any] = {"end": "BREACHED", "ended_at": NOW - 40 * MINUTE}
    agency.assign(agency.lead(), kim, first_touch_at=NOW - 50 * MINUTE)
    agency.assign(agency.lead(), kim, **late)
    for excuse in ("LAW", "OUTAGE", "LAW"):
        agency.assign(agency.lead(), lee, **late, excuse=excuse)

    clocks, nothing = table("sla", "clocks-producer"), {"missed": 0, "excused": 0, "given_up": 0, "running": 0}
    assert clocks["Kim Park"] == {**nothing, "all": 2, "kept": 1, "missed": 1, "rate": 0.5}
    assert clocks["Lee Park"] == {**nothing, "all": 3, "kept": 0, "excused": 3}  # of nothing there is no rate
    assert table("sla", "excuses-excuse") == {
        "Telephone or systems were down": {"all": 1},
        "The person might not be called for most of that time": {"all": 2},
    }
    assert figures("sla")["Kept"] == 0.5
    moved = table("reassignments", "moves-producer")
    assert [(name, row["late"], row["excused"]) for name, row in moved.items()] == [
        ("Lee Park", 0, 3),
        ("Kim Park", 1, 0),
    ]


def test_a_reversal_is_a_persons_hand_or_a_lead_returned_and_nothing_else(agency: Agency) -> None:
    for end, reason in [
        ("REASSIGNED", "On leave"),
        ("DISPOSED", "RETURNED"),
        ("DISPOSED", "BAD_LEAD"),
        ("DECLINED", "No time"),
        ("BREACHED", ""),
        ("", ""),
    ]:
        agency.assign(agency.lead(), end=end, end_reason=reason, ended_at=NOW if end else None)

    assert table("reversals", "given-pool") == {
        "Life": {"made": 6, "moved": 1, "returned": 1, "reversed": 2, "rate": 1 / 3}
    }


def test_a_reassignment_says_whether_anybody_had_the_lead_since(agency: Agency) -> None:
    kim, lee, _ = agency.producers
    first = agency.lead(NOW - 2 * HOUR)
    agency.assign(first, kim, end="DECLINED", ended_at=NOW - HOUR)
    agency.assign(first, lee, assigned_at=NOW - HOUR)
    agency.assign(agency.lead(), kim, end="BREACHED", ended_at=NOW)
    agency.assign(agency.lead(), kim, end="DISPOSED", end_reason="SOLD", ended_at=NOW)

    assert table("reassignments", "moves-producer") == {
        "Kim Park": {"all": 2, "late": 1, "excused": 0, "declined": 1, "moved": 0, "onward": 1, "rate": 0.5}
    }


def test_fallback_says_how_long_leads_lay_and_whether_they_found_somebody(agency: Agency) -> None:
    came = NOW - 10 * HOUR
    found, closed, waiting = (agency.lead(came) for _ in range(3))
    agency.queue(found, came, state="RESOLVED", resolved_at=came + HOUR)
    agency.assign(found, assigned_at=came + HOUR)
    agency.queue(closed, came, state="RESOLVED", resolved_at=came + 3 * HOUR)
    agency.queue(waiting, came, "NO_LICENSED_PRODUCER")
    review = agency.queue(agency.lead(), came)
    QueueItem.objects.filter(pk=review.pk).update(kind="REVIEW")

    assert table("fallback", "items-reason") == {
        "Everyone who could take it is at capacity.": {
            "came": 2,
            "given": 1,
            "ended": 1,
            "waiting": 0,
            "rate": 0.5,
            "median": 7_200,
            "p90": pytest.approx(3_600 + 0.9 * 7_200),
        },
        "Nobody in the pool is licensed for this state and line.": {"came": 1, "given": 0, "ended": 0, "waiting": 1},
    }


def test_open_leads_are_aged_from_their_receipt_whatever_the_period(agency: Agency) -> None:
    kim = agency.producers[0]
    agency.lead(NOW - 90 * DAY, state="WORKING", owner=kim, first_touch_at=NOW - DAY)
    agency.lead(NOW - HOUR, state="ASSIGNED", owner=kim)
    agency.lead(NOW - HOUR + timedelta(seconds=1), state="REVIEW")
    agency.lead(NOW - HOUR, state="CLOSED")

    today = Scope.of_days(7, zone=ZONE, now=NOW)

    assert table("ageing", "leads-band", today) == {
        "Under an hour": {"open": 1, "queued": 1, "offered": 0, "held": 0, "worked": 0},
        "1 to 4 hours": {"open": 1, "queued": 0, "offered": 0, "held": 1, "worked": 0},
        "30 days or longer": {"open": 1, "queued": 0, "offered": 0, "held": 0, "worked": 1},
    }
    assert {label: row["open"] for label, row in table("ageing", "leads-producer", today).items()} == {
        "Kim Park": 2,
        "Nobody": 1,
    }


def test_utilisation_is_the_average_over_every_hour_of_the_period(busy: Agency) -> None:
    ProducerLoad.objects.update_or_create(producer=busy.producers[0], defaults={"open_effort": 25})
    held: Counter[str] = Counter()
    for each in Assignment.objects.select_related("producer"):
        start, end = max(each.assigned_at, MONTH.since), min(each.ended_at or NOW, NOW)
        held[str(each.producer)] += max(int((end - start).total_seconds()), 0) * each.effort  # type: ignore[assignment]

    found = table("utilisation", "given-producer")

    length = (NOW - MONTH.since).total_seconds()
    assert {name: row["average"] for name, row in found.items()} == {
        name: pytest.approx(float(seconds) / length) for name, seconds in held.items()
    }
    kim = found["Kim Park"]
    assert (kim["capacity"], kim["present"], kim["used_now"]) == (100, 25, 0.25)
    assert figures("utilisation")["Capacity"] == 300


def test_a_pool_chosen_lists_its_members_desks(agency: Agency) -> None:
    life = agency.pools[0]
    PoolMember.objects.create(pool=life, producer=agency.producers[1])

    assert set(table("utilisation", "given-producer", Scope.of_days(7, zone=ZONE, now=NOW, pool=life))) == {"Lee Park"}


@pytest.mark.parametrize(
    ("slug", "statements"),
    [
        ("speed", 3 + 2 + 1),  # tables; of those that tell waits; names of pools
        ("acceptance", 3 + 2),  # tables; names of producers, once for each kind of rows
        ("sla", 5 + 1),
        ("ageing", 3 + 1),
        ("reassignments", 4 + 2),
        ("fallback", 2 + 2 + 1),
        ("reversals", 3 + 2),
        ("utilisation", 1 + 3),  # and beside it what was held, and by which desks
        ("fairness", 1 + 2),
    ],
)
def test_a_report_costs_a_statement_a_table_and_none_for_the_whole(busy: Agency, slug: str, statements: int) -> None:
    with CaptureQueriesContext(connection) as asked:
        read(slug)

    assert sum(' FROM "' in each["sql"] for each in asked.captured_queries) == statements


@pytest.mark.postgres
def test_a_report_may_take_its_time(agency: Agency) -> None:
    def limits() -> tuple[str, str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout'), current_setting('work_mem')")
            found: tuple[str, str] = cursor.fetchone()
        return found

    def asked(scope: Scope) -> Q:
        seen.append(limits())
        return Q()

    seen: list[tuple[str, str]] = []
    part = replace(REPORTS["ageing"].sections[0].parts[0], holds=asked)
    section = replace(REPORTS["ageing"].sections[0], parts=(part, *REPORTS["ageing"].sections[0].parts[1:]))
    before = limits()

    reading.summary(replace(REPORTS["ageing"], sections=(section,)), MONTH, actor=MANAGER)

    assert seen == [("20s", "64MB")]
    assert before[0] != "20s"


@pytest.mark.parametrize("slug", REPORTS)
def test_the_figure_at_a_glance_is_the_first_of_the_report(busy: Agency, slug: str) -> None:
    assert reading.summary(REPORTS[slug], MONTH, actor=MANAGER) == read(slug).figures[0]


def test_shares_are_those_of_every_entry_by_itself(agency: Agency) -> None:
    rng, life = random.Random(5), agency.pools[0]
    keys = [each.pk for each in agency.producers]
    moved = []
    for _ in range(60):
        circle = rng.sample(keys, rng.randrange(4))
        among = ",".join(f"{key}:{rng.randrange(1, 4)}" for key in sorted(circle))
        moved.append((rng.choice(keys), among, rng.choice([-1, 1, 1]), Decimal(rng.randrange(100, 900))))
    FairnessEntry.objects.bulk_create(
        FairnessEntry(pool=life, producer_id=key, at=NOW - HOUR, kind="ASSIGNED", leads=leads, value=value, among=among)
        for key, among, leads, value in moved
    )

    assert fairness.shares_within(since=MONTH.since, until=MONTH.until) == {life.pk: shares(moved)}


def test_fairness_tells_of_pools_and_of_one_pools_members(agency: Agency) -> None:
    kim, lee, _ = agency.producers
    life = agency.pools[0]
    for at in (NOW - HOUR, NOW - HOUR, NOW - HOUR, NOW - 40 * DAY):
        FairnessEntry.objects.create(
            pool=life, producer=kim, at=at, kind="ASSIGNED", leads=1, value=100, among=f"{kim.pk}:1,{lee.pk}:1"
        )

    of_pools = table("fairness", "given-pool")
    of_members = table("fairness", "given-producer", Scope.of_days(30, zone=ZONE, now=NOW, pool=life))

    assert of_pools == {"Life": {"given": 0, "members": 2, "had": 3, "off": 1.5}}
    assert of_members == {
        "Kim Park": {"given": 0, "had": 3, "exact": 1.5, "off": -1.5, "due_value": -150},
        "Lee Park": {"given": 0, "had": 0, "exact": 1.5, "off": 1.5, "due_value": 150},
    }
    assert figures("fairness")["Furthest from exact"] == 1.5
    shown = [each.name for told in read("fairness").sections for each in told.tables]
    assert shown == ["given-pool"]


def test_two_producers_of_one_name_are_told_apart(agency: Agency) -> None:
    kim = agency.producers[0]
    other = Producer.objects.create(npn="77", first_name="Kim", last_name="Park", resident_state="TX")
    ProducerProfile.objects.create(producer=other, capacity=5)
    agency.assign(agency.lead(), kim)
    agency.assign(agency.lead(), other)

    assert set(table("acceptance", "assigned-producer")) == {f"Kim Park (NPN {kim.npn})", "Kim Park (NPN 77)"}


@pytest.mark.parametrize("slug", REPORTS)
def test_an_agency_without_anything_has_nothing_to_count_and_says_so(slug: str) -> None:
    found = read(slug)

    assert all(told.is_empty and told.section.nothing.endswith(".") for told in found.sections)
    assert found.drawn is None
    assert {each.value for each in found.figures} <= {None, 0}
    assert reading.summary(REPORTS[slug], MONTH, actor=MANAGER) == found.figures[0]


def test_one_lead_is_its_own_median_and_all_of_its_band(agency: Agency) -> None:
    agency.lead(state="CLOSED", disposition="SOLD", first_touch_at=NOW - HOUR + 3 * MINUTE)

    assert figures("speed") == {"Median wait": 180, "p90": 180, "Answered": 1, "Conversion": 1}


# The clocks of New York go back on Nov 1, 2026, at 2:00, and forward on Mar 14, 2027.
LONG = Scope(date(2026, 11, 1), date(2026, 11, 1), ZONE, NOW)
SHORT = Scope(date(2027, 3, 14), date(2027, 3, 14), ZONE, NOW)


def test_days_have_the_length_the_agencys_clock_gives_them() -> None:
    assert LONG.until - LONG.since == 25 * HOUR
    assert SHORT.until - SHORT.since == 23 * HOUR
    assert Scope.of_days(1, zone=ZONE, now=NOW).since == datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


def test_a_day_whose_clock_is_set_back_counts_its_repeated_hour_twice_and_its_ends_once(agency: Agency) -> None:
    for at in (
        LONG.since - timedelta(seconds=1),
        LONG.since,
        datetime(2026, 11, 1, 5, 30, tzinfo=UTC),  # 1:30, before
        datetime(2026, 11, 1, 6, 30, tzinfo=UTC),  # 1:30, after
        LONG.until - timedelta(seconds=1),
        LONG.until,
    ):
        agency.assign(agency.lead(at))

    found = table("sla", "clocks-hour", LONG)

    assert {hour: row["all"] for hour, row in found.items()} == {
        "00:00 to 00:59": 1,
        "01:00 to 01:59": 2,
        "23:00 to 23:59": 1,
    }


def test_no_hour_is_counted_that_the_clock_left_out(agency: Agency) -> None:
    agency.assign(agency.lead(datetime(2027, 3, 14, 6, 59, tzinfo=UTC)))
    agency.assign(agency.lead(datetime(2027, 3, 14, 7, 0, tzinfo=UTC)))

    assert set(table("sla", "clocks-hour", SHORT)) == {"01:00 to 01:59", "03:00 to 03:59"}


@pytest.mark.parametrize("role", Role)
def test_whoever_sees_the_agencys_numbers_sees_reports_and_no_producer_does(role: Role) -> None:
    actor = Actor(ActorKind.USER, "9", "Somebody", POLICY[role])
    report = REPORTS["speed"]
    calls: list[Callable[[], object]] = [
        lambda: reading.read(report, MONTH, actor=actor),
        lambda: reading.summary(report, MONTH, actor=actor),
        lambda: reading.table(report, "leads-tier", MONTH, actor=actor),
        lambda: reading.lines(
            report, MONTH, table="leads-tier", part="received", key="hot", before=None, length=5, actor=actor
        ),
    ]

    for call in calls:
        if role is Role.PRODUCER:
            with pytest.raises(Forbidden):
                call()
        else:
            assert call() is not None


@pytest.mark.parametrize(
    ("name", "part", "key"),
    [("leads-nothing", "received", None), ("leads-tier", "nothing", None), ("leads-band", "answered", "soon")],
)
def test_what_no_table_says_leads_nowhere(name: str, part: str, key: str | None) -> None:
    with pytest.raises(Missing):
        behind(REPORTS["speed"], name, part, key)


def test_every_report_says_what_it_counts_and_draws_what_its_tables_hold() -> None:
    for slug, report in REPORTS.items():
        assert report.slug == slug
        assert all(sentence.endswith(".") for sentence in report.definition)
        for drawn in report.drawn:
            section, by = report.grouping(f"{drawn.section}-{drawn.by}")
            named = {column.name for column in section.columns} | (
                {column.name for column in by.beside(MONTH).columns} if by.beside else set()
            )
            assert set(drawn.columns) <= named
        for headline in report.headlines:
            assert headline.note or report.section(headline.section).rates
