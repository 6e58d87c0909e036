"""Who asks, and from where: only what cannot be forged counts."""

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from accounts.actor import Actor, ActorKind
from accounts.http import actor_of, address_of


class Principal:
    """What an authentication class puts into `request.user`."""

    def actor(self) -> Actor:
        """Name the source."""
        return Actor(ActorKind.SOURCE, "3", "Web form", frozenset({"leads.create"}))


def test_somebody_not_signed_in_may_nothing() -> None:
    request = RequestFactory().get("/")

    without_user = actor_of(request)
    request.user = AnonymousUser()

    assert without_user.permissions == actor_of(request).permissions == frozenset()


def test_whatever_is_authenticated_names_its_actor() -> None:
    request = RequestFactory().get("/")
    request.user = Principal()  # type: ignore[assignment]  # as an API authentication does

    assert str(actor_of(request)) == "source:3 Web form"


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "address"),
    [
        (0, "203.0.113.5", "", "203.0.113.5"),
        (0, "203.0.113.5", "198.51.100.1", "203.0.113.5"),
        (1, "10.0.0.1", "198.51.100.1, 203.0.113.5", "203.0.113.5"),
        (2, "10.0.0.1", "198.51.100.1, 203.0.113.5, 10.0.0.2", "203.0.113.5"),
        (2, "10.0.0.1", "203.0.113.5", "10.0.0.1"),
        (1, "10.0.0.1", "", "10.0.0.1"),
        (1, "10.0.0.1", "nonsense", ""),
        (0, "", "", ""),
        (0, "2001:db8:1:2:3::4", "", "2001:db8:1:2::/64"),
        (0, "::ffff:203.0.113.5", "", "203.0.113.5"),
    ],
    ids=[
        "direct",
        "direct with a forged header",
        "one proxy",
        "two proxies",
        "fewer hops than proxies",
        "proxy without header",
        "nonsense",
        "a socket without address",
        "IPv6 by network",
        "IPv4 inside IPv6",
    ],
)
def test_the_address_is_the_last_one_a_stranger_cannot_write(
    settings: LazySettings, proxies: int, remote: str, forwarded: str, address: str
) -> None:
    settings.PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}

    assert address_of(RequestFactory().get("/", REMOTE_ADDR=remote, headers=headers)) == address
