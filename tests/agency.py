"""An agency that routes for real: one pool for life leads in Georgia, and whoever a test hires."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import uuid4

from accounts.actor import Actor, ActorKind, system
from accounts.policy import Role
from licenses import services as licenses
from licenses.models import AppointmentRegime, Carrier, CarrierContract, License, LineOfAuthority, Producer, Product
from routing.models import (
    Agency,
    Assignment,
    Cap,
    LadderStep,
    Lead,
    LeadSource,
    Leave,
    Pool,
    PoolMember,
    ProducerLoad,
    ProducerProfile,
    Shift,
    SlaPolicy,
)
from routing.services import intake, roster
from routing.services.intake import Answer
from rules_engine import services as rules
from rules_engine.models import RuleSet, RuleSetVersion
from tests.factories import make_rule_set, make_user
from tests.publishing import publish_draft

NOW: Final = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # a Monday, 10:00 in Georgia
TODAY: Final = date(2026, 11, 23)
MINUTE: Final = timedelta(minutes=1)
SETUP: Final = system("set-up")
CLERK: Final = Actor(ActorKind.USER, "0", "Carol Clerk", frozenset({"licenses.edit"}))
LEAD: Final[dict[str, Any]] = {"first_name": "Ada", "last_name": "Byron", "state": "GA", "product": "term_life"}
TO_LIFE: Final[dict[str, Any]] = {"id": "all", "name": "Everything goes to life", "route": {"pool": "life"}}


def open_agency(*, strategy: str = "round_robin") -> Pool:
    """Return the pool "life" of an agency that sells term life in Georgia, always open, under a manager Mona."""
    manager = make_user(Role.MANAGER, username="mona", first_name="Mona", last_name="Reyes", email="mona@example.com")
    Agency.objects.update_or_create(pk=1, defaults={"manager": manager})
    Product.objects.create(code="term_life", label="Term life", lines_any_of=[["LIFE"]])
    Carrier.objects.create(name="Alder Ridge Life", cocode="00101")
    AppointmentRegime.objects.create(state="GA", regime="NONE", status="confirmed", source="Invented")
    for tier, minutes in (("hot", 5), ("warm", 15), ("low", 60)):
        SlaPolicy.objects.update_or_create(tier=tier, defaults={"target_minutes": minutes})
    pool = make_pool("life", strategy=strategy)
    publish("routes", TO_LIFE, stage="route")
    roster.changed(roster.AGENCY, at=NOW)
    return pool


def make_pool(slug: str, **fields: Any) -> Pool:
    """Return a pool."""
    pool = Pool.objects.create(slug=slug, name=slug.capitalize(), **fields)
    roster.changed(roster.pool_subject(slug), at=NOW)
    return pool


def publish(slug: str, *bodies: dict[str, Any], stage: str = "gate") -> RuleSetVersion:
    """Publish these rules as the set's next version."""
    ruleset = RuleSet.objects.filter(slug=slug).first()
    if ruleset is None:
        ruleset = make_rule_set(slug, bodies, stage=stage)
    else:
        ruleset.rules.all().delete()
        for body in bodies:
            rules.create_rule(ruleset=ruleset, document=body, actor=SETUP, now=NOW)
    return publish_draft(ruleset, now=NOW)


def hire(
    first_name: str = "Kim", *, pool: str = "life", weight: int = 1, capacity: int = 20, **fields: Any
) -> Producer:
    """Return a producer of the pool, licensed for life in Georgia until 2030, who can sign in by the first name.

    Fields of the licence (`expiry_date`, `license_status`), the profile (`languages`, `skills`) and the row itself, and
    `caps`, leads by period.
    """
    user = make_user(Role.PRODUCER, username=first_name.lower(), first_name=first_name, last_name="Park")
    expiry = fields.pop("expiry_date", date(2030, 12, 31))
    status = fields.pop("license_status", "ACTIVE")
    profile = {name: fields.pop(name) for name in ("languages", "skills") if name in fields}
    caps: dict[str, int] = fields.pop("caps", {})
    producer = Producer.objects.create(
        npn=f"{9_900_000 + user.pk}", first_name=first_name, last_name="Park", resident_state="GA", user=user, **fields
    )
    license_ = License.objects.create(
        producer=producer, state="GA", number=f"ZZ{user.pk}", residency="R", status=status, expiry_date=expiry
    )
    LineOfAuthority.objects.create(license=license_, line="LIFE")
    CarrierContract.objects.create(producer=producer, carrier=Carrier.objects.get(cocode="00101"))
    made = ProducerProfile.objects.create(producer=producer, capacity=capacity, **profile)
    for period, most in caps.items():
        Cap.objects.create(profile=made, period=period, most=most)
    PoolMember.objects.create(pool=Pool.objects.get(slug=pool), producer=producer, weight=weight)
    tell(producer)
    return producer


def hire_many(number: int, *, prefix: str = "Kim", **fields: Any) -> list[Producer]:
    """Return so many producers."""
    return [hire(f"{prefix}{each:02}", **fields) for each in range(number)]


def tell(*producers: Producer) -> None:
    """Note for the roster that something about these producers changed."""
    roster.changed(*(roster.producer_subject(each.pk) for each in producers), at=NOW)


def set_profile(producer: Producer, **fields: Any) -> None:
    """Change what a producer can take."""
    ProducerProfile.objects.filter(producer=producer).update(**fields)
    tell(producer)


def keep_hours(producer: Producer, *spans: tuple[int, int, int]) -> None:
    """Give a producer shifts, each (weekday, opening hour, closing hour)."""
    for weekday, opens, closes in spans:
        Shift.objects.create(
            profile=ProducerProfile.objects.get(producer=producer),
            weekday=weekday,
            opens=time(opens),
            closes=time(closes),
        )
    tell(producer)


def send_on_leave(producer: Producer, *, until: datetime, since: datetime = NOW) -> None:
    """Send a producer on leave."""
    profile = ProducerProfile.objects.get(producer=producer)
    Leave.objects.create(profile=profile, starts_at=since, ends_at=until)
    tell(producer)


def set_license(producer: Producer, *, now: datetime = NOW, **fields: Any) -> None:
    """Change the producer's Georgia licence the way people and imports do."""
    license_ = License.objects.select_related("producer").get(producer=producer, state="GA")
    for name, value in fields.items():
        setattr(license_, name, value)
    licenses.save(facts=[license_], actor=CLERK, now=now)


def make_source(
    slug: str = "web", *, scopes: Sequence[str] = ("leads:write", "leads:read_own"), **fields: Any
) -> tuple[LeadSource, str]:
    """Return a lead source and its key in clear."""
    source = LeadSource(slug=slug, name=slug.capitalize(), scopes=list(scopes), **fields)
    key = source.issue_key()
    source.save()
    return source, key


def a_lead(**fields: Any) -> dict[str, Any]:
    """Return the fields of a lead nobody else has sent."""
    return {**LEAD, "email": f"{uuid4().hex}@example.com", **fields}


def receive(*, source: LeadSource | None = None, key: str | None = None, now: datetime = NOW, **fields: Any) -> Answer:
    """Take in a lead under a key of its own, by the source "web" unless told otherwise."""
    source = source or LeadSource.objects.filter(slug="web").first() or make_source()[0]
    body = json.dumps(a_lead(**fields)).encode()
    return intake.receive(source=source, body=body, key=key or uuid4().hex, now=now)


def lead_of(answer: Answer) -> Lead:
    """Return the lead an answer speaks of."""
    return Lead.objects.get(pk=answer.body["id"])


def receive_lead(**fields: Any) -> Lead:
    """Take a lead in and return it."""
    return lead_of(receive(**fields))


def climb(*steps: tuple[int, str], **fields: object) -> None:
    """Give low leads these steps and terms."""
    policy = SlaPolicy.objects.get(tier="low")
    SlaPolicy.objects.filter(pk=policy.pk).update(**fields)
    for at_percent, kind in steps:
        LadderStep.objects.create(policy=policy, at_percent=at_percent, kind=kind)
    roster.changed(roster.AGENCY, at=NOW)


def owners(*leads: Lead) -> list[str]:
    """Return the first names of who holds these leads now."""
    return [each.owner.first_name if each.owner else "" for each in map(fresh, leads)]


def fresh(lead: Lead) -> Lead:
    """Return a lead as it stands."""
    return Lead.objects.select_related("owner").get(pk=lead.pk)


def held(producer: Producer) -> int:
    """Return how many leads a producer holds, as rows say; the counter must say the same."""
    rows = Assignment.objects.filter(producer=producer, ended_at__isnull=True).count()
    counted = ProducerLoad.objects.filter(producer=producer).values_list("open_effort", flat=True).first()
    assert (counted or 0) == rows
    return rows


def actor_of(producer: Producer) -> Actor:
    """Return the producer as an actor."""
    assert producer.user is not None
    return producer.user.actor()


def mona() -> Actor:
    """Return the manager as an actor."""
    manager = Agency.objects.select_related("manager").get().manager
    assert manager is not None
    return manager.actor()
