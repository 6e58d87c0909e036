"""The lead as a source sends it: shape, types and normal form, every field at fault reported at once. Pure."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, StringConstraints, ValidationError

from accounts.errors import FieldProblem, Invalid
from licenses.lines import LINES
from routing.geography import normalize
from routing.geography.normalize import Phone, Rejected

MAX_BODY_BYTES: Final = 64 * 1024
CLOCK_SKEW: Final = timedelta(minutes=5)
OLDEST_BIRTH: Final = date(1900, 1, 1)

Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100, pattern=r"^[^\x00]*$")]
Long = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000, pattern=r"^[^\x00]*$")]


class Consent(BaseModel):
    """What the person agreed to, as captured."""

    model_config = ConfigDict(extra="forbid")

    text: Long | None = None
    text_version: Short | None = None
    captured_at: AwareDatetime | None = None
    ip: Short | None = None
    url: Long | None = None
    channels: list[Annotated[str, StringConstraints(pattern="^(call|text|email)$")]] = Field(default=[], max_length=3)
    sellers: list[Short] = Field(default=[], max_length=50)
    token: Short | None = None


class LeadIn(BaseModel):
    """One lead. Which fields are required is the source's setting, never less than a name, a way to reach the person,
    a place, and a product or line.
    """

    model_config = ConfigDict(extra="forbid")

    external_id: (
        Annotated[str, StringConstraints(strip_whitespace=True, max_length=255, pattern=r"^[^\x00]*$")] | None
    ) = None
    first_name: Short | None = None
    last_name: Short | None = None
    email: Short | None = None
    phone: Short | None = None
    state: Short | None = None
    zip: Short | None = None
    risk_state: Short | None = None
    line: Short | None = None
    product: Short | None = None
    products: list[Short] = Field(default=[], max_length=10)
    carrier: Short | None = None
    birth_date: date | None = None
    language: Annotated[str, StringConstraints(strip_whitespace=True, pattern="^[a-z]{2}$")] | None = None
    premium: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)] | None = None
    source_campaign: Short | None = None
    attributes: dict[Short, JsonValue] = Field(default={}, max_length=100)
    consent: Consent | None = None


@dataclass(frozen=True)
class LeadDraft:
    """A lead in normal form, not yet stored."""

    first_name: str
    last_name: str
    email: str
    phone: Phone | None
    state: str | None
    zip_code: str | None
    risk_state: str | None
    line: str | None
    products: tuple[str, ...]
    carrier: str | None
    birth_date: date | None
    language: str | None
    premium: Decimal | None
    campaign: str
    external_id: str | None
    attributes: Mapping[str, Any]
    consent: Mapping[str, Any]


def read_json(body: bytes) -> Any:
    """Decode a request body.

    :raises Invalid: for anything but UTF-8 JSON of a bounded size without NUL
    """
    if len(body) > MAX_BODY_BYTES:
        raise Invalid([FieldProblem("", "body.too_large", f"Send at most {MAX_BODY_BYTES:,} bytes a lead.")])
    try:
        data = json.loads(body.decode("utf-8"), parse_constant=_no_constant, parse_float=Decimal)
    except UnicodeDecodeError as error:
        raise Invalid([FieldProblem("", "body.not_utf8", "Send the body as UTF-8.")]) from error
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise Invalid([FieldProblem("", "json.malformed", "The body is not valid JSON.")]) from error
    if not isinstance(data, dict):
        raise Invalid([FieldProblem("", "json.not_an_object", "Send one JSON object with the lead's fields.")])
    return data


def _no_constant(name: str) -> None:
    raise ValueError(name)


def parse(data: Mapping[str, Any], *, required: Iterable[str], products: Mapping[str, Any], now: datetime) -> LeadDraft:
    """Return the lead in normal form.

    :raises Invalid: with every field at fault
    """
    lead, problems = _shaped(data)
    draft = _normal(lead, problems)
    problems += _missing(data, required) + _unlikely(lead, draft, products, now)
    if problems:
        raise Invalid(problems)
    return draft


def _shaped(data: Mapping[str, Any]) -> tuple[LeadIn, list[FieldProblem]]:
    """Return the fields that have the right shape, and a problem for each that has not."""
    try:
        return LeadIn.model_validate(data), []
    except ValidationError as error:
        faults = error.errors(include_url=False)
    at_fault = {fault["loc"][0] for fault in faults}
    rest = {name: value for name, value in data.items() if name not in at_fault}
    return LeadIn.model_validate(rest), [_problem(fault) for fault in faults]


def _problem(error: Mapping[str, Any]) -> FieldProblem:
    pointer = "".join(f"/{part}" for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return FieldProblem(pointer, "field.unknown", "There is no such field; put what is your own under attributes.")
    if error["type"] == "string_type":
        return FieldProblem(pointer, "field.type", 'Send text in quotes, e.g. "02861": numbers lose leading zeros.')
    if error["type"] == "string_pattern_mismatch" and "x00" in str(error.get("ctx")):
        return FieldProblem(pointer, "field.nul", "Leave out NUL characters.")
    return FieldProblem(pointer, f"field.{error['type']}", f"{error['msg']}.")


def _normal(lead: LeadIn, problems: list[FieldProblem]) -> LeadDraft:
    def read(field: str, value: str | None, reader: Callable[[str], Any]) -> Any:
        if not value:
            return None
        found = reader(value)
        if isinstance(found, Rejected):
            problems.append(FieldProblem(f"/{field}", found.code, found.message))
            return None
        return found

    products = tuple(dict.fromkeys([*([lead.product] if lead.product else []), *lead.products]))
    return LeadDraft(
        first_name=lead.first_name or "",
        last_name=lead.last_name or "",
        email=(read("email", lead.email, normalize.email) or "").lower(),
        phone=read("phone", lead.phone, normalize.phone),
        state=read("state", lead.state, normalize.state),
        zip_code=read("zip", lead.zip, normalize.zip_code),
        risk_state=read("risk_state", lead.risk_state, normalize.state),
        line=(lead.line or "").upper() or None,
        products=products,
        carrier=lead.carrier or None,
        birth_date=lead.birth_date,
        language=lead.language,
        premium=lead.premium,
        campaign=lead.source_campaign or "",
        external_id=lead.external_id or None,
        attributes=json.loads(json.dumps(lead.attributes, default=str)),
        consent=lead.consent.model_dump(mode="json", exclude_defaults=True) if lead.consent else {},
    )


def _missing(data: Mapping[str, Any], required: Iterable[str]) -> list[FieldProblem]:
    def given(*names: str) -> bool:
        return any(data.get(name) for name in names)

    floor = [
        ("/last_name", given("first_name", "last_name"), "Send a first_name or a last_name."),
        ("/phone", given("phone", "email"), "Send a phone or an email."),
        ("/state", given("state", "zip"), "Send a state or a zip."),
        ("/product", given("product", "products", "line"), "Send a product, products or a line."),
    ]
    problems = [FieldProblem(pointer, "field.required", detail) for pointer, there, detail in floor if not there]
    named = {problem.pointer for problem in problems}
    return problems + [
        FieldProblem(f"/{name}", "field.required", f"This source must send {name}.")
        for name in required
        if not given(name) and f"/{name}" not in named
    ]


def _unlikely(lead: LeadIn, draft: LeadDraft, products: Mapping[str, Any], now: datetime) -> list[FieldProblem]:
    problems = []
    if draft.line and draft.line not in LINES:
        problems.append(FieldProblem("/line", "line.unknown", f"Use one of: {', '.join(LINES)}."))
    for index, product in enumerate(draft.products):
        if product not in products:
            pointer = "/product" if lead.product == product else f"/products/{index - bool(lead.product)}"
            problems.append(FieldProblem(pointer, "product.unknown", f"Use one of: {', '.join(sorted(products))}."))
    if draft.birth_date and not OLDEST_BIRTH <= draft.birth_date <= now.date():
        problems.append(FieldProblem("/birth_date", "date.unlikely", "Send a birth date between 1900 and today."))
    captured = lead.consent.captured_at if lead.consent else None
    if captured and not datetime(2000, 1, 1, tzinfo=now.tzinfo) <= captured <= now + CLOCK_SKEW:
        problems.append(
            FieldProblem(
                "/consent/captured_at", "consent.future", "Consent cannot be captured in the future, or before 2000."
            )
        )
    return problems
