"""The Actor: whoever causes something, as every service and ledger entry names them."""

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    """What sort of actor it is."""

    USER = "USER"
    SOURCE = "SOURCE"
    SYSTEM = "SYSTEM"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, lead source or part of the system, with the permissions it acts under.

    Its text form is what the ledger stores.
    """

    kind: ActorKind
    id: str
    label: str
    permissions: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.kind.value.lower()}:{self.id} {self.label}"


def system(name: str) -> Actor:
    """Return the actor for something Fairlead does of itself, such as a sweep."""
    return Actor(ActorKind.SYSTEM, name, name)
