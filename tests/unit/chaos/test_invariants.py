"""What judges a run with faults turns red on a planted fault, one an invariant and more, and stays green otherwise."""

from collections.abc import Callable

import pytest

from benchmarks.chaos.invariants import INVARIANTS, Aftermath, broken
from benchmarks.chaos.planted import PLANTED, SOUND


def test_nothing_is_broken_where_all_is_well() -> None:
    assert broken(SOUND) == []


@pytest.mark.parametrize(
    ("invariant", "fault", "plant"), PLANTED, ids=[f"{name} {fault}" for name, fault, _ in PLANTED]
)
def test_a_planted_fault_turns_its_invariant_red(
    invariant: str, fault: str, plant: Callable[[Aftermath], Aftermath]
) -> None:
    told = broken(plant(SOUND))

    assert {each.partition(":")[0] for each in told} == {invariant}, fault
    assert len(told) == 1


def test_every_invariant_has_a_planted_fault() -> None:
    assert {name for name, _, _ in PLANTED} == set(INVARIANTS)
