"""Who did it, as people read it: parts of Fairlead by what they are to people, everybody else by name. Pure."""

from collections.abc import Mapping
from typing import Final

from accounts.actor import ActorKind

# By the names under which the ledger keeps them.
SYSTEM: Final[Mapping[str, str]] = {
    "sla": "the clock",
    "sweep": "the clock",
    "offers": "the clock of offers",
    "rerun": "the retry",
    "release": "the release",
    "rehearsal": "the rehearsal",
    "shadow": "the shadow run",
    "fairness watch": "the watch over shares",
    "watch": "the watch over new rules",
    "schedule": "the schedule",
    "retention": "the retention policy",
    "pruning": "the clearing of old trials",
    "verification": "the nightly check of the ledger",
    "export": "the export",
    "outbox": "the delivery of messages",
    "sign-in": "the sign-in",
    "license.event": "the notice of a license",
    "licenses.refresh": "the refresh of licenses",
    "refresh_licenses": "the refresh of licenses",
    "licenses.notify_expiring": "the notice of ending licenses",
    "import_leads": "the import of leads",
    "import_licenses": "the import of licenses",
    "import_producers": "the import of producers",
    "install_pack": "the installing of a rule pack",
    "load_geography": "the loading of places",
    "demo": "the demo",
}


def actor_name(kind: str, label: str) -> str:
    """Return what people call an actor of the ledger; a part of Fairlead that is gone by the name it had."""
    return SYSTEM.get(label, label) if kind == ActorKind.SYSTEM.value else label


def name_in(actor: str) -> str:
    """Return an actor's name of its text: "user:4 Abel Ledger" is Abel Ledger, "system:sla sla" the clock."""
    kind, _, rest = actor.partition(":")
    if kind.upper() == ActorKind.SYSTEM.value:
        return actor_name(ActorKind.SYSTEM.value, rest[: len(rest) // 2])  # its id is its label
    return rest.partition(" ")[2] or actor


def named_so(text: str) -> tuple[str, ...]:
    """Return the parts of Fairlead that people call so, by the names under which the ledger keeps them."""
    return tuple(name for name, said in SYSTEM.items() if said == text.casefold())
