"""The demo agency's people, carriers, licences and pools. Everybody and everything here is invented."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from accounts.actor import Actor
from accounts.models import User
from accounts.policy import Role
from licenses.models import (
    Appointment,
    Carrier,
    CarrierContract,
    Certification,
    License,
    LineOfAuthority,
    Producer,
    ProducerChange,
)
from routing.models import (
    Agency,
    AgencyHours,
    LeadSource,
    Leave,
    Pool,
    PoolMember,
    ProducerProfile,
    Shift,
    SlaPolicy,
)
from routing.services import roster

PASSWORD: Final = "harborline-demo"  # noqa: S105 - printed by the demo, for the demo only
ZONES: Final = {
    **dict.fromkeys(["FL", "GA", "NY", "PA", "NC", "VA", "OH", "MI", "NJ", "MD", "IN", "SC"], "America/New_York"),
    **dict.fromkeys(["TX", "IL", "TN", "MO"], "America/Chicago"),
    "AZ": "America/Phoenix",
    "CO": "America/Denver",
    "CA": "America/Los_Angeles",
    "WA": "America/Los_Angeles",
}
# The twenty states the demo sells in, Florida first.
STATES: Final = tuple(ZONES)
CARRIERS: Final = (
    ("Alder Ridge Life (fictional)", "00101", ("LIFE",)),
    ("Blue Kestrel Mutual (fictional)", "00102", ("PROP", "CAS", "PERS")),
    ("Cobalt Harbor Health (fictional)", "00103", ("HEALTH",)),
    ("Dunmore Prairie Annuity (fictional)", "00104", ("LIFE",)),
    ("Ember Lane Casualty (fictional)", "00105", ("PROP", "CAS", "PERS")),
    ("Fernwick Senior (fictional)", "00106", ("HEALTH",)),
    ("Granite Sparrow Variable (fictional)", "00107", ("LIFE", "VAR")),
    ("Hollow Pine Preferred (fictional)", "00108", ("PERS", "CAS", "PROP")),
)
# fmt: off
FIRST: Final = (
    "Ana", "Bo", "Carmen", "Dev", "Elena", "Farid", "Grace", "Hugo", "Imani", "Jonas", "Kim", "Leila",
    "Marcus", "Nadia", "Omar", "Priya", "Quentin", "Rosa", "Samir", "Tessa", "Umar", "Vera", "Wen", "Ximena",
    "Yusuf", "Zoe", "Amara", "Bruno", "Celia", "Dmitri",
)
LAST: Final = (
    "Ruiz", "Chen", "Okafor", "Patel", "Novak", "Haddad", "Lindqvist", "Moreau", "Adeyemi", "Brandt", "Park",
    "Rahimi", "Bell", "Petrov", "Saleh", "Iyer", "Marsh", "Delgado", "Aziz", "Quill", "Farouk", "Stone",
    "Zhang", "Luna", "Demir", "Hart", "Osei", "Silva", "Moss", "Volkov",
)
# fmt: on
POOLS: Final = (
    ("florida-life", "Florida life", "round_robin"),
    ("national-life", "National life", "weighted"),
    ("annuity-desk", "Annuity desk", "least_loaded"),
    ("medicare-health", "Medicare and health", "round_robin"),
    ("property-casualty", "Property and casualty", "least_loaded"),
)
# Where leads go on to that nobody of their pool can have: at night hardly anybody of the annuity desk is there.
GOES_ON: Final = {"annuity-desk": "national-life"}
# What a producer sells, by desk: (pool, lines, certifications).
DESKS: Final = {
    "life": (("florida-life", "national-life"), ("LIFE",)),
    "annuity": (("annuity-desk", "national-life"), ("LIFE", "VAR")),
    "health": (("medicare-health",), ("HEALTH", "LIFE")),
    "property": (("property-casualty",), ("PROP", "CAS")),
}
SOURCES: Final = (
    ("web-form", "Our web form", "0.00"),
    ("call-center", "Call center", "0.00"),
    ("referral", "Referrals", "0.00"),
    ("bright-quotes", "Bright Quotes (fictional vendor)", "28.00"),
    ("budget-leads", "Budget Leads (fictional vendor)", "7.50"),
)
SCOPES: Final = ["leads:write", "leads:read_own", "leads:read", "decisions:read", "licenses:read"]


@dataclass(frozen=True)
class Demo:
    """What the loader needs again after the agency stands."""

    users: dict[str, User]
    sources: list[LeadSource]
    api_key: str


def build(*, producers: int, seed: int, actor: Actor, opened_at: datetime) -> Demo:
    """Create the agency as of the day it opened."""
    rng = random.Random(seed)  # noqa: S311 - invented data, not secrets
    users = _people()
    agency = Agency.objects.create(
        pk=1, name="Harborline Insurance Agency", manager=users["manager"], deputy=users["deputy"]
    )
    AgencyHours.objects.bulk_create(
        [AgencyHours(agency=agency, weekday=day, opens=time(8), closes=time(20)) for day in range(6)]
    )
    for tier, minutes in (("hot", 5), ("warm", 15), ("low", 60)):
        SlaPolicy.objects.create(tier=tier, target_minutes=minutes)
    carriers = {code: Carrier.objects.create(name=name, cocode=code) for name, code, _ in CARRIERS}
    pools: dict[str, Pool] = {}
    for slug, name, strategy in POOLS:
        pools[slug] = Pool.objects.create(
            slug=slug,
            name=name,
            strategy=strategy,
            manager=users["manager"],
            deputy=users["deputy"],
            overflow=pools.get(GOES_ON.get(slug, "")),
        )
    hiring = Hiring(users, carriers, pools, rng, opened_at.date())
    people = [hiring.hire(number) for number in range(producers)]
    _tell_roster(people, pools, opened_at)
    sources, key = _sources()
    return Demo(users, sources, key)


def _people() -> dict[str, User]:
    names = {
        "administrator": ("Ada", "Keel"),
        "operations": ("Owen", "Marsh"),
        "manager": ("Mara", "Quay"),
        "auditor": ("Abel", "Ledger"),
        "producer": ("Kim", "Park"),
    }
    people = {
        role: User.objects.create_user(
            role, f"{role}@example.com", PASSWORD, first_name=first, last_name=last, role=Role[role.upper()].value
        )
        for role, (first, last) in names.items()
    }
    people["deputy"] = User.objects.create_user(
        "deputy", "deputy@example.com", PASSWORD, first_name="Dana", last_name="Pike", role=Role.MANAGER.value
    )
    return people


@dataclass(frozen=True)
class Hiring:
    """Makes the demo's producers, each with licences, contracts, certifications, a profile and a desk."""

    users: dict[str, User]
    carriers: dict[str, Carrier]
    pools: dict[str, Pool]
    rng: random.Random
    today: date

    def hire(self, number: int) -> Producer:
        """Return producer `number`; the first is the one the demo's producer signs in as."""
        desk = ("life", "health", "property", "annuity")[number % 4]
        home = STATES[number % len(STATES)]
        first, last = (FIRST[number % 30], LAST[(number * 7 + number // 30) % 30]) if number else ("Kim", "Park")
        user = _producer_user(number, first, last) if number else self.users["producer"]
        producer = Producer.objects.create(
            npn=f"99{number + 1:08}",
            first_name=first,
            last_name=last,
            email=user.email,
            resident_state=home,
            time_zone=ZONES[home],
            user=user,
        )
        slugs, lines = DESKS[desk]
        states = [home, *self.rng.sample([state for state in STATES if state != home], 7)]
        self.license(producer, states, lines)
        self.contract(producer, states, lines)
        self.certify(producer, desk, states)
        self.seat(producer, slugs, number)
        return producer

    def license(self, producer: Producer, states: list[str], lines: tuple[str, ...]) -> None:
        """License the producer at home and elsewhere; some licences end within the demo's month, or soon after it."""
        for index, state in enumerate(states):
            perpetual = state == "FL"
            expires = self.today + timedelta(days=self.rng.randrange(200, 720))
            if index and self.rng.random() < 0.06:
                expires = self.today + timedelta(
                    days=self.rng.randrange(5, 60)
                )  # some lapse within the demo's month, or soon after it
            license_ = License.objects.create(
                producer=producer,
                state=state,
                number=f"ZZ{producer.pk:04}{index:02}",
                residency="R" if index == 0 else "NR",
                effective_date=self.today - timedelta(days=self.rng.randrange(300, 1500)),
                expiry_date=None if perpetual else expires,
                is_perpetual=perpetual,
            )
            LineOfAuthority.objects.bulk_create([LineOfAuthority(license=license_, line=line) for line in lines])

    def contract(self, producer: Producer, states: list[str], lines: tuple[str, ...]) -> None:
        """Contract the producer with carriers that sell the lines, and appoint in most states."""
        fitting = [code for _, code, sells in CARRIERS if set(sells) & set(lines)]
        for code in self.rng.sample(fitting, min(len(fitting), 2)):
            CarrierContract.objects.create(producer=producer, carrier=self.carriers[code])
            for state in states:
                if self.rng.random() < 0.8:
                    Appointment.objects.create(
                        producer=producer, carrier=self.carriers[code], state=state, lines=sorted({*lines, "PERS"})
                    )

    def certify(self, producer: Producer, desk: str, states: list[str]) -> None:
        """Certify most producers for what their desk sells."""
        held: list[tuple[str, str, int | None]] = []
        if desk in {"annuity", "life"} and self.rng.random() < 0.85:
            held += [("ANNUITY_BI", "", None)]
            held += [("CA_ANNUITY_8", "CA", None)] if "CA" in states else []
        if "NY" in states and self.rng.random() < 0.8:
            held.append(("NY_REG187", "NY", None))
        if desk == "health":
            held += [("AHIP", "", 2027), ("LTC_INIT", "", None), ("FFM", "", 2027)] if self.rng.random() < 0.85 else []
        if desk == "annuity" and self.rng.random() < 0.5:
            held.append(("FINRA_6", "", None))
        since = self.today - timedelta(days=90)
        Certification.objects.bulk_create(
            [
                Certification(
                    producer=producer,
                    kind=kind,
                    state=state,
                    plan_year=year,
                    valid_from=since,
                )
                for kind, state, year in held
            ]
        )

    def seat(self, producer: Producer, slugs: tuple[str, ...], number: int) -> None:
        """Give the producer a profile and a place in the desk's pools."""
        profile = ProducerProfile.objects.create(
            producer=producer,
            capacity=self.rng.choice([25, 30, 40]),
            languages=["en", "es"] if number % 3 == 0 else ["en"],
            skills=["senior"] if number % 5 == 0 else [],
        )
        if number % 2 == 0 or number % 3 == 0:  # the desks that cover nights and Sundays, so that the demo never sleeps
            always = [(day, time(0), time(0)) for day in range(7)]
            Shift.objects.bulk_create([Shift(profile=profile, weekday=d, opens=a, closes=b) for d, a, b in always])
        elif number % 4 == 1:  # split shifts
            spans = [(day, time(8), time(12)) for day in range(5)] + [(day, time(14), time(19)) for day in range(5)]
            Shift.objects.bulk_create([Shift(profile=profile, weekday=d, opens=a, closes=b) for d, a, b in spans])
        if number % 17 == 5:
            starts = datetime.combine(self.today, time(0), tzinfo=UTC) + timedelta(days=12)
            Leave.objects.create(
                profile=profile, starts_at=starts, ends_at=starts + timedelta(days=7), reason="Holiday"
            )
        for slug in slugs:
            if slug != "florida-life" or producer.licenses.filter(state="FL").exists():
                PoolMember.objects.create(pool=self.pools[slug], producer=producer, weight=1 + number % 3)


def _producer_user(number: int, first: str, last: str) -> User:
    name = f"{first}.{last}.{number}".lower()
    user = User(username=name, email=f"{name}@example.com", first_name=first, last_name=last, role=Role.PRODUCER.value)
    user.password = _demo_hash()
    user.save()
    return user


def _demo_hash() -> str:
    """Return the hash of the demo password, made once: hashing is slow on purpose, and sixty logins share it."""
    return User.objects.get(username="producer").password


def _tell_roster(people: list[Producer], pools: dict[str, Pool], at: datetime) -> None:
    ProducerChange.objects.bulk_create([ProducerChange(producer=each, at=at, what="Demo agency") for each in people])
    roster.changed("agency", *[roster.pool_subject(slug) for slug in pools], at=at)
    roster.fold()


def _sources() -> tuple[list[LeadSource], str]:
    sources, api_key = [], ""
    for slug, name, cost in SOURCES:
        source = LeadSource(slug=slug, name=name, cost=cost, scopes=SCOPES)
        key = source.issue_key()
        api_key = api_key or key
        if slug == "budget-leads":
            source.invalid = LeadSource.Invalid.QUARANTINE
        source.save()
        sources.append(source)
    return sources, api_key
