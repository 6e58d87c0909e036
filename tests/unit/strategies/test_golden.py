"""The stories in tests/conformance/strategies, which a manager can read: who comes, goes and returns, who gets what."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.unit.strategies.pool import Pool, member

FILES = sorted((Path(__file__).parents[2] / "conformance" / "strategies").glob("*.json"))
CASES: dict[str, dict[str, Any]] = {
    f"{path.stem}: {case['name']}": case for path in FILES for case in json.loads(path.read_text())["cases"]
}


@pytest.mark.parametrize("name", CASES)
def test_the_story_goes_as_it_is_told(name: str) -> None:
    case = CASES[name]
    pool = Pool(
        case["strategy"],
        [member(number, weight=weight) for number, weight in enumerate(case["members"].values())],
        **case.get("options", {}),
    )
    numbers = {name: number for number, name in enumerate(case["members"])}
    gone: dict[str, Any] = {}

    for step in case["story"]:
        match step:
            case {"leads": int(count)}:
                only = [numbers[each] for each in step["only"]] if "only" in step else None
                given = pool.give(count, only=only)
                names = {number: name for name, number in numbers.items()}
                if "go_to" in step:
                    assert [names[number] for number in given] == step["go_to"]
                if "counts" in step:
                    assert {name: given.count(number) for name, number in numbers.items()} == step["counts"]
            case {"leaves": str(name)}:
                gone[name] = pool.leave(numbers[name])
            case {"joins": str(name)}:
                numbers[name] = len(numbers)
                pool.join(member(numbers[name], weight=step.get("weight", 1)))
            case {"returns": str(name)}:
                pool.join(gone.pop(name))
            case {"weight_of": str(name), "becomes": int(weight)}:
                pool.members[numbers[name]] = replace(pool.members[numbers[name]], weight=weight)
            case _:
                raise AssertionError(f"Nobody knows how to tell {step}.")


def test_there_are_stories_of_joiners_and_of_returners() -> None:
    told = [step for case in CASES.values() for step in case["story"]]

    assert {key for step in told for key in step} >= {"joins", "leaves", "returns", "only", "weight_of"}
