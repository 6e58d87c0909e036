"""Accessibility, as axe sees it."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

GRAVE = frozenset({"serious", "critical"})


def assert_accessible(page: Page) -> None:
    """Fail on any serious or critical finding, naming the rule and the elements.

    Without `preload`, by which axe itself would breach the content policy and so fail the test.
    """
    found = Axe().run(page, options={"preload": False}).response["violations"]
    grave = [
        f"{violation['impact']} {violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    ]
    assert grave == []
