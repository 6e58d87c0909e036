"""Draft rules: the rule page with the builder, its preview, its history."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils import formats, timezone
from django.utils.html import format_html

from accounts.errors import FieldProblem, Forbidden, Missing, Refused
from accounts.history_admin import HistoryPages
from accounts.http import actor_of
from accounts.policy_admin import PolicyAdmin
from rules_engine import services as rules
from rules_engine.admin import confirming, parts, table_exchange, tables
from rules_engine.admin.pages import get_rule, get_set, may, page, problems_of, rule_url, set_url, show
from rules_engine.comparison import sentence
from rules_engine.documents import content_hash, decode, pretty
from rules_engine.models import EditingPresence, Rule, RuleSet, Stage
from rules_engine.preview import preview

# The stubs know strings alone.
MEDIA = forms.Media(
    css={"all": ["rules_engine/builder.css"]},
    js=[forms.Script("rules_engine/builder/rule.js", type="module")],  # type: ignore[list-item]
)
# What rules or the outputs of tables say in one stage alone; those of eligibility ask or prefer something of producers.
SAID_IN: Final = {"effect": Stage.GATE, "add": Stage.SCORE, "route": Stage.ROUTE, "pool": Stage.ROUTE}


@admin.register(Rule)
class RuleAdmin(HistoryPages, PolicyAdmin):
    """Draft rules of all sets, to be found; each opens in the builder."""

    resource = "rules"
    deletable = True
    actions = None
    list_display = ("name", "ruleset", "rule_id", "status", "jurisdiction")
    list_filter = ("ruleset",)
    list_select_related = ("ruleset",)
    search_fields = ("name", "rule_id", "body")
    ordering = ("ruleset__stage", "ruleset__position", "ruleset__slug", "position")
    history_hidden = ("position", "rule_id")

    @admin.display(description="status")
    def status(self, rule: Rule) -> str:
        """Say whether compliance has confirmed the rule."""
        provisional = rule.body.get("status") == "provisional"
        tone, word = ("warn", "Provisional") if provisional else ("ok", "Confirmed")
        return format_html('<span class="fl-badge" data-tone="{}">{}</span>', tone, word)

    @admin.display(description="jurisdiction")
    def jurisdiction(self, rule: Rule) -> str:
        """Return whose law it is."""
        return str(rule.body.get("jurisdiction", ""))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Add rules from the page of their set, which the button of the list does not know."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """Put the builder's pages before the admin's own."""
        site = self.admin_site.admin_view
        return [
            path("new/<int:ruleset_id>/", site(new_rule), name="rules_engine_rule_new"),
            path("preview/<int:ruleset_id>/", site(preview_rule), name="rules_engine_rule_preview"),
            path("<int:pk>/change/", site(edit_rule), name="rules_engine_rule_change"),
            path("<int:pk>/presence/", site(presence), name="rules_engine_rule_presence"),
            path("<int:pk>/move/", site(move_rule), name="rules_engine_rule_move"),
            *confirming.urls(),
            *tables.urls(),
            *table_exchange.urls(),
            *super().get_urls(),
        ]

    def history_text(self, name: str, value: Any) -> str | None:
        """Say a body as its sentence; its stage is read off it, for its set may be gone."""
        return _sentence_of_any_stage(value)

    def delete_model(self, request: HttpRequest, obj: Rule) -> None:
        """Delete through the service."""
        rules.delete_rule(rule=obj, actor=actor_of(request), now=timezone.now())

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        """Go back to the set."""
        messages.success(request, f"{obj_display} is out of the draft. What is live stays until you publish.")
        gone = Rule.history.filter(id=obj_id).first()
        return HttpResponseRedirect(reverse("admin:rules_engine_ruleset_change", args=[gone.ruleset_id]))


@page("rules.view", "GET", "POST", write="rules.edit")
def edit_rule(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a rule in the builder; save what comes back."""
    rule = get_rule(pk)
    if request.method == "POST":
        return _save(request, rule.ruleset, rule)
    return _form(request, rule.ruleset, rule, pretty(rule.body))


@page("rules.edit", "GET", "POST")
def new_rule(request: HttpRequest, ruleset_id: int) -> HttpResponse:
    """Start a rule in the builder."""
    ruleset = get_set(ruleset_id)
    if request.method == "POST":
        return _save(request, ruleset, None)
    copied = ruleset.rules.filter(rule_id=request.GET.get("copy", "")).first()
    body = {**copied.body, "id": "", "name": f"Copy of {copied.name}"} if copied else None
    empty = tables.skeleton(ruleset.stage) if request.GET.get("as") == "table" else parts.SKELETONS[ruleset.stage]
    return _form(request, ruleset, None, pretty(body or {"id": "", "name": "", **empty}))


@page("rules.edit", "POST")
def move_rule(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a rule at another place of its set."""
    rule = get_rule(pk)
    to = request.POST.get("to", "")
    if to.isdecimal():
        rules.move_rule(rule=rule, position=min(int(to[:9]), 10**6), actor=actor_of(request), now=timezone.now())
        messages.success(request, f"{rule} has moved.")
    return HttpResponseRedirect(f"{set_url(rule.ruleset)}#rule-{rule.pk}")


@page("rules.edit", "POST")
def preview_rule(request: HttpRequest, ruleset_id: int) -> JsonResponse:
    """Say what a rule in the making means, what is wrong with it, and how its examples come out; nothing is written."""
    return JsonResponse(preview(_text(request), get_set(ruleset_id)))


@page("rules.edit", "POST")
def presence(request: HttpRequest, pk: int) -> JsonResponse:
    """Note who has the rule open, and say who else has."""
    rule, who, now = get_rule(pk), actor_of(request), timezone.now()
    match request.POST.get("act"):
        case "take":
            rules.take_over(rule=rule, actor=who, now=now)
            other = None
        case "leave":
            rules.leave(rule=rule, actor=who)
            other = None
        case _:
            other = rules.stay(rule=rule, actor=who, now=now)
    return JsonResponse(_presence(other))


def _save(request: HttpRequest, ruleset: RuleSet, rule: Rule | None) -> HttpResponse:
    text = _text(request)
    who: dict[str, Any] = {"actor": actor_of(request), "now": timezone.now()}
    try:
        body = decode(text)
        if rule is None:
            saved = rules.create_rule(ruleset=ruleset, document=body, **who)
        else:
            seen = request.POST.get("over") or request.POST.get("seen", "")
            saved = rules.save_rule(rule=rule, document=body, seen_hash=seen, **who)
    except (Forbidden, Missing):
        raise
    except Refused as refusal:
        seen, theirs = request.POST.get("seen", ""), isinstance(refusal, rules.EditedMeanwhile)
        return _form(request, ruleset, rule, text, problems=problems_of(refusal), seen=seen, theirs=theirs)
    messages.success(request, f"{saved} is saved in the draft. What is live stays until you publish.")
    return HttpResponseRedirect(rule_url(saved) if "_continue" in request.POST else set_url(ruleset))


def _form(
    request: HttpRequest,
    ruleset: RuleSet,
    rule: Rule | None,
    text: str,
    *,
    problems: tuple[FieldProblem, ...] = (),
    seen: str = "",
    theirs: bool = False,
) -> HttpResponse:
    """Show the form; `theirs` says that somebody else has saved meanwhile, and shows what."""
    context = {
        "title": f"New rule in {ruleset}" if rule is None else rule.name,
        "trail": [(str(ruleset), set_url(ruleset))],
        "ruleset": ruleset,
        "rule": rule,
        "text": text,
        "seen": seen or (content_hash(rule.body) if rule else ""),
        "problems": problems,
        "theirs": _last_state(rule) if rule and theirs else None,
        "sentence": sentence(rule.body, ruleset.stage) if rule else "",
        "outcome_parts": parts.outcome_parts(ruleset.stage),
        "legal_parts": parts.LEGAL_PARTS,
        "builder": parts.builder_data(ruleset.stage),
        "other": _presence(rules.find_other_editor(rule=rule, actor=actor_of(request), now=timezone.now()))
        if rule
        else {},
        "may_edit": may(request, "rules.edit"),
    }
    if tables.is_table(text):
        return show(request, "table.html", context | tables.table_context(ruleset.stage, rule), media=tables.MEDIA)
    return show(request, "rule.html", context, media=MEDIA)


def _last_state(rule: Rule) -> dict[str, Any]:
    """Return what was saved last, by whom, and the hash that says one has seen it."""
    state = rule.history.select_related("history_user").latest()
    who = str(state.history_user) if state.history_user else "Fairlead"
    body = Rule.objects.values_list("body", flat=True).get(pk=rule.pk)
    return {
        "who": who,
        "at": state.history_date,
        "sentence": sentence(body, rule.ruleset.stage),
        "seen": content_hash(body),
    }


def _text(request: HttpRequest) -> str:
    return str(request.POST.get("body", ""))


def _presence(other: EditingPresence | None) -> dict[str, str]:
    """Return who else has a rule open, and since when, for the page."""
    since = formats.time_format(timezone.localtime(other.since), "H:i") if other else ""
    return {"holder": str(other.user) if other else "", "since": since}


def _sentence_of_any_stage(body: Any) -> str | None:
    return sentence(body, _stage_of(body)) if isinstance(body, dict) else None


def _stage_of(body: Mapping[str, Any]) -> str:
    """Return the stage whose rules say what this one does; a table says it in its outputs."""
    said = body["table"]["outputs"] if "table" in body else body
    return next((stage for key, stage in SAID_IN.items() if key in said), Stage.ELIGIBILITY)
