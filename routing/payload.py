"""The lead as a source sends it: shape, types and normal form, every field at fault reported at once. Pure."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Any, Final

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from accounts import json_body
from accounts.errors import FieldProblem, Invalid
from licenses.lines import LINES
from routing.aliases import Aliases, Reading, read
from routing.geography import normalize
from routing.geography.normalize import Phone, Rejected

MAX_BODY_BYTES: Final = 64 * 1024
CLOCK_SKEW: Final = timedelta(minutes=5)
OLDEST_BIRTH: Final = date(1900, 1, 1)


def _in_words(value: Any) -> Any:
    """Refuse a number for a date: it would be read as seconds since 1970."""
    if isinstance(value, bool | int | float):
        raise PydanticCustomError("date_type", "Send it as text")
    return value


Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100, pattern=r"^[^\x00]*$")]
Long = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000, pattern=r"^[^\x00]*$")]


class Consent(BaseModel):
    """What the person agreed to, as captured."""

    model_config = ConfigDict(extra="forbid")

    text: Long | None = None
    text_version: Short | None = None
    captured_at: Annotated[AwareDatetime, BeforeValidator(_in_words)] | None = None
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
    birth_date: Annotated[date, BeforeValidator(_in_words)] | None = None
    language: Annotated[str, StringConstraints(strip_whitespace=True, pattern="^[a-z]{2}$")] | None = None
    premium: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)] | None = None
    source_campaign: Short | None = None
    attributes: dict[Short, JsonValue] = Field(default={}, max_length=100)
    consent: Consent | None = None


NOTHING_SAID: Final[tuple[Any, ...]] = (None, "", [], {}, Consent())
# What the library's names of faults come to, the first sign that fits.
FAULTS: Final = (
    ("extra_forbidden", "field.unknown"),
    ("_type", "field.type"),
    ("too_long", "field.too_long"),
    ("pattern", "field.pattern"),
    ("date_", "field.date"),
    ("datetime", "field.time"),
    ("timezone", "field.time"),
    ("decimal", "field.number"),
    ("greater_than", "field.number"),
    ("finite", "field.number"),
)
ADVICE: Final[Mapping[str, str]] = {
    "string_type": 'Send text in quotes, e.g. "02861": numbers lose leading zeros.',
    "field.unknown": "There is no such field; put what is your own under attributes.",
    "field.nul": "Leave out NUL characters.",
}


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
    readings: tuple[Reading, ...] = ()


def read_json(body: bytes) -> dict[str, Any]:
    """Return the object in a request body.

    :raises Invalid: for anything but one object in strict JSON of a bounded size
    """
    if len(body) > MAX_BODY_BYTES:
        raise Invalid([FieldProblem("", "body.too_large", f"Send at most {MAX_BODY_BYTES:,} bytes a lead.")])
    try:
        data = json_body.read(body)
    except json_body.UnreadableError as error:
        raise Invalid([FieldProblem(error.pointer, error.code, error.detail)]) from error
    if not isinstance(data, dict):
        raise Invalid([FieldProblem("", "json.not_an_object", "Send one JSON object with the lead's fields.")])
    return data


def parse(
    data: Mapping[str, Any],
    *,
    required: Iterable[str],
    products: Mapping[str, Any],
    now: datetime,
    aliases: Aliases = MappingProxyType({}),
) -> LeadDraft:
    """Return the lead in normal form, what its source calls otherwise read as was remembered.

    :raises Invalid: with every field at fault
    """
    data, readings = read(data, aliases, products)
    lead, problems = _read(data)
    unread = {problem.pointer.split("/")[1] for problem in problems}
    draft = _normal(lead, problems)
    problems += _missing(lead, required, unread) + _unlikely(lead, draft, products, now)
    if problems:
        raise Invalid(problems)
    return replace(draft, readings=tuple(readings))


def _read(data: Mapping[str, Any]) -> tuple[LeadIn, list[FieldProblem]]:
    """Return what can be read, and a problem for each field that cannot."""
    try:
        return LeadIn.model_validate(data), []
    except ValidationError as error:
        faults = error.errors(include_url=False)
    unreadable = {fault["loc"][0] for fault in faults}
    readable = {name: value for name, value in data.items() if name not in unreadable}
    return LeadIn.model_validate(readable), [_problem(fault) for fault in faults]


def _problem(fault: Mapping[str, Any]) -> FieldProblem:
    """Return a fault under our own code: the library's names are not ours to promise."""
    pointer = "".join(f"/{json_body.escaped(str(part))}" for part in fault["loc"])
    code = next((code for sign, code in FAULTS if sign in fault["type"]), "field.invalid")
    if code == "field.pattern" and "x00" in str(fault.get("ctx")):
        code = "field.nul"
    return FieldProblem(pointer, code, ADVICE.get(fault["type"]) or ADVICE.get(code) or f"{fault['msg']}.")


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
        attributes=lead.attributes,
        consent=lead.consent.model_dump(mode="json", exclude_defaults=True) if lead.consent else {},
    )


def _missing(lead: LeadIn, required: Iterable[str], unread: Collection[str]) -> list[FieldProblem]:
    """Return what was not sent, where what was sent and cannot be read counts as sent."""

    def given(*names: str) -> bool:
        return any(name in unread or getattr(lead, name, None) not in NOTHING_SAID for name in names)

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
    asked = [("/product", lead.product)] if lead.product else []
    asked += [(f"/products/{index}", product) for index, product in enumerate(lead.products)]
    for pointer, product in asked:
        if product not in products:
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
