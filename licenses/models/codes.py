"""What JSON lists of codes may hold: the shape, and the codes of the closed lists."""

import re
from collections.abc import Collection

from django.core.exceptions import ValidationError

from licenses.lines import ALL_LINES
from licenses.states import JURISDICTIONS

SLUG = re.compile(r"[a-z0-9_-]{1,40}")


def validate_states(value: object) -> None:
    """Refuse anything but a list of state codes."""
    _known(value, JURISDICTIONS, 'state codes, such as ["FL", "GA"]')


def validate_lines(value: object) -> None:
    """Refuse anything but a list of lines of authority."""
    _known(value, ALL_LINES, 'lines of authority, such as ["LIFE"]')


def validate_products(value: object) -> None:
    """Refuse anything but a list of product codes."""
    if not all(SLUG.fullmatch(code) for code in _texts(value, 'product codes, such as ["term_life"]')):
        raise ValidationError('Use product codes, such as ["term_life"].', code="code.unknown")


def validate_line_sets(value: object) -> None:
    """Refuse anything but a list of lists of lines; an empty one would satisfy itself."""
    if not isinstance(value, list) or not value or not all(value):
        raise ValidationError('Give lists of lines, none empty, such as [["PERS"], ["PROP", "CAS"]].', code="shape")
    for lines in value:
        validate_lines(lines)


def _known(value: object, codes: Collection[str], what: str) -> None:
    unknown = [code for code in _texts(value, what) if code not in codes]
    if unknown:
        raise ValidationError(f"Use {what}: {', '.join(unknown)[:80]} is not one.", code="code.unknown")


def _texts(value: object, what: str) -> list[str]:
    if isinstance(value, list) and all(isinstance(code, str) for code in value) and len(set(value)) == len(value):
        return value
    raise ValidationError(f"Give a list of {what}, each once.", code="shape")
