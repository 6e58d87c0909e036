"""What an agency does while leads come in: people join, take leave and close leads, licences lapse, rules change."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count, cycle
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from accounts.actor import system
from accounts.errors import Refused
from accounts.models import User
from benchmarks.gates.workload import rule_set
from benchmarks.intake.stage import PRODUCERS, PUBLISHERS
from benchmarks.soak.invariants import Absence
from benchmarks.soak.stage import A_DAY, SEATS
from licenses.models import Carrier, License, Producer, ProducerChange
from licenses.services import facts
from routing.demo import agency
from routing.models import Assignment, Cap, Leave, Pool, ProducerProfile, Shift
from routing.services import desk
from rules_engine import services as rules
from rules_engine.models import RuleSet

EVERY: Final = 1.0  # seconds between two changes
WORKED: Final = timedelta(seconds=3)  # how long a lead is worked
SEED: Final = 23


class Changes:
    """One change after the other; remembers who may have no lead since when."""

    def __init__(self, twins: list[int]) -> None:
        self.absences: list[Absence] = []
        self.made = 0
        self._twins = twins
        self._rng = random.Random(SEED)
        self._numbers = count(PRODUCERS)
        self._acts = cycle((self.join, self.lapse, self.publish, self.leave))

    def make_next(self) -> None:
        """Make the next change."""
        next(self._acts)()
        self.made += 1

    def join(self) -> None:
        """Hire somebody, with all their papers."""
        users = {user.username: user for user in User.objects.all()}
        carriers = {carrier.cocode: carrier for carrier in Carrier.objects.all()}
        pools = {pool.slug: pool for pool in Pool.objects.exclude(slug="florida-life")}
        now = timezone.now()
        with transaction.atomic():
            hiring = agency.Hiring(users, carriers, pools, self._rng, now.date())
            hired = hiring.hire(4 * next(self._numbers) + 2)  # the desk of property: no other pool is without members
            Shift.objects.filter(profile__producer=hired).delete()
            ProducerProfile.objects.filter(producer=hired).update(capacity=SEATS)
            Cap.objects.create(profile=hired.profile, most=A_DAY, period="DAY")
            ProducerChange.objects.create(producer=hired, at=now, what="Joined")

    def leave(self) -> None:
        """Send somebody on leave."""
        now, producer = timezone.now(), self._anyone()
        with transaction.atomic():
            Leave.objects.create(profile=producer.profile, starts_at=now, ends_at=now + timedelta(hours=8))
            ProducerChange.objects.create(producer=producer, at=now, what="Leave")
        self.absences.append(Absence(producer.pk, None, timezone.now()))

    def lapse(self) -> None:
        """Let a licence run out."""
        licenses = License.objects.filter(status="ACTIVE").exclude(producer__in=self._twins)
        license_ = self._rng.choice(licenses.order_by("pk"))
        license_.status = License.Status.EXPIRED
        facts.write(facts=[license_], actor=system("soak"), now=timezone.now())
        self.absences.append(Absence(license_.producer_id, license_.state, timezone.now()))

    def publish(self) -> None:
        """Publish another version of a set that stops nobody."""
        author, approver = (User.objects.get(username=role).actor() for role in PUBLISHERS)
        now = timezone.now()
        ruleset = RuleSet.objects.filter(slug="soak").first() or rules.create_rule_set(
            slug="soak", name="Soak", stage="gate", time_zone="America/New_York", position=95, actor=author, now=now
        )
        document = rule_set(self._rng, 30)
        document["rules"] = [rule | {"status": "provisional"} for rule in document["rules"]]
        rules.import_document(ruleset=ruleset, document=document, actor=author, now=now)
        proposal = rules.submit(ruleset=ruleset, comment="Another version.", actor=author, now=now)
        rules.approve(proposal=proposal, actor=approver, now=now)
        rules.publish(proposal=proposal, actor=author, now=now)

    def _anyone(self) -> Producer:
        present = Producer.objects.exclude(pk__in=self._twins).exclude(profile__leaves__ends_at__gt=timezone.now())
        return self._rng.choice(present.order_by("pk"))


def close_worked_leads() -> None:
    """Close what was worked long enough; hand one lead in ten back."""
    actor = User.objects.get(username="manager").actor()
    worked = Assignment.objects.filter(ended_at__isnull=True, assigned_at__lte=timezone.now() - WORKED)
    for assignment in worked.select_related("lead__source")[:200]:
        try:
            if assignment.lead_id.int % 10 or assignment.hop:
                desk.dispose(lead=assignment.lead, disposition="SOLD", actor=actor, now=timezone.now())
            else:
                desk.decline(lead=assignment.lead, reason="Not today.", actor=actor, now=timezone.now())
        except Refused:  # the sweep was first
            continue


class Repeated:
    """Does something again and again in a thread of its own; what it raises is kept, and told when it is stopped."""

    def __init__(self, work: Callable[[], object], every: float = 0.0) -> None:
        self._work, self._every = work, every
        self._stopping = threading.Event()
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let the round end.

        :raises RuntimeError: if a round failed
        """
        self._stopping.set()
        self._thread.join(60)
        if self._error is not None:
            raise RuntimeError(f"{self._work} failed") from self._error

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                started = time.monotonic()
                self._work()
                self._stopping.wait(max(0.0, self._every - (time.monotonic() - started)))
        except Exception as error:  # noqa: BLE001  # told by `stop`
            self._error = error
        finally:
            connection.close()


def numbered(bodies: Iterator[bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield leads with the external ids they bear."""
    for number, body in enumerate(bodies):
        yield f"bench-{number}", body
