"""Rule sets: the list, the page of one with its rules in order, publication, import and export."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html

from accounts.http import actor_of
from accounts.policy_admin import PolicyAdmin
from rules_engine import queries
from rules_engine import services as rules
from rules_engine.admin import exchange, publication
from rules_engine.admin.pages import linked, may, set_url
from rules_engine.comparison import Comparison, compare, sentence
from rules_engine.mappers import document_of
from rules_engine.models import RuleSet

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
        if queries.draft_differs(ruleset):
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
            path("<int:pk>/publish/", site(publication.publish), name="rules_engine_ruleset_publish"),
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
    found = rules.validate(document=draft, draft=True)
    failed = {result.rule for result in found.examples if not result.passed}
    rows = list(ruleset.rules.order_by("position", "pk"))
    return {
        "live": live,
        "comparison": comparison,
        "problems": linked(found.problems, rows),
        "rows": [
            {
                "rule": rule,
                "sentence": sentence(rule.body, ruleset.stage),
                "changes": marks.get(rule.rule_id, ()),
                "fails": rule.rule_id in failed,
                "up": rule.position - 1 if rule.position else None,
                "down": rule.position + 1 if rule.position + 1 < len(rows) else None,
            }
            for rule in rows
        ],
        "may_edit": may(request, "rules.edit"),
        "may_publish": may(request, "rules.publish"),
    }
