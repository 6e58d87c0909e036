"""Rule sets: the list, the page of one with its rules in order, publication, import and export."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.module_loading import import_string

from accounts.http import actor_of
from accounts.policy_admin import PolicyAdmin
from rules_engine import queries
from rules_engine import services as rules
from rules_engine.admin import exchange, linting, publication
from rules_engine.admin.pages import linked, may, set_url
from rules_engine.comparison import Comparison, compare, sentence
from rules_engine.mappers import document_of, list_values
from rules_engine.models import Proposal, RuleSet, RuleSetVersion, Watch
from rules_engine.stepper import steps

FALLEN = (Proposal.State.REJECTED, Proposal.State.VOID, Proposal.State.FAILED)
ZONES = ("New_York", "Chicago", "Denver", "Phoenix", "Los_Angeles", "Anchorage", "Puerto_Rico")
ZONE_NAMES = (*(f"America/{city}" for city in ZONES), "Pacific/Honolulu", "Pacific/Guam", "UTC")


class RuleSetForm(forms.ModelForm[RuleSet]):
    """What is said about a set; its rules are edited one by one."""

    time_zone = forms.ChoiceField(
        label="Time zone", help_text="The zone of the rules' dates. Takes effect when published."
    )

    class Meta:
        """All that people type."""

        model = RuleSet
        fields = ("name", "slug", "stage", "position", "time_zone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "time_zone" in self.fields:
            names = dict.fromkeys([*ZONE_NAMES, self.instance.time_zone])
            self.fields["time_zone"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]


@admin.register(RuleSet)
class RuleSetAdmin(PolicyAdmin):
    """Sets by stage, each with what is live and what its draft changes."""

    resource = "rules"
    form = RuleSetForm
    change_form_template = "rules_engine/rule_set.html"
    actions = None
    list_display = ("name", "stage", "live", "draft", "rule_count")
    list_filter = ("stage",)
    list_select_related = ("live_version",)
    search_fields = ("name", "slug")
    ordering = (queries.STAGE_ORDER, "position", "slug")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RuleSet]:
        """Count the rules along."""
        counted: QuerySet[RuleSet] = super().get_queryset(request).annotate(rule_count=Count("rules"))
        return counted

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Compare every draft shown with what is live, at once."""
        shown = super().get_changelist_instance(request)
        shown.result_list = queries.with_differences(shown.result_list)
        return shown

    def get_readonly_fields(self, request: HttpRequest, obj: RuleSet | None = None) -> tuple[str, ...]:
        """Keep what versions and decisions name the set by."""
        return ("slug", "stage") if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: RuleSet | None = None) -> dict[str, Sequence[str]]:
        """Suggest a slug for a new set."""
        return {} if obj or not self.may_edit(request) else {"slug": ("name",)}

    @admin.display(description="live", ordering="live_version__published_at")
    def live(self, ruleset: RuleSet) -> str:
        """Return the version that decides now."""
        if ruleset.live_version is None:
            return format_html('<span class="fl-badge">{}</span>', "Never published")
        return format_html('<span class="fl-badge" data-tone="ok">LIVE v{}</span>', ruleset.live_version.number)

    @admin.display(description="draft")
    def draft(self, ruleset: RuleSet) -> str:
        """Say whether the draft holds something not yet live."""
        if ruleset.draft_differs:  # type: ignore[attr-defined]  # told by get_changelist_instance
            return format_html('<span class="fl-badge" data-tone="warn">{}</span>', "DRAFT differs")
        return "Same as live"

    @admin.display(description="rules", ordering="rule_count")
    def rule_count(self, ruleset: RuleSet) -> int:
        """Return how many rules the draft has."""
        return int(ruleset.rule_count)  # type: ignore[attr-defined]  # annotated by get_queryset

    def get_urls(self) -> list[URLPattern]:
        """Put our pages before the admin's own."""
        site = self.admin_site.admin_view
        return [
            path("<int:pk>/send/", site(publication.send), name="rules_engine_ruleset_send"),
            path("<int:pk>/lint/", site(linting.lint), name="rules_engine_ruleset_lint"),
            path("<int:pk>/lint/count/", site(linting.count), name="rules_engine_ruleset_lint_count"),
            path("<int:pk>/compare/", site(exchange.compare_states), name="rules_engine_ruleset_compare"),
            path("<int:pk>/export/", site(exchange.export), name="rules_engine_ruleset_export"),
            path("<int:pk>/import/", site(exchange.import_document), name="rules_engine_ruleset_import"),
            *super().get_urls(),
        ]

    def save_model(self, request: HttpRequest, obj: RuleSet, form: Any, change: bool) -> None:
        """Make or describe through the service."""
        who: dict[str, Any] = {"actor": actor_of(request), "now": timezone.now()}
        said: dict[str, Any] = {"name": obj.name, "position": obj.position, "time_zone": obj.time_zone}
        if change:
            rules.describe_rule_set(ruleset=obj, **said, **who)
            return
        made = rules.create_rule_set(slug=obj.slug, stage=obj.stage, **said, **who)
        obj.pk, obj._state.adding = made.pk, False

    def response_add(self, request: HttpRequest, obj: RuleSet, post_url_continue: str | None = None) -> HttpResponse:
        """Go on to its rules."""
        messages.success(request, f"{obj} is there. Add its first rule.")
        return HttpResponseRedirect(set_url(obj))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show the rules above what is said about the set."""
        ruleset = context.get("original")
        if ruleset is not None:
            context |= set_context(request, ruleset)
        return super().render_change_form(request, context, *args, **kwargs)


def set_context(request: HttpRequest, ruleset: RuleSet) -> dict[str, Any]:
    """Return what the page of a set shows: each rule in words, and how the draft differs from what is live."""
    draft = document_of(ruleset)
    live = ruleset.live_version
    comparison = compare(live.document, draft) if live else Comparison((), ())
    marks: dict[str, list[Any]] = {}
    for change in comparison.rules:
        marks.setdefault(change.rule_id, []).append(change)
    found = rules.soundness(draft)
    rows, lists = list(ruleset.rules.order_by("position", "pk")), list_values()
    said = Counter(ruleset.comments.values_list("rule_id", flat=True))
    return {
        "live": live,
        "comparison": comparison,
        "problems": linked(found.problems, rows),
        "rows": [
            {
                "rule": rule,
                "sentence": sentence(rule.body, ruleset.stage, lists),
                "changes": marks.get(rule.rule_id, ()),
                "fails": rule.rule_id in found.failing,
                "comments": said[rule.rule_id],
                "up": rule.position - 1 if rule.position else None,
                "down": rule.position + 1 if rule.position + 1 < len(rows) else None,
            }
            for rule in rows
        ],
        "may_edit": may(request, "rules.edit"),
        "may_publish": may(request, "rules.publish"),
        "may_roll_back": may(request, "rules.rollback"),
        "links": [
            (label, url)
            for path in settings.RULES_LINKS
            for label, url, permission in import_string(path)(ruleset)
            if may(request, permission)
        ],
        **standing(ruleset),
    }


def standing(ruleset: RuleSet) -> dict[str, Any]:
    """Return where the draft stands, what waits beside it, and the watch over what is live."""
    proposal, live = queries.find_open(ruleset), ruleset.live_version
    last = ruleset.proposals.of_draft().first()
    returning = ruleset.proposals.filter(restored_from__isnull=False).select_related("restored_from")
    unsent = proposal is None and queries.draft_differs(ruleset)
    return {
        "proposal": proposal,
        "unsent": unsent,
        "steps": steps(proposal, is_live=not unsent and proposal is None),
        "fallen": last if unsent and last and last.state in FALLEN else None,
        "returning": [*returning.open(), *returning.unconfirmed()],
        **watched(live),
    }


def watched(live: RuleSetVersion | None) -> dict[str, Any]:
    """Return the watch over the live version, row by row, and the version before it."""
    watch = Watch.objects.filter(version=live).exclude(state=Watch.State.OVER).first() if live else None
    if watch is None or live is None:
        return {}
    return {
        "watch": watch,
        "watch_rows": rules.watch_rows(watch),
        "previous": live.ruleset.versions.filter(number__lt=live.number).first(),
    }
