"""What the pages about rules share: who may open them, the frame around them, and how a refusal is told."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import reverse

from accounts.errors import FieldProblem, Forbidden, Invalid, Missing, Refused
from accounts.http import actor_of
from accounts.policy import allows
from rules_engine.models import Proposal, Rule, RuleSet

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def page(read: str, *methods: str, write: str = "") -> Callable[[View[P]], View[P]]:
    """Make an admin page of a view: permitted, by these methods alone; what is missing is a 404.

    `write` is the permission for POST where it takes another than `read`.
    """

    def wrap(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            permission = write or read if request.method == "POST" else read
            if not allows(actor_of(request), permission):
                raise PermissionDenied
            if request.method not in {*methods, *({"HEAD"} if "GET" in methods else ())}:
                return HttpResponseNotAllowed(methods)
            try:
                return view(request, *args, **kwargs)
            except Missing as missing:
                raise Http404(missing.message) from missing
            except Forbidden as forbidden:
                raise PermissionDenied from forbidden

        return cast("View[P]", guarded)

    return wrap


def show(
    request: HttpRequest, template: str, context: Mapping[str, Any], media: forms.Media | None = None
) -> HttpResponse:
    """Return one of our pages inside the site's frame."""
    whole = {**admin.site.each_context(request), "media": media or forms.Media(), **context}
    return TemplateResponse(request, f"rules_engine/{template}", whole)


def problems_of(refusal: Refused) -> tuple[FieldProblem, ...]:
    """Return what a page lists about a refusal: the fields at fault, or its one sentence."""
    if isinstance(refusal, Invalid):
        return refusal.problems
    return (FieldProblem("", refusal.code, refusal.message),)


def get_set(pk: int) -> RuleSet:
    """Return a set by its key.

    :raises Missing: if there is none
    """
    found = RuleSet.objects.select_related("live_version").filter(pk=pk).first()
    if found is None:
        raise Missing("There is no such rule set.")
    return found


def get_rule(pk: int) -> Rule:
    """Return a draft rule by its key.

    :raises Missing: if there is none
    """
    rule = Rule.objects.select_related("ruleset", "ruleset__live_version").filter(pk=pk).first()
    if rule is None:
        raise Missing("There is no such rule.")
    return rule


def may(request: HttpRequest, permission: str) -> bool:
    """Say whether the person holds a permission, so that a page offers what it allows."""
    return allows(actor_of(request), permission)


def set_url(ruleset: RuleSet) -> str:
    """Return the address of a set's page."""
    return reverse("admin:rules_engine_ruleset_change", args=[ruleset.pk])


def rule_url(rule: Rule) -> str:
    """Return the address of a rule's page."""
    return reverse("admin:rules_engine_rule_change", args=[rule.pk])


def proposal_url(proposal: Proposal) -> str:
    """Return the address of a proposal's page."""
    return reverse("admin:rules_engine_proposal_change", args=[proposal.pk])


def linked(problems: tuple[FieldProblem, ...], rows: list[Rule]) -> list[dict[str, Any]]:
    """Return problems of a draft's document with the rule each belongs to, and where it is mended."""
    return [{"problem": problem, **_owner(problem.pointer, rows)} for problem in problems]


def _owner(pointer: str, rows: list[Rule]) -> dict[str, Any]:
    steps = pointer.split("/")
    if steps[1:2] == ["rules"] and len(steps) > 2 and steps[2].isdecimal() and int(steps[2]) < len(rows):
        rule = rows[int(steps[2])]
        return {"rule": rule, "url": rule_url(rule)}
    return {"rule": None, "url": reverse("admin:rules_engine_ruleset_changelist")}
