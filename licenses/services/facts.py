"""The one way licence facts change: under the producer's lock, told to the roster and the ledger."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Final

from django.db import transaction
from django.db.models import F, Model

from accounts import policy
from accounts.actor import Actor
from audit import services as audit
from licenses.models import (
    Appointment,
    CarrierContract,
    Certification,
    License,
    LineOfAuthority,
    Producer,
    ProducerChange,
)
from licenses.services.saved_rows import FieldChange, delete_row, save_row
from outbox import services as outbox

Fact = Producer | License | LineOfAuthority | CarrierContract | Appointment | Certification
ENTITIES: Final[dict[type[Model], str]] = {
    Producer: "producer",
    License: "license",
    LineOfAuthority: "line",
    CarrierContract: "contract",
    Appointment: "appointment",
    Certification: "certification",
}


@transaction.atomic
def save(
    *, facts: Sequence[Fact], removed: Sequence[Fact] = (), actor: Actor, now: datetime
) -> tuple[FieldChange, ...]:
    """Save and remove fact rows of one producer, parents before children, and return what changed.

    :raises Forbidden: if the actor may not edit licences
    :raises Invalid: with every field of the first row at fault
    """
    policy.require(actor, "licenses.edit")
    return write(facts=facts, removed=removed, actor=actor, now=now)


def delete(*, fact: Fact, actor: Actor, now: datetime) -> None:
    """Remove one fact row; its history and its ledger entries stay."""
    save(facts=(), removed=(fact,), actor=actor, now=now)


@transaction.atomic
def write(
    *, facts: Sequence[Fact], removed: Sequence[Fact] = (), actor: Actor, now: datetime
) -> tuple[FieldChange, ...]:
    """Do the work of `save` for services that have asked the policy their own question.

    1. Lock the producer row, so that no claim relies on what is about to change.
    2. Write what differs.
    3. Raise `facts_version`, which every claim compares; append to the feed the roster is folded from; tell the ledger;
       ring for the leads that wait.
    """
    owners = {id(owner): owner for owner in map(producer_of, (*facts, *removed))}
    producer = next(iter(owners.values()))
    if len({owner.pk for owner in owners.values()}) > 1:
        raise ValueError("Facts of one producer at a time.")
    if producer.pk:
        lock(producer.pk)
    told = [(ENTITIES[type(fact)], "added" if fact._state.adding else "changed", save_row(fact, now)) for fact in facts]
    told += [(ENTITIES[type(fact)], "removed", (delete_row(fact, now),)) for fact in removed]
    changes = tuple(change for _, _, several in told for change in several)
    if changes:
        _publish(producer, changes, now)
        audit.record_many(
            [
                audit.entry(
                    at=now,
                    actor=actor,
                    action=f"{entity}.{verb}",
                    target=producer,
                    detail={"what": several[0].what, "changes": [each.as_dict() for each in several]},
                )
                for entity, verb, several in told
                if several
            ]
        )
    return changes


def lock(producer_id: int) -> Producer:
    """Lock a producer's facts until the transaction ends, and return the producer as it stands."""
    return Producer.objects.select_for_update(of=("self",), no_key=True).get(pk=producer_id)


def producer_of(fact: Fact) -> Producer:
    """Return the producer a fact row is about."""
    if isinstance(fact, Producer):
        return fact
    return fact.license.producer if isinstance(fact, LineOfAuthority) else fact.producer


def confirm(*, producer: Producer, licenses: Sequence[License], now: datetime) -> None:
    """Note what a source confirmed: the age of licences changes, and nothing a claim relies on."""
    newer = [
        each
        for each in licenses
        if each.as_of and License.objects.filter(pk=each.pk).exclude(as_of__gte=each.as_of).update(as_of=each.as_of)
    ]
    if newer:
        ProducerChange.objects.create(producer=producer, at=now, what="Licenses confirmed by the source")


def _publish(producer: Producer, changes: Sequence[FieldChange], now: datetime) -> None:
    outbox.publish(topic="license.changed", payload={"producer_id": producer.pk}, at=now)
    Producer.objects.filter(pk=producer.pk).update(facts_version=F("facts_version") + 1)
    what = "; ".join(key for key, _ in groupby(change.what for change in changes))
    ProducerChange.objects.create(producer=producer, at=now, what=what[:200])
