"""What an auditor asks of the ledger, as a form whose address can be kept and sent on."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.apps import apps
from django.db.models import Q, Value
from django.db.models.functions import Concat

from accounts.actor import ActorKind
from accounts.models import User
from audit import queries as ledger
from audit.filters import Clause, Filter
from licenses.models import Producer
from routing import words
from routing.actor_words import named_so
from routing.admin.forms import ServiceForm
from routing.models import LeadSource
from routing.queries import ledger_clauses
from routing.services.placing import EVENTS
from rules_engine.models import RuleSet, RuleSetVersion

OUTCOMES: Final[Mapping[str, tuple[str, str]]] = {
    **{status: (label, EVENTS[status]) for status, (label, _) in words.STATUSES.items()},
    "duplicate": ("Repeat of an open lead", "lead.duplicated"),
    "closed": ("Closed by its producer", "lead.closed"),
    "breached": ("Not answered in time", "sla.breached"),
}
MOMENT: Final = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class LedgerForm(ServiceForm):
    """Every way to narrow the ledger; together they must all hold."""

    since = forms.DateTimeField(label="From", required=False, widget=MOMENT)
    until = forms.DateTimeField(label="Before", required=False, widget=MOMENT)
    action = forms.ChoiceField(label="What happened", required=False)
    outcome = forms.ChoiceField(
        label="Outcome",
        required=False,
        choices=[("", "Any"), *((code, label) for code, (label, _) in OUTCOMES.items())],
    )
    actor = forms.CharField(
        label="Who did it",
        required=False,
        max_length=150,
        help_text="A name, a source, or a part of Fairlead: the clock.",
    )
    kind = forms.ChoiceField(label="Done to", required=False)
    lead = forms.CharField(label="Lead", required=False, max_length=40, help_text="Its id.")
    producer = forms.CharField(label="Producer", required=False, max_length=120, help_text="A name or an NPN.")
    rule_set = forms.ChoiceField(label="Rule set", required=False)
    version = forms.IntegerField(
        label="Version",
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text="Of the rule set; with what was decided while it was live.",
    )
    reason = forms.CharField(label="Reason", required=False, max_length=40, help_text="A code, such as NO_CAPACITY.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("action", ((name, name) for name in ledger.names_of("action")))
        self._offer("kind", ((label, _kind_name(label)) for label in ledger.names_of("target_type")))
        self._offer("rule_set", RuleSet.objects.order_by("name").values_list("slug", "name"))

    def _offer(self, name: str, choices: Iterable[tuple[str, str]]) -> None:
        self.fields[name].choices = [("", "Any"), *choices]  # type: ignore[attr-defined]  # a choice field

    @property
    def query(self) -> str:
        """The part of the address that asks for the same again, as short as can be."""
        return urlencode({name: self.data[name] for name in self.fields if self.data.get(name, "").strip()})

    @property
    def told(self) -> list[tuple[str, str]]:
        """What is asked for, in words: each label with what was given."""
        given = [(name, self.data.get(name, "").strip()) for name in self.fields]
        return [(str(self[name].label), value) for name, value in given if value]

    def clean(self) -> dict[str, Any]:
        """Find what the names mean, so that a misspelt one is said to be."""
        given = super().clean() or {}
        self.asked = Filter((_plain(given),))
        for name, alternatives in (("actor", _actors), ("lead", _leads), ("producer", _producers)):
            if text := str(given.get(name) or "").strip():
                self._narrow(name, alternatives(text))
        if given.get("rule_set"):
            self._narrow("version", _rules(given["rule_set"], given.get("version")))
        elif given.get("version"):
            self.add_error("rule_set", "Choose the set this is a version of.")
        return given

    def _narrow(self, name: str, alternatives: Iterable[Clause]) -> None:
        found = list(alternatives)
        if not found:
            self.add_error(name, "Nothing is called that.")
        self.asked = self.asked.narrowed(found)


def _plain(given: Mapping[str, Any]) -> Clause:
    outcome = OUTCOMES.get(given.get("outcome") or "", ("", ""))[1]
    asked = Clause(
        since=given.get("since"),
        until=given.get("until"),
        action=given.get("action") or "",
        target_type=given.get("kind") or "",
        reason=(given.get("reason") or "").strip().upper(),
    )
    return asked.also(Clause(action=outcome)) or Clause(action="none")


def _actors(text: str) -> Iterable[Clause]:
    """Yield whoever the text means: `user:3` as the ledger writes it, a name, a source."""
    kind, _, key = text.partition(":")
    if kind.upper() in ActorKind.__members__ and key:
        return [Clause(actor_kind=kind.upper(), actor_id=key)]
    named = User.objects.annotate(full=Concat("first_name", Value(" "), "last_name"))
    people = named.filter(Q(username=text) | Q(email__iexact=text) | Q(full__iexact=text)).order_by("pk")
    sources = LeadSource.objects.filter(Q(slug=text) | Q(name__iexact=text)).order_by("pk")
    return [
        *(Clause(actor_kind="USER", actor_id=str(person.pk)) for person in people),
        *(Clause(actor_kind="SOURCE", actor_id=str(source.pk)) for source in sources),
        *(Clause(actor_kind="SYSTEM", actor_id=name) for name in named_so(text)),
    ]


def _leads(text: str) -> Iterable[Clause]:
    try:
        return [ledger_clauses.about_lead(UUID(text))]
    except ValueError:
        return []


def _producers(text: str) -> Iterable[Clause]:
    named = Producer.objects.annotate(full=Concat("first_name", Value(" "), "last_name"))
    found = named.filter(Q(npn=text) | Q(full__iexact=text)).order_by("pk")
    return [clause for producer in found for clause in ledger_clauses.about_producer(producer)]


def _rules(slug: str, number: int | None) -> Iterable[Clause]:
    ruleset = RuleSet.objects.get(slug=slug)
    if number is None:
        return ledger_clauses.about_rules(ruleset)
    version = RuleSetVersion.objects.filter(ruleset=ruleset, number=number).defer("document").first()
    return ledger_clauses.about_rules(ruleset, version) if version else []


def _kind_name(label: str) -> str:
    """Return a kind of row in words; of one that is gone, as the ledger wrote it."""
    try:
        return str(apps.get_model(label)._meta.verbose_name).capitalize()
    except (LookupError, ValueError):
        return label
