"""Reference data: products, carriers, line names, and the law on appointments, which is provisional until confirmed."""

import csv
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from django.db import transaction
from django.db.models import Model, Q

from accounts import policy
from accounts.actor import Actor
from audit import services as audit
from licenses.models import AppointmentRegime, Carrier, CarrierContract, LoaMap, Producer, ProducerChange, Product
from licenses.services.saved_rows import FieldChange, save_row

Reference = Product | Carrier | AppointmentRegime | LoaMap
DATA: Final = Path(__file__).resolve().parent.parent / "data"
ENTITIES: Final[dict[type[Model], str]] = {
    Product: "product",
    Carrier: "carrier",
    AppointmentRegime: "regime",
    LoaMap: "loa_name",
}


@transaction.atomic
def save_reference(*, rows: Sequence[Reference], actor: Actor, now: datetime) -> tuple[FieldChange, ...]:
    """Save rows that hold for everybody, tell the ledger, and have the roster read them again.

    :raises Forbidden: if the actor may not edit licences
    :raises Invalid: with every field of the first row at fault
    """
    policy.require(actor, "licenses.edit")
    return _save(rows, actor, now)


@transaction.atomic
def set_regimes(
    *, regimes: Sequence[AppointmentRegime], status: AppointmentRegime.Status, actor: Actor, now: datetime
) -> tuple[FieldChange, ...]:
    """Confirm appointment rules, from when on they decide, or make them provisional again.

    :raises Forbidden: if the actor may not edit licences
    """
    policy.require(actor, "licenses.edit")
    rows = AppointmentRegime.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    locked = list(rows.filter(pk__in=[each.pk for each in regimes]))
    for row in locked:
        row.status = status
        row.verified_on = now.date() if status == AppointmentRegime.Status.CONFIRMED else None
    return _save(locked, actor, now)


@transaction.atomic
def load(*, actor: Actor, now: datetime, confirmed: bool = False) -> int:
    """Load the data files: what is not there yet is added, what is there is left as people made it.

    Appointment rules come in provisional; `confirmed` is for a demo, whose agency is taken to have checked them.

    :raises Forbidden: if the actor may not edit licences
    """
    policy.require(actor, "licenses.edit")
    new: list[Reference] = [*_new_products(), *_new_regimes(confirmed, now), *_new_names()]
    _save(new, actor, now)
    return len(new)


def _save(rows: Sequence[Reference], actor: Actor, now: datetime) -> tuple[FieldChange, ...]:
    told = [(row, "added" if row._state.adding else "changed", save_row(row, now)) for row in rows]
    changed = [(row, verb, changes) for row, verb, changes in told if changes]
    audit.record_many(
        [
            audit.entry(
                at=now,
                actor=actor,
                action=f"{ENTITIES[type(row)]}.{verb}",
                target=row,
                detail={"changes": [change.as_dict() for change in changes]},
            )
            for row, verb, changes in changed
        ]
    )
    if changed:
        feed = [ProducerChange(at=now, what="Reference data")]
        feed += [
            ProducerChange(producer_id=pk, at=now, what="Reference data")
            for pk in _concerned([row for row, _, _ in changed])
        ]
        ProducerChange.objects.bulk_create(feed)
    return tuple(change for _, _, changes in changed for change in changes)


def _concerned(rows: Sequence[Reference]) -> list[int]:
    """Return the producers whose own facts repeat something of these rows: a product's lines, a carrier's code."""
    carriers = [row.pk for row in rows if isinstance(row, Carrier)]
    with_carrier = Producer.objects.filter(
        Q(contracts__carrier__in=carriers)
        | Q(appointments__carrier__in=carriers)
        | Q(certifications__carrier__in=carriers)
    )
    products = {row.code for row in rows if isinstance(row, Product)}
    selling = CarrierContract.objects.values_list("producer_id", "products") if products else []
    found = set(with_carrier.values_list("pk", flat=True)) if carriers else set()
    return sorted(found | {pk for pk, codes in selling if products.intersection(codes)})


def _records(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _codes(cell: str) -> list[str]:
    return [] if cell == "*" else cell.split("|")


def _new_products() -> list[Product]:
    known = set(Product.objects.values_list("code", flat=True))
    return [
        Product(
            code=row["code"],
            label=row["label"],
            lines_any_of=[lines.split("+") for lines in row["lines_any_of"].split("|")],
            governing=row["governing"],
            is_complex=row["is_complex"] == "yes",
        )
        for row in _records("products.csv")
        if row["code"] not in known
    ]


def _new_regimes(confirmed: bool, now: datetime) -> list[AppointmentRegime]:
    known = {(row.state, tuple(row.lines)) for row in AppointmentRegime.objects.filter(carrier=None)}
    return [
        AppointmentRegime(
            state=row["state"],
            lines=_codes(row["lines"]),
            regime=row["regime"],
            file_within_days=int(row["file_within_days"]),
            trigger=row["trigger"],
            status=AppointmentRegime.Status.CONFIRMED if confirmed else AppointmentRegime.Status.PROVISIONAL,
            verified_on=now.date() if confirmed else None,
            source=f"{row['source']} ({row['read_as']})",
        )
        for row in _records("appointment_regimes.csv")
        if (row["state"], tuple(_codes(row["lines"]))) not in known
    ]


def _new_names() -> list[LoaMap]:
    known = set(LoaMap.objects.values_list("state", "raw_name"))
    return [
        LoaMap(state=row["state"], raw_name=row["raw_name"], lines=_codes(row["lines"]), source=row["source"])
        for row in _records("loa_names.csv")
        if (row["state"], row["raw_name"]) not in known
    ]
