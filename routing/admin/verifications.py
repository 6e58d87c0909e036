"""Verifications of the ledger: when, how far, and what was wrong."""

from typing import Final

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.policy_admin import ReadOnlyAdmin
from audit.models import Verification

VERDICTS: Final = {True: ("ok", "Sound"), False: ("bad", "Broken"), None: ("warn", "Not verified")}


@admin.register(Verification)
class VerificationAdmin(ReadOnlyAdmin):
    """What each night's walk over the chain came to."""

    resource = "audit"
    list_display = ("begun_at", "ended_at", "verdict", "links")
    ordering = ("-begun_at", "-pk")
    fields = (
        "begun_at",
        "ended_at",
        "verdict",
        "links",
        "position",
        "hash",
        "unreadable_heads",
        "all_problems",
        "error",
        "told_at",
    )
    readonly_fields = fields

    @admin.display(description="verdict")
    def verdict(self, verification: Verification) -> SafeString:
        """Return the verdict in a word."""
        tone, word = VERDICTS[verification.is_sound] if verification.ended_at else ("info", "Under way")
        return format_html('<span class="fl-badge" data-tone="{}">{}</span>', tone, word)

    @admin.display(description="links checked", ordering="checked")
    def links(self, verification: Verification) -> str:
        """Return how many links were checked."""
        return f"{verification.checked:,}"

    @admin.display(description="problems")
    def all_problems(self, verification: Verification) -> str:
        """Return what is wrong, a line each."""
        return format_html_join("", "<p>{}</p>", ((each,) for each in verification.problems)) or "none"
