"""Who is asking over HTTP, and from where."""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest

from accounts.actor import Actor, ActorKind

ANONYMOUS: Final = Actor(ActorKind.USER, "", "someone not signed in")


def actor_of(request: Any) -> Actor:
    """Return who makes the request: the signed-in person or the authenticated lead source; else one who may do nothing.

    Whatever an authentication class puts into `request.user` names its actor by an `actor()` method.
    """
    principal = getattr(request, "user", None)
    name_actor = getattr(principal, "actor", None)
    return name_actor() if name_actor else ANONYMOUS


def address_of(request: HttpRequest) -> str:
    """Return the client's address as far as it can be believed, an IPv6 one cut to its /64.

    With `PROXIES = n` the n-th entry of X-Forwarded-For from the right was written by our outermost proxy;
    everything left of it is the client's own invention.
    """
    proxies = getattr(settings, "PROXIES", 0)
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    claimed = hops[-proxies] if 0 < proxies <= len(hops) else request.META.get("REMOTE_ADDR", "")
    try:
        address = ip_address(claimed)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((address, 64), strict=False))
    return str(address)
