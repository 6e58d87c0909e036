"""Time every report over its last thirty days, in an agency that has no more and in one with a year of leads."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from platform import python_version
from typing import Final

from django.conf import settings
from django.utils import timezone

from benchmarks.report import Result
from benchmarks.reports.stage import agencies
from benchmarks.sized import time_page
from routing.queries.reports.listed import REPORTS

MONTH: Final = 30
YEAR: Final = 365
LEADS: Final = {True: 1_000_000, False: 100_000}  # of the year; with --full, and without
ROUNDS: Final = 5
MOST_MS: Final = 2_000  # of a month's report
PAGES: Final = {"all at a glance": "", **{slug: f"{slug}/" for slug in REPORTS}}
NOTE: Final = (
    "Whole pages through Django's test client, one agency after the other; the first round of each is not counted. "
    "Our time is that of the report which suffers most from what lies before its month."
)
DATED: Final = tuple(slug for slug, report in REPORTS.items() if report.is_dated)  # ageing tells of all that is open
Times = Mapping[str, float]  # of each page, in µs


def run(*, full: bool) -> list[Result]:
    """Measure the month's reports in both agencies, then the whole year's."""
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    leads = LEADS[full]
    with agencies({MONTH: leads * MONTH // YEAR, YEAR: leads}) as stage:
        stage.show(MONTH)
        alone = _times("days=30")
        stage.show(YEAR)
        after_a_year, whole_year = _times("days=30"), _times(_year())
    for page in PAGES:
        each = (alone[page], after_a_year[page], whole_year[page])
        print(f"  {page}: {', '.join(f'{time / 1000:.0f} ms' for time in each)}")
    return list(_results(leads, alone, after_a_year, whole_year))


def _year() -> str:
    today = timezone.localdate()
    return f"since={today - timedelta(days=YEAR - 1)}&until={today}"


def _times(query: str) -> Times:
    addresses = {page: f"/admin/routing/lead/reports/{path}?{query}" for page, path in PAGES.items()}
    return {page: time_page("manager", each, rounds=ROUNDS, uncounted=1) for page, each in addresses.items()}


def _results(leads: int, alone: Times, after_a_year: Times, whole_year: Times) -> Iterator[Result]:
    worst = max(DATED, key=lambda slug: after_a_year[slug] / alone[slug])
    slowest, longest = max(REPORTS, key=after_a_year.__getitem__), max(REPORTS, key=whole_year.__getitem__)
    yield Result(
        name="reports_month_of_year_vs_month",
        ours_us=after_a_year[worst],
        peer=f"the same report where no lead is older: {worst}",
        peer_us=alone[worst],
        n=leads,
        versions={"python": python_version()},
        target=2,
        note=NOTE,
        more={
            "ms": {page: round(time / 1000) for page, time in after_a_year.items()},
            "ms_alone": {page: round(time / 1000) for page, time in alone.items()},
            "slowest": slowest,
            "is_kept": after_a_year[worst] <= 2 * alone[worst] and after_a_year[slowest] <= MOST_MS * 1000,
        },
    )
    yield Result(
        name="reports_whole_year",
        ours_us=whole_year[longest],
        peer=None,
        peer_us=None,
        n=leads,
        versions={"python": python_version()},
        note=f"{NOTE} Over {YEAR} days: {longest}.",
        more={"ms": {page: round(time / 1000) for page, time in whole_year.items()}},
    )
