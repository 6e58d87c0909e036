"""The demo agency as the benchmark needs it: always open, and with room for every lead."""

import random
from datetime import datetime, timedelta
from typing import Final

from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts.actor import Actor, system
from accounts.models import User
from licenses.models import Carrier, Producer, ProducerChange
from licenses.services import reference
from routing.demo import agency
from routing.geography import sources
from routing.models import AgencyHours, Leave, Pool, ProducerProfile, Shift
from routing.services import geography, packs, roster
from rules_engine import services as rules

PRODUCERS: Final = 60
SEED: Final = 7
PUBLISHERS: Final = ("operations", "manager")  # who sends the rules, and who approves them
ROOM: Final = 30_000


def build() -> str:
    """Migrate, load the demo agency without its past, and return a source's key."""
    now = timezone.now()
    actor = system("benchmark")
    call_command("migrate", verbosity=0)
    with transaction.atomic():
        geography.load(gazetteer=sources.read(), actor=actor, now=now)
        reference.load(actor=actor, now=now, confirmed=True)
        demo = agency.build(producers=PRODUCERS, seed=SEED, actor=actor, opened_at=now - timedelta(days=31))
        author, approver = (demo.users[role].actor() for role in PUBLISHERS)
        packs.install_and_publish(slug="starter", actor=author, approver=approver, now=now)
        _open_wide(now)
    _analyze()
    return demo.api_key


def grow(*, rule_document: dict[str, object]) -> None:
    """Double the producers and add a set of rules, to see whether the statements of a lead multiply."""
    now, actor = timezone.now(), system("benchmark")
    with transaction.atomic():
        _hire(now)
        _add_rules(rule_document, actor, now)
        _open_wide(now)
    _analyze()


def _hire(now: datetime) -> None:
    users = {user.username: user for user in User.objects.all()}
    carriers = {carrier.cocode: carrier for carrier in Carrier.objects.all()}
    pools = {pool.slug: pool for pool in Pool.objects.all()}
    hiring = agency.Hiring(users, carriers, pools, random.Random(SEED), now.date())
    for number in range(PRODUCERS, 2 * PRODUCERS):
        hiring.hire(number)


def _add_rules(document: dict[str, object], actor: Actor, now: datetime) -> None:
    ruleset = rules.create_rule_set(
        slug="many-gates",
        name="Many gates",
        stage="gate",
        time_zone="America/New_York",
        position=90,
        actor=actor,
        now=now,
    )
    rules.import_document(ruleset=ruleset, document=document, actor=actor, now=now)
    author, approver = (User.objects.get(username=role).actor() for role in PUBLISHERS)
    proposal = rules.submit(ruleset=ruleset, comment="To see what more rules cost.", actor=author, now=now)
    rules.approve(proposal=proposal, actor=approver, now=now)
    rules.publish(proposal=proposal, actor=author, now=now)


def _open_wide(now: datetime) -> None:
    """Take away hours, leave and full desks, so that every lead is assigned at whatever hour this runs."""
    for closed in (AgencyHours, Shift, Leave):
        closed.objects.all().delete()
    ProducerProfile.objects.update(capacity=ROOM)
    ProducerChange.objects.bulk_create(
        [ProducerChange(producer=each, at=now, what="Benchmark") for each in Producer.objects.all()]
    )
    roster.changed(roster.AGENCY, at=now)
    roster.fold()


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
