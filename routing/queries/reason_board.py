"""What stands in the way of waiting leads: how many wait for each reason, their value, and what would free the most."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, DecimalField, ExpressionWrapper, Max, Min, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, Greatest, Least, NullIf

from routing import reasons, words
from routing.aliases import READABLE, field_of, key_of
from routing.catalog import CATALOG
from routing.fairness import CENT, USUAL_PREMIUM, expected_value
from routing.models import Pool, QueueItem

GROUPS: Final = 20
SHOWN: Final = 8  # items of each group on the overview
SAMPLE: Final = 400  # items looked at for what would free the most
LEVERS: Final = 3
PASSING: Final = frozenset({"OFF_SHIFT", "ON_LEAVE", "ALREADY_HAD_IT"})  # nothing a person mends
# What the database adds up is `fairness.expected_value` of each item's lead, but for rounding it to a cent.
_PREMIUM: Final = Coalesce(NullIf("lead__premium", Value(Decimal(0))), Value(USUAL_PREMIUM))
_PERCENT: Final = Least(Greatest(Coalesce("lead__score", 0), 1), 100)
_SAID: Final = Max("text")  # one of what a rule said, where it said different things over time
# Times a hundredth: by a hundred SQLite would divide whole premiums to whole dollars.
_WORTH: Final = ExpressionWrapper(_PREMIUM * _PERCENT * Value(Decimal("0.01")), output_field=DecimalField())


@dataclass(frozen=True, slots=True)
class Lever:
    """One thing to put right, how many leads wait for nothing else, and what they are worth."""

    text: str
    frees: int
    worth: Decimal
    mapping: "Mapping | None" = None


@dataclass(frozen=True, slots=True)
class Mapping:
    """What a source sends in a field that nobody here can read: once it is said how, those leads are free."""

    source_id: int
    source: str
    field: str
    sent: str

    def __str__(self) -> str:
        return f"{READABLE[self.field].label} “{self.sent}” from {self.source}"


@dataclass(frozen=True, slots=True)
class Group:
    """Leads that wait for one reason."""

    reason: str
    text: str
    count: int
    worth: Decimal
    premiums: Decimal
    unscored: int
    oldest: datetime
    levers: Sequence[Lever]
    items: Sequence[QueueItem]

    @property
    def looked_at(self) -> int:
        """How many were asked what would free them: the oldest."""
        return min(self.count, SAMPLE)

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.items)

    @property
    def can_be_retried(self) -> bool:
        """Say whether asking the rules again can help: not where the lead could not be read."""
        return self.reason not in reasons.UNREAD


@dataclass(frozen=True, slots=True)
class Board:
    """What waits by its reasons, those with most leads first, and what all of it is worth."""

    count: int
    worth: Decimal
    premiums: Decimal
    unscored: int
    groups: Sequence[Group]
    more: int  # reasons that are not shown


def board(items: QuerySet[QueueItem], *, shown: int = SHOWN) -> Board:
    """Return one kind's items by reason: the most leads first, of as many those that are worth most."""
    counted = items.order_by().values("reason")
    rows = counted.annotate(
        count=Count("pk"),
        worth=Sum(_WORTH),
        premiums=Sum(_PREMIUM),
        unscored=Count("pk", filter=Q(lead__score__isnull=True)),
        oldest=Min("created_at"),
        said=_SAID,
    ).order_by("-count", "-worth", "reason")
    found = [{**row, **{name: row[name].quantize(CENT) for name in ("worth", "premiums")}} for row in rows]
    return Board(
        count=sum(row["count"] for row in found),
        worth=sum((row["worth"] for row in found), Decimal(0)),
        premiums=sum((row["premiums"] for row in found), Decimal(0)),
        unscored=sum(row["unscored"] for row in found),
        groups=[_group(items.filter(reason=row["reason"]), shown, row) for row in found[:GROUPS]],
        more=max(len(found) - GROUPS, 0),
    )


def _group(items: QuerySet[QueueItem], shown: int, counted: dict[str, Any]) -> Group:
    oldest = items.select_related("lead__person", "owner", "deputy", "claimed_by").order_by("created_at", "pk")
    text = _heading(counted["reason"], counted.pop("said"))
    return Group(**counted, text=text, levers=levers(items), items=list(oldest[:shown]))


def headings(codes: Iterable[str], items: QuerySet[QueueItem]) -> list[str]:
    """Return the sentence for each reason; one statement where any is a rule's own."""
    known = list(codes)
    own = [code for code in known if code not in reasons.REASONS]
    said = items.order_by().filter(reason__in=own).values_list("reason").annotate(said=_SAID) if own else ()
    told = dict(said)
    return [_heading(code, told.get(code, "")) for code in known]


def _heading(code: str, said: str) -> str:
    """Return the sentence for a reason; for a rule's own, what the rule said."""
    return (said if code not in reasons.REASONS else "") or reasons.text(code)


def levers(items: QuerySet[QueueItem]) -> list[Lever]:
    """Return what stands alone in the way of the most leads, of as many the one that holds up most value."""
    counted: Counter[str | Mapping] = Counter()
    worth: defaultdict[str | Mapping, Decimal] = defaultdict(Decimal)
    pools = dict(Pool.objects.values_list("slug", "name"))
    for item in items.select_related("lead__source").order_by("created_at", "pk")[:SAMPLE]:
        for what in set(_levers_of(item, pools)):
            counted[what] += 1
            worth[what] += expected_value(item.lead.premium, item.lead.score)
    most = sorted(counted, key=lambda what: (-counted[what], -worth[what], str(what)))
    return [
        Lever(str(what), counted[what], worth[what], what if isinstance(what, Mapping) else None)
        for what in most[:LEVERS]
    ]


def _mapping(item: QueueItem) -> Mapping | None:
    """Return what alone keeps a lead that could not be read, where it can be said once and for all how to read it."""
    if item.reason != "FIELDS_INVALID" or len(item.problems) != 1:
        return None
    [problem] = item.problems
    field, sent, source = field_of(problem["pointer"]), problem.get("sent"), item.lead.source
    return Mapping(source.pk, source.name, field, key_of(sent)) if field and sent else None


def _levers_of(item: QueueItem, pools: dict[str, str]) -> Iterable[str | Mapping]:
    lead, mapping, pool = item.lead, _mapping(item), pools.get(item.lead.pool, item.lead.pool)
    if mapping is not None:
        yield mapping
        return
    if item.reason in {"NO_CAPACITY", "DAILY_CAP_REACHED", "CAP_REACHED"}:
        yield f"Room in the pool {pool}"
    elif item.reason in {"POOL_EMPTY", "POOL_UNKNOWN"}:
        yield f"An active member in the pool {pool}" if item.reason == "POOL_EMPTY" else f"The pool {pool}"
    elif item.reason == "NO_ROUTE":
        yield f"A route for {words.place(lead.governing_state, lead.line)}"
    for problem in item.problems:
        field = CATALOG.get(problem["pointer"])
        yield field.label if field else words.code_name(problem["pointer"].strip("/").replace("/", " "))
    for miss in item.misses:
        blocks = miss["blocks"]
        if len(blocks) == 1 and blocks[0]["code"] not in PASSING:
            yield f"{miss['name']}: {blocks[0]['text']}"
