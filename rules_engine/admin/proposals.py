"""Proposals: the history of what was sent, the page on which one is reviewed, and the dialog that publishes it."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.dateformat import format as dateformat
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html

from accounts.errors import FieldProblem, Forbidden, Invalid, Missing, Refused
from accounts.http import actor_of
from accounts.policy_admin import ReadOnlyAdmin
from rules_engine import services as rules
from rules_engine.admin.pages import linked, may, page, problems_of, proposal_url, set_url, show
from rules_engine.comparison import Comparison, compare
from rules_engine.models import Proposal, RuleComment, Watch
from rules_engine.stepper import steps

State = Proposal.State
TONES = {
    State.IN_REVIEW: "info",
    State.APPROVED: "ok",
    State.SCHEDULED: "ok",
    State.PUBLISHED: "ok",
    State.REJECTED: "bad",
    State.FAILED: "bad",
}


@admin.register(Proposal)
class ProposalAdmin(ReadOnlyAdmin):
    """What was sent for review, newest first."""

    resource = "rules"
    list_display = ("what", "ruleset", "standing", "sent", "reviewed")
    list_display_links = ("what",)
    list_filter = ("state", "ruleset")
    search_fields = ("comment", "author_label", "reviewer_label", "content_hash")
    ordering = ("-sent_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Proposal]:
        """Leave the documents where they are."""
        return super().get_queryset(request).select_related("ruleset").defer("document")

    def get_urls(self) -> list[URLPattern]:
        """Put our pages before the admin's own."""
        site = self.admin_site.admin_view
        acts: dict[str, Any] = {
            "approve": approve,
            "reject": reject,
            "withdraw": withdraw,
            "comment": comment,
            "confirm": confirm,
            "unschedule": unschedule,
        }
        return [
            path("<int:pk>/change/", site(review), name="rules_engine_proposal_change"),
            path("<int:pk>/publish/", site(publish), name="rules_engine_proposal_publish"),
            *(path(f"<int:pk>/{name}/", site(act), name=f"rules_engine_proposal_{name}") for name, act in acts.items()),
            path("watch/<int:pk>/keep/", site(keep), name="rules_engine_watch_keep"),
            *super().get_urls(),
        ]

    @admin.display(description="what", ordering="comment")
    def what(self, proposal: Proposal) -> str:
        """Say what it is about."""
        return proposal.comment.splitlines()[0][:80]

    @admin.display(description="sent", ordering="sent_at")
    def sent(self, proposal: Proposal) -> str:
        """Say who sent it, and on which day."""
        return f"{proposal.author_label}, {_day(proposal.sent_at)}"

    @admin.display(description="reviewed", ordering="reviewed_at")
    def reviewed(self, proposal: Proposal) -> str:
        """Say who approved or rejected it, and on which day."""
        if proposal.reviewed_at is None:
            return ""
        return f"{proposal.reviewer_label}, {_day(proposal.reviewed_at)}"

    @admin.display(description="stands", ordering="state")
    def standing(self, proposal: Proposal) -> str:
        """Say where it stands."""
        return badge(proposal)


def _day(instant: datetime) -> str:
    return dateformat(timezone.localtime(instant), "M j")


def badge(proposal: Proposal) -> str:
    """Return where a proposal stands, as a badge."""
    tone = TONES.get(State(proposal.state), "warn")
    return format_html('<span class="fl-badge" data-tone="{}">{}</span>', tone, proposal.get_state_display())


@page("rules.view", "GET")
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a proposal changes, what was said about it, and what stands between it and its publication."""
    return _review_page(request, get_proposal(pk))


@page("rules.approve", "POST")
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve what is shown."""
    proposal, sent = get_proposal(pk), request.POST
    goes_live = proposal.restored_from_id is not None
    told = "It is approved and live." if goes_live else "It is approved, and can be published."
    act = partial(rules.approve, reviewed_hash=sent.get("reviewed", ""), comment=sent.get("comment", ""))
    return _done(request, proposal, partial(act, proposal=proposal), told)


@page("rules.approve", "POST")
def reject(request: HttpRequest, pk: int) -> HttpResponse:
    """Send it back."""
    proposal = get_proposal(pk)
    act = partial(rules.reject, proposal=proposal, reason=request.POST.get("comment", ""))
    return _done(request, proposal, act, "It is sent back, with your reason.")


@page("rules.edit", "POST")
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it back."""
    proposal = get_proposal(pk)
    act = partial(rules.withdraw, proposal=proposal)
    return _done(request, proposal, act, "It is taken back. The draft is as it was.")


@page("rules.view", "POST")
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Say something about one of its rules."""
    proposal, sent = get_proposal(pk), request.POST
    act = partial(rules.comment, rule_id=sent.get("rule", ""), text=sent.get("text", ""))
    return _done(request, proposal, partial(act, ruleset=proposal.ruleset), "Your comment is there.")


@page("rules.approve", "POST")
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm a roll back made in an emergency."""
    proposal = get_proposal(pk)
    act = partial(rules.confirm, proposal=proposal, comment=request.POST.get("comment", ""))
    return _done(request, proposal, act, "It is confirmed.")


@page("rules.publish", "POST")
def unschedule(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the instant back."""
    proposal = get_proposal(pk)
    act = partial(rules.unschedule, proposal=proposal)
    return _done(request, proposal, act, "It is no longer scheduled, and stays approved.")


@page("rules.publish", "POST")
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a version in spite of its watch's alarm."""
    watch = Watch.objects.select_related("version__ruleset").filter(pk=pk).first()
    if watch is None:
        raise Missing("There is no such watch.")
    try:
        rules.keep(watch=watch, because=request.POST.get("because", ""), actor=actor_of(request), now=timezone.now())
    except (Forbidden, Missing):
        raise
    except Refused as refusal:
        for problem in problems_of(refusal):
            messages.error(request, problem.detail)
    else:
        messages.success(request, f"{watch.version} stays, with your reason.")
    return HttpResponseRedirect(set_url(watch.version.ruleset))


@page("rules.publish", "GET", "POST")
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Show every gate; publish at once, or at an instant."""
    proposal = get_proposal(pk)
    refused: tuple[FieldProblem, ...] = ()
    if request.method == "POST":
        try:
            told = _publish(request, proposal)
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            refused = problems_of(refusal)
        else:
            messages.success(request, told)
            return HttpResponseRedirect(set_url(proposal.ruleset))
    return _publish_page(request, get_proposal(pk), refused)


def _publish(request: HttpRequest, proposal: Proposal) -> str:
    who: dict[str, Any] = {"actor": actor_of(request), "now": timezone.now()}
    if request.POST.get("when") != "later":
        reviewed = request.POST.get("reviewed", "")
        return f"{rules.publish(proposal=proposal, reviewed_hash=reviewed, **who)} is live."
    instant = _instant(request.POST.get("publish_at", ""))
    moved = rules.schedule(proposal=proposal, publish_at=instant, **who)
    return f"It goes live on {_both_times(moved.publish_at)}."


def _instant(text: str) -> datetime:
    """Read what the date input sends, in the agency's zone."""
    try:
        read = parse_datetime(text)
    except ValueError:
        read = None
    if read is None:
        raise Invalid((FieldProblem("/publish_at", "publish_at.unreadable", "Give a day and a time."),))
    return read.replace(tzinfo=ZoneInfo(settings.AGENCY_TIME_ZONE)) if timezone.is_naive(read) else read


def _both_times(instant: datetime | None) -> str:
    if instant is None:
        return ""
    local = instant.astimezone(ZoneInfo(settings.AGENCY_TIME_ZONE))
    return f"{local:%b} {local.day}, {local:%Y, %H:%M %Z} ({instant.astimezone(ZoneInfo('UTC')):%H:%M} UTC)"


def _publish_page(request: HttpRequest, proposal: Proposal, refused: tuple[FieldProblem, ...]) -> HttpResponse:
    ruleset = proposal.ruleset
    gates = rules.gates_of(proposal, timezone.now())
    last = ruleset.versions.first()
    context = {
        "title": f"Publish {ruleset}",
        "trail": [(str(ruleset), set_url(ruleset)), ("Review", proposal_url(proposal))],
        "proposal": proposal,
        "ruleset": ruleset,
        "number": last.number + 1 if last else 1,
        "gates": _gates(proposal, gates),
        "is_ready": proposal.is_approved and not any(gate.blocks for gate in gates),
        "comparison": _comparison(proposal),
        "scheduled": _both_times(proposal.publish_at),
        "zone": settings.AGENCY_TIME_ZONE,
        "refused": refused,
        "when": request.POST.get("when", "now"),
        "publish_at": request.POST.get("publish_at", ""),
    }
    return show(request, "publish.html", context)


def _review_page(request: HttpRequest, proposal: Proposal, refused: tuple[FieldProblem, ...] = ()) -> HttpResponse:
    ruleset = proposal.ruleset
    version = getattr(proposal, "version", None)
    is_live = version is not None and ruleset.live_version_id == version.pk
    waits = proposal.is_emergency and proposal.confirmed_by_id is None and version is not None
    mine = actor_of(request).id in map(str, proposal.contributors)
    comments = RuleComment.objects.filter(ruleset=ruleset, rule_id__in=_rule_ids(proposal))
    comparison = _comparison(proposal)
    context = {
        "title": f"{'Roll back' if proposal.restored_from_id else 'Review'} {ruleset}",
        "trail": [(str(ruleset), set_url(ruleset))],
        "proposal": proposal,
        "ruleset": ruleset,
        "version": version,
        "steps": steps(proposal, is_live=is_live),
        "badge": badge(proposal),
        "comparison": comparison,
        "gates": _gates(proposal, rules.gates_of(proposal, timezone.now())) if proposal.is_open or waits else (),
        "comments": comments.select_related("proposal"),
        "rules": [(body["id"], body["name"]) for body in proposal.document["rules"]],
        "scheduled": _both_times(proposal.publish_at),
        "is_mine": mine,
        "may_approve": may(request, "rules.approve"),
        "may_comment": may(request, "rules.approve") or may(request, "rules.edit"),
        "may_withdraw": may(request, "rules.edit"),
        "may_publish": may(request, "rules.publish"),
        "waits_for_confirmation": waits,
        "refused": refused,
        "said": request.POST.get("comment", ""),
    }
    return show(request, "proposal.html", context)


def _gates(proposal: Proposal, gates: tuple[Any, ...]) -> list[Any]:
    rows = list(proposal.ruleset.rules.order_by("position", "pk"))
    return [(gate, linked(gate.problems, rows)) for gate in gates]


def _comparison(proposal: Proposal) -> Comparison:
    return compare(proposal.based_on.document if proposal.based_on else {}, proposal.document)


def _rule_ids(proposal: Proposal) -> list[str]:
    return [body["id"] for body in proposal.document["rules"]]


def _done(request: HttpRequest, proposal: Proposal, act: Callable[..., object], told: str) -> HttpResponse:
    """Take one step and return to the page; a refusal is shown on it, with what was typed."""
    try:
        act(actor=actor_of(request), now=timezone.now())
    except (Forbidden, Missing):
        raise
    except Refused as refusal:
        return _review_page(request, get_proposal(proposal.pk), problems_of(refusal))
    messages.success(request, told)
    return HttpResponseRedirect(proposal_url(proposal))


def get_proposal(pk: int) -> Proposal:
    """Return a proposal with all its page shows.

    :raises Missing: if there is none
    """
    wanted = Proposal.objects.select_related(
        "ruleset__live_version", "based_on", "restored_from", "version", "scheduler"
    )
    found = wanted.filter(pk=pk).first()
    if found is None:
        raise Missing("There is no such proposal.")
    return found
