"""What the builder is told about a condition: which rows clash, always hold, or say the same, and where they are."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest

from rules_engine.engine.budget import PREVIEW_STEPS
from rules_engine.engine.parse import parse_condition
from rules_engine.engine.prover.conditions import ConditionFinding, condition_findings
from rules_engine.engine.prover.formulas import Formula
from rules_engine.engine.prover.search import ATTEMPT, Narrowed, Search
from tests.unit.engine.vocabulary import CATALOG, leaf

FL = leaf("lead.state", "eq", "FL")
TX = leaf("lead.state", "eq", "TX")
ADULT = leaf("lead.age", "gte", 18)


def findings(document: object, steps: int = PREVIEW_STEPS) -> tuple[ConditionFinding, ...]:
    parsed = parse_condition(document, CATALOG, draft=True)
    assert parsed.condition is not None, parsed.problems
    return condition_findings(parsed.condition, CATALOG, "/when", steps=steps)


FOUND: dict[str, tuple[Any, str, tuple[str, ...]]] = {
    "two rows clash": ({"all": [ADULT, FL, TX]}, "condition.impossible", ("/when/all/1", "/when/all/2")),
    "three rows clash": (
        {
            "all": [
                leaf("lead.state", "ne", "FL"),
                ADULT,
                leaf("lead.state", "ne", "TX"),
                leaf("lead.state", "ne", "NY"),
            ]
        },
        "condition.impossible",
        ("/when/all/0", "/when/all/2", "/when/all/3"),
    ),
    "clash in a group inside": (
        {"any": [ADULT, {"all": [FL, TX]}]},
        "condition.impossible",
        ("/when/any/1/all/0", "/when/any/1/all/1"),
    ),
    "row with a group": ({"all": [FL, {"not": FL}]}, "condition.impossible", ("/when/all/0", "/when/all/1")),
    "never": (leaf("now.local_time", "lt", "00:00"), "condition.impossible", ("/when",)),
    "one of two always": (
        {"any": [ADULT, leaf("lead.age", "lt", 21)]},
        "condition.always",
        ("/when/any/0", "/when/any/1"),
    ),
    "always": (leaf("lead.state", "in", ["FL", "TX", "NY"]), "condition.always", ("/when",)),
    "twice": ({"all": [FL, ADULT, FL]}, "condition.duplicate", ("/when/all/0", "/when/all/2")),
    "twice in other words": (
        {"any": [FL, leaf("lead.state", "not_in", ["TX", "NY"])]},
        "condition.duplicate",
        ("/when/any/0", "/when/any/1"),
    ),
    "implied in an all": (
        {"all": [ADULT, leaf("lead.age", "gt", 64)]},
        "condition.implied",
        ("/when/all/0", "/when/all/1"),
    ),
    "implied in an any": (
        {"any": [ADULT, leaf("lead.age", "gt", 64)]},
        "condition.implied",
        ("/when/any/1", "/when/any/0"),
    ),
    "not decided": (
        {"all": [leaf("lead.name", "matches", "[bc][de]"), leaf("lead.name", "matches", "[ac]e")]},
        "condition.undecided",
        ("/when",),
    ),
}


@pytest.mark.parametrize(("document", "code", "pointers"), FOUND.values(), ids=FOUND)
def test_it_is_found_once_at_the_rows_that_make_it_so(document: object, code: str, pointers: tuple[str, ...]) -> None:
    (finding,) = findings(document)

    assert (finding.code, finding.pointers) == (code, pointers)
    assert finding.decided == (code != "condition.undecided")


FINE: dict[str, Any] = {
    "a row": FL,
    "two facts": {"all": [FL, ADULT]},
    "known and another": {"all": [leaf("lead.state", "is_known"), leaf("lead.state", "ne", "FL")]},
    "a muted clash": {"all": [FL, TX | {"muted": True}]},
    "one or the other": {"any": [FL, TX]},
    "states compared": {"all": [FL, leaf("lead.home_state", "ne", ref="lead.state")]},
}


@pytest.mark.parametrize("document", FINE.values(), ids=FINE)
def test_nothing_is_said_of_a_sound_condition(document: object) -> None:
    assert findings(document) == ()


def test_the_sentence_names_both_rows_in_words() -> None:
    (finding,) = findings({"all": [FL, TX]})

    assert finding.message == "“state is Florida” and “state is Texas” cannot hold together."


def test_two_hundred_rows_are_judged() -> None:
    rows = [leaf("lead.age", "ne", number) for number in range(200)]

    assert findings({"all": rows}) == ()


def _ages(count: int) -> dict[str, Any]:
    born = [(date(1950, 1, 1) + timedelta(days=400 * number)).isoformat() for number in range(count // 2)]
    dated = [leaf("lead.birth_date", "lt", day) for day in born]
    return {"any": [*dated, *(leaf("lead.birth_date", "older_than_days", 999 + 37 * n) for n in range(count // 2))]}


def test_sixty_ages_and_dates_use_up_the_budget_which_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts: list[Search] = []
    find = Search.find

    def counted(search: Search, formulas: Iterable[Formula]) -> Narrowed | None:
        attempts.append(search)
        return find(search, formulas)

    monkeypatch.setattr(Search, "find", counted)

    document = {"all": [FL, TX, _ages(60)]}
    (finding,) = [each for each in findings(document) if not each.decided]

    assert finding.code == "condition.unfinished"
    assert finding.message.endswith("is not decided, because the budget of steps is used up.")
    assert len(attempts) < PREVIEW_STEPS / ATTEMPT


def test_what_was_found_within_the_budget_is_kept() -> None:
    document = {"all": [{"any": [FL, ADULT, leaf("lead.age", "lt", 21)]}, _ages(60)]}

    codes = [finding.code for finding in findings(document, steps=2_000)]

    assert codes == ["condition.always", "condition.unfinished"]
