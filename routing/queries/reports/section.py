"""The parts a report is put together of: what is counted, what is told apart, by what it is grouped."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual, LessThan

from licenses.models import Producer
from routing.figures import Band, Column, Key, Unit
from routing.figures import Value as Number
from routing.models import Lead, Pool
from routing.queries.reports.scope import Scope

Labels = Callable[[Collection[Key]], Mapping[Key, str]]
MEDIAN: Final = "median"
P90: Final = "p90"


def everything(scope: Scope) -> Q:
    """Leave nothing out."""
    return Q()


@dataclass(frozen=True, slots=True)
class Part:
    """One count: how it is called, which rows it counts, and in which tone a chart shows it."""

    name: str
    label: str
    holds: Callable[[Scope], Q] = everything
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """One share: a part among others taken together."""

    name: str
    label: str
    part: str
    among: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time of each row, whose median and ninth decile are told."""

    since: str
    until: str
    median: str
    p90: str


@dataclass(frozen=True, slots=True)
class Beside:
    """Numbers that are not counted from the section's rows: a line for each key, and what they come to."""

    columns: tuple[Column, ...]
    values: Mapping[Key, tuple[Number, ...]]
    totals: tuple[Number, ...]


@dataclass(frozen=True, kw_only=True)
class By:
    """One way to group a section's rows: a table, and maybe a chart.

    `fixed` keys are shown in that order, and no others; else the key with most rows comes first.
    """

    name: str
    title: str
    heading: str
    key: Callable[[Scope], Any]
    labels: Labels
    is_number: bool = False
    fixed: tuple[Key, ...] = ()
    is_in_order: bool = False
    short: Callable[[Key], str] | None = None  # for the axis of a chart
    columns: tuple[str, ...] = ()  # those shown; none named: all
    beside: Callable[[Scope], Beside] | None = None
    shown: Callable[[Scope], bool] = field(default=lambda scope: True)

    def read(self, text: str) -> Key:
        """Return the key an address names.

        :raises ValueError: if it names none
        """
        if self.is_number:
            return int(text) if text else None
        return text


@dataclass(frozen=True, kw_only=True)
class Section:
    """Rows of one kind that are counted: `at` is the instant they are listed by, `nothing` says there are none."""

    name: str
    title: str
    rows: Callable[[Scope], QuerySet[Any]]
    at: str
    at_label: str
    nothing: str
    parts: tuple[Part, ...]
    by: tuple[By, ...]
    rates: tuple[Rate, ...] = ()
    span: Span | None = None

    def part(self, name: str) -> Part:
        """Return the part of this name.

        :raises KeyError: if there is none
        """
        return {each.name: each for each in self.parts}[name]

    @property
    def timed(self) -> frozenset[str]:
        """The names of the columns that tell a length of time."""
        return frozenset({MEDIAN, P90}) if self.span else frozenset()

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns every table of the section may show."""
        counts = (Column(each.name, each.label, Unit.COUNT, is_counted=True, tone=each.tone) for each in self.parts)
        rates = (Column(each.name, each.label, Unit.SHARE) for each in self.rates)
        spans: tuple[Column, ...] = ()
        if self.span:
            spans = (
                Column(MEDIAN, self.span.median, Unit.SECONDS),
                Column(P90, self.span.p90, Unit.SECONDS),
            )
        return (*counts, *rates, *spans)


def by_producer(path: str = "producer", *, nobody: str = "Nobody", **fields: Any) -> By:
    """Group by a producer."""
    return By(
        name="producer",
        title="By producer",
        heading="Producer",
        key=lambda scope: F(f"{path}_id"),
        labels=lambda keys: _producers(keys, nobody),
        is_number=True,
        **fields,
    )


def _producers(keys: Collection[Key], nobody: str) -> dict[Key, str]:
    """Return the names, with the NPN where two are called the same."""
    known = Producer.objects.in_bulk([key for key in keys if key is not None])
    often = Counter(map(str, known.values()))
    names = {key: f"{each} (NPN {each.npn})" if often[str(each)] > 1 else str(each) for key, each in known.items()}
    return {key: names.get(int(key), nobody) if key is not None else nobody for key in keys}


TIERS: Final = (*Lead.Tier.values, "")


def by_tier(path: str, **fields: Any) -> By:
    """Group by the lead's tier, the most urgent first."""
    labels = {**dict(Lead.Tier.choices), "": "No tier yet"}
    return By(
        name="tier",
        title="By tier",
        heading="Tier",
        key=lambda scope: F(path),
        labels=lambda keys: {key: labels.get(str(key), str(key)) for key in keys},
        fixed=TIERS,
        **fields,
    )


def by_pool(path: str, **fields: Any) -> By:
    """Group by a pool's slug, blank or null for none."""

    def labels(keys: Collection[Key]) -> dict[Key, str]:
        names = dict(Pool.objects.filter(slug__in=keys).values_list("slug", "name"))
        return {key: names.get(str(key), str(key)) if key else "No pool" for key in keys}

    def key(scope: Scope) -> Any:
        return Coalesce(path, Value(""))

    return By(name="pool", title="By pool", heading="Pool", key=key, labels=labels, **fields)


def by_band(bands: tuple[Band, ...], elapsed: Callable[[Scope], Any], **fields: Any) -> By:
    """Group by a length of time in whole seconds, an expression; one without an end is in no band."""

    def key(scope: Scope) -> Any:
        seconds = elapsed(scope)
        limits = [
            When(LessThan(seconds, int(band.until.total_seconds())), then=Value(place))
            for place, band in enumerate(bands)
            if band.until is not None
        ]
        longest = When(GreaterThanOrEqual(seconds, 0), then=Value(len(bands) - 1))
        return Case(*limits, longest, output_field=IntegerField(null=True))

    return By(
        name="band",
        key=key,
        labels=lambda keys: {each: bands[int(each)].label for each in keys if each is not None},
        short=lambda each: bands[int(each or 0)].short,
        is_number=True,
        fixed=tuple(range(len(bands))),
        **fields,
    )
