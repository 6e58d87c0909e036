"""Who has a rule open for editing. It tells people of each other and bars nobody: the hash keeps edits apart."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from accounts import policy
from accounts.actor import Actor
from accounts.errors import Forbidden
from accounts.models import User
from rules_engine.models import EditingPresence, Rule
from rules_engine.services.drafts import person

STALE_AFTER: Final = timedelta(seconds=60)


def find_other_editor(*, rule: Rule, actor: Actor, now: datetime) -> EditingPresence | None:
    """Return who else has the rule open and was there within the last minute."""
    here = EditingPresence.objects.select_related("user").filter(rule=rule, seen_at__gt=now - STALE_AFTER)
    return here.exclude(user=_editor(actor)).first()


@transaction.atomic
def stay(*, rule: Rule, actor: Actor, now: datetime) -> EditingPresence | None:
    """Say that the actor still has the rule open; return who else holds it, None where the actor does.

    :raises Forbidden: if the actor is nobody who may edit rules
    """
    policy.require(actor, "rules.edit")
    if EditingPresence.objects.filter(rule=rule, user=_editor(actor)).update(seen_at=now):
        return None
    other = find_other_editor(rule=rule, actor=actor, now=now)
    if other is None:
        take_over(rule=rule, actor=actor, now=now)
    return other


@transaction.atomic
def take_over(*, rule: Rule, actor: Actor, now: datetime) -> None:
    """Make the actor the one who has the rule open; whoever had it is told at the next look.

    :raises Forbidden: if the actor is nobody who may edit rules
    """
    policy.require(actor, "rules.edit")
    holder = {"user": _editor(actor), "since": now, "seen_at": now}
    EditingPresence.objects.update_or_create(rule=rule, defaults=holder)


@transaction.atomic
def leave(*, rule: Rule, actor: Actor) -> None:
    """Say that the actor has closed the rule."""
    EditingPresence.objects.filter(rule=rule, user=_editor(actor)).delete()


def _editor(actor: Actor) -> User:
    user = person(actor)
    if user is None:
        raise Forbidden("Only people have a rule open.")
    return user
