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
from benchmarks.gates.workload import RawLead, leads, nationwide, rule_set, state_rule_set
from benchmarks.report import Result
from benchmarks.timing import Call, median, time_call, time_in_turns
from routing.catalog import CATALOG
from rules_engine.engine.compile import CompiledSet, compile_set
from rules_engine.engine.outcomes import FiredGate, GateOutcome
from rules_engine.engine.parse import parse
from rules_engine.engine.ruleset import gate
from rules_engine.engine.values import Verdict

SEED: Final = 20_261_121
WARM_UP: Final = 300
TIMED: Final = 2000
TURN: Final = 10  # leads in a row, as a stream of them comes; `first_us` tells the first of each turn
NOW: Final = datetime(2026, 11, 23, 15, tzinfo=UTC)

LEADS_NOTE: Final = (
    "Rules of states and leads that lack nothing, each asked once. Ours starts from typed facts, which a lead has once "
    "for all stages. zen's array is bare here: it raises on the first lead that lacks a fact it asks about."
)
GUARDED_NOTE: Final = (
    "The same leads; zen's array carries the null guards it needs to answer, as ours does, for leads that lack facts."
)
MISSING_NOTE: Final = "One fact in ten is missing. Ours also names the missing facts of every rule; zen does not."
RAW_NOTE: Final = "The same leads; ours reads the raw lead into typed facts first, as zen reads its own."
LOOSE_NOTE: Final = "Rules of no particular state: a sixth of them fire on every lead, which is far from life."


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
        """Time both on every lead, each lead once, in turns of several leads."""
        ours = [our_call(self.ours, lead) for lead in self.leads]
        theirs = [partial(self.form.ask, self.form.context(lead)) for lead in self.leads]
        return time_in_turns(ours, theirs, turn=TURN)


def run(*, full: bool) -> list[Result]:
    """Measure a hundred and a thousand rules: against zen's best form, and against what gives the same verdicts."""
    results: list[Result] = []
    for rules, target in ((100, 0.2), (1000, 0.05)):
        rng = random.Random(SEED)
        document = state_rule_set(rng, rules)
        ours, guarded = _compiled(document), peer.guarded(document)
        bare = _fastest(document, nationwide(rng, leads(rng, WARM_UP)))
        whole, lacking = (nationwide(rng, leads(rng, TIMED, missing=share)) for share in (0.0, 0.1))
        results += [
            _result(f"gates_{rules}_vs_zen", Match(ours, bare, whole), _from_facts, LEADS_NOTE, target=target),
            _result(f"gates_{rules}_guarded_vs_zen", Match(ours, guarded, whole), _from_facts, GUARDED_NOTE),
            _result(f"gates_{rules}_missing_vs_zen", Match(ours, guarded, lacking), _from_facts, MISSING_NOTE),
            _result(f"gates_{rules}_from_raw_vs_zen", Match(ours, bare, whole), _from_raw, RAW_NOTE),
        ]
    rng = random.Random(SEED)
    document = rule_set(rng, 1000)
    loose = Match(_compiled(document), _fastest(document, leads(rng, WARM_UP)), leads(rng, TIMED))
    return [*results, _result("gates_1000_loose_vs_zen", loose, _from_facts, LOOSE_NOTE)]


def _compiled(document: dict[str, Any]) -> CompiledSet:
    tree = parse(document, CATALOG).tree
    if tree is None:
        raise ValueError("The drawn rules do not parse.")
    return compile_set(tree, CATALOG)


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
        more={
            "first_us": round(median(our_times[::TURN]), 2),
            "peer_first_us": round(median(peer_times[::TURN]), 2),
            "rules_fired_median": fired,
            "rules_matched": match.ours.matched,
        },
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
