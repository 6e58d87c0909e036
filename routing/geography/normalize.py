"""State, ZIP, phone and e-mail as people write them, made canonical; or refused, with the reason.

Nothing is guessed and nothing cut short: what is not plainly one of the forms below is refused. Pure.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType

from routing.geography.states import JURISDICTIONS, MILITARY, TERRITORIES


@dataclass(frozen=True, slots=True)
class Rejected:
    """What was written cannot be read: a code for programs, and a sentence that says what to send instead."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Phone:
    """A number in the United States or a territory, and where it was issued (not where the person is)."""

    e164: str
    area_code: str
    region: str


ALIASES: Final[Mapping[str, str]] = {
    "washington dc": "DC",
    "commonwealth of the northern mariana islands": "MP",
    "us virgin islands": "VI",
    "virgin islands": "VI",
}
NAMED: Final[Mapping[str, str]] = {
    **{name.lower().replace(".", ""): code for code, name in {**JURISDICTIONS, **MILITARY}.items()},
    **ALIASES,
}
CODES: Final = frozenset(JURISDICTIONS) | frozenset(MILITARY)
ZIP: Final = re.compile(r"([0-9]{5})(?:-[0-9]{4})?")
PHONE: Final = re.compile(r"[0-9+(). /\-\u2010-\u2013\u00a0]{7,30}(?:(?:ext\.?|x|#)\s*[0-9]{1,6})?", re.IGNORECASE)
LOCAL_PART: Final = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*")
LABEL: Final = re.compile(r"[^\W_](?:(?:[^\W_]|-){0,61}[^\W_])?")
TOP_LABEL: Final = re.compile(r"(?:xn--[a-z0-9-]{1,59}|[^\W\d_]{2,63})")
EMAIL_LONGEST: Final = 254  # RFC 5321, path less its brackets
LOCAL_LONGEST: Final = 64
US_REGIONS: Final = frozenset({"US", *TERRITORIES})
NOT_A_PERSON: Final[Mapping[int, str]] = {
    PhoneNumberType.TOLL_FREE: "toll-free",
    PhoneNumberType.PREMIUM_RATE: "premium-rate",
    PhoneNumberType.PERSONAL_NUMBER: "follow-me (5xx)",
    PhoneNumberType.SHARED_COST: "shared-cost",
    PhoneNumberType.UAN: "company",
    PhoneNumberType.PAGER: "pager",
    PhoneNumberType.VOICEMAIL: "voicemail",
}


def state(raw: str) -> str | Rejected:
    """Return the two-letter code of a state, district, territory or military region, from its code or name."""
    text = " ".join(raw.replace(".", "").replace(",", " ").split())
    code = text.upper() if text.upper() in CODES else NAMED.get(text.lower())
    return code or Rejected("state.unknown", 'Send a state or territory of the United States, e.g. "FL" or "Florida".')


def zip_code(raw: str) -> str | Rejected:
    """Return the five digits of a ZIP or ZIP+4. Whether it is in use is for the ZIP table to say."""
    match = ZIP.fullmatch(raw.strip())
    return match[1] if match else Rejected("zip.malformed", 'Send a ZIP of five digits or ZIP+4, e.g. "10001-1234".')


def phone(raw: str) -> Phone | Rejected:
    """Return the number of somebody who can be rung in the United States or a territory; +1 alone does not say that."""
    number = _parsed(raw.strip())
    if number is None or not phonenumbers.is_possible_number(number):
        return Rejected("phone.malformed", 'Send a phone number with its area code, e.g. "(212) 555-0123".')
    if number.country_code != 1:
        return Rejected("phone.not_us", "Send a number in the United States or its territories.")
    region = phonenumbers.region_code_for_number(number)
    if region is None or not phonenumbers.is_valid_number(number):
        return Rejected("phone.not_in_use", "No such number can exist: check the area code and the digits.")
    if kind := NOT_A_PERSON.get(phonenumbers.number_type(number)):
        return Rejected("phone.not_personal", f"Send a person's own number, not a {kind} one.")
    if region not in US_REGIONS:
        return Rejected("phone.not_us", "Send a number in the United States or its territories.")
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return Phone(e164, e164[2:5], region)


def email(raw: str) -> str | Rejected:
    """Return the address trimmed and with its domain in lower case; the part before the @ is its owner's to spell."""
    local, _, domain = raw.strip().rpartition("@")
    domain = domain.lower()
    is_short = len(local) <= LOCAL_LONGEST and len(local) + len(domain) < EMAIL_LONGEST
    if not (is_short and LOCAL_PART.fullmatch(local) and _is_domain(domain)):
        return Rejected("email.malformed", 'Send an e-mail address such as "ada@example.com".')
    return f"{local}@{domain}"


def _parsed(text: str) -> PhoneNumber | None:
    if not PHONE.fullmatch(text):  # the parser would dig a number out of any sentence
        return None
    try:
        return phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        return None


def _is_domain(domain: str) -> bool:
    *labels, top = domain.split(".")
    return bool(labels) and all(map(LABEL.fullmatch, labels)) and TOP_LABEL.fullmatch(top) is not None
