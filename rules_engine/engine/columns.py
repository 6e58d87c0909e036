"""What all terms of a set ask of one fact, turned into one look-up: the value in, the terms that it leaves open out."""

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import accumulate
from operator import xor
from typing import Any as Raw
from typing import Final

from rules_engine.engine.bounds import ORDERED, Bounds, values_of
from rules_engine.engine.masks import bits
from rules_engine.engine.nodes import Leaf, Literal
from rules_engine.engine.terms import Demand

# Questions that name the values, members, beginnings or endings they hold for. A rule may name several: one is enough.
SCALARS: Final = frozenset({"eq", "in"})
AFFIXES: Final = frozenset({"starts_with", "ends_with"})
MEMBERS: Final = frozenset({"contains", "contains_any", "contains_all"})
INDEXED: Final = SCALARS | AFFIXES | MEMBERS | ORDERED | {"is_known"}

# Values of one fact whose open terms are kept: some hundred kilobytes in a set of a thousand rules.
MOST_REMEMBERED: Final = 1_024

LookUp = Callable[[Raw], int]
# What each term asks of the fact, by the term's bit.
Asked = Mapping[int, list[Demand]]


def is_indexed(demand: Demand) -> bool:
    """Say whether a question can be looked up, rather than asked."""
    leaf, wanted = demand
    if leaf.op == "contains_all" and not wanted:
        return len(values_of(leaf)) == 1
    return leaf.op == "is_known" or (leaf.op in INDEXED and isinstance(leaf.operand, Literal))


class Column:
    """One fact: the terms that its values leave open, and, where it is missing, those that may hold and that do."""

    def __init__(self, asked: Asked, whole: int) -> None:
        known = [bit for bit, demands in asked.items() if (_KNOWN, True) in map(_known, demands)]
        lacking = [bit for bit, demands in asked.items() if (_KNOWN, False) in map(_known, demands)]
        valued = {bit: [each for each in demands if each[0].op != _KNOWN] for bit, demands in asked.items()}
        self.sure_if_missing = whole & ~_union(known) & ~_union(bit for bit, demands in valued.items() if demands)
        self.possible_if_missing = whole & ~_union(known)
        self.anywhere = whole & ~_union(lacking)
        self.asked = {bit: demands for bit, demands in valued.items() if demands}

    @property
    def ops(self) -> frozenset[str]:
        """The questions that depend on the value."""
        return frozenset(leaf.op for demands in self.asked.values() for leaf, _ in demands)

    def by_bounds(self) -> "Line":
        """Return what finds the terms open for a value that is compared with others."""
        bounds = Bounds(leaf for demands in self.asked.values() for leaf, _ in demands)
        turns = [0] * (bounds.last + 2)
        everywhere = (1 << (bounds.last + 1)) - 1
        for bit, demands in self.asked.items():
            places = everywhere
            for leaf, wanted in demands:
                held = _union((2 << end) - (1 << start) for start, end in bounds.stretches(leaf) if start <= end)
                places &= held if wanted else ~held
            for turn in bits(places ^ places << 1):
                turns[turn] ^= bit
        opened = accumulate(turns[:-1], xor, initial=self.anywhere & ~_union(self.asked))
        return Line(bounds, [terms & self.anywhere for terms in opened][1:])

    def by_value(self) -> tuple[dict[Hashable, int], int]:
        """Return the terms open at each value that is named, and those open at any other."""
        tokens = self._tokens()
        return {token: tokens.open((token,)) for token in tokens.named}, tokens.open(())

    def by_member(self) -> "Remembering":
        """Return what finds the terms open for a set."""
        return Remembering(self._tokens().open)

    def by_affix(self) -> LookUp:
        """Return what finds the terms open for a text, by its beginnings and endings of the lengths asked about."""
        tokens = self._tokens()
        starts = sorted({length for length, _ in tokens.named if length > 0})
        ends = sorted({length for length, _ in tokens.named if length < 0})
        find = tokens.open

        def open_for(text: str) -> int:
            beginnings = [(length, text[:length]) for length in starts]
            return find([(0, text), *beginnings, *((length, text[length:]) for length in ends)])

        return open_for

    def _tokens(self) -> "Tokens":
        tokens = Tokens(self.anywhere)
        is_text = not self.ops.isdisjoint(AFFIXES)
        for bit, demands in self.asked.items():
            layer = 0
            for leaf, wanted in demands:
                for named in _named(leaf, is_text):
                    if wanted:
                        tokens.want(bit, named, layer)
                        layer += 1
                    else:
                        tokens.refuse(bit, named)
        return tokens


class Line:
    """The terms open along the line of a fact's values: on each bound that is drawn, and between them."""

    def __init__(self, bounds: Bounds, places: Sequence[int]) -> None:
        self.drawn = tuple(bounds.drawn)
        self.ends = (*self.drawn, None)  # so that what lies behind the last bound may be compared as well
        self.between, self.on = places[::2], places[1::2]

    @property
    def is_short(self) -> bool:
        """Say whether few whole numbers lie along it, so that remembering each is cheaper than searching."""
        whole = all(isinstance(bound, int) for bound in self.drawn)
        return whole and self.drawn[-1] - self.drawn[0] < MOST_REMEMBERED

    def find(self, value: Raw) -> int:
        """Return the terms open at a value."""
        at = bisect_left(self.drawn, value)
        return (self.on if self.ends[at] == value else self.between)[at]


class Remembering(dict[Raw, int]):
    """A look-up that keeps what it found for the values it met first: the same few come again with other leads."""

    def __init__(self, find: LookUp) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, value: Raw) -> int:
        found = self._find(value)
        if len(self) < MOST_REMEMBERED:
            self[value] = found
        return found


class Tokens:
    """Terms by the tokens a value must have, or may not. A term that wants several has each in a layer of its own."""

    def __init__(self, anywhere: int) -> None:
        self._anywhere = anywhere
        self._layers: list[tuple[int, dict[Hashable, int]]] = []
        self._kept: dict[Hashable, int] = {}

    @property
    def named(self) -> frozenset[Raw]:
        """Every token asked about."""
        return frozenset(self._kept).union(*(found for _, found in self._layers))

    def want(self, bit: int, named: Iterable[Hashable], layer: int) -> None:
        """Leave a term open only where the value has one of these."""
        if layer == len(self._layers):
            self._layers.append((self._anywhere, {}))
        others, found = self._layers[layer]
        self._layers[layer] = others & ~bit, found
        for token in named:
            found[token] = found.get(token, 0) | bit & self._anywhere

    def refuse(self, bit: int, named: Iterable[Hashable]) -> None:
        """Close a term where the value has one of these."""
        for token in named:
            self._kept[token] = self._kept.get(token, self._anywhere) & ~bit

    def open(self, tokens: Iterable[Hashable]) -> int:
        """Return the terms open for a value that has these tokens."""
        left = self._anywhere
        for others, found in self._layers:
            here = others
            for token in tokens:
                if token in found:
                    here |= found[token]
            left &= here
        kept = self._kept
        for token in tokens:
            if token in kept:
                left &= kept[token]
        return left


_KNOWN: Final = "is_known"


def _known(demand: Demand) -> tuple[str, bool]:
    return demand[0].op, demand[1]


def _named(leaf: Leaf, is_text: bool) -> list[list[Hashable]]:
    """Return the tokens a question is about, of each list of which the value must have one."""
    values = values_of(leaf)
    match leaf.op:
        case "contains_all":
            return [[value] for value in values]
        case "starts_with":
            return [[(len(value), value) for value in values]]
        case "ends_with":
            return [[(-len(value), value) for value in values]]
    return [[(0, value) if is_text else value for value in values]]


def _union(masks: Iterable[int]) -> int:
    union = 0
    for mask in masks:
        union |= mask
    return union
