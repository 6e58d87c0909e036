"""Thirty days of invented leads, taken through the real intake at the instants they came, with what became of them."""

import heapq
import itertools
import json
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from accounts.actor import Actor
from accounts.errors import Refused
from routing.demo.agency import FIRST, LAST, STATES
from routing.models import Assignment, Lead, LeadSource, QueueItem
from routing.services import catching_up, desk, fallback, intake, sla

# Real ZIPs (public) and area codes of fictional numbers NPA-555-01XX, by state; lesser-known ones, so that a number
# somebody tries first is not taken.
PLACES: Final = {
    "FL": ("33101", "941"),
    "GA": ("30301", "478"),
    "TX": ("75201", "361"),
    "CA": ("90012", "559"),
    "NY": ("10001", "607"),
    "PA": ("19103", "814"),
    "NC": ("27601", "252"),
    "VA": ("23219", "540"),
    "OH": ("43215", "740"),
    "MI": ("48226", "231"),
    "IL": ("60601", "618"),
    "AZ": ("85001", "928"),
    "NJ": ("07102", "856"),
    "TN": ("37201", "731"),
    "MO": ("63101", "573"),
    "MD": ("21201", "240"),
    "IN": ("46204", "765"),
    "WA": ("98101", "509"),
    "CO": ("80202", "719"),
    "SC": ("29201", "864"),
}
PRODUCTS: Final = (
    ("term_life", 24),
    ("whole_life", 12),
    ("final_expense", 8),
    ("fixed_annuity", 7),
    ("indexed_annuity", 5),
    ("medicare_supplement", 10),
    ("medicare_advantage", 8),
    ("auto", 16),
    ("home", 10),
)
AGENCY: Final = "Harborline Insurance Agency"
OUTCOMES: Final = ("SOLD", "QUOTED", "NOT_INTERESTED", "NOT_REACHED", "NOT_QUALIFIED")
LATE: Final = 0.12  # how often an owner lets the clock run out
BATCH: Final = 100  # leads committed together: on SQLite every commit waits for the disk


@dataclass
class Story:
    """What will happen next, in order of time."""

    rng: random.Random
    waiting: list[tuple[datetime, int, Callable[[datetime], None]]] = field(default_factory=list)
    order: "itertools.count[int]" = field(default_factory=itertools.count)

    def later(self, at: datetime, act: Callable[[datetime], None]) -> None:
        """Plan an act."""
        heapq.heappush(self.waiting, (at, next(self.order), act))

    def until(self, now: datetime) -> None:
        """Let everything happen that falls due before an instant: people's acts and the clocks, in their order."""
        while True:
            timer = sla.next_due()
            act = self.waiting[0][0] if self.waiting else None
            due = min((at for at in (timer, act) if at is not None), default=None)
            if due is None or due > now:
                return
            if act is not None and (timer is None or act <= timer):
                at, _, happen = heapq.heappop(self.waiting)
                happen(at)
            else:
                # The sweep that found nothing just before; else every gap would be a standstill, which excuses all.
                catching_up.note(now=due - timedelta(seconds=1))
                sla.sweep_due(now=due)


def fields(rng: random.Random, number: int) -> dict[str, Any]:
    """Return one lifelike lead."""
    state = rng.choices(STATES, weights=[6, *[2] * 4, *[1] * (len(STATES) - 5)])[0]
    zip_code, area = PLACES[state]
    product = rng.choices([name for name, _ in PRODUCTS], weights=[weight for _, weight in PRODUCTS])[0]
    first, last = rng.choice(FIRST), rng.choice(LAST)
    lead: dict[str, Any] = {
        "external_id": f"demo-{number}",
        "first_name": first,
        "last_name": last,
        "email": f"{first}.{last}.{number}@example.com".lower(),
        "state": state,
        "zip": zip_code,
        "product": product,
        "birth_date": f"{rng.randrange(1941, 2002)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}",
    }
    if number % 3 == 0:
        lead["phone"] = f"({area}) 555-01{number // 3 % 100:02}"
    if rng.random() < 0.5:
        lead["premium"] = str(rng.choice([480, 900, 1500, 2400, 3600, 6200]))
    if rng.random() < 0.12:
        lead["language"] = "es"
    if rng.random() < 0.85:
        lead["consent"] = {
            "text": f"I agree that {AGENCY} may call me about insurance.",
            "text_version": "2026-03",
            "channels": ["call", "email"],
            "sellers": [AGENCY],
        }
    return lead


def tell(*, sources: list[LeadSource], count: int, seed: int, until: datetime, days: int = 30) -> None:
    """Take the leads in, one after another, each at its instant, and let its story unfold."""
    rng = random.Random(seed)  # noqa: S311 - invented data, not secrets
    story = Story(rng)
    instants = iter(_instants(rng, count, until, days))
    for start in range(0, count, BATCH):
        with transaction.atomic():
            for number in range(start, min(start + BATCH, count)):
                at = next(instants)
                story.until(at)
                _receive(story, sources, number, at)
    with transaction.atomic():
        story.until(until)


def _instants(rng: random.Random, count: int, until: datetime, days: int) -> list[datetime]:
    """Return when leads come: mostly by day, fewer on Sundays, and some today."""
    instants: list[datetime] = []
    while len(instants) < count:
        at = until - timedelta(seconds=rng.uniform(60, days * 86_400))
        busy = 1.0 if at.hour >= 13 or at.hour < 1 else 0.15
        if rng.random() < busy * (0.4 if at.weekday() == 6 else 1.0):
            instants.append(at)
    return sorted(instants)


def _receive(story: Story, sources: list[LeadSource], number: int, at: datetime) -> None:
    source = story.rng.choices(sources, weights=[5, 2, 1, 4, 3][: len(sources)])[0]
    lead = fields(story.rng, number)
    if story.rng.random() < 0.01 and source.invalid == LeadSource.Invalid.QUARANTINE:
        lead["phone"] = "555"
    answer = intake.receive(source=source, body=json.dumps(lead).encode(), key=str(uuid.UUID(int=number)), now=at)
    if answer.body["status"] == "assigned":
        _plan(story, answer.body["id"], at)
    elif answer.body["status"] == "fallback":
        _look_again(story, answer.body["id"], at)


def _look_again(story: Story, lead_id: str, now: datetime) -> None:
    """Try a waiting lead again when its item says so, as the sweep does, and let its new owner answer."""
    item = QueueItem.objects.filter(lead_id=lead_id, rerun_at__isnull=False, state=QueueItem.State.OPEN).first()
    if item is None or item.rerun_at is None or item.rerun_at - now > timedelta(days=4):
        return

    def look(at: datetime) -> None:
        fallback.rerun(item=item, now=at)
        _plan(story, lead_id, at)
        _look_again(story, lead_id, at + timedelta(hours=3))

    story.later(max(item.rerun_at, now) + timedelta(minutes=1), look)


def _plan(story: Story, lead_id: str, now: datetime) -> None:
    """Let the owner answer, mostly in time, work the lead, and close it."""
    held = Assignment.objects.filter(lead_id=lead_id, ended_at__isnull=True, first_touch_at__isnull=True).first()
    if held is None:
        return
    window = held.due_at - now
    if story.rng.random() < LATE:
        story.later(held.due_at + timedelta(seconds=1), lambda at: _plan(story, lead_id, at))
        return
    answers = now + window * story.rng.betavariate(2, 4)
    story.later(answers, lambda at: _as_owner(lead_id, at, _answer))
    if story.rng.random() < 0.92:
        outcome = story.rng.choices(OUTCOMES, weights=[2, 3, 4, 4, 1])[0]
        closes = answers + timedelta(hours=story.rng.expovariate(1 / 30))
        story.later(closes, lambda at: _as_owner(lead_id, at, _closing(outcome)))


def _closing(disposition: str) -> Callable[[Lead, Actor, datetime], None]:
    def close(lead: Lead, actor: Actor, now: datetime) -> None:
        desk.dispose(lead=lead, disposition=disposition, actor=actor, now=now)

    return close


def _as_owner(lead_id: str, now: datetime, act: Callable[[Lead, Actor, datetime], None]) -> None:
    held = (
        Assignment.objects.filter(lead_id=lead_id, ended_at__isnull=True)
        .select_related("lead", "producer__user")
        .first()
    )
    if held is None or held.producer.user is None:
        return
    try:
        act(held.lead, held.producer.user.actor(), now)
    except Refused:
        return  # as in life: the lead has moved on meanwhile


def _answer(lead: Lead, actor: Actor, now: datetime) -> None:
    if lead.state == Lead.State.ASSIGNED and lead.pk.int % 5 < 2:  # the others call at once
        desk.accept(lead=lead, actor=actor, now=now)
    desk.touch(lead=lead, kind="CALL_CONNECTED", evidence=f"demo-call-{lead.pk}"[:60], actor=actor, now=now)
