"""What the pages of rehearsals and shadows share: asking for one, and telling how a decision would differ."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse

from licenses.models import Producer
from routing import reasons, words
from routing.admin.forms import ServiceForm
from routing.models import Contrast, Pool
from routing.queries import rehearsals
from rules_engine import queries as rules
from rules_engine.models import RuleSet

SHOWN: Final = 15
APART: Final = {"erased": "erased", "unrouted": "asked no rules", "unrepeatable": "cannot be repeated"}
KIND_TONES: Final[Mapping[str, str]] = {"PRODUCER": "info", "STOPPED": "bad", "ROUTED": "ok", "QUEUE": "warn"}


class TrialForm(ServiceForm):
    """Which rules are tried: a set's draft, or one of its versions."""

    rule_set = forms.ModelChoiceField(
        label="Rule set", queryset=RuleSet.objects.none(), to_field_name="slug", empty_label="Choose…"
    )
    version = forms.IntegerField(
        label="Version",
        required=False,
        min_value=1,
        help_text="A published one by its number; leave blank for the draft.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sets = RuleSet.objects.order_by(rules.STAGE_ORDER, "position", "slug")
        self.fields["rule_set"].queryset = sets  # type: ignore[attr-defined]  # a model choice field


def asked_for(request: HttpRequest, form: type[TrialForm]) -> TrialForm:
    """Return the form, with what the address names filled in."""
    if request.method == "POST":
        return form(request.POST)
    return form(initial={name: request.GET[name] for name in ("rule_set", "version") if name in request.GET})


@dataclass(frozen=True, slots=True)
class Row:
    """One decision that differs, as the list shows it."""

    lead: Any
    lead_url: str
    decision_url: str
    at: Any
    place: str
    kind: str
    tone: str
    before: str
    after: str
    why: str
    is_assumed: bool


@dataclass(frozen=True, slots=True)
class Tab:
    """One kind of move, to narrow the list by."""

    label: str
    count: int
    url: str
    current: bool


def listed(request: HttpRequest, rows: QuerySet[Any]) -> dict[str, Any]:
    """Return the page of rows asked for, its tabs by kind, and the kind it is narrowed to."""
    kind, counted = request.GET.get("kind", ""), rehearsals.kinds(rows)
    kind = kind if kind in counted else ""
    labels = dict(Contrast.Kind.choices)
    tabs = [Tab("All", sum(counted.values()), "?", not kind)]
    tabs += [Tab(labels[each], count, f"?{urlencode({'kind': each})}", each == kind) for each, count in counted.items()]
    chosen = (
        (rows.filter(kind=kind) if kind else rows).select_related("lead__person", "decision").defer("decision__receipt")
    )
    page = Paginator(chosen, SHOWN).get_page(request.GET.get("page"))
    return {"tabs": tabs, "page": page, "rows": _rows(page), "kind": kind}


def _rows(page: Iterable[Any]) -> list[Row]:
    rows = list(page)
    sides = [side for row in rows for side in (row.before, row.after)]
    names = producer_names(side["producer"] for side in sides)
    pools = dict(Pool.objects.filter(slug__in={side["pool"] for side in sides}).values_list("slug", "name"))
    return [
        Row(
            lead=row.lead,
            lead_url=reverse("admin:routing_lead_change", args=[row.lead_id]),
            decision_url=reverse("admin:routing_decision_change", args=[row.decision_id]),
            at=row.decision.made_at,
            place=words.place(row.state, row.line),
            kind=row.get_kind_display(),
            tone=KIND_TONES.get(row.kind, "muted"),
            before=told(row.before, names, pools),
            after=told(row.after, names, pools),
            why=row.why,
            is_assumed=row.is_assumed,
        )
        for row in rows
    ]


def producer_names(ids: Iterable[int | str | None]) -> dict[int, str]:
    """Return what these producers are called."""
    wanted = {int(each) for each in ids if each}
    return {producer.pk: str(producer) for producer in Producer.objects.filter(pk__in=wanted)}


def told(outcome: Mapping[str, Any], names: Mapping[int, str], pools: Mapping[str, str]) -> str:
    """Return where a lead goes, for a narrow column."""
    if outcome["producer"] is None:
        return f"{words.STATUSES[outcome['status']][0]}: {reasons.text(outcome['reason'])}"
    pool = pools.get(outcome["pool"], outcome["pool"])
    more = ", ".join(filter(None, [pool, outcome["tier"]]))
    return f"{names.get(outcome['producer'], 'Somebody who has left')}{f' ({more})' if more else ''}"


def apart(counts: Mapping[str, int], none: str) -> str:
    """Say which decisions nothing can be said of, or that there are `none`."""
    said = [f"{counts[name]:,} {text}" for name, text in APART.items() if counts.get(name)]
    return f"besides, {', '.join(said)}" if said else none


def set_links(rule_set: str, content_hash: str, version: int | None) -> dict[str, Any]:
    """Return where the rules on trial are found, and whether the draft has been edited since."""
    ruleset = RuleSet.objects.filter(slug=rule_set).first()
    if ruleset is None:
        return {"set_url": "", "is_edited": False}
    edited = version is None and rules.draft_hash(ruleset) != content_hash
    return {"set_url": reverse("admin:rules_engine_ruleset_change", args=[ruleset.pk]), "is_edited": edited}


def read_id(object_id: str) -> UUID:
    """Return an id from an address.

    :raises Http404: if it is none
    """
    try:
        return UUID(object_id)
    except ValueError as error:
        raise Http404 from error
