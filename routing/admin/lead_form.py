"""The form of a lead as somebody tells it, sent on as a source would send it."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms

from licenses.lines import LINES
from licenses.models import Carrier, Product
from routing.admin.forms import ServiceForm
from routing.geography import normalize
from routing.geography.states import JURISDICTIONS
from routing.models import Lead, Person

STATES: Final = [("", "Not known"), *((code, f"{name} ({code})") for code, name in JURISDICTIONS.items())]
CHANNELS: Final = [("call", "Call"), ("text", "Text message"), ("email", "E-mail")]
CONSENT: Final = ("text", "captured_at", "channels", "token")
# Where a rule misses a fact, the field that gives it.
GIVES: Final[Mapping[str, str]] = {
    "lead.state": "state",
    "lead.declared_state": "state",
    "lead.zip": "zip",
    "lead.age": "birth_date",
    "lead.language": "language",
    "lead.has_phone": "phone",
    "lead.has_email": "email",
    "lead.line": "line",
    "lead.product": "products",
    "lead.products": "products",
    "lead.carrier": "carrier",
    "lead.premium": "premium",
    "lead.campaign": "source_campaign",
    "lead.consent_given": "consent_text",
    "lead.consent_at": "consent_captured_at",
    "lead.consent_channels": "consent_channels",
    "lead.consent_token": "consent_token",
}


class LeadForm(ServiceForm):
    """A lead as somebody tells it; `routing.payload` says what is right."""

    GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("The person", ("first_name", "last_name", "phone", "email", "birth_date", "language")),
        ("Where", ("state", "zip", "risk_state")),
        ("What they ask for", ("line", "products", "carrier", "premium")),
        ("Consent", ("consent_text", "consent_captured_at", "consent_channels", "consent_token")),
        ("Where it came from", ("source_campaign", "external_id", "attributes")),
    )

    first_name = forms.CharField(required=False, max_length=100)
    last_name = forms.CharField(required=False, max_length=100)
    phone = forms.CharField(required=False, max_length=100, widget=forms.TextInput(attrs={"type": "tel"}))
    email = forms.CharField(label="E-mail", required=False, max_length=254, help_text="A phone or an e-mail is needed.")
    birth_date = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    language = forms.CharField(required=False, max_length=2, help_text="Two letters, such as en or es.")
    state = forms.ChoiceField(required=False, choices=STATES, help_text="A state or a ZIP code is needed.")
    zip = forms.CharField(label="ZIP code", required=False, max_length=10)
    risk_state = forms.ChoiceField(
        label="State of the property or car", required=False, choices=STATES, help_text="If it is another one."
    )
    line = forms.ChoiceField(
        required=False, choices=[("", "By product"), *LINES.items()], help_text="A line or a product is needed."
    )
    products = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    carrier = forms.ChoiceField(required=False)
    premium = forms.CharField(
        label="Yearly premium",
        required=False,
        max_length=20,
        help_text="In dollars.",
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    consent_text = forms.CharField(
        label="What the person agreed to", required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2})
    )
    consent_captured_at = forms.DateTimeField(
        label="When",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    consent_channels = forms.MultipleChoiceField(
        label="Contact by", required=False, choices=CHANNELS, widget=forms.CheckboxSelectMultiple
    )
    consent_token = forms.CharField(
        label="Certificate", required=False, max_length=100, help_text="A TrustedForm or LeadiD token."
    )
    source_campaign = forms.CharField(label="Campaign", required=False, max_length=100)
    external_id = forms.CharField(label="Your reference", required=False, max_length=255)
    attributes = forms.CharField(
        label="Anything else",
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One “name: value” a line.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.noted: dict[str, str] = {}
        self.fields["products"].choices = [(each.code, each.label) for each in Product.objects.all()]  # type: ignore[attr-defined]  # a choice field
        carriers = [(each.cocode, each.name) for each in Carrier.objects.all()]
        self.fields["carrier"].choices = [("", "Any"), *carriers]  # type: ignore[attr-defined]  # likewise

    def groups(self) -> list[tuple[str, list[tuple[forms.BoundField, str]]]]:
        """Return the fields by group, each with what was noted about it, for the page."""
        grouped = [(title, [name for name in names if name in self.fields]) for title, names in self.GROUPS]
        return [
            (title, [(self[name], self.noted.get(name, "")) for name in names]) for title, names in grouped if names
        ]

    def note(self, problems: Iterable[Mapping[str, str]], sent: Mapping[str, Any]) -> None:
        """Keep what is known to be wrong, to be shown at the field, with what was sent there."""
        for problem in problems:
            name = self.field_of(problem["pointer"])
            value = sent.get(name) if name else None
            was = f" They sent “{value}”." if isinstance(value, str | int | float) and value != "" else ""
            if name:
                self.noted[name] = f"{problem['detail']}{was}"

    def field_of(self, pointer: str) -> str | None:
        """Return the field a pointer into the payload means."""
        if pointer in GIVES:
            return GIVES[pointer]
        first, *rest = pointer.strip("/").split("/")
        if first == "product":
            first = "products"
        if first == "consent" and rest:
            first = f"consent_{rest[0]}"
        return first if first in self.fields else None

    def payload(self) -> dict[str, Any]:
        """Return the values as a source would send them; what is empty is left out."""
        given = {name: value for name, value in self.cleaned_data.items() if value not in (None, "", [])}
        consent = {name: _plain(given.pop(f"consent_{name}")) for name in CONSENT if f"consent_{name}" in given}
        attributes = _attributes(given.pop("attributes", ""))
        fields = {name: _plain(value) for name, value in given.items() if name != "key"}
        return fields | ({"consent": consent} if consent else {}) | ({"attributes": attributes} if attributes else {})


class EntryForm(LeadForm):
    """A new lead; the key makes a second click harmless."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=40)

    @staticmethod
    def fresh() -> dict[str, Any]:
        """Return the initial values of an empty form."""
        return {"key": str(uuid.uuid4())}


class MendForm(LeadForm):
    """A lead that somebody puts right; where it came from, and what it brought along, stay as they are."""

    external_id = None  # type: ignore[assignment]  # Django's way to drop an inherited field
    source_campaign = None  # type: ignore[assignment]  # likewise
    attributes = None  # type: ignore[assignment]  # likewise


def lead_values(lead: Lead, person: Person | None) -> dict[str, Any]:
    """Return a lead as the form's values."""
    if person is None:
        return {}
    consent = {f"consent_{name}": person.consent[name] for name in CONSENT if name in person.consent}
    return {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "phone": person.phone,
        "email": person.email,
        "birth_date": person.birth_date,
        "language": lead.language,
        "state": lead.declared_state or lead.governing_state,
        "zip": person.zip_code,
        "line": "" if lead.products else lead.line,
        "products": lead.products,
        "carrier": lead.carrier,
        "premium": lead.premium if lead.premium is not None else "",
        **consent,
    }


def raw_values(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body as a source sent it, sound or not, as the form's values."""
    values = {name: value for name, value in data.items() if name in LeadForm.base_fields}
    products = data.get("products") if isinstance(data.get("products"), list) else []
    values["products"] = [each for each in [data.get("product"), *(products or [])] if isinstance(each, str)]
    for name in ("state", "risk_state"):
        read = normalize.state(values[name]) if isinstance(values.get(name), str) else None
        values[name] = read if isinstance(read, str) else values.get(name)
    if isinstance(consent := data.get("consent"), dict):
        values |= {f"consent_{name}": consent[name] for name in CONSENT if name in consent}
    return values


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _attributes(text: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in text.splitlines() if line.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}
