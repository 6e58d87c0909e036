"""A Chromium that is already installed, a page that tolerates no console error, and a way to sign in."""

import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.signals import request_finished, request_started
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


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Ask for no motion: colours on their way from one theme to the other are nobody's to read."""
    return {**browser_context_args, "reduced_motion": "reduce"}


@pytest.fixture(scope="session", autouse=True)
def no_connection_stays(playwright: Playwright) -> Iterator[None]:
    """Close the main thread's connection before Playwright's loop ends.

    While the loop runs Django keeps another connection than without it, which nobody would close any more; PostgreSQL
    then refuses to drop the test database.
    """
    yield
    connections.close_all()


class Traffic:
    """How many requests the live server is answering."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.open = 0

    def started(self, **kwargs: Any) -> None:
        """Count one more."""
        with self.changed:
            self.open += 1

    def finished(self, **kwargs: Any) -> None:
        """Count one less."""
        with self.changed:
            self.open -= 1
            self.changed.notify_all()

    def settle(self) -> None:
        """Wait for the last answer: what a page asked for before it closed must not meet the next test's rows."""
        with self.changed:
            assert self.changed.wait_for(lambda: self.open <= 0, timeout=30), f"{self.open} requests never ended"


@pytest.fixture
def traffic() -> Iterator[Traffic]:
    """Watch the requests of one test."""
    traffic = Traffic()
    request_started.connect(traffic.started)
    request_finished.connect(traffic.finished)
    yield traffic
    request_started.disconnect(traffic.started)
    request_finished.disconnect(traffic.finished)


@pytest.fixture
def gone() -> set[str]:
    """Return the addresses, empty at first, at which a test looks at the page of something that is no longer there."""
    return set()


@pytest.fixture
def page(page: Page, traffic: Traffic, gone: set[str]) -> Iterator[Page]:
    """Fail the test on anything the browser complains about, a breach of the content policy above all."""
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        address = message.location["url"]
        told = "404 (Not Found)" in message.text and urlsplit(address).path in gone
        if message.type == "error" and not told:
            complaints.append(f"{message.text} ({address})")

    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    page.context.close()
    traffic.settle()
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
