"""Rows become the guard's facts, in a constant number of statements."""

from datetime import UTC, date, datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from licenses import queries
from licenses.authority import (
    AppointmentFact,
    Ask,
    CertificationFact,
    ContractFact,
    LicenseFact,
    Licensing,
    LineFact,
    ProductLines,
    Regime,
    judge,
)
from licenses.models import Certification
from tests.factories import (
    make_appointment,
    make_carrier,
    make_contract,
    make_license,
    make_producer,
    make_product,
    make_regime,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 12, 17, tzinfo=UTC)


def test_everything_known_of_a_producer() -> None:
    producer = make_producer(npn="0042")
    license_ = make_license(producer, "TX", number="007", expiry_date=date(2027, 5, 31))
    line = license_.lines.get()
    make_product("auto", [["PERS"], ["PROP", "CAS"]])
    contract = make_contract(producer, products=["auto"], states=["TX"], end_date=date(2027, 1, 1))
    appointment = make_appointment(producer, "TX", "PERS")
    certification = Certification.objects.create(
        producer=producer, kind="AHIP", carrier=make_carrier(), plan_year=2026, valid_until=date(2026, 12, 31)
    )

    licensing = queries.licensing_of([producer.pk])

    assert licensing == {
        producer.pk: Licensing(
            producer_id=producer.pk,
            name="Ana Reyes",
            npn="0042",
            resident_state="TX",
            status="ACTIVE",
            licenses=(
                LicenseFact(
                    license_.pk,
                    "TX",
                    "PRODUCER",
                    "007",
                    "R",
                    "ACTIVE",
                    date(2020, 1, 1),
                    date(2027, 5, 31),
                    False,
                    (LineFact(line.pk, "LIFE"),),
                ),
            ),
            contracts=(
                ContractFact(
                    contract.pk,
                    "00101",
                    ("TX",),
                    ("auto",),
                    end_date=date(2027, 1, 1),
                    lines=("CAS", "PERS", "PROP"),
                ),
            ),
            appointments=(AppointmentFact(appointment.pk, "00101", "TX", ("PERS",)),),
            certifications=(
                CertificationFact(
                    certification.pk, "AHIP", carrier="00101", plan_year=2026, valid_until=date(2026, 12, 31)
                ),
            ),
        )
    }


@pytest.mark.parametrize("producers", [1, 5])
def test_any_number_of_producers_takes_seven_statements(
    producers: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ids = []
    for _ in range(producers):
        producer = make_producer()
        make_license(producer, "TX", "LIFE", "HEALTH")
        make_license(producer, "FL")
        make_contract(producer)
        make_appointment(producer)
        Certification.objects.create(producer=producer, kind="ANNUITY_BI")
        ids.append(producer.pk)

    with django_assert_num_queries(7):
        assert len(queries.licensing_of(ids)) == producers


def test_products_and_rules_as_the_guard_takes_them() -> None:
    make_product("auto", [["PERS"], ["PROP", "CAS"]])
    make_regime("TX", "PRE", "LIFE", carrier=make_carrier(), file_within_days=15, active_from=date(2026, 1, 1))

    assert queries.products() == [ProductLines("auto", (("PERS",), ("PROP", "CAS")))]
    assert queries.regimes() == [
        Regime("TX", ("LIFE",), "00101", "PRE", 15, status="confirmed", active_from=date(2026, 1, 1))
    ]


def test_rows_of_the_factories_make_a_producer_who_may_sell() -> None:
    producer = make_producer()
    make_license(producer)
    make_contract(producer)
    make_regime()
    make_product()

    ask = Ask("TX", ("America/Chicago",), tuple(queries.products()))
    authority = judge(queries.licensing_of([producer.pk])[producer.pk], ask, queries.regimes(), NOW)

    assert authority.allowed


def test_what_ends_within_so_many_days_soonest_first() -> None:
    producer = make_producer()
    for day in (12, 13, 20, 31):
        make_license(producer, number=str(day), expiry_date=date(2026, 5, day))
    make_license(producer, number="past", expiry_date=date(2026, 5, 11))
    make_license(producer, number="gone", expiry_date=date(2026, 5, 13), status="REVOKED")
    make_license(producer, number="ever", is_perpetual=True)

    assert [row.number for row in queries.expiring(now=NOW, days=8)] == ["12", "13", "20"]
