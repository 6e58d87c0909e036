"""The tables of a pool's method: filters, preferences, orders and picks. Engine, form, preview and docs read them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeVar

from routing.strategies import availability, continuity, language, skill, territory
from routing.strategies.candidate import ANY_LEAD, Candidate, Ranked, Wanted
from routing.strategies.least_loaded import LeastLoaded
from routing.strategies.options import Flag, Needs, OneOf, Option, Share, Whole
from routing.strategies.priority import Priority
from routing.strategies.round_robin import round_robin
from routing.strategies.weighted import weighted

Options = Mapping[str, Any]  # by name, as an option's kind reads them


class Order(Protocol):
    """Puts candidates in the order to try them; the same for the same arguments, in whatever sequence they come.

    `settle` takes the chosen member and the candidates it was chosen among, and returns its new credit. Whoever claims
    re-reads the chosen member's credit under its lock first: two claims that settle from one reading count as one.
    """

    def order(self, candidates: Sequence[Candidate], *, seed: str, wanted: Wanted = ANY_LEAD) -> tuple[Ranked, ...]:
        """Return every candidate, the first to try first."""

    def settle(self, chosen: Candidate, members: Sequence[Candidate]) -> Decimal:
        """Return the chosen member's new credit."""

    def entry_credit(self, members: Sequence[Candidate]) -> Decimal:
        """Return the credit at which somebody joins these members."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One building block: what it is called, what it can be told, and what it reads beside roster and lead.

    `reads` names volatile readings (routing.services.readings), which the receipt records; an option may ask for more.
    """

    name: str
    label: str
    help: str
    options: tuple[Option, ...] = ()
    reads: frozenset[str] = frozenset()

    @property
    def defaults(self) -> dict[str, Any]:
        """What the options say until somebody sets them."""
        return {option.name: option.kind.read(option.default) for option in self.options}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter(Step):
    """Leaves out who does not suit. `fits` returns why not; its last argument counts the steps of relaxation."""

    fits: Callable[[Candidate, Wanted, Options, int], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference(Step):
    """Puts some before others: the larger value first."""

    value: Callable[[Candidate, Wanted, Options], Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy(Step):
    """One way to put the eligible in order, among those preferred alike."""

    make: Callable[..., Order] = field(repr=False)
    asks_for_profiles: bool = False  # skills, languages and hours

    @property
    def plain(self) -> Order:
        """The order with nothing set."""
        return self.make(**self.defaults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick(Step):
    """What is done with the order."""


S = TypeVar("S", bound=Step)


def _table(*steps: S) -> Mapping[str, S]:
    table = {step.name: step for step in steps}
    if len(table) < len(steps):
        raise ValueError("Two steps share a name.")
    return MappingProxyType(table)


CATCH_UP: Final = Option(
    "catch_up",
    "Catch up on at most",
    "Leads of their own that somebody who was away may catch up on, one after the other. 1 is the least.",
    Whole(1, 50),
    2,
)
OTHERWISE: Final = Option(
    "otherwise",
    "When nobody is left",
    "Nobody who may have the lead and has room passes this step.",
    OneOf({"step_aside": "Do without this step", "hold": "Keep the lead for a manager, and try again"}),
    "step_aside",
)
SHIPPED_WEIGHTS: Final = (
    ("fit", "Fit", "Skills the lead calls for, and its language.", "0.28"),
    ("intent", "Intent", "The lead's score.", "0.24"),
    ("account", "Account", "Knows the person (1) or the household (0.5).", "0.20"),
    ("capacity", "Capacity", "The part of the desk that stays free.", "0.12"),
    ("urgency", "Urgency", "Hot 1, warm 0.5, low 0.", "0.16"),
)

FILTERS: Final = _table(
    Filter(
        name="availability",
        label="Availability",
        help="Beyond shifts and leave, which always count.",
        options=(
            Option(
                "holidays", "Agency holidays are off", "Also for those with shifts of their own.", Flag(), default=True
            ),
            Option(
                "last_minutes",
                "Nothing new in the last minutes of a shift",
                "0: up to the end.",
                Whole(0, 240),
                0,
            ),
            Option(
                "seen_within",
                "Seen at the desk within so many minutes",
                "0: presence is not asked for.",
                Whole(0, 480),
                0,
                reads="seen",
            ),
            OTHERWISE,
        ),
        fits=availability.fits,
    ),
    Filter(
        name="territory",
        label="Territory",
        help="Only members whose territory holds the lead. Where territories overlap, the order shares.",
        options=(OTHERWISE,),
        reads=frozenset({"territory"}),
        fits=territory.fits,
    ),
    Filter(
        name="skill",
        label="Skill",
        help="Only members with the skills that the lead's product calls for.",
        options=(
            Option(
                "needs",
                "Skills",
                "One a line: the skill, the level from 1 to 5 and, after a colon, the products it is for, such as "
                "annuities 3: fixed_annuity.",
                Needs(),
                [],
            ),
            Option(
                "relax", "Relax in steps", "So many levels less, one at a time, before nobody is left.", Whole(0, 4), 0
            ),
            OTHERWISE,
        ),
        fits=skill.fits,
    ),
    Filter(
        name="language",
        label="Language",
        help="Only members who speak the lead's language.",
        options=(OTHERWISE,),
        fits=language.fits,
    ),
)

PREFERENCES: Final = _table(
    Preference(
        name="continuity",
        label="Continuity",
        help="Whoever had a lead of the same person first; after a fresh check of license and rules, like everybody.",
        options=(
            Option("household", "Household too", "Another person with the same phone or e-mail.", Flag(), default=True),
            Option("within_days", "Within so many days", "Older ties do not count.", Whole(1, 3650), 730),
        ),
        reads=frozenset({"tie"}),
        value=continuity.knows,
    ),
    Preference(
        name="skill_fit",
        label="Best fit",
        help="By the levels of the skills that the Skill step lists.",
        options=(
            Option(
                "first",
                "First comes",
                "",
                OneOf({"closest": "the closest fit, which keeps experts free", "strongest": "the strongest"}),
                "closest",
            ),
        ),
        value=skill.best_fit,
    ),
    Preference(
        name="speaks", label="Speaks the language", help="Who speaks the lead's language first.", value=language.speaks
    ),
    Preference(
        name="closest",
        label="Closest territory",
        help="The ZIP before the county before the state.",
        reads=frozenset({"territory"}),
        value=territory.closest,
    ),
)

STRATEGIES: Final = _table(
    Strategy(
        name="round_robin",
        label="Round robin",
        help="Everyone in turn, each the same share of the leads they are licensed for.",
        options=(CATCH_UP,),
        make=round_robin,
    ),
    Strategy(
        name="weighted",
        label="Weighted",
        help="Shares as the weights: weight 3 gets three leads for every one of weight 1.",
        options=(CATCH_UP,),
        make=weighted,
    ),
    Strategy(
        name="least_loaded",
        label="Least loaded",
        help="Whoever has the most room, open work measured against capacity. Weights do not count.",
        options=(
            Option(
                "calls",
                "Count calls too",
                "First calls still to be made against the calls that fit into the rest of the shift.",
                Flag(),
                default=False,
                reads="uncalled",
            ),
        ),
        make=LeastLoaded,
    ),
    Strategy(
        name="priority",
        label="Priority",
        help="The highest weighted score first. Weights of members do not count.",
        options=tuple(
            Option(name, label, text, Share(), default, reads="tie" if name == "account" else "")
            for name, label, text, default in SHIPPED_WEIGHTS
        ),
        make=lambda **weights: Priority(weights),
        asks_for_profiles=True,
    ),
)

SECONDS: Final = Option(
    "seconds", "Seconds to answer", "At the longest: an offer ends with the shift.", Whole(15, 3600), 120
)


def _missed(shipped: str) -> Option:
    return Option(
        "missed",
        "An offer declined or missed",
        "",
        OneOf({"turn": "Uses the turn", "free": "Costs nothing"}),
        shipped,
    )


BURSTS: Final = Option(
    "bursts",
    "Leads that come together",
    "Those of a file, up to a few hundred at a time.",
    OneOf({"in_turn": "One after the other", "as_one": "As one assignment, for the most value"}),
    "in_turn",
)
PICKS: Final = _table(
    Pick(
        name="push",
        label="Assign at once",
        help="The first in order with room gets the lead at once.",
        options=(BURSTS,),
    ),
    Pick(
        name="offer",
        label="Offer to one at a time",
        help="The first in order is asked, with a seat kept; after a no, or no answer in time, the next.",
        options=(SECONDS, _missed("turn")),
    ),
    Pick(
        name="first",
        label="Offer to several",
        help="The first so many in order are asked at once; the first of them to accept gets it.",
        options=(
            Option("several", "Ask so many", "No seat is kept: the yes takes one.", Whole(2, 50), 3),
            SECONDS,
            _missed("free"),
        ),
    ),
    Pick(
        name="pull",
        label="Producers take the next",
        help="The lead waits in the pool; whoever takes the next gets the best one they may have, unseen.",
        options=(Option("minutes", "Minutes to wait", "Then the lead goes to the queue.", Whole(1, 1440), 15),),
    ),
)
