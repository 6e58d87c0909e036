"""Shadows: the list, starting one, and how often it agrees with what is live."""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar, Final
from uuid import UUID

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from accounts.actor import Actor
from routing import words
from routing.admin.share_bars import percent
from routing.admin.trial_admin import TrialAdmin
from routing.admin.trials import TrialForm, apart, listed
from routing.models import Shadow
from routing.queries import rehearsals
from routing.services import shadowing

SEGMENTS: Final = {"state": "By state", "line": "By line", "tier": "By SLA tier"}


class ShadowForm(TrialForm):
    """For how long."""

    hours = forms.IntegerField(
        label="Hours", min_value=1, max_value=shadowing.LONGEST, initial=24, help_text="It ends by itself then."
    )


@admin.register(Shadow)
class ShadowAdmin(TrialAdmin):
    """Shadows."""

    form_class = ShadowForm
    titles = ("Shadows", "Let rules follow live leads")
    said = (
        "The shadow follows every decision from now on, and changes none.",
        "The shadow has ended; what it read stays.",
    )
    tones: ClassVar[Mapping[str, str]] = {"RUNNING": "info", "ENDED": "ok"}

    def start(self, given: Mapping[str, Any], actor: Actor) -> Shadow:
        """Start a shadow."""
        return shadowing.start(**given, actor=actor, now=timezone.now())

    def stop(self, trial: Shadow, actor: Actor) -> None:
        """End it before its time."""
        shadowing.cancel(shadow=trial, actor=actor, now=timezone.now())

    def figures(self, trials: Collection[Shadow]) -> Mapping[UUID, object]:
        """Return how often each agrees."""
        return rehearsals.readings(trials)

    def findings(self, request: HttpRequest, trial: Shadow) -> dict[str, Any]:
        """Return how often it agrees, as a whole and by segment, and where it does not."""
        agreed = rehearsals.agreement(trial)
        return {
            "read": agreed["read"],
            "agreed": agreed["agreed"],
            "agreement": percent(agreed["agreed"] / agreed["read"]) if agreed["read"] else "–",
            "apart": apart(agreed, "one reading each"),
            "failures": agreed["failures"],
            "error": agreed["error"],
            "segments": _segments(agreed["agreement"]),
            **listed(request, rehearsals.disagreements(trial)),
        }


def _segments(rows: list[dict[str, Any]]) -> list[tuple[str, str, list[dict[str, Any]]]]:
    return [
        (
            by,
            title,
            [
                {**row, "label": _label(by, row["key"]), "percent": percent(row["agreed"] / row["read"])}
                for row in rows
                if row["by"] == by
            ],
        )
        for by, title in SEGMENTS.items()
    ]


def _label(by: str, key: str) -> str:
    if not key:
        return "None" if by == "tier" else "Not clear"
    return {"state": words.state_name, "line": words.line_name, "tier": str.capitalize}[by](key)
