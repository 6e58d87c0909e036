"""Verify the ledger: recompute the chain and hold it against the heads published outside.

`verify` does it at once, `verifying` turn by turn.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Final

from django.conf import settings
from django.db.models import Min
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from audit import chain, guards, heads
from audit.models import Entry, Seal
from audit.report import Fault, Problem, Report

BATCH: Final = 1000
UNSEALED_FOR: Final = timedelta(seconds=10)
SHOWN: Final = 100  # problems a report names of each kind


class Walk:
    """Recompute the chain from one position on, and remember where it got to."""

    def __init__(self, position: int, link: str) -> None:
        self.position = position  # of the last link that is checked
        self.hash = link
        self.checked = 0
        self.receipt_hash: Callable[[str], str | None] | None = _receipt_hook()

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong, in the order of the chain."""
        while (found := self.step()) is not None:
            yield from found

    def step(self) -> list[Problem] | None:
        """Check the next links, and return what is wrong with them; None where there are no more."""
        links = list(Seal.objects.filter(position__gt=self.position).order_by("position")[:BATCH])
        if not links:
            return None
        entries = Entry.objects.in_bulk([link.entry_id for link in links])
        return [problem for link in links for problem in self._judge(link, entries.get(link.entry_id))]

    def _judge(self, link: Seal, entry: Entry | None) -> Iterator[Problem]:
        if link.position != self.position + 1:
            gap = f"The links {self.position + 1} to {link.position - 1} were removed."
            yield Problem(Fault.MISSING, gap, self.position + 1)
        elif entry is None:
            yield Problem(Fault.MISSING, "The entry was removed.", link.position, str(link.entry_id))
        elif chain.link(self.hash, entry) != link.hash:
            changed = "The entry, or its link, is not what was sealed."
            yield Problem(Fault.CHANGED, changed, link.position, str(entry.id), entry.seq)
        if entry is not None:
            yield from self._judge_receipt(link, entry)
        self.position, self.hash = link.position, link.hash
        self.checked += 1

    def _judge_receipt(self, link: Seal, entry: Entry) -> Iterator[Problem]:
        noted, decision = entry.detail.get("receipt_sha256"), entry.detail.get("decision")
        if self.receipt_hash and noted and decision and self.receipt_hash(str(decision)) != noted:
            differs = f"The receipt of decision {decision} is gone or not the one that was recorded."
            yield Problem(Fault.RECEIPT, differs, link.position, str(entry.id), entry.seq)


def verify(*, from_seq: int = 0) -> Report:
    """Recompute the chain from the first entry numbered `from_seq` or higher, and report every break.

    The heads outside, entries without a seal and the triggers are checked as well, whatever `from_seq` says.
    """
    first = Seal.objects.filter(entry__seq__gte=from_seq).aggregate(first=Min("position"))["first"] if from_seq else 1
    before = Seal.objects.filter(position=(first or 1) - 1).first()
    walk = Walk((first or 1) - 1, before.hash if before else chain.GENESIS)
    in_chain = list(islice(walk.problems(), SHOWN))
    judged, against_heads = HeadWalk(), list[Problem]()
    while not against_heads and (found := judged.step()) is not None:
        against_heads = found
    problems = (*in_chain, *against_heads, *judge_state())
    return Report(walk.checked, walk.position, walk.hash, problems, judged.unreadable)


class HeadWalk:
    """Hold the published heads against the chain from one byte of their file on, and remember where it got to."""

    def __init__(self, read: int = 0) -> None:
        self.read = read  # bytes
        self.unreadable = 0

    def step(self) -> list[Problem] | None:
        """Judge the next heads, and return the first that is not in the chain; None where there are no more."""
        lines = list(islice(heads.published(self.read), BATCH))
        if not lines:
            return None
        self.read = lines[-1][1]
        known = [head for head, _ in lines if head]
        self.unreadable += len(lines) - len(known)
        links = Seal.objects.in_bulk([head.position for head in known])
        judged = (_judge_head(head, links.get(head.position)) for head in known)
        return [problem for problem in judged if problem][:1]


def judge_state() -> list[Problem]:
    """Return what is wrong beside the links: no head outside, entries without a seal, triggers that are gone."""
    headless = [Problem(Fault.HEADLESS, "No head was published outside: a cut tail could not be seen.")]
    outside = headless if not any(head for head, _ in heads.published()) and Seal.objects.exists() else []
    return [*outside, *islice(_judge_unsealed(), SHOWN), *_judge_guards()]


def _judge_head(head: heads.Head, link: Seal | None) -> Problem | None:
    if link is None:
        last = Seal.objects.order_by("position").last()
        cut = f"A head of {head.sealed_at} stood here, but the chain ends at position {last.position if last else 0}."
        return Problem(Fault.CUT, cut, head.position, head.entry)
    if link.hash != head.hash:
        other = f"The chain was sealed anew here or before: the head of {head.sealed_at} differs."
        return Problem(Fault.RESEALED, other, head.position, head.entry)
    return None


def _judge_unsealed() -> Iterator[Problem]:
    for entry in Entry.objects.filter(seal=None, recorded_at__lt=Now() - UNSEALED_FOR).order_by("seq"):
        waits = "The entry has no seal: the sealer does not run, or it was slipped in behind the chain."
        yield Problem(Fault.UNSEALED, waits, None, str(entry.id), entry.seq)


def _judge_guards() -> Iterator[Problem]:
    for table in guards.unguarded_tables():
        yield Problem(Fault.UNGUARDED, f"The triggers of {table} are missing or switched off: run its migration again.")


def _receipt_hook() -> Callable[[str], str | None] | None:
    path = getattr(settings, "AUDIT_RECEIPTS", "")
    return import_string(path) if path else None
