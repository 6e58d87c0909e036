"""Pages of the law: rules nobody has confirmed, rules to be looked at again, and the form that says somebody looked."""

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from accounts.errors import FieldProblem, Forbidden, Missing, Refused
from accounts.http import actor_of
from rules_engine import law
from rules_engine import services as rules
from rules_engine.admin.pages import get_rule, may, page, problems_of, rule_url, set_url, show
from rules_engine.comparison import rows_in_words, sentence
from rules_engine.documents import content_hash
from rules_engine.engine.reading import MAX_TEXT


class ConfirmForm(forms.Form):
    """What was looked at, and when."""

    source = forms.CharField(
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="The source you looked at",
        help_text="Statute, rule or bulletin, exactly enough for the next one to find it.",
    )
    verified_on = forms.DateField(
        label="The day you looked", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


def urls() -> list[URLPattern]:
    """Return the pages' addresses, below those of rules."""
    site = admin.site.admin_view
    return [
        path("provisional/", site(provisional), name="rules_engine_rule_provisional"),
        path("overdue/", site(overdue), name="rules_engine_rule_overdue"),
        path("<int:pk>/confirm/", site(confirm), name="rules_engine_rule_confirm"),
    ]


@page("rules.view", "GET")
def provisional(request: HttpRequest) -> HttpResponse:
    """List the rules of all sets that decide nothing until somebody has read their source."""
    return _list(request, "Provisional rules", is_overdue=False)


@page("rules.view", "GET")
def overdue(request: HttpRequest) -> HttpResponse:
    """List the rules whose source was read too long ago."""
    return _list(request, "Rules to look at again", is_overdue=True)


def _list(request: HttpRequest, title: str, *, is_overdue: bool) -> HttpResponse:
    today = timezone.localdate()
    unconfirmed, old = law.provisional(today), law.overdue(today)
    context = {
        "title": title,
        "rows": old if is_overdue else unconfirmed,
        "waiting": [] if is_overdue else law.confirmed_in_draft(),
        "is_overdue": is_overdue,
        "tabs": [
            ("Provisional", reverse("admin:rules_engine_rule_provisional"), len(unconfirmed), not is_overdue),
            ("Look at again", reverse("admin:rules_engine_rule_overdue"), len(old), is_overdue),
        ],
        "limit": law.LOOK_AGAIN_DAYS,
        "may_confirm": may(request, "rules.confirm"),
    }
    return show(request, "law.html", context)


@page("rules.confirm", "GET", "POST")
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a rule with its source; note that somebody looked."""
    rule = get_rule(pk)
    citation = rule.body.get("citation", {})
    initial = {"source": citation.get("source", ""), "verified_on": timezone.localdate()}
    form = ConfirmForm(request.POST if request.method == "POST" else None, initial=initial, label_suffix="")
    refused: tuple[FieldProblem, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            rules.confirm_rule(
                rule=rule,
                **form.cleaned_data,
                reviewed_hash=request.POST.get("seen", ""),
                actor=actor_of(request),
                now=timezone.now(),
            )
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            refused = problems_of(refusal)
        else:
            text = f"{rule.name} is confirmed in the draft of {rule.ruleset}. It decides once that draft is published."
            messages.success(request, text)
            return HttpResponseRedirect(reverse("admin:rules_engine_rule_provisional"))
    context = {
        "title": f"Confirm {rule.name}",
        "trail": [(str(rule.ruleset), set_url(rule.ruleset)), (rule.name, rule_url(rule))],
        "rule": rule,
        "sentence": sentence(rule.body, rule.ruleset.stage),
        "rows": rows_in_words(rule.body, rule.ruleset.stage),
        "seen": content_hash(rule.body),
        "form": form,
        "refused": refused,
    }
    return show(request, "confirm.html", context)
