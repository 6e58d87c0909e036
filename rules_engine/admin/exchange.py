"""Documents in and out of the admin: compare states of a set, export them, import them into the draft."""

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils import timezone

from accounts.errors import Forbidden, Missing, Refused
from accounts.http import actor_of
from rules_engine import queries
from rules_engine import services as rules
from rules_engine.admin.pages import get_set, page, problems_of, set_url, show
from rules_engine.comparison import compare
from rules_engine.documents import decode, pretty
from rules_engine.mappers import document_of
from rules_engine.models import RuleSet
from rules_engine.services import ImportPlan


@page("rules.view", "GET")
def compare_states(request: HttpRequest, pk: int) -> HttpResponse:
    """Compare any two versions of a set, or one with the draft."""
    ruleset = get_set(pk)
    versions = queries.list_versions(ruleset)
    states = [("draft", "Draft"), *((str(version.number), f"v{version.number}") for version in versions)]
    live = str(ruleset.live_version.number) if ruleset.live_version else ""
    old, new = request.GET.get("old", live), request.GET.get("new", "draft")
    context = {
        "title": f"Compare states of {ruleset}",
        "trail": [(str(ruleset), set_url(ruleset))],
        "ruleset": ruleset,
        "states": states,
        "old": old,
        "new": new,
        "comparison": compare(queries.get_document(ruleset, old), queries.get_document(ruleset, new)),
    }
    return show(request, "compare.html", context)


@page("rules.view", "GET")
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out the draft as a document."""
    ruleset = get_set(pk)
    return as_file(document_of(ruleset), f"{ruleset.slug}-draft.json")


def as_file(document: Any, name: str) -> HttpResponse:
    """Return a document as a file to keep."""
    kept = {"indent": 2, "ensure_ascii": False}
    response = JsonResponse(document, json_dumps_params=kept)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@page("rules.edit", "GET", "POST")
def import_document(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a document pasted, uploaded or taken from a version makes of the draft; take it as it was shown."""
    ruleset = get_set(pk)
    text = _offered(request, ruleset)
    if request.method != "POST":
        return _import_page(request, ruleset, text)
    try:
        document = decode(text)
        if "draft_hash" in request.POST:
            return _take(request, ruleset, document)
        return _import_page(request, ruleset, text, plan=_planned(request, ruleset, document))
    except (Forbidden, Missing):
        raise
    except Refused as refusal:
        return _import_page(request, ruleset, text, problems=problems_of(refusal))


def _planned(request: HttpRequest, ruleset: RuleSet, document: Any) -> ImportPlan:
    return rules.plan_import(ruleset=ruleset, document=document, actor=actor_of(request))


def _take(request: HttpRequest, ruleset: RuleSet, document: Any) -> HttpResponse:
    rules.import_reviewed(
        ruleset=ruleset,
        document=document,
        document_hash=request.POST.get("document_hash", ""),
        draft_hash=request.POST["draft_hash"],
        actor=actor_of(request),
        now=timezone.now(),
    )
    messages.success(request, "The draft now says what the document says. What is live stays until you publish.")
    return HttpResponseRedirect(set_url(ruleset))


def _import_page(request: HttpRequest, ruleset: RuleSet, text: str, **shown: Any) -> HttpResponse:
    context = {
        "title": f"Import into {ruleset}",
        "trail": [(str(ruleset), set_url(ruleset))],
        "ruleset": ruleset,
        "text": text,
        **shown,
    }
    return show(request, "import.html", context)


def _offered(request: HttpRequest, ruleset: RuleSet) -> str:
    """Return the text the page starts from: what was sent, a file before a text, else an older version."""
    file = request.FILES.get("file")
    if isinstance(file, UploadedFile):
        return bytes(file.read()).decode("utf-8-sig", errors="replace")
    if request.method == "POST":
        return str(request.POST.get("document", ""))
    version = request.GET.get("version", "")
    return pretty(queries.get_document(ruleset, version)) if version else ""
