"""Read licence facts as the guard takes them."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import chain

from django.db.models import Prefetch, QuerySet

from licenses.authority import (
    AppointmentFact,
    CertificationFact,
    ContractFact,
    LicenseFact,
    Licensing,
    LineFact,
    ProductLines,
    Regime,
)
from licenses.models import (
    Appointment,
    AppointmentRegime,
    CarrierContract,
    Certification,
    License,
    LineOfAuthority,
    Producer,
    Product,
)


def licensing_of(producer_ids: Iterable[int]) -> dict[int, Licensing]:
    """Return everything known of these producers' right to sell, in a constant number of statements."""
    producers = Producer.objects.filter(pk__in=list(producer_ids)).prefetch_related(
        Prefetch("licenses", License.objects.order_by("pk")),
        Prefetch("licenses__lines", LineOfAuthority.objects.order_by("pk")),
        Prefetch("contracts", CarrierContract.objects.select_related("carrier").order_by("pk")),
        Prefetch("appointments", Appointment.objects.select_related("carrier").order_by("pk")),
        Prefetch("certifications", Certification.objects.select_related("carrier").order_by("pk")),
    )
    lines_of = {each.code: frozenset(chain.from_iterable(each.lines_any_of)) for each in products()}
    return {producer.pk: _licensing(producer, lines_of) for producer in producers}


def _licensing(producer: Producer, lines_of: Mapping[str, frozenset[str]]) -> Licensing:
    return Licensing(
        producer_id=producer.pk,
        name=str(producer),
        npn=producer.npn,
        resident_state=producer.resident_state,
        status=producer.status,
        licenses=tuple(map(_license, producer.licenses.all())),
        contracts=tuple(_contract(each, lines_of) for each in producer.contracts.all()),
        appointments=tuple(map(_appointment, producer.appointments.all())),
        certifications=tuple(map(_certification, producer.certifications.all())),
    )


def _license(row: License) -> LicenseFact:
    return LicenseFact(
        id=row.pk,
        state=row.state,
        license_class=row.license_class,
        number=row.number,
        residency=row.residency,
        status=row.status,
        effective_date=row.effective_date,
        expiry_date=row.expiry_date,
        is_perpetual=row.is_perpetual,
        lines=tuple(
            LineFact(line.pk, line.line, line.status, line.effective_date, line.expiry_date) for line in row.lines.all()
        ),
    )


def _contract(row: CarrierContract, lines_of: Mapping[str, frozenset[str]]) -> ContractFact:
    return ContractFact(
        id=row.pk,
        carrier=row.carrier.cocode,
        states=tuple(row.states),
        products=tuple(row.products),
        status=row.status,
        start_date=row.start_date,
        end_date=row.end_date,
        lines=tuple(sorted(frozenset().union(*(lines_of.get(code, frozenset()) for code in row.products)))),
    )


def _appointment(row: Appointment) -> AppointmentFact:
    return AppointmentFact(
        id=row.pk,
        carrier=row.carrier.cocode,
        state=row.state,
        lines=tuple(row.lines),
        status=row.status,
        effective_date=row.effective_date,
        terminated_date=row.terminated_date,
    )


def _certification(row: Certification) -> CertificationFact:
    return CertificationFact(
        id=row.pk,
        kind=row.kind,
        state=row.state,
        carrier=row.carrier.cocode if row.carrier else "",
        product=row.product,
        plan_year=row.plan_year,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        status=row.status,
    )


def regimes() -> list[Regime]:
    """Return every appointment regime, provisional ones too: the guard itself looks at the status."""
    return [
        Regime(
            state=row.state,
            lines=tuple(row.lines),
            carrier=row.carrier.cocode if row.carrier else "",
            regime=row.regime,
            file_within_days=row.file_within_days,
            trigger=row.trigger,
            status=row.status,
            active_from=row.active_from,
            active_to=row.active_to,
        )
        for row in AppointmentRegime.objects.select_related("carrier").order_by("state", "pk")
    ]


def products() -> list[ProductLines]:
    """Return every product with the lines that satisfy it."""
    return [ProductLines(row.code, tuple(map(tuple, row.lines_any_of))) for row in Product.objects.order_by("code")]


def expiring(*, now: datetime, days: int) -> QuerySet[License]:
    """Return active licences whose last day is within so many days, soonest first."""
    today = now.date()
    return (
        License.objects.filter(
            status=License.Status.ACTIVE, is_perpetual=False, expiry_date__range=(today, today + timedelta(days=days))
        )
        .exclude(producer__status=Producer.Status.OFFBOARDED)
        .select_related("producer")
        .order_by("expiry_date", "pk")
    )
