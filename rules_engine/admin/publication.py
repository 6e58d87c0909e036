"""The page on which a draft is published: what it changes, whether it is sound, and why."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from accounts.errors import FieldProblem, Forbidden, Missing, Refused
from accounts.http import actor_of
from rules_engine import queries
from rules_engine import services as rules
from rules_engine.admin.pages import get_set, linked, page, problems_of, set_url, show
from rules_engine.comparison import compare
from rules_engine.documents import content_hash
from rules_engine.mappers import document_of
from rules_engine.models import RuleSet


@page("rules.publish", "GET", "POST")
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what publishing would change and whether it can be; publish."""
    ruleset = get_set(pk)
    refused: tuple[FieldProblem, ...] = ()
    if request.method == "POST":
        try:
            version = rules.publish(
                ruleset=ruleset,
                comment=request.POST.get("comment", ""),
                reviewed_hash=request.POST.get("reviewed", ""),
                actor=actor_of(request),
                now=timezone.now(),
            )
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            refused = problems_of(refusal) if not isinstance(refusal, rules.Unpublishable) else ()
        else:
            messages.success(request, f"{version} is live.")
            return HttpResponseRedirect(set_url(ruleset))
    return _publish_page(request, ruleset, refused)


def _publish_page(request: HttpRequest, ruleset: RuleSet, refused: tuple[FieldProblem, ...]) -> HttpResponse:
    draft = document_of(ruleset)
    found = rules.validate(document=draft)
    rows = list(ruleset.rules.order_by("position", "pk"))
    last = ruleset.versions.first()
    context = {
        "title": f"Publish {ruleset}",
        "trail": [(str(ruleset), set_url(ruleset))],
        "ruleset": ruleset,
        "number": last.number + 1 if last else 1,
        "live": ruleset.live_version,
        "unchanged": not queries.draft_differs(ruleset),
        "comparison": compare(ruleset.live_version.document if ruleset.live_version else {}, draft),
        "problems": linked(found.problems, rows),
        "failures": linked(found.failures, rows),
        "passed": sum(result.passed for result in found.examples),
        "examples": len(found.examples),
        "untested": [rule for rule in rows if not rule.body.get("examples")],
        "provisional": [rule for rule in rows if rule.body.get("status") == "provisional"],
        "publishable": not found.blocks,
        "reviewed": content_hash(draft),
        "refused": refused,
        "comment": request.POST.get("comment", ""),
    }
    return show(request, "publish.html", context)
