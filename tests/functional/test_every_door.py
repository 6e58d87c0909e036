"""Every address of the site, tried by somebody who may look at everything and change nothing, and by nobody."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import Max
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import User
from audit.models import Entry
from config import navigation
from licenses.models import Producer
from routing.models import Decision, Lead, QueueItem
from rules_engine.models import RuleSet
from tests.functional.world import make_world

# Pages about oneself, and pages that answer anybody.
OPEN = re.compile(
    r"^/(admin/(login|logout|password_change|password_change/done|jsi18n)/|password/|healthz/|metrics|api/(schema|docs)|static/|$)"
)
# POSTs that only ask: they write nothing, whoever sends them.
ASKING = re.compile(r"^/api/v1/(decide/|rulesets/[^/]+/validate/)")
FORMS = ("/add/", "/change/", "/delete/")


@dataclass(frozen=True)
class Door:
    """One address with every part filled in."""

    path: str
    pattern: str


def doors() -> Iterator[Door]:
    """Yield every address; a part nobody has taught the walk to fill is an error, so that none escapes."""
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
    if name in {"object_id", "pk", "item_id", "lead_id", "rule_pk", "version_pk"}:
        return _object_id(route)
    known: dict[str, Callable[[], object]] = {
        "producer_id": lambda: Producer.objects.order_by("pk").values_list("pk", flat=True)[0],
        "ruleset_id": lambda: RuleSet.objects.order_by("pk").values_list("pk", flat=True)[0],
        "slug": lambda: RuleSet.objects.order_by("pk").values_list("slug", flat=True)[0],
        "number": lambda: 1,
        "move": lambda: "claim",
        "content_type_id": lambda: 1,
        "uidb64": lambda: "MQ",
        "token": lambda: "set-password",
    }
    assert name in known, f"Teach the walk what to put for <{name}> in {route}."
    return known[name]()


def _object_id(route: str) -> object:
    if match := re.match(r"^/admin/(\w+)/(\w+)/", route):
        model = apps.get_model(match[1], match[2])
        return model.objects.order_by("pk").values_list("pk", flat=True).first() or 0
    if "/decisions/" in route:
        return Decision.objects.values_list("pk", flat=True)[0]
    if "/fallback/" in route:
        return QueueItem.objects.values_list("pk", flat=True)[0]
    if "/producers/" in route:
        return Producer.objects.values_list("pk", flat=True)[0]
    return Lead.objects.values_list("pk", flat=True)[0]


def _everything() -> dict[str, object]:
    """Return how many rows every table holds, and the ledger's last number."""
    counted = {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.label not in {"sessions.Session", "admin.LogEntry"}
    }
    return {**counted, "ledger": Entry.objects.aggregate(last=Max("seq"))["last"]}


@pytest.fixture
def auditor(client: Client, db: None) -> Client:
    make_world()
    client.force_login(User.objects.get(username="auditor"))
    return client


def test_the_auditor_reads_every_page_and_no_address_fails(auditor: Client) -> None:
    answers = {door.path: auditor.get(door.path).status_code for door in doors() if not OPEN.match(door.path)}

    failing = {path: status for path, status in answers.items() if status not in {200, 301, 302, 400, 403, 404, 405}}
    assert failing == {}
    lists = {
        path
        for path in answers
        if re.fullmatch(r"/admin/(routing|licenses|rules_engine|audit|accounts|outbox)/\w+/", path)
    }
    refused = {path for path in lists if answers[path] not in {200, 302}}  # the one agency leads on to its page
    assert refused == {"/admin/accounts/signinlock/"} & refused


def test_every_state_changing_address_refuses_the_auditor(auditor: Client) -> None:
    before = _everything()

    answers = {
        door.path: auditor.post(door.path, {"reason": "x", "comment": "x"}).status_code
        for door in doors()
        if not OPEN.match(door.path) and not ASKING.match(door.path)
    }

    accepted = {path: status for path, status in answers.items() if status not in {400, 403, 404, 405, 409, 415}}
    assert accepted == {}
    assert _everything() == before


def test_nobody_gets_in_without_signing_in(client: Client, db: None) -> None:
    make_world(producers=4, count=4)
    before = _everything()

    for door in doors():
        if OPEN.match(door.path):
            continue
        for answer in (client.get(door.path), client.post(door.path)):
            assert answer.status_code in {301, 302, 401, 403, 404, 405}, door.path
            if answer.status_code == 302:
                assert "/login/" in answer["Location"] or door.path == "/admin/", (door.path, answer["Location"])
    assert _everything() == before


def test_every_entry_of_the_navigation_leads_to_a_page(auditor: Client) -> None:
    named = {entry.url_name for section in navigation.SECTIONS for entry in section.entries}
    served = {f"admin:{pattern.name}" for pattern in admin.site.urls[0] if isinstance(pattern, URLPattern)} | {
        f"admin:{pattern.name}"
        for resolver in admin.site.urls[0]
        if isinstance(resolver, URLResolver)
        for pattern in resolver.url_patterns
        if isinstance(pattern, URLPattern)
    }

    assert named - served == set()
