"""Rehearsals: the list, asking for one, its progress, and what it found."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from accounts.actor import Actor
from routing import reasons, words
from routing.admin.share_bars import bars, percent
from routing.admin.trial_admin import TrialAdmin
from routing.admin.trials import TrialForm, apart, listed, producer_names
from routing.models import Rehearsal
from routing.queries import rehearsals
from routing.services import rehearsing
from routing.tally import fairness, shares


class RehearsalForm(TrialForm):
    """How far back, and how much of it."""

    days = forms.IntegerField(
        label="Days", min_value=1, max_value=rehearsing.LONGEST, initial=30, help_text="The last so many."
    )
    sample = forms.IntegerField(
        label="Decisions at most",
        required=False,
        min_value=1,
        max_value=rehearsing.LARGEST_SAMPLE,
        help_text="Evenly spread over the days; leave blank for all.",
    )
    field_order = ("rule_set", "version", "days", "sample")


@admin.register(Rehearsal)
class RehearsalAdmin(TrialAdmin):
    """Rehearsals."""

    form_class = RehearsalForm
    is_polled = True
    titles = ("Rehearsals", "Rehearse rules")
    said = (
        "The rehearsal is asked for; it begins as soon as a worker is free.",
        "The rehearsal was cancelled; what it found so far stays.",
    )
    tones: ClassVar[Mapping[str, str]] = {"DONE": "ok", "RUNNING": "info", "WAITING": "info", "FAILED": "bad"}

    def start(self, given: Mapping[str, Any], actor: Actor) -> Rehearsal:
        """Ask for a rehearsal."""
        return rehearsing.start(**given, actor=actor, now=timezone.now())

    def stop(self, trial: Rehearsal, actor: Actor) -> None:
        """Cancel it."""
        rehearsing.cancel(rehearsal=trial, actor=actor, now=timezone.now())

    def findings(self, request: HttpRequest, trial: Rehearsal) -> dict[str, Any]:
        """Return how far it is, what moved, and the shares before and after."""
        return {
            **listed(request, rehearsals.moves(trial)),
            **_found(trial.result),
        }


@dataclass(frozen=True, slots=True)
class Stat:
    """One number at the top."""

    label: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class StateRow:
    """How one state's leads fare."""

    name: str
    decisions: int
    moved: int
    before: str
    after: str


def _found(result: Mapping[str, Any]) -> dict[str, Any]:
    counts = {name: row["all"] for name, row in result.get("count", {}).items()}
    names = producer_names(result.get("producer", {}))
    return {
        "counts": counts,
        "stats": _stats(result, counts),
        "tables": [
            bars("status", "Where leads go", shares(result, "status"), lambda key: words.STATUSES[key][0]),
            bars("tier", "SLA tiers", shares(result, "tier"), lambda key: key.capitalize() or "None: stopped before"),
            bars("reason", "Why leads go to nobody", shares(result, "reason"), reasons.text),
            bars("producer", "Leads by producer", shares(result, "producer"), lambda key: names.get(int(key), "Gone")),
        ],
        "states": _states(result),
    }


def _stats(result: Mapping[str, Any], counts: Mapping[str, int]) -> list[Stat]:
    replayed, moved = counts.get("replayed", 0), counts.get("moved", 0)
    fallen = next((each for each in shares(result, "status") if each.key == "fallback"), None)
    fair = fairness(result)
    before, after = fair["before"], fair["after"]
    return [
        Stat("Decisions replayed", f"{replayed:,}", apart(counts, "all that were made")),
        Stat("Come out otherwise", f"{moved:,}", f"{percent(moved / replayed) if replayed else '0%'} of them"),
        Stat(
            "In fallback",
            percent(fallen.after_share if fallen else 0),
            f"{percent(fallen.before_share if fallen else 0)} before",
        ),
        Stat(
            "Evenness among producers",
            f"{after.evenness:.2f}",
            f"{before.evenness:.2f} before; largest share {percent(after.most)}, {percent(before.most)} before",
        ),
    ]


def _states(result: Mapping[str, Any]) -> list[StateRow]:
    rows = [
        StateRow(
            words.state_name(code) or "Not clear",
            row["all"],
            row.get("moved", 0),
            percent(row.get("before", 0) / row["all"]),
            percent(row.get("after", 0) / row["all"]),
        )
        for code, row in result.get("state", {}).items()
    ]
    return sorted(rows, key=lambda row: (-row.moved, -row.decisions, row.name))
