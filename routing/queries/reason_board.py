"""What stands in the way of waiting leads: how many wait for each reason, and what would free the most of them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Min, QuerySet

from routing import reasons, words
from routing.aliases import READABLE, field_of, key_of
from routing.catalog import CATALOG
from routing.models import QueueItem

GROUPS: Final = 20
SHOWN: Final = 8  # items of each group on the overview
SAMPLE: Final = 400  # items looked at for what would free the most
LEVERS: Final = 3
PASSING: Final = frozenset({"OFF_SHIFT", "ON_LEAVE", "ALREADY_HAD_IT"})  # nothing a person mends


@dataclass(frozen=True, slots=True)
class Lever:
    """One thing to put right, and how many leads wait for nothing else."""

    text: str
    frees: int
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
    oldest: datetime
    levers: Sequence[Lever]
    items: Sequence[QueueItem]

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.items)

    @property
    def can_be_retried(self) -> bool:
        """Say whether asking the rules again can help: not where the lead could not be read."""
        return self.reason not in reasons.UNREAD


def groups(items: QuerySet[QueueItem], *, shown: int = SHOWN) -> list[Group]:
    """Return one kind's items by reason, the largest group first."""
    counted = (
        items.order_by()
        .values_list("reason")
        .annotate(number=Count("pk"), oldest=Min("created_at"))
        .order_by("-number")
    )
    return [
        Group(
            reason,
            _heading(reason, items),
            number,
            oldest,
            levers(items.filter(reason=reason)),
            _oldest(items, reason, shown),
        )
        for reason, number, oldest in counted[:GROUPS]
    ]


def _heading(reason: str, items: QuerySet[QueueItem]) -> str:
    """Return the sentence for a reason; for a rule's own, what the rule said."""
    said = items.filter(reason=reason).values_list("text", flat=True).first() if reason not in reasons.REASONS else ""
    return said or reasons.text(reason)


def _oldest(items: QuerySet[QueueItem], reason: str, shown: int) -> list[QueueItem]:
    found = items.filter(reason=reason).select_related("lead__person", "owner", "deputy", "claimed_by")
    return list(found.order_by("created_at", "pk")[:shown])


def levers(items: QuerySet[QueueItem]) -> list[Lever]:
    """Return what stands alone in the way of the most leads."""
    counted: Counter[str | Mapping] = Counter()
    for item in items.select_related("lead__source").order_by("created_at", "pk")[:SAMPLE]:
        counted.update(set(_levers_of(item)))
    most = sorted(counted.items(), key=lambda each: (-each[1], str(each[0])))
    return [Lever(str(what), frees, what if isinstance(what, Mapping) else None) for what, frees in most[:LEVERS]]


def _mapping(item: QueueItem) -> Mapping | None:
    """Return what alone keeps a lead that could not be read, where it can be said once and for all how to read it."""
    if item.reason != "FIELDS_INVALID" or len(item.problems) != 1:
        return None
    [problem] = item.problems
    field, sent, source = field_of(problem["pointer"]), problem.get("sent"), item.lead.source
    return Mapping(source.pk, source.name, field, key_of(sent)) if field and sent else None


def _levers_of(item: QueueItem) -> Iterable[str | Mapping]:
    lead, mapping = item.lead, _mapping(item)
    if mapping is not None:
        yield mapping
        return
    if item.reason in {"NO_CAPACITY", "DAILY_CAP_REACHED", "CAP_REACHED"}:
        yield f"Room in the pool {lead.pool}"
    elif item.reason in {"POOL_EMPTY", "POOL_UNKNOWN"}:
        yield f"An active member in the pool {lead.pool}" if item.reason == "POOL_EMPTY" else f"The pool {lead.pool}"
    elif item.reason == "NO_ROUTE":
        yield f"A route for {words.place(lead.governing_state, lead.line)}"
    for problem in item.problems:
        field = CATALOG.get(problem["pointer"])
        yield field.label if field else words.code_name(problem["pointer"].strip("/").replace("/", " "))
    for miss in item.misses:
        blocks = miss["blocks"]
        if len(blocks) == 1 and blocks[0]["code"] not in PASSING:
            yield f"{miss['name']}: {blocks[0]['text']}"
