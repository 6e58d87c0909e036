"""Five minutes of traffic while one thing after the other is killed; then everything is judged and told."""

import statistics
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import Final

import psycopg
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from benchmarks.chaos import aftermath, planted, stage
from benchmarks.chaos.invariants import INVARIANTS, Aftermath, down
from benchmarks.chaos.invariants import broken as broken_after
from benchmarks.chaos.nemesis import Nemesis
from benchmarks.chaos.product import Kept, procfile
from benchmarks.chaos.servers import Postgres, Redis, free_port
from benchmarks.chaos.traffic import Producers, Source, enduring
from benchmarks.intake.leads import bodies
from benchmarks.soak import invariants as soak
from benchmarks.soak import planted as soak_planted
from benchmarks.soak.people import Changes, Repeated, numbered
from benchmarks.soak.watching import Answers, Receiver, Watch

CLIENTS: Final = 2
POST_EVERY: Final = 0.4  # seconds a client leaves between two leads
WORK_EVERY: Final = 0.5
CHANGE_EVERY: Final = 4.0
SHOWN: Final = 3  # of each kind
SECRET: Final = "whsec_" + "Y2hhb3MtY2hhb3MtY2hhb3MtY2hhb3M="


def run(seconds: float, postgres: Postgres, redis: Redis) -> tuple[bool, list[str]]:
    """Say whether nothing broke, and what there is to tell, as lines of a report.

    :raises RuntimeError: if a planted fault does not turn the checker red
    """
    believed = _require_red()
    scene = _Scene(postgres, redis)
    try:
        scene.play(seconds)
        after = scene.judge(redis)
        leased = aftermath.leased()
    finally:
        scene.end()
    return not scene.found, [
        *scene.told(seconds),
        *_of_clocks(after),
        f"{leased} messages wait for the end of a killed relay's lease (five minutes).",
        f"Before it began, {believed} planted faults turned the checker red, each the invariant it belongs to.",
        *_of_faults(after),
        *_of_broken(scene.found),
    ]


class _Scene:
    """The product, those who use it, whoever harms it and whoever looks on."""

    def __init__(self, postgres: Postgres, redis: Redis) -> None:
        key, self._twins = stage.build()
        self._answers, self._changes, self._receiver = Answers(), Changes(self._twins), Receiver()
        self._producers, self._seals = Producers(), dict[int, str]()
        self._watch = Watch(self._twins, self._answers, self._changes, self._receiver)
        port, waiting, lock = free_port(), numbered(bodies()), Lock()
        hears = {"WEBHOOK_URL": self._receiver.url, "WEBHOOK_SECRET": SECRET}
        self._env = {"PORT": str(port), "LOG_LEVEL": "INFO", **hears}
        self._kept = {name: Kept(name, command, self._env) for name, command in procfile().items()}
        self._beats: list[Kept] = []
        self._sources = [Source(port, key, waiting, lock, self._answers) for _ in range(CLIENTS)]
        self._nemesis = Nemesis(port, postgres, redis, self._kept, self._beat_again)
        self._began = datetime.now(UTC)
        self._looks = self._unseen = 0
        self.found: dict[str, None] = {}

    def play(self, seconds: float) -> None:
        """Let everybody do what they do for so long, and look on every second."""
        self._nemesis.wait_until_healed(self._began)
        self._began = datetime.now(UTC)
        changing = Repeated(enduring(self._changes.make_next), CHANGE_EVERY)
        going = [Repeated(source.post, POST_EVERY) for source in self._sources]
        going.append(Repeated(enduring(self._producers.work), WORK_EVERY))
        ends = time.monotonic() + seconds
        striking = Repeated(lambda: self._nemesis.strike() if time.monotonic() < ends else time.sleep(0.2))
        while time.monotonic() < ends:
            started = time.monotonic()
            self._look()
            time.sleep(max(0.0, 1.0 - (time.monotonic() - started)))
        for each in (striking, changing, *going):
            each.stop()

    def judge(self, redis: Redis) -> Aftermath:
        """Wait until all has come to rest; look at everything there is."""
        left_over = aftermath.come_to_rest(redis)
        self._reconnect()
        last = self._watch.look(at_everything=True)
        self._twins_had = [each for _, each in sorted(last.twins.items())]
        after = aftermath.find(
            since=self._began,
            outages=self._nemesis.outages,
            left_over=left_over,
            sources=self._sources,
            producers=self._producers,
            receiver=self._receiver,
            seals=self._seals,
            logs=[each.log for each in (*self._kept.values(), *self._beats)],
        )
        self.found |= dict.fromkeys([*soak.broken(last), *broken_after(after)])
        return after

    def end(self) -> None:
        """Stop what was started."""
        for each in (*self._kept.values(), *self._beats):
            each.stop()
        self._watch.close()
        self._receiver.close()
        connection.close()

    def told(self, seconds: float) -> list[str]:
        """Return what went on."""
        unheard = sum(source.unheard for source in self._sources)
        errors = Counter(status for source in self._sources for _, status in source.server_errors)
        return [
            f"{seconds:.0f} s of traffic: {self._answers.count} answers, every lead posted at least twice under one "
            f"key; {unheard} times a client heard nothing and asked again; server errors by status: {dict(errors)}.",
            f"{self._changes.made} changes of people, licenses and rules; {self._looks} looks, {self._unseen} more "
            f"found no database; {len(self._receiver.order)} messages received, {len(self._receiver.received)} "
            "different ones.",
            f"Members alike of one pool had {[each.had for each in self._twins_had]} leads, which cost them "
            f"{[each.turns for each in self._twins_had]} turns.",
        ]

    def _look(self) -> None:
        try:
            self.found |= dict.fromkeys(soak.broken(self._watch.look()))
            self.found |= dict.fromkeys(f"I15: seal {each} changed" for each in aftermath.newest_seals(self._seals))
            self._looks += 1
        except (psycopg.Error, DatabaseError, InterfaceError):
            self._unseen += 1
            self._reconnect()

    def _reconnect(self) -> None:
        connection.close()
        try:
            self._watch.close()
            self._watch.connect()
        except psycopg.Error:
            return  # still down; the next look tries again

    def _beat_again(self) -> Kept:
        schedule = Path(settings.DATA_DIR, f"second-beat-{len(self._beats)}")
        self._beats.append(Kept("second-beat", f"{procfile()['beat']} --schedule {schedule}", self._env))
        return self._beats[-1]


def _require_red() -> int:
    """Plant every fault there is; return how many.

    :raises RuntimeError: if one is not seen, or something sound is called broken
    """
    if soak.broken(soak_planted.SOUND) or broken_after(planted.SOUND):
        raise RuntimeError("The checker calls broken what is sound.")
    for name, fault, plant in soak_planted.PLANTED:
        if not any(told.startswith(f"{name}:") for told in soak.broken(plant(soak_planted.SOUND))):
            raise RuntimeError(f"The checker does not see a planted fault: {name}, {fault}.")
    for name, fault, plant_after in planted.PLANTED:
        if not any(told.startswith(f"{name}:") for told in broken_after(plant_after(planted.SOUND))):
            raise RuntimeError(f"The checker does not see a planted fault: {name}, {fault}.")
    return len(soak_planted.PLANTED) + len(planted.PLANTED)


def _of_clocks(after: Aftermath) -> list[str]:
    fired = [each for each in after.settled if each.state == "FIRED"]
    late = sorted((each.at - each.due_at).total_seconds() for each in fired)
    calm = [(each.at - each.due_at).total_seconds() for each in fired if not down(after.outages, each.due_at, each.at)]
    if len(late) < 2 or len(calm) < 2:
        return [f"{len(late)} clocks fired."]
    return [
        f"{len(late)} clocks fired, {statistics.median(late):.1f} s late at the median, {late[-1]:.1f} s at most; "
        f"the {len(calm)} with nothing down meanwhile {max(calm):.1f} s at most."
    ]


def _of_faults(after: Aftermath) -> list[str]:
    healed: Mapping[str, list[float]] = {}
    for each in after.outages:
        healed = {**healed, each.fault: [*healed.get(each.fault, []), (each.until - each.since).total_seconds()]}
    rows = [
        f"| {fault} | {len(times)} | {', '.join(f'{time_:.0f}' for time_ in times)} |"
        for fault, times in healed.items()
    ]
    return ["", "| Fault | Times | Seconds until everything answered again |", "|---|---:|---|", *rows, ""]


def _of_broken(found: Mapping[str, None]) -> list[str]:
    names = ", ".join(chain(soak.INVARIANTS, INVARIANTS))
    if not found:
        return [f"Broken of {names}: nothing."]
    kinds: dict[str, list[str]] = {}
    for told in found:
        kinds.setdefault(told.partition(":")[0], []).append(told)
    first = [
        f"* {name}, {len(kind)} times, such as: {'; '.join(told.partition(': ')[2] for told in kind[:SHOWN])}"
        for name, kind in kinds.items()
    ]
    return [f"Broken of {names}: {', '.join(kinds)}.", *first]
