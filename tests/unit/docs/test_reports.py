"""The page on reports: it lists those there are, by the questions they ask."""

from routing.queries.reports.listed import REPORTS
from tests.unit.docs.markdown import rows


def test_every_report_is_listed_with_its_question() -> None:
    told = rows("reports.md", under="## What each tells")

    assert [tuple(row) for row in told[: len(REPORTS)]] == [
        (report.title, report.question) for report in REPORTS.values()
    ]
