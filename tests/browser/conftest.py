"""A Chromium that is already installed, a page that tolerates no console error, and a way to sign in."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from playwright.sync_api import ConsoleMessage, Page, Playwright
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests.services import find_browser

SignIn = Callable[[User], Page]

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this directory, so that none runs where there is no browser."""
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the machine's own Chromium: nothing is downloaded."""
    return {**browser_type_launch_args, "executable_path": find_browser(), "args": QUIET}


@pytest.fixture(scope="session", autouse=True)
def no_connection_stays(playwright: Playwright) -> Iterator[None]:
    """Close the main thread's connection before Playwright's loop ends.

    While the loop runs Django keeps another connection than without it, which nobody would close any more; PostgreSQL
    then refuses to drop the test database.
    """
    yield
    connections.close_all()


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """Fail the test on anything the browser complains about, a breach of the content policy above all."""
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert complaints == []


@pytest.fixture
def sign_in(page: Page, client: Client, live_server: LiveServer) -> SignIn:
    """Return a function that hands the browser a person's session."""

    def enter(user: User) -> Page:
        client.force_login(user)
        cookie = client.cookies["sessionid"]
        page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
        return page

    return enter
