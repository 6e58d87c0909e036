"""One hot pool: fifty producers alike who all may have the same leads, in turn, each with a cap on the day."""

import json
from collections.abc import Iterator
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from benchmarks.hotpool.bare import build as build_bare
from benchmarks.intake import stage
from licenses.models import Appointment, Carrier, CarrierContract, License, LineOfAuthority, Producer, ProducerChange
from routing.demo.leads import PLACES
from routing.models import Cap, LeadSource, Pool, PoolMember, ProducerProfile
from routing.services import roster

MEMBERS: Final = 50
POOL: Final = "florida-life"  # where the demo's rules send leads about life insurance from Florida
STATE: Final = "FL"
LINE: Final = "LIFE"


def build(*, a_day: int) -> LeadSource:
    """Load the agency and put fifty of its producers, who may have `a_day` leads each, into one pool."""
    stage.build()
    with transaction.atomic():
        pool = Pool.objects.get(slug=POOL)
        team = list(Producer.objects.order_by("pk")[:MEMBERS])
        PoolMember.objects.filter(pool=pool).delete()
        PoolMember.objects.bulk_create([PoolMember(pool=pool, producer=each, weight=1) for each in team])
        carrier = Carrier.objects.get(cocode="00101")
        for each in team:
            _license(each, carrier)
        profiles = ProducerProfile.objects.filter(producer__in=team)
        Cap.objects.bulk_create([Cap(profile=each, most=a_day, period="DAY") for each in profiles])
        now = timezone.now()
        ProducerChange.objects.bulk_create([ProducerChange(producer=each, at=now, what="Hot pool") for each in team])
        roster.changed(roster.pool_subject(POOL), at=now)
    roster.fold()
    build_bare(MEMBERS)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return LeadSource.objects.get(slug="web-form")


def _license(producer: Producer, carrier: Carrier) -> None:
    """Let a producer sell life insurance in Florida: licensed there and at home, contracted, appointed."""
    License.objects.get_or_create(
        producer=producer,
        state=STATE,
        defaults={"number": f"HOT{producer.pk}", "residency": "NR", "is_perpetual": True},
    )
    for each in producer.licenses.all():
        LineOfAuthority.objects.get_or_create(license=each, line=LINE)
    CarrierContract.objects.get_or_create(producer=producer, carrier=carrier)
    Appointment.objects.update_or_create(
        producer=producer, carrier=carrier, state=STATE, defaults={"lines": [LINE], "status": "APPOINTED"}
    )


def bodies(name: str, number: int) -> Iterator[bytes]:
    """Yield so many leads for the pool, each of a person known by an e-mail address alone."""
    for at in range(number):
        lead = {
            "external_id": f"{name}-{at}",
            "first_name": "Ada",
            "last_name": "Quill",
            "email": f"{name}.{at}@example.com",
            "state": STATE,
            "zip": PLACES[STATE][0],
            "product": "term_life",
            "language": "en",
        }
        yield json.dumps(lead).encode()
