"""The one policy table: role by resource and action, with a scope."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from accounts.actor import Actor, ActorKind
from accounts.errors import Forbidden


class Role(StrEnum):
    """What a person does at the agency."""

    OPERATIONS = "OPERATIONS"
    MANAGER = "MANAGER"
    PRODUCER = "PRODUCER"
    AUDITOR = "AUDITOR"
    ADMINISTRATOR = "ADMINISTRATOR"


VIEW_ALL: Final = frozenset(
    {
        "rules.view",
        "leads.view",
        "decisions.view",
        "queue.view",
        "licenses.view",
        "pools.view",
        "sources.view",
        "people.view",
        "audit.view",
        "setup.view",
        "reports.view",
    }
)

# A permission ending in `_own` reaches only what is assigned to, or is about, the actor.
POLICY: Final[Mapping[Role, frozenset[str]]] = {
    Role.OPERATIONS: VIEW_ALL
    | {"rules.edit", "rules.approve", "rules.confirm", "rules.publish", "rules.rollback", "pools.edit"}
    | {"licenses.edit", "licenses.import", "leads.create", "audit.export", "privacy.edit"},
    Role.MANAGER: (VIEW_ALL - {"audit.view", "setup.view"})
    | {"rules.approve"}
    | {"leads.create", "leads.work", "leads.reassign", "queue.claim", "queue.assign", "queue.resolve", "pools.edit"},
    Role.PRODUCER: frozenset({"leads.view_own", "leads.work_own", "decisions.view_own", "licenses.view_own"}),
    Role.AUDITOR: VIEW_ALL | {"audit.export"},
    Role.ADMINISTRATOR: VIEW_ALL
    | {
        "rules.edit",
        "rules.approve",
        "rules.confirm",
        "rules.publish",
        "rules.rollback",
        "leads.create",
        "leads.work",
        "leads.reassign",
        "queue.claim",
        "queue.assign",
        "queue.resolve",
        "licenses.edit",
        "licenses.import",
        "pools.edit",
        "sources.edit",
        "people.edit",
        "setup.edit",
        "audit.export",
        "privacy.edit",
    },
}
# What is more than looking, and yet changes nothing that others see: an auditor's own exports and filters.
HARMLESS: Final = frozenset({"audit.export"})


def allows(actor: Actor, permission: str) -> bool:
    """Say whether the actor holds the permission; the system itself holds all."""
    return actor.kind is ActorKind.SYSTEM or permission in actor.permissions


def require(actor: Actor, permission: str) -> None:
    """Refuse an actor who does not hold the permission.

    :raises Forbidden: with the permission named
    """
    if not allows(actor, permission):
        raise Forbidden(f"{actor.label} may not do this: it takes the permission {permission}.")


def may_change_anything(actor: Actor) -> bool:
    """Say whether the actor holds any permission that lets one change what others see."""
    return actor.kind is ActorKind.SYSTEM or any(
        not permission.endswith((".view", ".view_own")) for permission in actor.permissions - HARMLESS
    )
