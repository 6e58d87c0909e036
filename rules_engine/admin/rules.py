"""Draft rules: the rule page with the builder, its preview, its history."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from accounts.errors import FieldProblem, Forbidden, Invalid, Missing, Refused
from accounts.history_admin import HistoryPages
from accounts.http import actor_of
from accounts.policy_admin import PolicyAdmin
from rules_engine import services as rules
from rules_engine.admin import parts
from rules_engine.admin.pages import get_set, may, page, problems_of, rule_url, set_url, show
from rules_engine.catalog_setting import catalog
from rules_engine.comparison import sentence
from rules_engine.documents import content_hash, decode, pretty
from rules_engine.engine.examples import run_rule_examples
from rules_engine.engine.explain import explain_rule
from rules_engine.engine.nodes import RuleSetTree
from rules_engine.engine.parse import parse_rule
from rules_engine.models import Rule, RuleSet
from rules_engine.services.validation import field_problems

# The stubs know strings alone.
MEDIA = forms.Media(js=[forms.Script("rules_engine/builder/rule.js", type="module")])  # type: ignore[list-item]


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
            path("preview/<int:ruleset_id>/", site(preview), name="rules_engine_rule_preview"),
            path("<int:pk>/change/", site(edit_rule), name="rules_engine_rule_change"),
            path("<int:pk>/move/", site(move_rule), name="rules_engine_rule_move"),
            *super().get_urls(),
        ]

    def history_text(self, name: str, value: Any) -> str | None:
        """Say a body as its sentence; of a deleted set's rule nobody knows the stage any more."""
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
    rule = _get_rule(pk)
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
    return _form(request, ruleset, None, pretty(body or {"id": "", "name": "", **parts.SKELETONS[ruleset.stage]}))


@page("rules.edit", "POST")
def move_rule(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a rule at another place of its set."""
    rule = _get_rule(pk)
    to = request.POST.get("to", "")
    if to.isdecimal():
        rules.move_rule(rule=rule, position=min(int(to[:9]), 10**6), actor=actor_of(request), now=timezone.now())
        messages.success(request, f"{rule} has moved.")
    return HttpResponseRedirect(f"{set_url(rule.ruleset)}#rule-{rule.pk}")


@page("rules.edit", "POST")
def preview(request: HttpRequest, ruleset_id: int) -> JsonResponse:
    """Say what a rule in the making means, what is wrong with it, and how its examples come out; nothing is written."""
    ruleset = get_set(ruleset_id)
    try:
        parsed = parse_rule(decode(_text(request)), ruleset.stage, catalog(), draft=True)
    except Invalid as refusal:
        return JsonResponse({"sentence": "", "problems": _as_json(refusal.problems), "examples": []})
    if parsed.rule is None:
        return JsonResponse({"sentence": "", "problems": _as_json(field_problems(parsed.problems)), "examples": []})
    alone = RuleSetTree(ruleset.stage, ruleset.time_zone, (parsed.rule,))
    results = run_rule_examples(parsed.rule, alone, catalog())
    examples = [{"passed": result.passed, "got": str(result.got)} for result in results]
    return JsonResponse({"sentence": explain_rule(parsed.rule, catalog()), "problems": [], "examples": examples})


def _save(request: HttpRequest, ruleset: RuleSet, rule: Rule | None) -> HttpResponse:
    text = _text(request)
    who: dict[str, Any] = {"actor": actor_of(request), "now": timezone.now()}
    try:
        body = decode(text)
        if rule is None:
            saved = rules.create_rule(ruleset=ruleset, document=body, **who)
        else:
            saved = rules.save_rule(rule=rule, document=body, seen_hash=request.POST.get("seen", ""), **who)
    except (Forbidden, Missing):
        raise
    except Refused as refusal:
        return _form(request, ruleset, rule, text, problems=problems_of(refusal), seen=request.POST.get("seen", ""))
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
) -> HttpResponse:
    context = {
        "title": f"New rule in {ruleset}" if rule is None else rule.name,
        "trail": [(str(ruleset), set_url(ruleset))],
        "ruleset": ruleset,
        "rule": rule,
        "text": text,
        "seen": seen or (content_hash(rule.body) if rule else ""),
        "problems": problems,
        "sentence": sentence(rule.body, ruleset.stage) if rule else "",
        "outcome_parts": parts.outcome_parts(ruleset.stage),
        "legal_parts": parts.LEGAL_PARTS,
        "builder": parts.builder_data(ruleset.stage),
        "may_edit": may(request, "rules.edit"),
    }
    return show(request, "rule.html", context, media=MEDIA)


def _get_rule(pk: int) -> Rule:
    rule = Rule.objects.select_related("ruleset", "ruleset__live_version").filter(pk=pk).first()
    if rule is None:
        raise Missing("There is no such rule.")
    return rule


def _text(request: HttpRequest) -> str:
    return str(request.POST.get("body", ""))


def _as_json(problems: tuple[FieldProblem, ...]) -> list[dict[str, str]]:
    return [{"pointer": problem.pointer, "code": problem.code, "detail": problem.detail} for problem in problems]


def _sentence_of_any_stage(body: Any) -> str | None:
    stages = {"effect": "gate", "add": "score", "route": "route", "require": "eligibility", "prefer": "eligibility"}
    stage = next((stages[key] for key in body if key in stages), None) if isinstance(body, dict) else None
    return sentence(body, stage) if stage else None
