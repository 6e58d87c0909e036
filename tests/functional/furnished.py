"""An agency in which every page has something to show: rules at every stand, trials, cases, refreshes."""

import json
from datetime import timedelta
from typing import Any, Final

from accounts.actor import Actor, system
from accounts.models import User
from audit import services as audit
from audit.filters import Clause, Filter
from audit.services import exporting, verifying
from licenses.models import LicenseRefresh, LicenseRefreshChange, LoaMap, Producer
from outbox.models import Circuit
from routing.models import Lead, LeadSource, Override, QueueItem
from routing.services import (
    case_runs,
    cases,
    choices,
    fallback,
    holding,
    intake,
    packs,
    rehearsing,
    releasing,
    retaining,
    shadowing,
)
from routing.services.cases import Expected
from rules_engine import services as rules
from rules_engine.models import Rule, RuleSet, Watch
from tests.functional.world import NOW, World, make_world

ALASKA: Final[dict[str, Any]] = {
    "id": "alaska",
    "name": "Nobody here works in Alaska",
    "when": {"field": "lead.state", "op": "in", "list": "far-states"},
    "effect": "reject",
    "reason": "STATE_CLOSED",
}
LATER: Final = timedelta(minutes=1)
COUNTS: Final = {"decisions": 400, "fallback": 20, "unknown": 4, "errors": 0}


def make_furnished() -> World:
    """Build the agency, and put something on every page."""
    world = make_world()
    owen, mara = world.demo.users["operations"], world.demo.users["manager"]
    rules.create_list(
        slug="far-states", name="Far states", field="lead.state", values=["AK", "HI"], actor=owen.actor(), now=NOW
    )
    packs.install(slug="speed-tiers", actor=owen.actor(), now=NOW, unreviewed=True)
    _rules_on_their_way(owen.actor(), mara.actor())
    _trials(owen.actor())
    _licences()
    _leads(world.demo.sources)
    _queue(world.demo.users["administrator"], mara)
    _audit(world.demo.users["auditor"])
    _privacy(world.demo.users["administrator"])
    Circuit.objects.create(consumer="webhook", failures=5, opened_at=NOW, retry_at=NOW + LATER)
    return world


def _rules_on_their_way(author: Actor, approver: Actor) -> None:
    """Publish a second version that alarms, have one draft approved and another one sent."""
    gates, scores, route = (RuleSet.objects.get(slug=slug) for slug in ("intake-gates", "lead-score", "routing"))
    rules.create_rule(ruleset=gates, document=ALASKA, actor=author, now=NOW)
    sent = rules.submit(ruleset=gates, comment="Nobody is licensed there.", actor=author, now=NOW)
    approved = rules.approve(proposal=sent, actor=approver, now=NOW)
    rules.publish(proposal=approved, actor=author, now=NOW)
    Watch.objects.update(state="ALARMED", before=COUNTS, since={**COUNTS, "fallback": 160}, worse=["fallback"])
    _edit(gates.rules.get(rule_id="alaska"), author, name="Nobody works in Alaska")
    rules.comment(ruleset=gates, rule_id="alaska", text="Until when?", actor=author, now=NOW)
    _edit(scores.rules.all()[0], author, name="They come back")
    waiting = rules.submit(ruleset=scores, comment="Say what it is about.", actor=author, now=NOW)
    rules.approve(proposal=waiting, actor=approver, now=NOW)
    _edit(route.rules.all()[0], author, name="First of all")
    rules.submit(ruleset=route, comment="A clearer name.", actor=author, now=NOW)


def _edit(rule: Rule, author: Actor, **fields: Any) -> None:
    rules.save_rule(rule=rule, document={**rule.body, **fields}, actor=author, now=NOW)


def _trials(author: Actor) -> None:
    """Keep a case and try it, rehearse a draft, let it follow."""
    cases.save(
        name="Life in Florida",
        fields={"first_name": "Test", "last_name": "Person", "email": "a@example.com", "state": "FL", "line": "LIFE"},
        source="",
        at=NOW,
        expected=Expected("rejected"),
        actor=author,
        now=NOW,
    )
    case_runs.try_all(choice=choices.read("live"), actor=author, now=NOW)
    gates = RuleSet.objects.get(slug="intake-gates")
    rehearsing.start(ruleset=gates, days=5, actor=author, now=NOW)
    rehearsing.work(now=NOW + LATER)
    rehearsing.start(ruleset=gates, days=5, actor=author, now=NOW + LATER)
    shadowing.start(ruleset=gates, hours=5, actor=author, now=NOW)


def _licences() -> None:
    run = LicenseRefresh.objects.create(
        source="csv", actor=str(system("refresh")), started_at=NOW, rejected=[{"place": 3, "reason": "npn is empty"}]
    )
    producer = Producer.objects.all()[0]
    LicenseRefreshChange.objects.create(
        refresh=run, producer=producer, what="license TX 1", field="status", after="ACTIVE"
    )
    LoaMap.objects.get_or_create(state="TX", raw_name="Life", defaults={"lines": ["LIFE"], "source": "Invented"})


def _leads(sources: list[LeadSource]) -> None:
    """Receive leads for everybody who sells life in Florida, one to look at, and one nobody can read."""
    web, budget = (next(each for each in sources if each.slug == slug) for slug in ("web-form", "budget-leads"))
    life = {
        "first_name": "Ada",
        "last_name": "Byron",
        "state": "FL",
        "product": "term_life",
        "birth_date": "1980-05-05",
    }
    for number in range(4):
        _receive(web, {**life, "email": f"ada{number}@example.com"})
    consent = {"captured_at": "2026-11-19T15:00:00Z", "text": "Call me."}  # names no seller, so a person looks
    _receive(web, {**life, "product": "medicare_advantage", "email": "old@example.com", "consent": consent})
    _receive(budget, {**life, "state": "XX", "email": "nowhere@example.com"})


def _receive(source: LeadSource, fields: dict[str, Any]) -> None:
    intake.receive(source=source, body=json.dumps(fields).encode(), key=str(fields["email"]), now=NOW)


def _audit(auditor: User) -> None:
    """Have the ledger verified, two exports asked for, one of them ready, and a view kept."""
    audit.seal()
    verifying.begin(now=NOW)
    verifying.work(now=NOW)
    actor, query = auditor.actor(), "action=lead.assigned"
    asked = Filter((Clause(action="lead.assigned"),))
    exporting.ask(asked=asked, query=query, form="csv", actor=actor, now=NOW)
    exporting.work(now=NOW)
    exporting.ask(asked=Filter(), query="", form="jsonl", actor=actor, now=NOW + LATER)
    audit.save_filter(name="Assigned", query=query, is_shared=True, owner_id=auditor.pk, actor=actor, now=NOW)


def _privacy(administrator: User) -> None:
    """Have one lead on hold, and say how long notes are kept."""
    actor = administrator.actor()
    lead = Lead.objects.order_by("pk")[0]
    holding.lift(hold=holding.place(lead=lead, reason="A complaint.", actor=actor, now=NOW), actor=actor, now=NOW)
    retaining.set_days(kind="NOTES", days=3_650, actor=actor, now=NOW)


def _queue(administrator: User, manager: User) -> None:
    """Have two items taken, one by each."""
    for item, person in zip(QueueItem.objects.filter(state="OPEN")[:2], (administrator, manager), strict=False):
        fallback.take(item=item, user_id=person.pk, actor=person.actor(), now=NOW)
    Override.objects.create(
        lead=QueueItem.objects.filter(state="OPEN").latest("pk").lead,
        producer=Producer.objects.all()[0],
        code="CUSTOMER_WISH",
        text="They asked for her by name.",
        waived=[{"key": "who:bulletin", "text": "needs a certificate", "is_legal": True}],
        is_legal=True,
        asked_by=administrator,
        asked_at=NOW,
        expires_at=NOW + timedelta(days=2),
    )
    releasing.start(wanted=releasing.Wanted(most=1), per_minute=20, per_producer=None, actor=manager.actor(), now=NOW)
