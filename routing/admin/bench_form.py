"""The bench's forms: a made-up lead, the instant, the rules to try."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from django import forms

from accounts.errors import Invalid
from routing.admin.lead_form import LeadForm
from routing.models import Lead, LeadSource
from routing.services import bench, choices
from routing.services.choices import DRAFT, LIVE, THEN, Choice
from rules_engine.models import RuleSet, RuleSetVersion

INVENTED: Final[Mapping[str, str]] = {
    "first_name": "Test",
    "last_name": "Person",
    "email": "test.person@example.com",
}
VERSIONS_OFFERED: Final = 10  # of each set; an older one is named in the address


class BenchForm(LeadForm):
    """A made-up lead; `routing.payload` says what is right."""

    GROUPS = (
        ("What they ask for", ("line", "products", "carrier", "premium")),
        ("Where", ("state", "zip", "risk_state")),
        ("The person", ("first_name", "last_name", "phone", "email", "birth_date", "language")),
        ("Where it came from", ("source", "source_campaign")),
        ("Consent", ("consent_text", "consent_captured_at", "consent_channels", "consent_token")),
    )

    external_id = None  # type: ignore[assignment]  # Django's way to drop an inherited field
    attributes = None  # type: ignore[assignment]  # likewise
    source = forms.ChoiceField(label="Source", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sources = [(slug, name) for slug, name in LeadSource.objects.order_by("name").values_list("slug", "name")]
        self.fields["source"].choices = [("", "None"), *sources]  # type: ignore[attr-defined]  # a choice field

    def payload(self) -> dict[str, Any]:
        """Return the fields as a source would send them; which source is said beside them."""
        return {name: value for name, value in super().payload().items() if name != "source"}


class RunForm(forms.Form):
    """When, under which rules."""

    at = forms.DateTimeField(
        label="Instant",
        required=False,
        help_text="Blank: now; for a lead that came in, when it was received.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    first = forms.ChoiceField(label="Rules", required=False)
    second = forms.ChoiceField(label="Beside", required=False)
    third = forms.ChoiceField(label="And beside", required=False)

    NAMES: Final = ("first", "second", "third")

    def __init__(self, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        offered = list(rule_choices())
        known = {value for _, group in offered for value, _ in group}
        given = data or self.initial
        for name in self.NAMES:
            asked = given.get(name, "")
            own = [("Named", [(asked, asked)])] if asked and asked not in known else []
            nothing = [] if name == "first" else [("", "Nothing")]
            self.fields[name].choices = [*nothing, *offered, *own]  # type: ignore[attr-defined]  # a choice field

    def chosen(self) -> list[Choice]:
        """Return the choices of rules; those that are live where none is made.

        :raises Invalid: if one means nothing
        """
        texts = [self.cleaned_data.get(name) or "" for name in self.NAMES]
        return [choices.read(text) for text in texts if text] or [choices.read(LIVE)]

    def instant(self, now: datetime) -> datetime:
        """Return when."""
        at: datetime | None = self.cleaned_data.get("at")
        return at or now


def rule_choices() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield what can be chosen, in groups: what is live, every draft, the last versions of every set."""
    sets, numbers = list(RuleSet.objects.all()), _version_numbers()
    every = ",".join(f"{each.slug}={DRAFT}" for each in sets)
    together = [(every, "All drafts together")] if len(sets) > 1 else []
    yield "As decided", [(LIVE, "Live"), (THEN, "The rules of that moment")]
    yield "Drafts", [*together, *((f"{each.slug}={DRAFT}", f"Draft of {each}") for each in sets)]
    for each in sets:
        if last := numbers[each.pk][:VERSIONS_OFFERED]:
            yield str(each), [(f"{each.slug}={number}", f"{each} v{number}") for number in last]


def _version_numbers() -> Mapping[int, list[int]]:
    """Return the numbers of every set's versions, the last first."""
    numbers = defaultdict(list)
    for ruleset, number in RuleSetVersion.objects.order_by("-number").values_list("ruleset_id", "number"):
        numbers[ruleset].append(number)
    return numbers


def like(lead: Lead) -> dict[str, Any]:
    """Return the form's values for a made-up lead like one that came in, without the person."""
    return {
        **INVENTED,
        "language": lead.language,
        "state": lead.declared_state or lead.governing_state,
        "line": "" if lead.products else lead.line,
        "products": lead.products,
        "carrier": lead.carrier,
        "premium": lead.premium if lead.premium is not None else "",
        "source": lead.source.slug,
        "source_campaign": lead.campaign,
    }


def tried(form: BenchForm, run_form: RunForm, now: datetime) -> bench.Run | None:
    """Return the run of a made-up lead, or None with every problem at its field."""
    if not (form.is_valid() and run_form.is_valid()):
        return None
    moment = bench.moment_of(run_form.instant(now), now=now)
    try:
        subject = bench.made_up(fields=form.payload(), source=form.cleaned_data["source"], moment=moment)
    except Invalid as error:
        form.blame(error)
        return None
    return bench.run(subject=subject, moment=moment, chosen=run_form.chosen())
