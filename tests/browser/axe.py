"""Accessibility, as axe sees it."""

from typing import Any, Final, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SCHEMES: Final[tuple[Literal["dark", "light"], ...]] = ("dark", "light")
GRAVE = frozenset({"serious", "critical"})
# Without `preload`, by which axe itself would breach the content policy and so fail the test.
EVERYTHING: dict[str, Any] = {"preload": False, "resultTypes": ["violations"]}
COLOURS: dict[str, Any] = {**EVERYTHING, "runOnly": ["color-contrast", "link-in-text-block"]}


def grave_findings(page: Page, options: dict[str, Any]) -> list[str]:
    """Return every serious or critical finding, naming the rule and the elements."""
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{violation['impact']} {violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    ]


def assert_accessible(page: Page) -> None:
    """Fail on any serious or critical finding."""
    assert grave_findings(page, EVERYTHING) == []


def assert_clean(page: Page) -> None:
    """Fail on any serious or critical finding, in light or in dark, and on a page wider than its window."""
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        assert_accessible(page)
    assert page.viewport_size is not None
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
