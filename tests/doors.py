"""Every address of the site, with a row that is there in the place of every part."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from django.apps import apps
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver

from audit.models import SavedFilter
from licenses.models import Producer
from routing.models import Decision, Lead, QueueItem, SavedCase
from rules_engine.models import NamedList, RuleSet, Watch

OF_THE_API: Final[Mapping[str, type[Model]]] = {
    "cases": SavedCase,
    "decisions": Decision,
    "fallback": QueueItem,
    "producers": Producer,
}


@dataclass(frozen=True)
class Door:
    """One address with every part filled in."""

    path: str
    pattern: str


def doors() -> Iterator[Door]:
    """Yield every address, filled with rows that are there; a part nobody has taught it to fill is an error."""
    yield from _walk(get_resolver().url_patterns, "/")


def _walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[Door]:
    for pattern in patterns:
        route = prefix + _route(pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        elif "final_catch_all" not in str(pattern.name) and "(?P<url>" not in route and "(?P<app_label>" not in route:
            yield Door(_filled(route), route)


def _route(pattern: URLPattern | URLResolver) -> str:
    return str(pattern.pattern).removeprefix("^").removesuffix("$").replace(r"\Z", "")


def _filled(route: str) -> str:
    def value(match: re.Match[str]) -> str:
        name = match["name"]
        return str(_part(name, route))

    simple = re.sub(r"<(?:\w+:)?(?P<name>\w+)>", value, route)
    return re.sub(r"\(\?P<(?P<name>\w+)>(?:[^()]|\([^()]*\))*\)", value, simple)


def _part(name: str, route: str) -> object:
    if name == "slug" and re.search("/pack(s|edset)/", route):
        return "starter"
    if name == "slug" and "/lists/" in route:
        return NamedList.objects.order_by("pk").values_list("slug", flat=True).first() or "strict"
    if name in {"object_id", "pk", "item_id", "lead_id", "rule_pk", "version_pk"}:
        return _object_id(route)
    known: dict[str, Callable[[], object]] = {
        "producer_id": lambda: Producer.objects.order_by("pk").values_list("pk", flat=True)[0],
        "ruleset_id": lambda: RuleSet.objects.order_by("pk").values_list("pk", flat=True)[0],
        "slug": lambda: RuleSet.objects.order_by("pk").values_list("slug", flat=True)[0],
        "rule_id": lambda: RuleSet.objects.order_by("pk")[0].rules.values_list("rule_id", flat=True)[0],
        "filter_id": lambda: SavedFilter.objects.order_by("pk").values_list("pk", flat=True).first() or 0,
        "number": lambda: 1,
        "move": lambda: "claim",
        "state": lambda: "GA",
        "line": lambda: "LIFE",
        "content_type_id": lambda: 1,
        "report": lambda: "speed",
        "uidb64": lambda: "MQ",
        "token": lambda: "set-password",
    }
    assert name in known, f"Teach the walk what to put for <{name}> in {route}."
    return known[name]()


def _object_id(route: str) -> object:
    rows = _model(route)._default_manager.all()
    if re.search(r"/rule/.*/(table\.\w+|import/)$", route):
        rows = rows.filter(body__has_key="table")
    return rows.order_by("pk").values_list("pk", flat=True).first() or 0


def _model(route: str) -> type[Model]:
    """Return what the part of an address is the key of."""
    if "/watch/" in route:
        return Watch
    if match := re.match(r"^/admin/(\w+)/(\w+)/", route):
        return apps.get_model(match[1], match[2])
    return next((model for part, model in OF_THE_API.items() if f"/{part}/" in route), Lead)
