"""Time the auditor's pages on 10,000 and on 1,000,000 ledger entries, and watch the memory of an export of all."""

import resource
import time
from collections.abc import Iterator, Mapping
from platform import python_version
from typing import Final
from urllib.parse import urlencode

from django.conf import settings
from django.utils import timezone

from accounts.actor import system
from audit.filters import Filter
from audit.models import Entry, Export
from audit.queries import Place
from audit.services import exporting
from benchmarks.explorer.stage import ledgers
from benchmarks.report import Result
from benchmarks.sized import time_page

FEW: Final = 10_000
MANY: Final = 1_000_000
ROUNDS: Final = 9
MOST_MS: Final = 300
MOST_MEGABYTES: Final = 30  # more than a short export takes
NEVER: Final = "two common things that never meet"  # nothing is found, and every entry of one of them is looked at
LIST: Final = "/admin/audit/entry/"
NOTE: Final = (
    "Whole pages of fifty entries through Django's test client, on one ledger after the other; the first two of each "
    "are not counted. Our time is the slowest view's at 1,000,000 entries, the peer's the same view's at 10,000."
)


def run(*, full: bool) -> list[Result]:
    """Measure pages on both ledgers, then export both."""
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    with ledgers(FEW, MANY) as stage:
        times: dict[str, dict[int, float]] = {}
        for turn in (FEW, MANY):
            stage.show(turn)
            for name, address in views():
                times.setdefault(name, {})[turn] = time_page("auditor", address, rounds=ROUNDS, uncounted=2)
        pages = list(_pages(times))
        memory = {}
        for size in (FEW, MANY):
            stage.show(size)
            memory[size] = _export()
        return [*pages, _exported(memory)]


def views() -> Iterator[tuple[str, str]]:
    """Yield what an auditor asks of the ledger that is shown, by name: common and rare, near and far back."""
    middle = Entry.objects.order_by("occurred_at", "seq")[Entry.objects.count() // 2]
    back = {"before": str(Place.of(middle))}
    day = f"{middle.occurred_at:%Y-%m-%dT%H:%M}"
    asked: Mapping[str, Mapping[str, str]] = {
        "newest": {},
        "halfway back": back,
        "a time long ago": {"until": day},
        "a common action": {"action": "lead.decided"},
        "a common action, halfway back": {"action": "lead.decided", **back},
        "a rare action": {"action": "person.edited"},
        "one person": {"actor": "user:7"},
        "one source": {"actor": "source:7"},
        "a kind of target": {"kind": "accounts.user"},
        "one lead": {"lead": middle.target_id if middle.target_type == "routing.lead" else ""},
        "a reason": {"reason": "NO_CAPACITY"},
        "an outcome for a reason, before a day": {"outcome": "fallback", "reason": "LOST_RACE", "until": day},
        "one person's common action": {"actor": "user:7", "action": "lead.closed"},
        NEVER: {"actor": "source:7", "action": "lead.closed"},
    }
    yield from ((name, f"{LIST}?{urlencode(query)}") for name, query in asked.items())


def _pages(times: Mapping[str, Mapping[int, float]]) -> Iterator[Result]:
    """Yield what the views took: the slowest of those that find something, and the one that cannot."""
    for name, each in times.items():
        print(f"  {name}: {each[FEW] / 1000:.1f} ms, {each[MANY] / 1000:.1f} ms")
    finding = {name: each for name, each in times.items() if name != NEVER}
    slowest = max(finding, key=lambda name: finding[name][MANY])
    yield _page("explorer_page_1m_vs_10k", slowest, times, max(each[MANY] / each[FEW] for each in finding.values()))
    yield _page("explorer_empty_page_1m_vs_10k", NEVER, times, times[NEVER][MANY] / times[NEVER][FEW])


def _page(name: str, view: str, times: Mapping[str, Mapping[int, float]], worst: float) -> Result:
    ours, peer = times[view][MANY], times[view][FEW]
    return Result(
        name=name,
        ours_us=ours,
        peer=f"the same page at 10,000 entries: {view}",
        peer_us=peer,
        n=MANY,
        versions={"python": python_version()},
        target=2,
        note=NOTE,
        more={
            "ms": {view: round(each[MANY] / 1000, 1) for view, each in times.items()},
            "worst_ratio": round(worst, 2),
            "is_kept": worst <= 2 and ours <= MOST_MS * 1000,
        },
    )


def _export() -> tuple[float, float]:
    """Export the whole ledger; return the most memory this process has had since it began, in MB, and the seconds."""
    now, actor = timezone.now(), system("benchmark")
    export = exporting.ask(asked=Filter(), query="", form=Export.Format.JSONL, actor=actor, now=now)
    started = time.perf_counter()
    while Export.objects.filter(pk=export.pk, ended_at=None).exists():
        exporting.work(now=now)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, time.perf_counter() - started


def _exported(memory: Mapping[int, tuple[float, float]]) -> Result:
    (before, _), (after, seconds) = memory[FEW], memory[MANY]
    print(f"  export: {after:.0f} MB at most, {after - before:.0f} more than a short one; {seconds:.0f} s")
    return Result(
        name="export_1m_memory",
        ours_us=None,
        peer=None,
        peer_us=None,
        n=MANY,
        versions={"python": python_version()},
        note=f"Most memory above that of an export of {FEW:,} entries in the same process; {seconds:.0f} s in all.",
        more={"ours": f"+{after - before:.0f} MB", "seconds": seconds, "is_kept": after - before <= MOST_MEGABYTES},
    )
