"""The vocabulary of rules: every fact a rule may read about a lead, the score, the moment and a producer."""

from typing import Final

from licenses.lines import LINES
from routing.geography.states import JURISDICTIONS
from rules_engine.engine.catalog import Catalog, Field, Option
from rules_engine.engine.values import Kind

STATE_OPTIONS: Final = tuple(Option(code, name) for code, name in JURISDICTIONS.items())
LINE_OPTIONS: Final = tuple(Option(code, label) for code, label in LINES.items())
WEEKDAYS: Final = tuple(
    Option(name[:3].lower(), name)
    for name in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
)
CHANNELS: Final = (Option("call", "Call"), Option("text", "Text message"), Option("email", "E-mail"))

WHO: Final = "Lead: the person"
WHAT: Final = "Lead: what they asked for"
WHENCE: Final = "Lead: where it came from"
CONSENT: Final = "Lead: consent"
SCORE: Final = "Score"
NOW: Final = "The moment"
PRODUCER: Final = "Producer"

CATALOG: Final = Catalog(
    (
        Field("lead.state", Kind.CHOICE, "State", WHO, "The state whose license law governs.", "FL", STATE_OPTIONS),
        Field("lead.declared_state", Kind.CHOICE, "State as given", WHO, "What the form said.", "FL", STATE_OPTIONS),
        Field(
            "lead.also_states",
            Kind.CHOICE,
            "Other states involved",
            WHO,
            "By ZIP or area code.",
            ["GA"],
            STATE_OPTIONS,
            many=True,
        ),
        Field("lead.zip", Kind.TEXT, "ZIP code", WHO, "Five digits.", "33101", personal=True),
        Field("lead.age", Kind.NUMBER, "Age", WHO, "Whole years, in the lead's time zone.", 67, personal=True),
        Field("lead.language", Kind.TEXT, "Language", WHO, "Language code.", "es"),
        Field("lead.has_phone", Kind.BOOLEAN, "Has a phone number", WHO, "A valid US number.", True),
        Field("lead.has_email", Kind.BOOLEAN, "Has an e-mail address", WHO, "", True),
        Field("lead.line", Kind.CHOICE, "Line", WHAT, "The line of authority asked for.", "LIFE", LINE_OPTIONS),
        Field("lead.product", Kind.TEXT, "Product", WHAT, "When exactly one was asked for.", "fixed_annuity"),
        Field("lead.products", Kind.TEXT, "Products", WHAT, "All that were asked for.", ["auto", "home"], many=True),
        Field("lead.carrier", Kind.TEXT, "Carrier", WHAT, "NAIC company code, when the lead names one.", "00101"),
        Field("lead.premium", Kind.MONEY, "Premium", WHAT, "Yearly, in dollars.", "1200.00"),
        Field("lead.source", Kind.TEXT, "Source", WHENCE, "The lead source's short name.", "web-form"),
        Field("lead.campaign", Kind.TEXT, "Campaign", WHENCE, "As the source named it.", "spring-life"),
        Field("lead.source_cost", Kind.MONEY, "Cost", WHENCE, "What the lead cost, in dollars.", "35.00"),
        Field(
            "lead.received_at", Kind.DATETIME, "Received", WHENCE, "When the lead reached us.", "2026-11-21T14:00:00Z"
        ),
        Field(
            "lead.is_repeat",
            Kind.BOOLEAN,
            "Asked before",
            WHENCE,
            "The same person, same line, inside the window.",
            False,
        ),
        Field("lead.consent_given", Kind.BOOLEAN, "Consent given", CONSENT, "A consent text was captured.", True),
        Field("lead.consent_at", Kind.DATETIME, "Consent captured", CONSENT, "", "2026-11-21T13:59:00Z"),
        Field("lead.consent_channels", Kind.CHOICE, "Consented channels", CONSENT, "", ["call"], CHANNELS, many=True),
        Field(
            "lead.consent_sellers",
            Kind.TEXT,
            "Consented sellers",
            CONSENT,
            "Sellers named in the consent.",
            ["Fairlead Demo Agency"],
            many=True,
        ),
        Field(
            "lead.consent_token",
            Kind.BOOLEAN,
            "Has a consent certificate",
            CONSENT,
            "A TrustedForm or LeadiD token.",
            True,
        ),
        Field("score.total", Kind.NUMBER, "Score", SCORE, "0 to 100, from the score rules.", 74),
        Field("now.at", Kind.DATETIME, "Instant", NOW, "The moment of the decision.", "2026-11-21T14:00:00Z"),
        Field(
            "now.local_date", Kind.DATE, "Local date of the lead", NOW, "Missing where zones disagree.", "2026-11-21"
        ),
        Field("now.local_weekday", Kind.CHOICE, "Local weekday of the lead", NOW, "", "sun", WEEKDAYS),
        Field("now.local_time", Kind.TIME, "Local time of the lead", NOW, "Missing where zones disagree.", "09:30"),
        Field("now.agency_date", Kind.DATE, "Date at the agency", NOW, "", "2026-11-21"),
        Field("now.agency_weekday", Kind.CHOICE, "Weekday at the agency", NOW, "", "sat", WEEKDAYS),
        Field("now.agency_time", Kind.TIME, "Time at the agency", NOW, "", "09:30"),
        Field("now.agency_open", Kind.BOOLEAN, "Agency is open", NOW, "By its hours and holidays.", True),
        Field("producer.resident_state", Kind.CHOICE, "Home state", PRODUCER, "", "FL", STATE_OPTIONS),
        Field(
            "producer.licensed_states",
            Kind.CHOICE,
            "Licensed states",
            PRODUCER,
            "With an active producer license.",
            ["FL", "GA"],
            STATE_OPTIONS,
            many=True,
        ),
        Field(
            "producer.authorities",
            Kind.KEY,
            "Licensed for",
            PRODUCER,
            "State and line in force.",
            [["FL", "LIFE"]],
            many=True,
            parts=("state", "line"),
        ),
        Field(
            "producer.appointments",
            Kind.KEY,
            "Appointed by",
            PRODUCER,
            "Carrier, state and line.",
            [["00101", "FL", "LIFE"]],
            many=True,
            parts=("carrier", "state", "line"),
        ),
        Field(
            "producer.carriers",
            Kind.TEXT,
            "Contracted carriers",
            PRODUCER,
            "NAIC company codes, ready to sell.",
            ["00101"],
            many=True,
        ),
        Field(
            "producer.certifications",
            Kind.TEXT,
            "Certifications",
            PRODUCER,
            "Kinds valid today.",
            ["ANNUITY_BI"],
            many=True,
        ),
        Field(
            "producer.state_certifications",
            Kind.KEY,
            "Certified for a state",
            PRODUCER,
            "Kind and state, valid today.",
            [["CA_ANNUITY_8", "CA"]],
            many=True,
            parts=("kind", "state"),
        ),
        Field(
            "producer.plan_years",
            Kind.KEY,
            "Certified for a plan year",
            PRODUCER,
            "Kind and plan year.",
            [["AHIP", "2027"]],
            many=True,
            parts=("kind", "plan year"),
        ),
        Field("producer.languages", Kind.TEXT, "Languages", PRODUCER, "Language codes.", ["en", "es"], many=True),
        Field("producer.skills", Kind.TEXT, "Skills", PRODUCER, "", ["medicare"], many=True),
        Field("producer.time_zone", Kind.TEXT, "Time zone", PRODUCER, "", "America/New_York"),
        Field("producer.capacity", Kind.NUMBER, "Capacity", PRODUCER, "Effort units open at once.", 20),
        Field(
            "producer.license_data_age",
            Kind.NUMBER,
            "Age of license data",
            PRODUCER,
            "Days since the licenses were last confirmed.",
            3,
        ),
    )
)
