"""Published versions: to be read, compared and published again; changed by nobody."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html

from accounts.errors import FieldProblem, Forbidden, Missing, Refused
from accounts.http import actor_of
from accounts.policy_admin import ReadOnlyAdmin
from rules_engine import services as rules
from rules_engine.admin.exchange import as_file
from rules_engine.admin.pages import may, page, problems_of, proposal_url, set_url, show
from rules_engine.comparison import compare, sentence
from rules_engine.models import RuleSetVersion


@admin.register(RuleSetVersion)
class RuleSetVersionAdmin(ReadOnlyAdmin):
    """Every version of every set, newest first."""

    resource = "rules"
    list_display = ("label", "published_at", "published_by", "comment", "live")
    list_filter = ("ruleset", "published_at")
    search_fields = ("comment", "author_label", "ruleset__name", "content_hash")
    ordering = ("-published_at", "-pk")

    @admin.display(description="By", ordering="author_label")
    def published_by(self, version: RuleSetVersion) -> str:
        """Return who published it."""
        return version.author_label

    def get_queryset(self, request: HttpRequest) -> QuerySet[RuleSetVersion]:
        """Leave the documents where they are: a list of fifty may be fifty megabytes."""
        return super().get_queryset(request).select_related("ruleset").defer("document")

    def get_urls(self) -> list[URLPattern]:
        """Put our pages before the admin's own."""
        site = self.admin_site.admin_view
        return [
            path("<int:pk>/change/", site(read), name="rules_engine_rulesetversion_change"),
            path("<int:pk>/export/", site(export), name="rules_engine_rulesetversion_export"),
            path("<int:pk>/roll-back/", site(roll_back), name="rules_engine_rulesetversion_roll_back"),
            *super().get_urls(),
        ]

    @admin.display(description="version", ordering="number")
    def label(self, version: RuleSetVersion) -> str:
        """Name the version."""
        return str(version)

    @admin.display(description="live", ordering=F("ruleset__live_version"))
    def live(self, version: RuleSetVersion) -> str:
        """Mark the version that decides now."""
        if version.ruleset.live_version_id != version.pk:
            return ""
        return format_html('<span class="fl-badge" data-tone="ok">{}</span>', "LIVE")


@page("rules.view", "GET")
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a version in sentences."""
    version = _get_version(pk)
    lists = version.document.get("lists", {})
    earlier = version.ruleset.versions.filter(number__lt=version.number).first()
    context = {
        "title": str(version),
        "trail": [(str(version.ruleset), set_url(version.ruleset))],
        "version": version,
        "earlier": earlier,
        "is_live": version.ruleset.live_version_id == version.pk,
        "rows": [(body, sentence(body, version.ruleset.stage, lists)) for body in version.document["rules"]],
        "may_roll_back": may(request, "rules.rollback"),
        "may_edit": may(request, "rules.edit"),
    }
    return show(request, "version.html", context)


@page("rules.view", "GET")
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out the document as it was published."""
    version = _get_version(pk)
    return as_file(version.document, f"{version.ruleset.slug}-v{version.number}.json")


@page("rules.rollback", "GET", "POST")
def roll_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what going back would change; ask for it, or in an emergency do it."""
    version = _get_version(pk)
    refused: tuple[FieldProblem, ...] = ()
    if request.method == "POST":
        try:
            return _go_back(request, version)
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            refused = problems_of(refusal)
    live = version.ruleset.live_version
    context: dict[str, Any] = {
        "title": f"Roll back to {version}",
        "trail": [(str(version.ruleset), set_url(version.ruleset))],
        "version": version,
        "live": live,
        "comparison": compare(live.document if live else {}, version.document),
        "refused": refused,
        "comment": request.POST.get("comment", ""),
    }
    return show(request, "roll_back.html", context)


def _go_back(request: HttpRequest, version: RuleSetVersion) -> HttpResponse:
    """Go back at once, or ask for it."""
    asked: dict[str, Any] = {
        "ruleset": version.ruleset,
        "number": version.number,
        "comment": request.POST.get("comment", ""),
        "actor": actor_of(request),
        "now": timezone.now(),
    }
    if request.POST.get("how") != "now":
        proposal = rules.propose_roll_back(**asked)
        messages.success(request, "It is asked for. Somebody else approves it, and with that it is live.")
        return HttpResponseRedirect(proposal_url(proposal))
    restored = rules.roll_back_now(**asked)
    messages.success(
        request, f"{restored} is live: it says what v{version.number} said. Somebody else must confirm it now."
    )
    return HttpResponseRedirect(set_url(version.ruleset))


def _get_version(pk: int) -> RuleSetVersion:
    version = (
        RuleSetVersion.objects.select_related("ruleset__live_version", "restored_from", "proposal")
        .filter(pk=pk)
        .first()
    )
    if version is None:
        raise Missing("There is no such version.")
    return version
