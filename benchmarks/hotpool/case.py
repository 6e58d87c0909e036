"""Let sixty-four workers fight over fifty desks: whole leads, claims alone and bare claims, in turns; then judge."""

import json
from collections import Counter
from functools import partial
from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts import rows
from benchmarks.hotpool import bare, stage
from benchmarks.hotpool.crowd import WORKERS, Phase
from benchmarks.hotpool.crowd import run as in_a_crowd
from benchmarks.report import Result
from benchmarks.versions import of_intake
from routing.decision import Decided, choose, consider, credit_step
from routing.models import Assignment, Decision, Lead, LeadSource
from routing.services import claim, crediting, deciding, intake, warming

TURNS: Final = 2
LEADS: Final = 400  # of each kind a turn
BARE: Final = 4_000  # bare claims a turn: they are so quick that fewer would measure the start
LAST: Final = 400  # at the end, more than the caps leave room for
SPREAD: Final = 2
A_DAY: Final = (2 * TURNS * LEADS + LAST // 2) // stage.MEMBERS
TARGET: Final = round(1 / 0.7, 2)


def run(*, full: bool) -> list[Result]:
    """Measure a whole lead and a claim alone against a bare claim.

    :raises RuntimeError: if a lead was held twice, a desk or day was over its cap, or the spread was too wide
    """
    source = stage.build(a_day=A_DAY)
    warming.warm_up()
    leads, claims = _Leads(source), _Claims(source)
    kinds: list[str] = []
    phases: list[Phase] = []
    for turn in range(TURNS):
        now = [("bare", Phase(bare.claim, BARE)), ("claim", claims.phase(turn)), ("lead", leads.phase(turn))]
        for kind, phase in now if turn % 2 else reversed(now):
            kinds.append(kind)
            phases.append(phase)
    took = in_a_crowd(phases)
    spread = _spread()
    in_a_crowd([leads.last()])
    spent: Counter[str] = Counter()
    pieces: Counter[str] = Counter()
    for kind, phase, seconds in zip(kinds, phases, took, strict=True):
        spent[kind] += round(seconds * 1e6)
        pieces[kind] += phase.pieces
    each = {kind: spent[kind] / pieces[kind] for kind in spent}
    judged = {"spread": spread, **_judge()}
    print(f"leads a second: { {kind: round(1e6 / us) for kind, us in each.items()} }; {judged}")
    return [
        _result("hot_pool_claim_vs_bare", each["claim"], each["bare"], judged, CLAIM),
        _result("hot_pool_lead_vs_bare", each["lead"], each["bare"], judged, LEAD),
    ]


CLAIM: Final = "Desks read, ranked, one taken under its license and caps, assignment and credit written, committed."
LEAD: Final = "A lead from its body to the commit: rules, claim, receipt, clocks, ledger, outbox."


def _result(name: str, ours: float, peer: float, judged: dict[str, object], note: str) -> Result:
    return Result(
        name=name,
        ours_us=ours,
        peer="bare loop: a seat by SKIP LOCKED, one row, commit",
        peer_us=peer,
        n=TURNS * LEADS,
        versions=of_intake(),
        target=TARGET,
        note=f"{WORKERS} processes on one pool of {stage.MEMBERS}; time by the clock over leads. {note}",
        more=judged,
    )


class _Leads:
    """Leads as a source sends them."""

    def __init__(self, source: LeadSource) -> None:
        self._source, self._bodies = source, list(stage.bodies("hot", TURNS * LEADS + LAST))

    def phase(self, turn: int) -> Phase:
        """Return the taking in of one turn's leads."""
        return Phase(partial(self._take_in, turn * LEADS), LEADS)

    def last(self) -> Phase:
        """Return the taking in of more than there is room for."""
        return Phase(partial(self._take_in, TURNS * LEADS), LAST)

    def _take_in(self, first: int, piece: int) -> None:
        intake.receive(source=self._source, body=self._bodies[first + piece], key=None, now=timezone.now())


class _Claims:
    """Leads the rules have spoken about already; the like of the first one."""

    def __init__(self, source: LeadSource) -> None:
        [body] = stage.bodies("first", 1)
        answer = intake.receive(source=source, body=body, key=None, now=timezone.now())
        first = Lead.objects.select_related("person").get(pk=answer.body["id"])
        self._decision = Decision.objects.get(lead=first)
        self._asked = deciding.inquiry(first, first.person, deciding.context(), now=timezone.now())
        self._considered = consider(self._asked)
        self._pool = self._asked.context.roster.pools[stage.POOL].id
        self._leads = [
            Lead(source=source, external_id=f"claim-{number}", received_at=first.received_at, state="ASSIGNED")
            for number in range(TURNS * LEADS)
        ]
        Lead.objects.bulk_create(self._leads)

    def phase(self, turn: int) -> Phase:
        """Return the claims of one turn."""
        return Phase(partial(self._claim, turn * LEADS), LEADS)

    @transaction.atomic
    def _claim(self, first: int, piece: int) -> None:
        lead, asked, considered = self._leads[first + piece], self._asked, self._considered
        volatile = deciding.read_volatile(considered, asked)
        chosen = choose(considered=considered, inquiry=asked, volatile=volatile, effort=claim.EFFORT, seed=str(lead.pk))
        decided, now = Decided(asked, considered, volatile, chosen), timezone.now()
        taken = claim.take(decided=decided, effort=claim.EFFORT)
        if taken.producer is None or taken.authority is None:
            raise RuntimeError(f"Nobody was claimed: {taken.skipped}")
        held = Assignment(
            lead=lead,
            producer_id=taken.producer.id,
            pool_id=self._pool,
            decision=self._decision,
            assigned_at=now,
            clock_starts_at=now,
            due_at=now,
            relies_on=taken.authority.relies_on.as_dict(),
        )
        with rows.in_one_message():
            rows.insert(held)
            crediting.move({(self._pool, taken.producer.id): credit_step(decided, taken.producer.id, taken.credit)})


def _spread() -> int:
    """Return by how many leads members alike are apart.

    :raises RuntimeError: if that is more than a round robin may be
    """
    members = Counter(Assignment.objects.values_list("producer_id", flat=True))
    apart = max(members.values()) - min(members.values())
    if apart > SPREAD or len(members) != stage.MEMBERS:
        raise RuntimeError(f"Members alike are {apart} leads apart: {sorted(members.values())}")
    return apart


def _judge() -> dict[str, object]:
    """Count what is held.

    :raises RuntimeError: if anything is as it must not be
    """
    held = Assignment.objects.filter(ended_at__isnull=True)
    members = Counter(held.values_list("producer_id", flat=True))
    per_lead = Counter(held.values_list("lead_id", flat=True))
    states = Counter(Lead.objects.values_list("state", "reason"))
    told = {
        "held_by_member": f"{min(members.values())} to {max(members.values())}",
        "cap": A_DAY,
        "states": json.dumps({f"{state} {reason}".strip(): number for (state, reason), number in states.items()}),
    }
    if max(per_lead.values()) > 1 or max(members.values()) > A_DAY:
        raise RuntimeError(f"A lead is held twice, or somebody is over a cap: {told}")
    return told
