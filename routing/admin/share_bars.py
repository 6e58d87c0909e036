"""Shares before and after as rows of two bars, which a template draws as SVG beside the numbers. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from routing.tally import Share

WIDTH: Final = 48  # what a column of two leaves beside the numbers, without scrolling
SHOWN: Final = 12


@dataclass(frozen=True, slots=True)
class Bars:
    """One row: its numbers, its shares in percent, and how long its two bars are."""

    label: str
    before: int
    after: int
    before_percent: str
    after_percent: str
    change: str
    before_width: float
    after_width: float

    full_width = WIDTH


@dataclass(frozen=True, slots=True)
class Shares:
    """One table of shares; what does not fit on a page is folded away."""

    id: str
    title: str
    first: tuple[Bars, ...]
    more: tuple[Bars, ...]


def bars(key: str, title: str, found: Iterable[Share], label: Callable[[str], str]) -> Shares:
    """Lay out the shares of one dimension."""
    shares = list(found)
    longest = max((share for each in shares for share in (each.before_share, each.after_share)), default=0) or 1
    rows = tuple(_row(share, label(share.key), longest) for share in shares)
    return Shares(key, title, rows[:SHOWN], rows[SHOWN:])


def _row(share: Share, label: str, longest: float) -> Bars:
    return Bars(
        label=label,
        before=share.before,
        after=share.after,
        before_percent=percent(share.before_share),
        after_percent=percent(share.after_share),
        change=f"{share.change:+,}" if share.change else "0",
        before_width=round(share.before_share / longest * WIDTH, 1),
        after_width=round(share.after_share / longest * WIDTH, 1),
    )


def percent(share: float) -> str:
    """Return a share in percent, with a decimal."""
    return f"{share * 100:.1f}%"
