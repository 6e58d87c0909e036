"""Verifications of the ledger: when, how far, and what was wrong."""

from django.contrib import admin
from django.utils.html import format_html_join

from accounts.policy_admin import ReadOnlyAdmin
from audit.models import Verification


@admin.register(Verification)
class VerificationAdmin(ReadOnlyAdmin):
    """What each night's walk over the chain came to."""

    resource = "audit"
    list_display = ("begun_at", "ended_at", "verdict", "checked", "position")
    ordering = ("-begun_at", "-pk")
    fields = (
        "begun_at",
        "ended_at",
        "verdict",
        "checked",
        "position",
        "hash",
        "unreadable_heads",
        "all_problems",
        "error",
        "told_at",
    )
    readonly_fields = fields

    @admin.display(description="verdict")
    def verdict(self, verification: Verification) -> str:
        """Return the verdict in a word."""
        if verification.ended_at is None:
            return "under way"
        return {True: "sound", False: "broken", None: "not verified"}[verification.is_sound]

    @admin.display(description="problems")
    def all_problems(self, verification: Verification) -> str:
        """Return what is wrong, a line each."""
        return format_html_join("", "<p>{}</p>", ((each,) for each in verification.problems)) or "none"
