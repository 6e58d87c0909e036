"""What follows from routing's messages: people are told, waiting leads are tried again.

Called by the outbox relay, at least once each, in no transaction of its own.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from outbox import email
from routing import reasons
from routing.models import Lead, Pool, ProducerLoad, QueueItem
from routing.services import sweeping

PRODUCER_LETTERS: Final[Mapping[str, tuple[str, str]]] = {
    "lead.assigned": ("A new lead is yours", "A new lead was assigned to you."),
    "lead.duplicated": ("Your lead asked again", "The person behind one of your open leads has asked again."),
    "sla.reminded": ("Your lead is waiting", "Half the time to answer this lead has passed."),
    "sla.breached": ("Your lead has moved on", "A lead was not answered in time and has moved on."),
}


def tell_producer(*, message_id: UUID, topic: str, payload: Mapping[str, Any], at: datetime) -> None:
    """Write to the producer; the letter names nobody, it links to the lead."""
    told = payload.get("producer_id")  # a repeat of a lead that waits in the queue has no owner to tell
    load = ProducerLoad.objects.select_related("producer").filter(producer_id=told).first() if told else None
    lead = Lead.objects.filter(pk=payload["lead_id"]).first()
    if load is None or lead is None or not load.producer.email:
        return
    subject, opening = PRODUCER_LETTERS[topic]
    due = f"\n\nAnswer by {lead.due_at:%H:%M} UTC." if lead.due_at and topic != "sla.breached" else ""
    text = f"{opening}{due}\n\n{settings.PUBLIC_BASE_URL}/admin/routing/lead/{lead.pk}/desk/\n"
    email.send(message_id=message_id, to=[load.producer.email], subject=subject, text=text)


def tell_manager(*, message_id: UUID, topic: str, payload: Mapping[str, Any], at: datetime) -> None:
    """Write to the owner and deputy of a waiting lead."""
    items = QueueItem.objects.exclude(state=QueueItem.State.RESOLVED).select_related("owner", "deputy")
    item = items.filter(lead_id=payload["lead_id"]).first()
    if item is None:
        return
    subject = f"A lead waits for you: {item.get_kind_display().lower()}"
    text = f"{reasons.text(item.reason)}\n\n{settings.PUBLIC_BASE_URL}/admin/routing/queueitem/{item.pk}/work/\n"
    to = _addresses(item.owner, item.deputy)
    if to:
        email.send(message_id=message_id, to=to, subject=subject, text=text)


def tell_of_silence(*, message_id: UUID, topic: str, payload: Mapping[str, Any], at: datetime) -> None:
    """Write to the pool's manager and deputy that nobody has answered a lead for long."""
    lead = Lead.objects.filter(pk=payload["lead_id"], first_touch_at__isnull=True).first()
    pool = Pool.objects.select_related("manager", "deputy").filter(slug=lead.pool).first() if lead else None
    to = _addresses(pool.manager, pool.deputy) if pool else []
    if lead is not None and to:
        text = f"It came at {lead.received_at:%H:%M} UTC.\n\n{settings.PUBLIC_BASE_URL}/admin/routing/lead/{lead.pk}/\n"
        email.send(message_id=message_id, to=to, subject="Nobody has answered a lead", text=text)


def try_waiting(*, message_id: UUID, topic: str, payload: Mapping[str, Any], at: datetime) -> None:
    """Try the waiting leads again: a seat was freed or a licence came in."""
    sweeping.rerun(now=timezone.now())


def _addresses(*people: User | None) -> list[str]:
    return sorted({person.email for person in people if person and person.is_active and person.email})
