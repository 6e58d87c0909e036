"""How a fact of the roster, turned round, answers each operator: in literal tables.

An operator that is not in them still works: each value the roster holds takes its test once, or the rule is asked
producer by producer.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any as Raw
from typing import Final

from rules_engine.engine.attributes import Attribute
from rules_engine.engine.nodes import Literal
from rules_engine.engine.operators import Moment

# Of what a fact is compared with: the positions for which the answer is yes.
Find = Callable[[Raw], int]
# Makes it for one fact, so that what it needs is made before the first question.
Lookup = Callable[[Attribute], Find]


def _but(lookup: Lookup) -> Lookup:
    """Return the look-up for everybody of whom the fact is known, but those."""

    def but(attribute: Attribute) -> Find:
        find = lookup(attribute)
        return lambda value: attribute.known ^ find(value)

    return but


def _between(attribute: Attribute) -> Find:
    ranges = attribute.ranges

    def find(ends: tuple[Raw, Raw]) -> int:
        low, high = ends
        if not isinstance(low, time):
            return ranges.below(low) ^ ranges.at_most(high)
        within = ranges.below(low) ^ ranges.below(high)
        return within if low < high else attribute.known ^ within

    return find


def _all_of(attribute: Attribute) -> Find:
    def find(wanted: frozenset[Raw]) -> int:
        found = attribute.known
        for value in wanted:
            found &= attribute.holding(value)
        return found

    return find


def _any_beyond(attribute: Attribute) -> Find:
    return lambda allowed: attribute.tested(lambda value: value not in allowed)


def _holding(attribute: Attribute) -> Find:
    return attribute.holding


def _among(attribute: Attribute) -> Find:
    return attribute.union


def _below(attribute: Attribute) -> Find:
    return attribute.ranges.below


def _at_most(attribute: Attribute) -> Find:
    return attribute.ranges.at_most


# With the producer's fact as the subject: "producer.languages contains …".
LOOKUPS: Final[dict[str, Lookup]] = {
    "eq": _holding,
    "ne": _but(_holding),
    "lt": _below,
    "lte": _at_most,
    "gt": _but(_at_most),
    "gte": _but(_below),
    "between": _between,
    "in": _among,
    "not_in": _but(_among),
    "contains": _holding,
    "not_contains": _but(_holding),
    "contains_any": _among,
    "contains_all": _all_of,
    "starts_with": lambda attribute: attribute.ranges.starting,
    "is_known": lambda attribute: lambda _: attribute.known,
    "is_missing": lambda attribute: lambda _: attribute.missing,
}

# With the producer's fact as what another is compared with: "lead.language in producer.languages".
TURNED: Final[dict[str, Lookup]] = {
    "eq": _holding,
    "ne": _but(_holding),
    "lt": _but(_at_most),
    "lte": _but(_below),
    "gt": _below,
    "gte": _at_most,
    "in": _holding,
    "not_in": _but(_holding),
    "contains": _among,
    "not_contains": _but(_among),
    "contains_any": _among,
    "contains_all": _but(_any_beyond),
}


def _within_days(attribute: Attribute, written: Literal) -> Callable[[Moment], int]:
    ranges = attribute.ranges

    def find(moment: Moment) -> int:
        first, last = _stretch(attribute, written, moment)
        return ranges.below(first) ^ ranges.at_most(last)

    return find


def _older_than_days(attribute: Attribute, written: Literal) -> Callable[[Moment], int]:
    ranges = attribute.ranges
    return lambda moment: ranges.below(_stretch(attribute, written, moment)[0])


def _stretch(attribute: Attribute, written: Literal, moment: Moment) -> tuple[Raw, Raw]:
    """Return the first day, or instant, of those that count, and the last, so many days later."""
    days: Raw = written.value
    if isinstance(next(iter(attribute.sets), None), datetime):
        return moment.now - timedelta(days=min(days, moment.now.toordinal() - 1)), moment.now
    return date.fromordinal(max(1, moment.today.toordinal() - days)), moment.today


# With the moment: "producer.trained_on within the last … days".
DATED: Final[dict[str, Callable[[Attribute, Literal], Callable[[Moment], int]]]] = {
    "within_days": _within_days,
    "older_than_days": _older_than_days,
}
