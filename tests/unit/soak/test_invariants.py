"""The soak's checker turns red on a planted fault, one an invariant, and stays green where all is well."""

from collections.abc import Callable

import pytest

from benchmarks.soak.invariants import INVARIANTS, Seen, broken, is_flat
from benchmarks.soak.planted import PLANTED, SOUND


def test_nothing_is_broken_where_all_is_well() -> None:
    assert broken(SOUND) == []


@pytest.mark.parametrize(
    ("invariant", "fault", "plant"), PLANTED, ids=[f"{name} {fault}" for name, fault, _ in PLANTED]
)
def test_a_planted_fault_turns_its_invariant_red(invariant: str, fault: str, plant: Callable[[Seen], Seen]) -> None:
    told = broken(plant(SOUND))

    assert {each.partition(":")[0] for each in told} == {invariant}, fault
    assert len(told) == 1


def test_every_invariant_has_a_planted_fault() -> None:
    assert {name for name, _, _ in PLANTED} == set(INVARIANTS)


@pytest.mark.parametrize(
    ("megabytes", "flat"),
    [
        ([80.0, 110, 120, 121, 120, 121, 122, 121], True),
        ([80.0, 110, 120, 130, 140, 150, 160, 170], False),
        ([80.0, 200.0], True),
    ],
    ids=["settles", "grows", "too short to say"],
)
def test_memory_is_flat_once_it_has_settled(megabytes: list[float], flat: bool) -> None:
    assert is_flat(megabytes) is flat
