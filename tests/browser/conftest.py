"""A Chromium that is already installed, a page that tolerates no console error, and a way to sign in."""

import threading
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from django.core.signals import request_finished, request_started
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, ViewportSize
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests.services import find_browser

SignIn = Callable[[User], Page]

DESKTOP: Final = ViewportSize(width=1280, height=900)
PHONE: Final = ViewportSize(width=390, height=844)

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


class Complaints:
    """What browsers complained about in one test, a breach of the content policy above all."""

    def __init__(self, gone: set[str]) -> None:
        self.gone = gone
        self.heard: list[str] = []

    def listen_to(self, page: Page) -> Page:
        """Note whatever the page complains about from now on, and return it."""
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.heard.append(str(error)))
        return page

    def _note(self, message: ConsoleMessage) -> None:
        address = message.location["url"]
        told = "404 (Not Found)" in message.text and urlsplit(address).path in self.gone
        if message.type == "error" and not told:
            self.heard.append(f"{message.text} ({address})")


@pytest.fixture
def complaints(gone: set[str]) -> Complaints:
    """Return the one ear of a test."""
    return Complaints(gone)


@pytest.fixture
def page(page: Page, traffic: Traffic, complaints: Complaints) -> Iterator[Page]:
    """Fail the test on anything a browser complains about."""
    yield complaints.listen_to(page)
    page.context.close()
    traffic.settle()
    assert complaints.heard == []


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def size(request: pytest.FixtureRequest) -> ViewportSize:
    """Return each size a journey is made at."""
    found: ViewportSize = request.param
    return found


@pytest.fixture
def sign_in(page: Page, client: Client, live_server: LiveServer) -> SignIn:
    """Return a function that hands the browser a person's session."""

    def enter(user: User) -> Page:
        give_session(page, client, user, live_server)
        return page

    return enter


@pytest.fixture
def sign_in_beside(
    page: Page,
    complaints: Complaints,
    browser: Browser,
    browser_context_args: dict[str, Any],
    live_server: LiveServer,
) -> Iterator[SignIn]:
    """Return a function that opens a browser of its own for another person, of the size the first one has."""
    opened: list[Page] = []

    def enter(user: User) -> Page:
        context = browser.new_context(**{**browser_context_args, "viewport": page.viewport_size})
        opened.append(complaints.listen_to(context.new_page()))
        give_session(opened[-1], Client(), user, live_server)
        return opened[-1]

    yield enter
    for each in opened:
        each.context.close()


def give_session(page: Page, client: Client, user: User, live_server: LiveServer) -> None:
    """Sign a person in and hand the session to a page's browser."""
    client.force_login(user)
    cookie = client.cookies["sessionid"]
    page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
