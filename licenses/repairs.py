"""The fewest changes to a producer's licensing after which the guard says yes. Pure.

The guard's gates are mended part by part: the producer, the licence in the state, the home licence it hangs on, and the
carrier. Every candidate is tried on the guard itself, so what is advised is never a guess.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from typing import Final

from licenses.authority import Case
from licenses.changes import (
    AddLicense,
    AddLines,
    Appoint,
    Change,
    MendContract,
    MendLicense,
    MendLines,
    Return,
    SignContract,
    apply,
)
from licenses.facts import LicenseFact, Licensing
from licenses.registers import Register, home_register

Changes = tuple[Change, ...]
Part = list[Changes]  # ways to mend one part; the last is always enough
HOME: Final = "R"


def repair(licensing: Licensing, case: Case) -> Changes | None:
    """Return the fewest changes after which the guard allows; () where it does now, None where nothing would help."""
    best: Changes | None = None
    for lines in _line_sets(case):
        found = _repair_for(licensing, case, lines)
        if found is not None and (best is None or len(found) < len(best)):
            best = found
    return best


def _line_sets(case: Case) -> list[tuple[str, ...]]:
    """Return every set of lines that satisfies all that is asked, in the order the products name them."""
    unions: dict[tuple[str, ...], None] = {(): None}
    for need in case.needs:
        ways = [lines for lines in need.lines_any_of if lines]
        unions = dict.fromkeys(tuple(dict.fromkeys((*union, *lines))) for union in unions for lines in ways)
    return list(unions)


def _repair_for(licensing: Licensing, case: Case, lines: tuple[str, ...]) -> Changes | None:
    """Mend each part in turn, the others being whole: parts stand apart, so the least of each is the least of all."""
    parts = _parts(licensing, case, lines)
    chosen: list[Changes] = [part[-1] for part in parts]
    for index, part in enumerate(parts):
        others = [*chosen[:index], *chosen[index + 1 :]]

        def does(changes: Changes, others: list[Changes] = others) -> bool:
            return case.judge(apply(_once([changes, *others]), licensing)).allowed

        found = _fewest(part, does)
        if found is None:
            return None
        chosen[index] = found
    return _once(chosen)


def _fewest(ways: Part, does: Callable[[Changes], bool]) -> Changes | None:
    """Return the smallest part of any way that does, the earliest of equals."""
    most = max(map(len, ways))
    candidates = (some for size in range(most + 1) for way in ways for some in combinations(way, size))
    return next(filter(does, candidates), None)


def _once(chosen: Iterable[Changes]) -> Changes:
    return tuple(dict.fromkeys(change for changes in chosen for change in changes))


def _parts(licensing: Licensing, case: Case, lines: tuple[str, ...]) -> list[Part]:
    state = case.ask.state
    home = home_register(licensing, case.now)
    residency = HOME if state == licensing.resident_state else "NR"
    return [
        [(Return(licensing.status),)],
        list(_license_ways(Register(licensing, state, case.days), lines, residency)),
        list(_license_ways(home, lines, HOME)),
        list(_carrier_ways(licensing, case, lines)),
    ]


def _license_ways(register: Register, lines: tuple[str, ...], residency: str) -> Iterator[Changes]:
    """Yield ways to hold these lines in force: where each stands now, or all of what is wanting on one licence."""
    if not register.sellers:
        yield (AddLicense(register.state, lines, residency),)
        return
    wanting = tuple(line for line in lines if not _is_sound(register, line))
    held = {line: row[0] for line in wanting if (row := register.holding(line))}
    for base in register.sellers:
        yield _mended(register, {line: held.get(line, base) for line in wanting}, base)
    for base in register.sellers:
        yield _mended(register, dict.fromkeys(wanting, base), base)


def _is_sound(register: Register, line: str) -> bool:
    row = register.holding(line)
    return row is not None and not register.against(row)


def _mended(register: Register, places: dict[str, LicenseFact], base: LicenseFact) -> Changes:
    """Return what puts each line in force on the licence it is to stand on; `base` counts where nothing is wanting."""
    changes: list[Change] = []
    for license_ in dict.fromkeys([*places.values()] or [base]):
        here = [line for line, place in places.items() if place is license_]
        carried = {each.line for each in license_.lines}
        faulty = tuple(line for line in here if line in carried)
        lacking = tuple(line for line in here if line not in carried)
        changes += [MendLicense(license_, register.days)] if register.faults(license_) else []
        changes += [MendLines(license_, faulty)] if faulty else []
        changes += [AddLines(license_, lacking)] if lacking else []
    return tuple(changes)


def _carrier_ways(licensing: Licensing, case: Case, lines: tuple[str, ...]) -> Iterator[Changes]:
    """Yield, for each carrier in question, a contract and an appointment: a contract that is there, or a new one."""
    named = case.ask.carrier
    carriers = [named] if named else list(dict.fromkeys(each.carrier for each in licensing.contracts)) or [""]
    products = tuple(need.code for need in case.needs if need.code)
    for carrier in carriers:
        appoint = Appoint(carrier, case.ask.state, lines)
        contracts: Sequence[Change] = [
            MendContract(each, case.days) for each in licensing.contracts if each.carrier == carrier
        ]
        fresh = SignContract(carrier, case.ask.state, products, extends=bool(contracts))
        for contract in contracts:
            yield (contract, appoint)
        yield (fresh, appoint)
