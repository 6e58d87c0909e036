"""Filters for pages about leads."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from audit.models import Entry
from routing import actor_words, reasons, words
from routing.models import Lead

register = template.Library()
register.filter("phone", words.phone)
register.filter("state_name", words.state_name)
register.filter("line_name", words.line_name)
register.filter("language_name", words.language_name)
register.filter("code_name", words.code_name)
register.filter("block_name", words.block_name)
register.filter("reason_text", reasons.text)
register.filter("actor_name", actor_words.name_in)


def badge(text: str, tone: str) -> SafeString:
    """Return a badge: a word in a tone."""
    return format_html('<span class="fl-badge" data-tone="{}">{}</span>', tone, text)


@register.filter
def at(choices: Mapping[str, Any], name: str) -> Any:
    """Return what stands under a name."""
    return choices.get(name)


@register.filter
def state_badge(lead: Lead) -> SafeString:
    """Return the badge of a lead's state."""
    return badge(lead.get_state_display(), words.STATE_TONES.get(lead.state, "muted"))


@register.filter
def tier_badge(tier: str) -> SafeString | str:
    """Return the badge of a tier, or nothing."""
    return badge(tier.capitalize(), words.TIER_TONES.get(tier, "muted")) if tier else ""


@register.simple_tag
def due_badge(due_at: datetime | None, now: datetime) -> SafeString | str:
    """Return the badge of a clock; with scripts it ticks (ticking.js), without it says what was true when shown."""
    if due_at is None:
        return ""
    due = words.due(due_at=due_at, starts_at=now, now=now, zone=ZoneInfo("UTC"))
    clock = '<span class="fl-badge fr-clock" data-tone="{}" data-due="{}" data-now="{}">{}</span>'
    return format_html(clock, due.tone, due_at.isoformat(), now.isoformat(), due.text)


@register.filter
def age(since: datetime, now: datetime) -> str:
    """Return how long ago something began."""
    return words.length(now - since)


@register.filter
def actor(entry: Entry) -> str:
    """Return who did it, in words."""
    return actor_words.actor_name(entry.actor_kind, entry.actor_label)


@register.filter
def place(lead: Lead) -> str:
    """Return where and what a lead asks for."""
    return words.place(lead.governing_state, lead.line)
