"""The demo agency with desks that fill, five members alike in one pool, and a trigger that looks on as hands over."""

from collections.abc import Iterable
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from benchmarks.intake import stage
from licenses.models import Certification, Producer, ProducerChange
from routing.models import Cap, Pool, PoolMember, ProducerProfile
from routing.services import roster

SEATS: Final = 12
A_DAY: Final = 40
FAIR_POOL: Final = "florida-life"
TWINS: Final = 5
KNOWS: Final = ("ANNUITY_BI", "LTC_INIT")

# Runs as each assignment commits, while its producer's desk is still locked: nothing can come between.
WITNESS: Final = """
CREATE TABLE soak_commit (
    seq bigserial PRIMARY KEY, assignment uuid, producer bigint, held numeric, capacity int, is_licensed boolean
);
CREATE FUNCTION soak_witness() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO soak_commit (assignment, producer, held, capacity, is_licensed)
    SELECT NEW.id, NEW.producer_id,
           (SELECT sum(effort) FROM routing_assignment WHERE producer_id = NEW.producer_id AND ended_at IS NULL),
           (SELECT capacity FROM routing_producerprofile WHERE producer_id = NEW.producer_id),
           (SELECT coalesce(bool_and(license.status = 'ACTIVE'), false)
            FROM jsonb_array_elements_text(NEW.relies_on -> 'license_ids') relied
            JOIN licenses_license license ON license.id = relied::bigint);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER soak_witness AFTER INSERT ON routing_assignment
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION soak_witness();
"""


def build() -> tuple[str, list[int]]:
    """Load the agency; return a source's key and the members of one pool who are alike."""
    key = stage.build()
    with transaction.atomic():
        ProducerProfile.objects.update(capacity=SEATS)
        twins = _twins()
        limited = ProducerProfile.objects.filter(producer__npn__endswith="1").exclude(producer__in=twins)
        Cap.objects.bulk_create([Cap(profile=profile, most=A_DAY, period="DAY") for profile in limited])
        _tell(Producer.objects.all())
        roster.changed(roster.pool_subject(FAIR_POOL), at=timezone.now())
    roster.fold()
    with connection.cursor() as cursor:
        cursor.execute(WITNESS)
    return key, twins


def _twins() -> list[int]:
    """Make five members of a pool alike, with room for all that comes, and let nobody else into it."""
    pool = Pool.objects.get(slug=FAIR_POOL)
    sold = {"contracts__status": "READY_TO_SELL", "appointments__state": "FL", "licenses__state": "FL"}
    able = Producer.objects.filter(memberships__pool=pool, **sold).distinct().order_by("pk")
    twins = [producer.pk for producer in able[:TWINS]]
    PoolMember.objects.filter(pool=pool).exclude(producer__in=twins).update(is_active=False)
    PoolMember.objects.filter(producer__in=twins).exclude(pool=pool).update(is_active=False)
    PoolMember.objects.filter(pool=pool, producer__in=twins).update(weight=1)
    profiles = ProducerProfile.objects.filter(producer__in=twins)
    profiles.update(capacity=stage.ROOM, languages=["en"], skills=[])
    Certification.objects.filter(producer__in=twins).delete()
    Certification.objects.bulk_create(
        [Certification(producer_id=twin, kind=kind, valid_from="2026-01-01") for twin in twins for kind in KNOWS]
    )
    return twins


def _tell(producers: Iterable[Producer]) -> None:
    ProducerChange.objects.bulk_create(
        [ProducerChange(producer=each, at=timezone.now(), what="Soak") for each in producers]
    )
