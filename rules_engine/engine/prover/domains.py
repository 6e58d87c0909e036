"""Divides what a fact can be into classes that none of the questions asked can see inside, with one value for each."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, count, islice, product
from typing import Final

from rules_engine.engine.catalog import Field
from rules_engine.engine.operators import compile_pattern
from rules_engine.engine.prover.samples import samples
from rules_engine.engine.prover.scales import SCALES
from rules_engine.engine.values import MISSING, Kind, Missing, Scalar

# Patterns told apart exactly on one field: each doubles its supposed classes.
MAX_PATTERNS: Final = 6


@dataclass(slots=True)
class Cuts:
    """What the questions on a field, and on the fields it is compared with, tell apart.

    `spare`: how many different values a class must offer, so that as many fields may differ inside it.
    """

    values: set[Scalar] = field(default_factory=set)
    starts: set[str] = field(default_factory=set)
    ends: set[str] = field(default_factory=set)
    patterns: set[str] = field(default_factory=set)
    spare: int = 1


@dataclass(frozen=True, slots=True)
class Supposed:
    """A text that begins and ends as `like` does, but matches exactly these of the patterns told apart.

    Whether there is such a text is not known: it may be used to rule things out, never as an example.
    """

    like: str
    matching: frozenset[str]
    told: frozenset[str]

    def matches(self, pattern: str) -> bool | None:
        """Say whether it matches, None where either may be."""
        return pattern in self.matching if pattern in self.told else None


Class = Scalar | Supposed | Missing


@dataclass(frozen=True)
class Domain:
    """The classes of one fact, MISSING last. Sets of classes are bit masks, class 0 being the lowest bit."""

    classes: tuple[Class, ...]

    @cached_property
    def full(self) -> int:
        """Every class."""
        return (1 << len(self.classes)) - 1

    @cached_property
    def missing(self) -> int:
        """The class of a fact nobody knows."""
        return 1 << (len(self.classes) - 1)

    @cached_property
    def known(self) -> int:
        """Every class but the missing one."""
        return self.full & ~self.missing

    @cached_property
    def certain(self) -> int:
        """Every class that surely has a value."""
        return self.where(lambda each: not isinstance(each, Supposed))

    def where(self, test: Callable[[Class], bool]) -> int:
        """Return the classes the test holds for."""
        return sum(1 << index for index, each in enumerate(self.classes) if test(each))

    def first(self, mask: int) -> Class:
        """Return the first of some classes."""
        return self.classes[(mask & -mask).bit_length() - 1]


def domain_of(asked: Field, cuts: Cuts) -> Domain:
    """Return the classes of a field that holds one value."""
    if asked.options:
        known: Iterable[Class] = (option.value for option in asked.options)
    elif asked.kind is Kind.BOOLEAN:
        known = (True, False)
    elif asked.kind in SCALES:
        known = SCALES[asked.kind].cut(cuts.values, cuts.spare)
    else:
        known = texts(cuts)
    return Domain((*known, MISSING))


def texts(cuts: Cuts) -> list[Class]:
    """Return every text named, and for each beginning and each end asked about, texts that have these and no other."""
    named = {str(value) for value in cuts.values}
    named.update(text for pattern in cuts.patterns for text in samples(pattern))
    bodies = product(("", *sorted(cuts.starts)), ("", *sorted(cuts.ends)))
    fresh = [text for start, end in bodies for text in islice(_between(start, end, named, cuts), cuts.spare)]
    return [*sorted(named), *fresh, *_supposed(fresh, cuts.patterns)]


def _between(start: str, end: str, named: set[str], cuts: Cuts) -> Iterator[str]:
    """Yield texts that have, of all beginnings and ends asked about, only those that `start` and `end` bring along."""
    letter = _unused_letter(cuts)
    for body in chain(("other", "another"), (letter * length for length in count(1))):
        text = f"{start}{body}{end}"
        begins = all(text.startswith(asked) == start.startswith(asked) for asked in cuts.starts)
        ends = all(text.endswith(asked) == end.endswith(asked) for asked in cuts.ends)
        if begins and ends and text not in named:
            yield text


def _unused_letter(cuts: Cuts) -> str:
    """Return a letter in no beginning and no end: words made of it bring none along."""
    used = set("".join(cuts.starts | cuts.ends))
    return next(letter for code in count(ord("a")) if (letter := chr(code)).isalnum() and letter not in used)


def _supposed(fresh: list[str], patterns: set[str]) -> Iterator[Supposed]:
    """Yield, for each text standing for many, what the others may match though it does not, and the reverse."""
    told = frozenset(sorted(patterns)[:MAX_PATTERNS])
    for text in fresh if patterns else ():
        own = frozenset(pattern for pattern in told if compile_pattern(pattern).fullmatch(text))
        for chosen in product((False, True), repeat=len(told)):
            matching = frozenset(pattern for pattern, is_chosen in zip(sorted(told), chosen, strict=True) if is_chosen)
            if matching != own or len(patterns) > len(told):
                yield Supposed(text, matching, told)
