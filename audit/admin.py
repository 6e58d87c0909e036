"""The ledger in the admin: to be browsed by auditors, changed by nobody."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html

from accounts.policy_admin import BoundedPaginator, ReadOnlyAdmin
from audit.models import Entry

RECENT = 10_000  # entries whose actions the filter offers


class ActionFilter(admin.SimpleListFilter):
    """What happened, out of what happened lately: the whole ledger is too long to ask."""

    title = "action"
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer the actions of the most recent entries."""
        recent = Entry.objects.order_by("-seq").values("action")[:RECENT]
        names = Entry.objects.filter(action__in=recent).order_by("action").values_list("action", flat=True).distinct()
        return [(name, name) for name in names]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Entry]) -> QuerySet[Entry]:
        """Keep one action."""
        return queryset.filter(action=self.value()) if self.value() else queryset


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    """Who did what to what, and when."""

    resource = "audit"
    list_display = ("occurred_at", "who", "action", "target_label", "is_sealed")
    list_filter = (ActionFilter, "actor_kind", "occurred_at")
    search_fields = ("actor_label", "target_label", "=target_id", "=actor_id")
    search_help_text = "Search by the name of who did it or what it was done to, or by an id."
    list_select_related = ("seal",)
    ordering = ("-seq",)
    show_full_result_count = False
    paginator = BoundedPaginator
    told = ("occurred_at", "who", "action", "target", "readable_detail")
    proof = ("id", "seq", "txid", "recorded_at", "position", "hash")
    fieldsets = ((None, {"fields": told}), ("Proof", {"fields": proof}))
    readonly_fields = (*told, *proof)

    @admin.display(description="who", ordering="actor_label")
    def who(self, entry: Entry) -> str:
        """Return the actor's name and kind."""
        return f"{entry.actor_label} ({entry.actor_kind.lower()})"

    @admin.display(description="sealed", boolean=True)
    def is_sealed(self, entry: Entry) -> bool:
        """Say whether the chain holds the entry already."""
        return hasattr(entry, "seal")

    @admin.display(description="what to")
    def target(self, entry: Entry) -> str:
        """Link to what it was done to, where there is a page for it."""
        label = entry.target_label or entry.target_id
        try:
            url = reverse(f"admin:{entry.target_type.replace('.', '_')}_change", args=[entry.target_id])
        except NoReverseMatch:
            return label or "nothing in particular"
        return format_html('<a href="{}">{}</a>', url, label)

    @admin.display(description="detail")
    def readable_detail(self, entry: Entry) -> str:
        """Return the detail as indented JSON."""
        return format_html("<pre>{}</pre>", json.dumps(entry.detail, indent=2, sort_keys=True, ensure_ascii=False))

    @admin.display(description="position in the chain")
    def position(self, entry: Entry) -> str:
        """Return where in the chain the entry is sealed."""
        return str(entry.seal.position) if self.is_sealed(entry) else "not sealed yet"

    @admin.display(description="hash")
    def hash(self, entry: Entry) -> str:
        """Return the hash of its link."""
        return entry.seal.hash if self.is_sealed(entry) else ""
