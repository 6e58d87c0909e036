"""Ask both engines about the same leads, check that they agree, and time them in turns."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from platform import python_version
from typing import Any, Final

from benchmarks.gates import peer
from benchmarks.gates.workload import RawLead, leads, rule_set
from benchmarks.report import Result
from benchmarks.timing import Call, median, time_call, time_in_turns
from routing.catalog import CATALOG
from rules_engine.engine.compile import CompiledSet, compile_set
from rules_engine.engine.outcomes import FiredGate, GateOutcome
from rules_engine.engine.parse import parse
from rules_engine.engine.ruleset import gate
from rules_engine.engine.values import Verdict

RULES: Final = 100
SEED: Final = 20_261_121
WARM_UP: Final = 300
TIMED: Final = 3000
NOW: Final = datetime(2026, 11, 23, 15, tzinfo=UTC)

LEADS_NOTE: Final = "Each lead asked once. Ours starts from typed facts, which a lead has built once for all stages."
RAW_NOTE: Final = "The same leads; ours reads the raw lead into typed facts first, as zen reads its own."
MISSING_NOTE: Final = (
    "One fact in ten is missing. A bare comparison with null raises in a zen expression and silently matches no row of "
    "a zen table, so here each of its questions carries null guards. Ours also names the missing facts; zen does not."
)


@dataclass(frozen=True)
class Match:
    """Our compiled rules, a form of the peer's, and the leads both are asked about."""

    ours: CompiledSet
    form: peer.Form
    leads: Sequence[RawLead]

    def check(self) -> float:
        """Return how many rules fire on a lead, by the median.

        :raises AssertionError: if the two disagree about any lead
        """
        fired = []
        for lead in self.leads:
            outcome = gate((self.ours,), CATALOG.facts(lead), NOW)
            ours, theirs = _answer(outcome), self.form.ask(self.form.context(lead))
            if ours != theirs:
                raise AssertionError(f"The engines disagree about {lead}: {ours} is not {theirs}.")
            fired.append(len(ours[0]) + len(ours[1]))
        return median(fired)

    def times(self, our_call: Callable[[CompiledSet, RawLead], Call]) -> tuple[list[float], list[float]]:
        """Time both on every lead, in turns, each lead once."""
        ours = [our_call(self.ours, lead) for lead in self.leads]
        theirs = [partial(self.form.ask, self.form.context(lead)) for lead in self.leads]
        return time_in_turns(ours, theirs)


def run(*, full: bool) -> list[Result]:
    """Measure a hundred rules from typed facts, from the raw lead, and on leads that lack one fact in ten."""
    rng = random.Random(SEED)
    document = rule_set(rng, RULES)
    tree = parse(document, CATALOG).tree
    if tree is None:
        raise ValueError("The drawn rules do not parse.")
    ours = compile_set(tree, CATALOG)
    form = _fastest(document, leads(rng, WARM_UP))
    whole = Match(ours, form, leads(rng, TIMED))
    lacking = Match(ours, peer.guarded(document), leads(rng, TIMED, missing=0.1))
    return [
        _result(f"gates_{RULES}_vs_zen", whole, _from_facts, LEADS_NOTE, target=1.0),
        _result(f"gates_{RULES}_from_raw_vs_zen", whole, _from_raw, RAW_NOTE),
        _result(f"gates_{RULES}_missing_vs_zen", lacking, _from_facts, MISSING_NOTE),
    ]


def _result(
    name: str,
    match: Match,
    our_call: Callable[[CompiledSet, RawLead], Call],
    note: str,
    target: float | None = None,
) -> Result:
    fired = match.check()
    our_times, peer_times = match.times(our_call)
    ours, theirs = median(our_times), median(peer_times)
    return Result(
        name=name,
        ours_us=ours,
        peer=f"zen-engine, {match.form.name}",
        peer_us=theirs,
        n=len(our_times),
        versions={"python": python_version(), "zen-engine": version("zen-engine")},
        target=target,
        note=note,
        more={"rules_fired_median": fired},
    )


def _fastest(document: dict[str, Any], warm: Sequence[RawLead]) -> peer.Form:
    """Return zen's best form on this machine."""
    times: dict[str, float] = {}
    forms = {form.name: form for form in peer.forms(document)}
    for form in forms.values():
        calls = [partial(form.ask, form.context(lead)) for lead in warm]
        times[form.name] = median([time_call(call) for call in calls])
    print("zen's forms: " + ", ".join(f"{name} {time:.0f} µs" for name, time in times.items()))
    return forms[min(times, key=lambda name: times[name])]


def _answer(outcome: GateOutcome) -> peer.Answer:
    def named(fired: Sequence[FiredGate], verdict: Verdict) -> list[str]:
        return [each.rule for each in fired if each.verdict is verdict]

    return named(outcome.fired, Verdict.TRUE), sorted(
        [*named(outcome.fired, Verdict.UNKNOWN), *named(outcome.unknown, Verdict.UNKNOWN)]
    )


def _from_facts(ours: CompiledSet, lead: RawLead) -> Call:
    return partial(gate, (ours,), CATALOG.facts(lead), NOW)


def _from_raw(ours: CompiledSet, lead: RawLead) -> Call:
    return lambda: gate((ours,), CATALOG.facts(lead), NOW)
