"""The API's documentation in a browser, under the strict content policy."""

from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer


def test_the_documentation_shows_the_calls_without_an_outside_asset(page: Page, live_server: LiveServer) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(f"{live_server.url}/api/docs/")

    expect(page.locator(".opblock, .info .title").first).to_be_visible()
    assert [url for url in asked if not url.startswith((live_server.url, "data:"))] == []
