"""Filters for pages about rules: places of a rule's document, and its dates, as people call them."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from django import template
from django.utils.dateformat import format as date_format

from rules_engine.admin.parts import LEGAL_PARTS, STAGE_PARTS

register = template.Library()

STEP: Final = " › "
# What the fields of the builder are called, by where their values stand in the document.
LABELS: Final[Mapping[str, str]] = {
    "name": "Name",
    **{
        part.path.strip("/").replace("/", STEP): part.label
        for part in (*LEGAL_PARTS, *(part for parts in STAGE_PARTS.values() for part in parts))
    },
}


@register.filter
def place_label(place: str) -> str:
    """Return what people call a place: "citation › verified_on" is Verified on; one nobody named reads as itself."""
    return LABELS.get(place) or place.replace("_", " ").capitalize()


@register.filter
def day_words(text: object) -> object:
    """Return a day of a document in words: 2026-11-21 is Nov 21, 2026; anything else stays as it is."""
    try:
        return date_format(date.fromisoformat(str(text)), "M j, Y")
    except ValueError:
        return text
