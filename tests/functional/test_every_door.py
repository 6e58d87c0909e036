"""Every address of the site, tried by somebody who may look at everything and change nothing, and by nobody."""

import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import Max
from django.test import Client
from django.urls import URLPattern, URLResolver

from accounts.models import User
from audit.models import Entry
from config import navigation
from routing.models import Lead
from routing.services.sources import SCOPES
from tests.agency import make_source
from tests.doors import doors
from tests.functional.api.described import description
from tests.functional.world import make_world

# Pages about oneself, and pages that answer anybody.
OPEN = re.compile(
    r"^/(admin/(login|logout|password_change|password_change/done|jsi18n)/|password/|healthz/|metrics|api/(schema|docs)|static/|$)"
)
# POSTs that only ask: they write nothing, whoever sends them.
ASKING = re.compile(r"^/(admin/routing/savedcase/bench/$|api/v1/(bench/|decide/|rulesets/[^/]+/(validate|lint)/))")
# An auditor's own filters and exports: nobody else's page changes.
OWN = re.compile(r"^/admin/audit/(entry/filters/|export/(new/|[^/]+/file/))")
# A producer's own desk, and what only asks; which leads are theirs is judged below it, and tried elsewhere.
THEIRS = re.compile(r"^/(admin/routing/lead/desk/|api/v1/decide/)")
SEEN = "routing.Presence"  # a producer who looks at the desk is there
# What is about rules: for people alone.
RULES = re.compile(r"^/api/v1/(bench|law|lists|packs|rehearsals|rulesets|selling|shadows)/")
WRITES = ("POST", "PUT", "PATCH", "DELETE")
FORMS = ("/add/", "/change/", "/delete/")


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
    before = _everything()

    answers = {door.path: auditor.get(door.path).status_code for door in doors() if not OPEN.match(door.path)}

    failing = {path: status for path, status in answers.items() if status not in {200, 301, 302, 400, 403, 404, 405}}
    assert failing == {}
    lists = {
        path
        for path in answers
        if re.fullmatch(r"/admin/(routing|licenses|rules_engine|audit|accounts|outbox)/\w+/", path)
    }
    assert _everything() == before
    refused = {path for path in lists if answers[path] not in {200, 302}}  # the one agency leads on to its page
    assert refused == {"/admin/accounts/signinlock/"} & refused


def test_a_producer_changes_nothing_by_looking_and_sees_no_lead_of_others(client: Client, db: None) -> None:
    make_world()
    producer = User.objects.get(username="producer")
    client.force_login(producer)
    before, others = _everything(), Lead.objects.exclude(owner__user=producer).order_by("pk")

    answers = {door.path: client.get(door.path).status_code for door in doors() if not OPEN.match(door.path)}

    assert {path: status for path, status in answers.items() if status >= 500} == {}
    theirs = [f"/admin/routing/lead/{lead.pk}/change/" for lead in others]
    theirs += [f"/admin/routing/decision/{lead.decision_id}/change/" for lead in others if lead.decision_id]
    theirs += [f"/api/v1/leads/{lead.pk}/" for lead in others]
    assert {client.get(path).status_code for path in theirs} == {404}
    assert [path for path in answers if path.startswith("/admin/audit/") and answers[path] == 200] == []
    assert {**_everything(), SEEN: 0} == {**before, SEEN: 0}


def test_no_producer_does_by_post_what_is_not_theirs(client: Client, db: None) -> None:
    make_world()
    client.force_login(User.objects.get(username="producer"))
    before = _everything()

    answers = {
        door.path: client.post(door.path, {"reason": "x", "comment": "x"}).status_code
        for door in doors()
        if not OPEN.match(door.path) and not THEIRS.match(door.path)
    }

    assert {path: status for path, status in answers.items() if status >= 500} == {}
    assert {**_everything(), SEEN: 0} == {**before, SEEN: 0}


def test_every_state_changing_address_refuses_the_auditor(auditor: Client) -> None:
    before = _everything()

    answers = {
        door.path: auditor.post(door.path, {"reason": "x", "comment": "x"}).status_code
        for door in doors()
        if not any(known.match(door.path) for known in (OPEN, ASKING, OWN))
    }

    accepted = {path: status for path, status in answers.items() if status not in {400, 403, 404, 405, 409, 415}}
    assert accepted == {}
    assert _everything() == before


def test_every_state_changing_call_of_the_api_refuses_the_auditor(auditor: Client) -> None:
    before = _everything()

    answers = {
        (method, door.path): auditor.generic(method, door.path, "{}", content_type="application/json").status_code
        for door in doors()
        for method in WRITES
        if door.path.startswith("/api/v1/") and not ASKING.match(door.path)
    }

    assert {each: status for each, status in answers.items() if status not in {400, 403, 404, 405}} == {}
    read_first = {path for (_, path), status in answers.items() if RULES.match(path) and status == 400}
    assert {path.rpartition("/")[0].rpartition("/")[2] for path in read_first} == {"comments"}
    assert _everything() == before


def test_a_lead_sources_key_opens_no_door_of_the_rules(client: Client, db: None) -> None:
    make_world(producers=4, count=4)
    _, key = make_source("all", scopes=tuple(SCOPES))
    before = _everything()

    answers = {
        (method, door.path): client.generic(
            method, door.path, "{}", content_type="application/json", headers={"Authorization": f"Api-Key {key}"}
        ).status_code
        for door in doors()
        for method in ("GET", *WRITES)
        if RULES.match(door.path)
    }

    assert set(answers.values()) == {403}
    assert _everything() == before


def test_the_description_offers_a_key_only_where_one_is_taken() -> None:
    offered = {
        path
        for path, operations in description()["paths"].items()
        if any({"ApiKey": []} in operation.get("security", []) for operation in operations.values())
    }

    assert {path for path in offered if RULES.match(path)} == set()
    assert {"/api/v1/leads/", "/api/v1/decide/"} <= offered


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
