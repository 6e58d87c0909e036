"""An agency as values: a pool, producers who may, and rules, without a database."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from licenses.authority import Ask, ContractFact, LicenseFact, Licensing, LineFact, ProductLines, Regime
from routing.catalog import CATALOG
from routing.decision import Context, Inquiry, Rules, Volatile
from routing.roster import AgencyFacts, Member, Roster, RosterPool, RosterProducer, Subject
from routing.sla.calendar import Calendar
from routing.sla.deadlines import Thresholds
from rules_engine.engine.compile import CompiledSet, compile_set
from rules_engine.engine.parse import parse

NOW: Final = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
TERM_LIFE: Final = ProductLines("term_life", (("LIFE",),))
TO_LIFE: Final[dict[str, Any]] = {"id": "all", "name": "Everything", "route": {"pool": "life"}}
ASK: Final = Ask("GA", ("America/New_York",), (TERM_LIFE,))


def compiled(stage: str, *rules: Mapping[str, Any], slug: str = "set") -> CompiledSet:
    """Return a set of these rules, ready to run."""
    document = {"language": 1, "stage": stage, "time_zone": "America/New_York", "rules": list(rules)}
    parsed = parse(document, CATALOG)
    assert parsed.tree is not None, parsed.problems
    return compile_set(parsed.tree, CATALOG, slug)


def agency() -> AgencyFacts:
    """Return an agency that is always open and needs no appointments in Georgia."""
    return AgencyFacts(
        time_zone="America/New_York",
        hours=Calendar.always("America/New_York"),
        thresholds=Thresholds(),
        products={"term_life": TERM_LIFE},
        governs={"term_life": "RESIDENCE"},
        regimes=(Regime("GA", (), "", "NONE", status="confirmed"),),
        sla={},
    )


def producer(number: int, name: str = "", **fields: Any) -> RosterProducer:
    """Return a producer of the pool "life", licensed for life in Georgia unless `expires` says otherwise."""
    expires = fields.pop("expires", date(2030, 12, 31))
    line = LineFact(number, "LIFE")
    license_ = LicenseFact(number, "GA", "PRODUCER", f"ZZ{number}", "R", "ACTIVE", None, expires, False, (line,))
    licensing = Licensing(
        producer_id=number,
        name=name or f"Kim {number}",
        npn=str(number),
        resident_state="GA",
        status=fields.pop("status", "ACTIVE"),
        licenses=(license_,),
        contracts=(ContractFact(number, "00101"),),
    )
    defaults: dict[str, Any] = {
        "facts_version": 1,
        "time_zone": "America/New_York",
        "capacity": 10,
        "caps": (),
        "languages": ("en",),
        "skills": (),
        "shifts": None,
        "leaves": (),
        "license_data_as_of": None,
        "memberships": (Member("life", 1),),
    }
    return RosterProducer(id=number, licensing=licensing, **{**defaults, **fields})


def on_leave(*, days: int = 1) -> tuple[tuple[datetime, datetime], ...]:
    """Return a leave that has begun."""
    return ((NOW - timedelta(days=1), NOW + timedelta(days=days)),)


def roster(*producers: RosterProducer, pools: tuple[RosterPool, ...] = ()) -> Roster:
    """Return the roster of these producers and the pool "life"."""
    known = pools or (RosterPool(1, "life", "Life", "round_robin", None, True),)
    subjects: dict[str, Subject] = {"agency": agency()}
    subjects |= {f"pool:{each.slug}": each for each in known}
    subjects |= {f"producer:{each.id}": each for each in producers}
    return Roster.build(7, subjects)


def inquiry(
    *producers: RosterProducer, rules: Rules | None = None, facts: Mapping[str, object] | None = None, **more: Any
) -> Inquiry:
    """Return what is asked about a lead for life insurance in Georgia."""
    pools = more.pop("pools", ())
    known = {"lead.state": "GA", "lead.line": "LIFE", "lead.products": ["term_life"], **(facts or {})}
    return Inquiry(
        facts=CATALOG.facts(known),
        ask=more.pop("ask", ASK),
        context=Context(rules or Rules(route=compiled("route", TO_LIFE)), roster(*producers, pools=pools)),
        now=NOW,
        **more,
    )


def free(*ids: int, **fields: Any) -> dict[int, Volatile]:
    """Return empty desks."""
    state = Volatile(**{"load": Decimal(0), "credit": Decimal(0), "last_assigned_at": None, **fields})
    return dict.fromkeys(ids, state)
