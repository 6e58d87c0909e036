"""Give a dead message another life."""

from datetime import datetime

from django.db import transaction

from accounts import policy
from accounts.actor import Actor
from accounts.errors import Refused
from audit import services as audit
from outbox.models import Message
from outbox.services.relaying import DONE


class NotDead(Refused):
    """This message is not dead: it was delivered, or will be tried again by itself."""

    code = "outbox.not_dead"


@transaction.atomic
def revive(*, message: Message, actor: Actor, now: datetime) -> None:
    """Let a dead message be tried again, by the consumers that have not had it.

    :raises Forbidden: without `setup.edit`
    :raises NotDead: if there is nothing to revive
    """
    policy.require(actor, "setup.edit")
    dead = Message.objects.select_for_update(no_key=True).filter(pk=message.pk, dead_at__isnull=False).first()
    if dead is None:
        raise NotDead
    dead.dead_at, dead.attempts, dead.postponed, dead.next_at = None, 0, None, now
    dead.progress = {path: state for path, state in dead.progress.items() if state == DONE}
    dead.save(update_fields=["dead_at", "attempts", "postponed", "next_at", "progress"])
    audit.record(at=now, actor=actor, action="outbox.message_revived", target=dead, detail={"topic": dead.topic})
