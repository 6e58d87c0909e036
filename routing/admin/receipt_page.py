"""A receipt as people read it: names for ids, words for codes, links to the rule versions it stood on."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.dateformat import format as date_format

from licenses.models import Producer
from routing import reasons, words
from routing.admin import lead_way
from routing.admin.lead_way import Asked, Names, Stop
from routing.catalog import CATALOG
from routing.decision import Standing
from routing.models import Decision, Pool
from routing.queries import asked_for
from routing.receipt import sha256
from routing.strategies import STRATEGIES
from rules_engine.engine.catalog import Field
from rules_engine.engine.explain import shown_value
from rules_engine.engine.values import Kind, Missing
from rules_engine.models import RuleSetVersion

PRODUCTS: Final = frozenset({"lead.product", "lead.products"})  # told by codes that an agency names itself
SOURCE: Final = "lead.source"
LANGUAGE: Final = "lead.language"
EFFECTS: Final[Mapping[str, tuple[str, str]]] = {
    "reject": ("Rejects", "bad"),
    "quarantine": ("Quarantines", "bad"),
    "review": ("Asks for review", "warn"),
    "require": ("Requires", "warn"),
    "tag": ("Tags", "info"),
}


@dataclass(frozen=True, slots=True)
class Version:
    """One rule set as it was pinned."""

    slug: str
    number: int
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate rule that spoke."""

    name: str
    effect: str
    tone: str
    text: str
    missing: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class Part:
    """What one rule added to the score."""

    name: str
    add: int
    note: str


@dataclass(frozen=True, slots=True)
class Route:
    """The way the lead was sent."""

    rule: str
    pool: str
    strategy: str
    tier: str
    passed_over: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stood:
    """How one producer stood: eligible, or the first thing in the way and the rest."""

    name: str
    eligible: bool
    first: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Everything the receipt page shows."""

    reason: str
    trigger: str
    chosen: str
    assigned: bool
    routed: bool
    gates: tuple[Gate, ...]
    total: int | None
    parts: tuple[Part, ...]
    route: Route | None
    way: tuple[Stop, ...]  # the pools of the waterfall; none where no other came into question
    asked: Asked
    versions: tuple[Version, ...]
    facts: tuple[tuple[str, str], ...]
    sound: bool
    timings: tuple[tuple[str, float], ...]
    raw: str


def read(decision: Decision) -> Page:
    """Return the receipt as the page shows it."""
    receipt = decision.receipt
    versions, rule_names = _versions(receipt["rule_set_versions"])
    names = Names(_producers(receipt), rule_names)
    score = receipt.get("score")
    return Page(
        reason=reasons.said(receipt["reason"], receipt.get("gates", [])),
        trigger=words.TRIGGERS[decision.trigger],
        chosen=names.producers.get(receipt["chosen"], ""),
        assigned=receipt["chosen"] is not None,
        routed=receipt["engine"] is not None,
        gates=tuple(_gate(each) for each in receipt.get("gates", [])),
        total=score["total"] if score else None,
        parts=tuple(_part(each) for each in score["parts"]) if score else (),
        route=_route(receipt.get("route"), rule_names),
        way=lead_way.stops(receipt, names),
        asked=lead_way.asked(receipt, names, receipt["chosen"]),
        versions=versions,
        facts=tuple(_facts(receipt["facts"])),
        sound=sha256(receipt) == decision.receipt_sha256,
        timings=tuple(receipt.get("timings_ms", {}).items()),
        raw=json.dumps(receipt, indent=2, ensure_ascii=False),
    )


def stood(standing: Standing) -> Stood:
    """Return how one producer stood, the first thing in the way apart from the rest."""
    texts = [block.text or words.code_name(block.code) for block in standing.blocks]
    return Stood(standing.name, standing.is_eligible, texts[0] if texts else "", tuple(texts[1:]))


def _versions(pinned: Mapping[str, int]) -> tuple[tuple[Version, ...], dict[str, str]]:
    """Return the versions pinned, and the name of every rule in them by its reference."""
    rows = RuleSetVersion.objects.filter(ruleset__slug__in=list(pinned), number__in=list(pinned.values()))
    found = {(row.ruleset.slug, row.number): row for row in rows.select_related("ruleset")}
    names: dict[str, str] = {}
    versions = []
    for slug, number in pinned.items():
        row = found.get((slug, number))
        versions.append(Version(slug, number, row.ruleset.name if row else slug, _version_address(row) if row else ""))
        rules = row.document.get("rules", []) if row else []
        names |= {f"{slug}:{rule['id']}": rule.get("name", rule["id"]) for rule in rules}
    return tuple(versions), names


def _version_address(row: RuleSetVersion) -> str:
    try:
        return reverse("admin:rules_engine_rulesetversion_change", args=[row.pk])
    except NoReverseMatch:
        return ""


def _producers(receipt: Mapping[str, Any]) -> dict[int, str]:
    """Return the names of everybody in an order of the receipt, in one statement however many pools were asked."""
    told = (receipt, *receipt.get("waterfall", ()))
    ids = {each["producer"] for step in told for each in step.get("candidates", [])} | {receipt["chosen"]} - {None}
    return {row.pk: str(row) for row in Producer.objects.filter(pk__in=ids)}


def _gate(fired: Mapping[str, Any]) -> Gate:
    effect, tone = EFFECTS.get(fired["effect"], (words.code_name(fired["effect"]), "muted"))
    text = fired["message"] or (reasons.text(fired["reason"]) if fired["reason"] else "")
    return Gate(fired["name"], effect, tone, text, _labels(fired["missing"]), fired["provisional"])


def _part(part: Mapping[str, Any]) -> Part:
    notes = [
        "provisional, not counted" if part["provisional"] else "",
        f"not known: {_labels(part['missing'])}" if part.get("missing") else "",
    ]
    return Part(part["name"], part["add"], "; ".join(filter(None, notes)))


def _route(route: Mapping[str, Any] | None, rule_names: Mapping[str, str]) -> Route | None:
    if route is None:
        return None
    pool = Pool.objects.filter(slug=route["pool"] or "").first()
    strategy = STRATEGIES.get(route["strategy"] or "")
    return Route(
        rule_names.get(route["rule"] or "", route["rule"] or "none matched"),
        str(pool or route["pool"] or "none"),
        strategy.label if strategy else "",
        route["tier"] or "",
        tuple(rule_names.get(each, each) for each in route["passed_over"]),
    )


def _labels(names: Iterable[str]) -> str:
    fields = ((name, CATALOG.get(name)) for name in names)
    return ", ".join(field.label if field else name for name, field in fields)


def _facts(facts: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for field in CATALOG.fields:
        value = facts.get(field.name)
        if value not in (None, "", []):
            yield field.label, _value(field, value)


def _value(field: Field, value: Any) -> str:
    """Return a fact as people write it, its instants by the reader's clock."""
    if field.name == SOURCE:
        return asked_for.source_names([value]).get(value, str(value))
    if field.name == LANGUAGE:
        return words.language_name(str(value))
    if field.name in PRODUCTS:
        return ", ".join(asked_for.labels([value] if isinstance(value, str) else value))
    read = field.read(value)
    if field.kind is Kind.TEXT or isinstance(read, Missing):
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    if isinstance(read, datetime):
        return date_format(timezone.localtime(read), "M j, Y, H:i T")
    return shown_value(read, field)
