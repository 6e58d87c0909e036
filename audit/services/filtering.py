"""Keep views of the ledger, and drop them."""

from datetime import datetime
from typing import Final

from django.db import transaction

from accounts import policy
from accounts.actor import Actor
from accounts.errors import FieldProblem, Forbidden, Invalid
from audit.models import SavedFilter
from audit.services.recording import record

NAME_LENGTH: Final = 80
QUERY_LENGTH: Final = 2000


@transaction.atomic
def save_filter(*, name: str, query: str, is_shared: bool, owner_id: int, actor: Actor, now: datetime) -> SavedFilter:
    """Keep a view under a name; one of the owner's own by that name is replaced.

    :raises Forbidden: without `audit.export`
    :raises Invalid: without a name, or if name or view are too long
    """
    policy.require(actor, "audit.export")
    name = name.strip()
    if not 0 < len(name) <= NAME_LENGTH:
        _refuse("/name", f"Give it a name of at most {NAME_LENGTH} characters.")
    if len(query) > QUERY_LENGTH:
        _refuse("/query", "This asks for too much to be kept; ask for less.")
    about = {"query": query, "is_shared": is_shared, "created_at": now}
    saved, _ = SavedFilter.objects.update_or_create(owner_id=owner_id, name=name, defaults=about)
    record(at=now, actor=actor, action="filter.saved", target=saved, detail={"query": query, "is_shared": is_shared})
    return saved


@transaction.atomic
def delete_filter(*, saved: SavedFilter, actor: Actor, now: datetime) -> None:
    """Drop a view.

    :raises Forbidden: if it is somebody else's
    """
    policy.require(actor, "audit.export")
    if str(saved.owner_id) != actor.id:
        raise Forbidden("This filter is somebody else's.")
    record(at=now, actor=actor, action="filter.deleted", target=saved, detail={"query": saved.query})
    saved.delete()


def _refuse(pointer: str, sentence: str) -> None:
    raise Invalid([FieldProblem(pointer, "field.length", sentence)], sentence)
