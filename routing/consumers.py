"""What follows from routing's messages: people are told, waiting leads are tried again.

Called by the outbox relay, at least once each, in no transaction of its own.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from outbox import email
from routing import reasons
from routing.models import Lead, ProducerLoad, QueueItem
from routing.services import sweeping


def tell_producer(*, message_id: UUID, topic: str, payload: Mapping[str, Any], at: datetime) -> None:
    """Mail the producer that a lead arrived, that half the time has passed, or that it moved on. No personal data."""
    load = ProducerLoad.objects.select_related("producer").filter(producer_id=payload.get("producer_id")).first()
    lead = Lead.objects.filter(pk=payload["lead_id"]).first()
    if load is None or lead is None or not load.producer.email:
        return
    subject, opening = PRODUCER_MAIL[topic]
    link = f"{settings.PUBLIC_BASE_URL}/admin/routing/lead/{lead.pk}/desk/"
    due = f"\n\nAnswer by {lead.due_at:%H:%M} UTC." if lead.due_at and topic != "sla.breached" else ""
    email.send(message_id=message_id, to=[load.producer.email], subject=subject, text=f"{opening}{due}\n\n{link}\n")


PRODUCER_MAIL: Mapping[str, tuple[str, str]] = {
    "lead.assigned": ("A new lead is yours", "A new lead was assigned to you."),
    "lead.duplicated": ("Your lead asked again", "The person behind one of your open leads has asked again."),
    "sla.reminded": ("Your lead is waiting", "Half the time to answer this lead has passed."),
    "sla.breached": ("Your lead has moved on", "A lead was not answered in time and has moved on."),
}


def tell_manager(*, message_id: UUID, topic: str, payload: Mapping[str, Any], at: datetime) -> None:
    """Mail the item's owner and deputy that a lead waits for them."""
    items = QueueItem.objects.exclude(state=QueueItem.State.RESOLVED).select_related("owner", "deputy")
    item = items.filter(lead_id=payload["lead_id"]).first()
    if item is None:
        return
    to = sorted({person.email for person in (item.owner, item.deputy) if person and person.is_active and person.email})
    if to:
        link = f"{settings.PUBLIC_BASE_URL}/admin/routing/queueitem/{item.pk}/work/"
        subject = f"A lead waits for you: {item.get_kind_display().lower()}"
        email.send(message_id=message_id, to=to, subject=subject, text=f"{reasons.text(item.reason)}\n\n{link}\n")


def try_waiting(*, message_id: UUID, topic: str, payload: Mapping[str, Any], at: datetime) -> None:
    """Try the waiting leads again: a seat was freed or a licence came in."""
    sweeping.rerun(now=timezone.now())
