"""A small agency that routes for real: one pool in Texas, two producers who may, one whose licence ended."""

import json
from datetime import date, datetime
from typing import Any, Final
from uuid import uuid4

from django.utils import timezone

from accounts.models import User
from accounts.policy import Role
from licenses.models import AppointmentRegime, Carrier, CarrierContract, License, LineOfAuthority, Producer, Product
from routing.models import Agency, Lead, LeadSource, Offer, Pool, PoolMember, ProducerProfile, QueueItem, SlaPolicy
from routing.services import intake, roster
from tests.factories import make_rule_set, make_user
from tests.publishing import publish_draft

ROUTE: Final = {
    "id": "texas-life",
    "name": "Texas life goes to its pool",
    "when": {"field": "lead.state", "op": "eq", "value": "TX"},
    "route": {"pool": "texas-life"},
    "examples": [{"facts": {"lead.state": "TX"}, "at": "2026-06-01T12:00:00Z", "expect": "match"}],
}
EVERYWHERE: Final = {"id": "rest", "name": "Everything else", "route": {"pool": "nobody-home"}}
MINORS: Final = {
    "id": "minors",
    "name": "A person looks at minors",
    "when": {"field": "lead.age", "op": "lt", "value": 18},
    "effect": "review",
    "reason": "MINOR",
    "message": "The person may be a minor.",
    "on_unknown": "skip",
    "examples": [{"facts": {"lead.age": 12}, "at": "2026-06-01T12:00:00Z", "expect": "review"}],
}
LEAD: Final = {
    "first_name": "Ada",
    "last_name": "Byron",
    "phone": "214-555-0101",
    "email": "ada@example.com",
    "state": "TX",
    "zip": "75201",
    "product": "term_life",
}


class SmallAgency:
    """The agency's rows, by the names the tests use."""

    def __init__(self) -> None:
        self.now = timezone.now()
        self.manager = make_user(Role.MANAGER, username="mona", first_name="Mona", last_name="Reyes")
        self.deputy = make_user(Role.MANAGER, username="dora", first_name="Dora", last_name="Lind")
        Agency.objects.update_or_create(pk=1, defaults={"manager": self.manager, "deputy": self.deputy})
        self.carrier = Carrier.objects.create(name="Alder Ridge Life", cocode="00101")
        Product.objects.create(code="term_life", label="Term life", lines_any_of=[["LIFE"]])
        AppointmentRegime.objects.create(state="TX", regime="NONE", status="confirmed", source="Texas, for the test")
        for tier, minutes in (("hot", 5), ("warm", 15), ("low", 60)):
            SlaPolicy.objects.update_or_create(tier=tier, defaults={"target_minutes": minutes})
        self.pool = Pool.objects.create(slug="texas-life", name="Texas life")
        self.kim = self.make_producer("Kim", "Park", "1001")
        self.lee = self.make_producer("Lee", "Diaz", "1002")
        self.ray = self.make_producer("Ray", "Moss", "1003", expiry_date=date(2025, 5, 12))
        self.source = LeadSource.objects.create(slug="web-form", name="Web form")
        gone = Pool.objects.create(slug="nobody-home", name="Nobody home")
        self._publish("routes", "route", ROUTE, EVERYWHERE)
        gone.delete()
        self._publish("checks", "gate", MINORS)
        roster.changed("agency", roster.pool_subject("texas-life"), at=self.now)

    def make_producer(self, first: str, last: str, npn: str, **license_fields: Any) -> Producer:
        """Return a producer of the pool, licensed for life in Texas, who can sign in."""
        user = make_user(Role.PRODUCER, username=first.lower(), first_name=first, last_name=last)
        producer = Producer.objects.create(
            npn=npn, first_name=first, last_name=last, resident_state="TX", time_zone="America/Chicago", user=user
        )
        license_ = License.objects.create(
            producer=producer,
            state="TX",
            number=f"TX-{npn}",
            residency="R",
            effective_date=date(2020, 1, 1),
            **{"expiry_date": date(2099, 12, 31), **license_fields},
        )
        LineOfAuthority.objects.create(license=license_, line="LIFE", effective_date=date(2020, 1, 1))
        CarrierContract.objects.create(producer=producer, carrier=self.carrier)
        ProducerProfile.objects.create(producer=producer, capacity=5)
        PoolMember.objects.create(pool=self.pool, producer=producer)
        roster.changed(roster.producer_subject(producer.pk), at=self.now)
        return producer

    def go_on_to(self, name: str, *producers: Producer) -> Pool:
        """Let the leads of the pool go on to a new one, which these producers move to."""
        more = Pool.objects.create(slug=name.lower().replace(" ", "-"), name=name)
        Pool.objects.filter(pk=self.pool.pk).update(overflow=more)
        PoolMember.objects.filter(producer__in=producers).update(pool=more)
        subjects = (roster.producer_subject(each.pk) for each in producers)
        roster.changed(roster.pool_subject(self.pool.slug), roster.pool_subject(more.slug), *subjects, at=self.now)
        return more

    def set_capacity(self, capacity: int, *producers: Producer) -> None:
        """Give these producers so much room; everybody, where none is named."""
        whose = producers or (self.kim, self.lee, self.ray)
        ProducerProfile.objects.filter(producer__in=whose).update(capacity=capacity)
        roster.changed(*(roster.producer_subject(each.pk) for each in whose), at=self.now)

    def receive(self, now: datetime | None = None, **fields: Any) -> Lead:
        """Take a lead in from the web form and return it."""
        body = json.dumps({**LEAD, "phone": "", "email": f"{uuid4().hex[:8]}@example.com", **fields}).encode()
        answer = intake.receive(source=self.source, body=body, key=str(uuid4()), now=now or timezone.now())
        return Lead.objects.get(pk=answer.body["id"])

    def receive_waiting(self, **fields: Any) -> QueueItem:
        """Take in a lead nobody has room for, and return its item."""
        self.set_capacity(0)
        lead = self.receive(**fields)
        return lead.queue_items.get()

    def offer(self) -> Offer:
        """Take in a lead that its pool offers, and return the offer."""
        self.set_capacity(5)
        Pool.objects.filter(pk=self.pool.pk).update(method={"pick": {"step": "offer"}})
        roster.changed(roster.pool_subject(self.pool.slug), at=self.now)
        return self.receive().offers.get()

    def _publish(self, slug: str, stage: str, *bodies: dict[str, Any]) -> None:
        ruleset = make_rule_set(slug, bodies, stage=stage)
        publish_draft(ruleset, now=self.now)


def user_of(producer: Producer) -> User:
    """Return the account a producer signs in with."""
    assert producer.user is not None
    return producer.user
