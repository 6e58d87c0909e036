"""The page on which a draft is sent for review: what it changes, whether it is sound, and why."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from accounts.errors import FieldProblem, Forbidden, Missing, Refused
from accounts.http import actor_of
from rules_engine import queries
from rules_engine import services as rules
from rules_engine.admin.pages import get_set, linked, page, problems_of, proposal_url, set_url, show
from rules_engine.comparison import compare
from rules_engine.documents import content_hash
from rules_engine.mappers import document_of
from rules_engine.models import RuleSet


@page("rules.edit", "GET", "POST")
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what the draft would change and whether it can be sent; send it to whoever may approve it."""
    ruleset = get_set(pk)
    refused: tuple[FieldProblem, ...] = ()
    if request.method == "POST":
        try:
            proposal = rules.submit(
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
            messages.success(request, "It is sent. Somebody who wrote none of it must approve it now.")
            return HttpResponseRedirect(proposal_url(proposal))
    return _send_page(request, ruleset, refused)


def _send_page(request: HttpRequest, ruleset: RuleSet, refused: tuple[FieldProblem, ...]) -> HttpResponse:
    draft = document_of(ruleset)
    gates = rules.content_gates(draft)
    moment = rules.moment_gates(ruleset, draft, content_hash(draft), timezone.now())
    rows = list(ruleset.rules.order_by("position", "pk"))
    context = {
        "title": f"Send {ruleset} for review",
        "trail": [(str(ruleset), set_url(ruleset))],
        "ruleset": ruleset,
        "live": ruleset.live_version,
        "unchanged": not queries.draft_differs(ruleset),
        "open": queries.find_open(ruleset),
        "comparison": compare(ruleset.live_version.document if ruleset.live_version else {}, draft),
        "gates": [(gate, linked(gate.problems, rows)) for gate in (*gates, *moment)],
        "untested": [rule for rule in rows if not rule.body.get("examples")],
        "provisional": [rule for rule in rows if rule.body.get("status") == "provisional"],
        "sendable": not any(gate.blocks for gate in gates),
        "reviewed": content_hash(draft),
        "refused": refused,
        "comment": request.POST.get("comment", ""),
    }
    return show(request, "send.html", context)
