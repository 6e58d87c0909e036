"""Builders of rows, valid by default: plain functions, each argument a field that matters to the test."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import count
from typing import Any, Final

from accounts.models import User
from accounts.policy import Role
from licenses.models import Appointment, AppointmentRegime, Carrier, CarrierContract, License, Producer, Product
from rules_engine.models import Rule, RuleSet


def make_user(role: Role = Role.OPERATIONS, **fields: Any) -> User:
    """Return a person of the role, who can sign in with "correct horse battery"."""
    username = str(fields.pop("username", role.value.lower()))
    return User.objects.create_user(username=username, password="correct horse battery", role=role.value, **fields)


GATE_RULE: Final[Mapping[str, Any]] = {
    "id": "closed-states",
    "name": "We do not work in these states",
    "when": {"field": "lead.state", "op": "in", "value": ["AK", "HI"]},
    "effect": "reject",
    "reason": "STATE_CLOSED",
    "examples": [{"facts": {"lead.state": "AK"}, "at": "2026-06-01T12:00:00Z", "expect": "reject"}],
}


def make_rule_set(
    slug: str = "intake-checks", rules: Sequence[Mapping[str, Any]] = (GATE_RULE,), **fields: Any
) -> RuleSet:
    """Return a set whose draft holds these rules; a gate unless told otherwise."""
    ruleset = RuleSet.objects.create(
        slug=slug, **{"name": slug.replace("-", " ").capitalize(), "stage": "gate", **fields}
    )
    for position, body in enumerate(rules):
        Rule.objects.create(ruleset=ruleset, rule_id=body["id"], position=position, name=body["name"], body=dict(body))
    return ruleset


_npns = count(9900000001)
_numbers = count(1)


def make_producer(**fields: Any) -> Producer:
    """Return a producer at home in Texas, with an invented NPN and no licence."""
    return Producer.objects.create(
        **{
            "npn": str(next(_npns)),
            "first_name": "Ana",
            "last_name": "Reyes",
            "email": "ana@example.com",
            "resident_state": "TX",
            "time_zone": "America/Chicago",
            **fields,
        }
    )


def make_license(producer: Producer, state: str = "TX", *lines: str, **fields: Any) -> License:
    """Return an active licence with active lines, LIFE unless named; resident in the producer's own state."""
    license_ = License.objects.create(
        producer=producer,
        state=state,
        **{
            "number": f"ZZ{next(_numbers):05}",
            "residency": "R" if state == producer.resident_state else "NR",
            "effective_date": date(2020, 1, 1),
            "expiry_date": None if fields.get("is_perpetual") else date(2030, 12, 31),
            **fields,
        },
    )
    for line in lines or ("LIFE",):
        license_.lines.create(line=line)
    return license_


def make_carrier(cocode: str = "00101", **fields: Any) -> Carrier:
    """Return an invented carrier, the same one for the same code."""
    carrier, _ = Carrier.objects.get_or_create(cocode=cocode, defaults={"name": f"Carrier {cocode}", **fields})
    return carrier


def make_contract(producer: Producer, carrier: Carrier | None = None, **fields: Any) -> CarrierContract:
    """Return a contract ready to sell everything everywhere."""
    return CarrierContract.objects.create(producer=producer, carrier=carrier or make_carrier(), **fields)


def make_appointment(producer: Producer, state: str = "TX", *lines: str, **fields: Any) -> Appointment:
    """Return an appointment in force for the lines, LIFE unless named."""
    carrier = fields.pop("carrier", None) or make_carrier()
    named = list(lines or ("LIFE",))
    return Appointment.objects.create(producer=producer, carrier=carrier, state=state, lines=named, **fields)


def make_product(
    code: str = "term_life", lines_any_of: Sequence[Sequence[str]] = (("LIFE",),), **fields: Any
) -> Product:
    """Return a product any one of the sets of lines allows to sell."""
    sets = [list(lines) for lines in lines_any_of]
    return Product.objects.create(
        code=code, **{"label": code.replace("_", " ").capitalize(), **fields}, lines_any_of=sets
    )


def make_regime(state: str = "TX", regime: str = "JIT", *lines: str, **fields: Any) -> AppointmentRegime:
    """Return a confirmed appointment rule, for all lines unless named."""
    return AppointmentRegime.objects.create(
        state=state, regime=regime, lines=list(lines), **{"status": "confirmed", "source": "test", **fields}
    )
