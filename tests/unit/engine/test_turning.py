"""The fewest answers that would have to turn: they do turn the condition, and fewer do not."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from rules_engine.engine.evaluate import GroupTrace, LeafTrace, Trace
from rules_engine.engine.nodes import Leaf
from rules_engine.engine.turning import OPPOSITE, Turn, turns
from rules_engine.engine.values import MISSING, Verdict

MEMBERS = {"all": (Verdict.FALSE, Verdict.TRUE), "any": (Verdict.TRUE, Verdict.FALSE)}


def leaf(number: int, verdict: Verdict) -> LeafTrace:
    """Return a question of its own name with this answer."""
    return LeafTrace(Leaf(f"lead.f{number}", "is_known", None), MISSING, (), verdict)


def group(kind: str, *members: Trace) -> GroupTrace:
    """Return a group with the verdict its members come to."""
    if kind == "not":
        return GroupTrace(kind, members, OPPOSITE.get(members[0].verdict, Verdict.UNKNOWN))
    decisive, otherwise = MEMBERS[kind]
    verdicts = [member.verdict for member in members]
    found = decisive if decisive in verdicts else Verdict.UNKNOWN if Verdict.UNKNOWN in verdicts else otherwise
    return GroupTrace(kind, members, found)


@st.composite
def traces(draw: st.DrawFn) -> Trace:
    """Draw a small condition, every question asked once."""
    numbers = iter(range(100))

    def tree(depth: int) -> Trace:
        kind = draw(st.sampled_from(["leaf", "all", "any", "not"])) if depth else "leaf"
        if kind == "leaf":
            return leaf(next(numbers), draw(st.sampled_from(list(Verdict))))
        count = 1 if kind == "not" else draw(st.integers(1, 2))
        return group(kind, *(tree(depth - 1) for _ in range(count)))

    return tree(3)


def questions(trace: Trace) -> list[LeafTrace]:
    """Return the leaves."""
    return [trace] if isinstance(trace, LeafTrace) else [each for member in trace.members for each in questions(member)]


def turned(trace: Trace, answers: dict[Leaf, Verdict]) -> Verdict:
    """Return the verdict with some answers turned."""
    if isinstance(trace, LeafTrace):
        return answers.get(trace.leaf, trace.verdict)
    inner = [leaf(place, turned(member, answers)) for place, member in enumerate(trace.members)]
    return group(trace.group, *inner).verdict


@settings(deadline=None)
@given(trace=traces(), wanted=st.sampled_from([Verdict.TRUE, Verdict.FALSE]), stubborn=st.sets(st.integers(0, 9)))
def test_turning_these_answers_turns_the_condition_and_no_fewer_do(
    trace: Trace, wanted: Verdict, stubborn: set[int]
) -> None:
    willing = [each for each in questions(trace) if int(each.leaf.field.removeprefix("lead.f")) not in stubborn]

    found = turns(trace, wanted, willing.__contains__)

    def reached(some: tuple[LeafTrace, ...]) -> bool:
        choices: list[dict[Leaf, Verdict]] = [{}]
        for each in some:
            choices = [{**chosen, each.leaf: to} for chosen in choices for to in OPPOSITE]
        return any(turned(trace, answers) is wanted for answers in choices)

    if found is None:
        assert not reached(tuple(willing))
    else:
        assert turned(trace, {turn.trace.leaf: turn.wanted for turn in found}) is wanted
        assert not any(reached(some) for size in range(len(found)) for some in combinations(willing, size))


def test_of_two_ways_as_short_the_one_written_first_is_told() -> None:
    first, second = leaf(1, Verdict.FALSE), leaf(2, Verdict.UNKNOWN)

    assert turns(group("any", first, second), Verdict.TRUE, lambda _: True) == (Turn(first, Verdict.TRUE),)
