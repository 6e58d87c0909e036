"""The form that keeps a run of the bench as a case: its name, and what must become of the lead."""

import json
from typing import Any, Final

from django import forms

from routing.admin.bench_form import BenchForm
from routing.admin.forms import ServiceForm
from routing.models import Lead, Pool, SavedCase
from routing.reasons import REASONS
from routing.services import bench, cases
from routing.services.bench import Run
from routing.services.cases import Expected

PRODUCERS_OFFERED: Final = 300


class CaseForm(ServiceForm):
    """What must become of the lead; blank: no matter what. The lead itself comes along hidden."""

    name = forms.CharField(
        max_length=120,
        help_text="What the case shows, such as “Annuity in Florida, no training”. No names, phones or e-mails.",
    )
    status = forms.ChoiceField(label="It must go", choices=SavedCase.Status.choices)
    reason = forms.CharField(
        required=False,
        max_length=40,
        help_text="The code, such as NO_ROUTE; blank: any.",
        widget=forms.TextInput(attrs={"list": "reasons"}),
    )
    pool = forms.ChoiceField(required=False)
    tier = forms.ChoiceField(required=False, choices=[("", "Any"), *Lead.Tier.choices])
    eligible = forms.TypedMultipleChoiceField(
        label="May have it", required=False, coerce=int, widget=forms.SelectMultiple(attrs={"size": 6})
    )
    not_eligible = forms.TypedMultipleChoiceField(
        label="May not have it", required=False, coerce=int, widget=forms.SelectMultiple(attrs={"size": 6})
    )
    fields_json = forms.CharField(widget=forms.HiddenInput)
    source = forms.CharField(required=False, widget=forms.HiddenInput)
    at = forms.DateTimeField(widget=forms.HiddenInput)

    prefix = "case"

    def __init__(self, *args: Any, people: dict[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pools = list(Pool.objects.values_list("slug", "name"))
        self.fields["pool"].choices = [("", "Any"), *pools]  # type: ignore[attr-defined]  # a choice field
        for name in ("eligible", "not_eligible"):
            self.fields[name].choices = list(people.items())  # type: ignore[attr-defined]  # likewise
        self.reasons = list(REASONS)

    def clean_fields_json(self) -> dict[str, Any]:
        """Read the lead's fields back."""
        try:
            fields = json.loads(self.cleaned_data["fields_json"])
        except ValueError:
            fields = None
        if not isinstance(fields, dict):
            raise forms.ValidationError("Try the lead on the bench again, then save it.")
        return fields

    def expected(self) -> Expected:
        """Return what must become of the lead."""
        given = self.cleaned_data
        return Expected(
            given["status"],
            given["reason"].strip(),
            given["pool"],
            given["tier"],
            tuple(given["eligible"]),
            tuple(given["not_eligible"]),
        )


def offered(run: Run, form: BenchForm) -> CaseForm:
    """Return the form for what came out under the first choice of rules."""
    found = cases.expectation(run.columns[0].decided.considered)
    initial = {
        "status": found.status,
        "reason": found.reason,
        "pool": found.pool,
        "tier": found.tier,
        "fields_json": json.dumps(form.payload(), sort_keys=True),
        "source": form.cleaned_data["source"],
        "at": run.moment.at.isoformat(),
    }
    people = {each.id: each.name for each in bench.in_question(run, everyone=False)[:PRODUCERS_OFFERED]}
    return CaseForm(initial=initial, people=people)
