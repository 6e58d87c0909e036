"""What follows from routing's messages: people are told, waiting leads are tried again.

Called by the outbox relay, at least once each, in no transaction of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from outbox import email
from routing import reasons, words
from routing.models import Lead, Offer, Pool, ProducerLoad, QueueItem
from routing.services import coming_back, one_tap, outcomes, shadowing, waking

PRODUCER_LETTERS: Final[Mapping[str, tuple[str, str]]] = {
    "lead.assigned": ("A new lead is yours", "A new lead was assigned to you."),
    "lead.duplicated": ("Your lead asked again", "The person behind one of your open leads has asked again."),
    "sla.reminded": ("Your lead is waiting", "Half the time to answer this lead has passed."),
    "sla.foreseen": ("Your lead has moved on", "Your other leads left no time for it, so somebody else has it now."),
    "sla.missed": ("A promise was missed", "What was to follow on a lead of yours was not there in time."),
    "sla.breached": ("Your lead has moved on", "A lead was not answered in time and has moved on."),
}

MOVED_ON: Final = frozenset({"sla.breached", "sla.foreseen"})

BELLS: Final[Mapping[str, str]] = {"producer_id": "producer", "pool": "pool", "rule_set": "rules"}


def tell_producer(*, message_id: UUID, topic: str, payload: Mapping[str, Any], at: datetime) -> None:
    """Write to the producer; the letter names nobody, it links to the lead."""
    told = payload.get("producer_id")  # a repeat of a lead that waits in the queue has no owner to tell
    load = ProducerLoad.objects.select_related("producer").filter(producer_id=told).first() if told else None
    lead = Lead.objects.filter(pk=payload["lead_id"]).first()
    if load is None or lead is None or not load.producer.email:
        return
    subject, opening = PRODUCER_LETTERS[topic]
    due = f"\n\nAnswer by {lead.due_at:%H:%M} UTC." if lead.due_at and topic not in MOVED_ON else ""
    tap = (
        f"\n\nAccept it with one tap: {one_tap.link_for(payload['assignment_id'])}" if topic == "lead.assigned" else ""
    )
    more = f"\n\n{payload['more']} more of yours are late by now." if payload.get("more") else ""
    text = f"{opening}{due}{tap}{more}\n\n{settings.PUBLIC_BASE_URL}/admin/routing/lead/{lead.pk}/desk/\n"
    email.send(message_id=message_id, to=[load.producer.email], subject=subject, text=text)


def tell_of_offer(*, message_id: UUID, topic: str, payload: Mapping[str, Any], at: datetime) -> None:
    """Write to a producer who is asked; an offer answered meanwhile needs no letter."""
    offer = Offer.objects.select_related("round", "producer").filter(pk=payload["offer_id"]).first()
    if offer is None or offer.state != Offer.State.OPEN or not offer.producer.email:
        return
    text = f"Accept it by {offer.round.expires_at:%H:%M:%S} UTC, or it goes on to somebody else."
    url = f"{settings.PUBLIC_BASE_URL}/admin/routing/lead/desk/"
    email.send(message_id=message_id, to=[offer.producer.email], subject="A lead for you?", text=f"{text}\n\n{url}\n")


def tell_manager(*, message_id: UUID, topic: str, payload: Mapping[str, Any], at: datetime) -> None:
    """Write to the owner and deputy of a waiting lead."""
    items = QueueItem.objects.exclude(state=QueueItem.State.RESOLVED).select_related("owner", "deputy")
    item = items.filter(lead_id=payload["lead_id"]).first()
    if item is None:
        return
    subject = f"A lead waits for you: {item.get_kind_display().lower()}"
    text = f"{reasons.text(item.reason)}\n\n{settings.PUBLIC_BASE_URL}/admin/routing/queueitem/{item.pk}/change/\n"
    to = _addresses(item.owner, item.deputy)
    if to:
        email.send(message_id=message_id, to=to, subject=subject, text=text)


def tell_of_waiting(*, message_id: UUID, topic: str, payload: Mapping[str, Any], at: datetime) -> None:
    """Press the owner and deputy of a lead that has waited too long, or that somebody wants seen to."""
    items = QueueItem.objects.exclude(state=QueueItem.State.RESOLVED).select_related("owner", "deputy")
    item = items.filter(pk=payload["queue_item_id"]).first()
    to = _addresses(item.owner, item.deputy) if item else []
    if item is not None and to:
        subject = "A lead has waited too long" if topic == "queue.overdue" else "A waiting lead needs you now"
        url = f"{settings.PUBLIC_BASE_URL}/admin/routing/queueitem/{item.pk}/change/"
        email.send(message_id=message_id, to=to, subject=subject, text=f"{reasons.text(item.reason)}\n\n{url}\n")


def tell_of_silence(*, message_id: UUID, topic: str, payload: Mapping[str, Any], at: datetime) -> None:
    """Write to the pool's manager and deputy that nobody has answered a lead for long."""
    lead = Lead.objects.filter(pk=payload["lead_id"], first_touch_at__isnull=True).first()
    pool = Pool.objects.select_related("manager", "deputy").filter(slug=lead.pool).first() if lead else None
    to = _addresses(pool.manager, pool.deputy) if pool else []
    if lead is not None and to:
        text = f"It came at {lead.received_at:%H:%M} UTC.\n\n{settings.PUBLIC_BASE_URL}/admin/routing/lead/{lead.pk}/\n"
        email.send(message_id=message_id, to=to, subject="Nobody has answered a lead", text=text)


def tell_of_step(*, message_id: UUID, topic: str, payload: Mapping[str, Any], at: datetime) -> None:
    """Tell whom a step of the ladder names, by its channel, while the lead is still unanswered."""
    lead = Lead.objects.filter(pk=payload["lead_id"], first_touch_at__isnull=True).first()
    if lead is None:
        return
    manager, deputy = outcomes.owners_of(lead.pool) if payload["told"] == "TEAM_LEAD" else outcomes.agency_owners()
    people = User.objects.filter(pk__in=[each for each in (manager, deputy) if each])
    text = f"It came at {lead.received_at:%H:%M} UTC.\n\n{settings.PUBLIC_BASE_URL}/admin/routing/lead/{lead.pk}/\n"
    CHANNELS[payload["channel"]](message_id, list(people), "A lead is still unanswered", text)


def tell_of_absence(*, message_id: UUID, topic: str, payload: Mapping[str, Any], at: datetime) -> None:
    """Write to a producer who was set away how to be back at once; who is back by now needs no letter."""
    until = datetime.fromisoformat(payload["until"])
    leave = coming_back.find(producer_id=payload["producer_id"], until=until)
    producer = leave.profile.producer if leave else None
    if leave is None or producer is None or not producer.email:
        return
    local = until.astimezone(ZoneInfo(producer.time_zone))
    text = f"Leads not answered in time, one after the other: {payload['missed']}. You get no new ones until "
    text += f"{words.instant(local)} {local:%Z}; what is on your desk stays there.\n\n"
    text += f"Be back with one tap: {coming_back.link_for(leave)}\n\n"
    text += "“I am back” on your desk ends it as well:\n"
    text += f"{settings.PUBLIC_BASE_URL}/admin/routing/lead/desk/\n"
    email.send(message_id=message_id, to=[producer.email], subject="You take no leads for a while", text=text)


def tell_of_standstill(*, message_id: UUID, topic: str, payload: Mapping[str, Any], at: datetime) -> None:
    """Write once to the agency's manager and deputy that the clocks stood still, and how many were late."""
    people = User.objects.filter(pk__in=[each for each in outcomes.agency_owners() if each])
    since = datetime.fromisoformat(payload["since"])
    text = f"From {words.instant(since)} UTC on nothing looked after them. {payload['late']} fell due meanwhile and "
    text += "are settled now, hot leads first.\n"
    _by_email(message_id, list(people), "The clocks of leads stood still", text)


def _by_email(message_id: UUID, people: Sequence[User], subject: str, text: str) -> None:
    to = _addresses(*people)
    if to:
        email.send(message_id=message_id, to=to, subject=subject, text=text)


# How a step reaches people; `routing.sla.ladder.CHANNELS` names the same.
CHANNELS: Final[Mapping[str, Callable[[UUID, Sequence[User], str, str], None]]] = {"EMAIL": _by_email}


def tell_of_shares(*, message_id: UUID, topic: str, payload: Mapping[str, Any], at: datetime) -> None:
    """Write to the pool's manager and deputy that somebody's share has left the band; the letter names nobody."""
    pool = Pool.objects.select_related("manager", "deputy").filter(slug=payload["pool"]).first()
    to = _addresses(pool.manager, pool.deputy) if pool else []
    if pool is not None and to:
        text = f"A producer is {payload['owed']} leads from an exact share of the last seven days."
        url = f"{settings.PUBLIC_BASE_URL}/admin/routing/pool/{pool.pk}/fairness/"
        email.send(message_id=message_id, to=to, subject=f"Shares in {pool} are unequal", text=f"{text}\n\n{url}\n")


def wake(*, message_id: UUID, topic: str, payload: Mapping[str, Any], at: datetime) -> None:
    """Try the leads that wait for what the message tells of: a seat, a pool, a licence, a rule set.

    They count as waiting since now, not since the message: a lead may have come to wait before its commit was seen.
    """
    now = timezone.now()
    waking.ring(subjects=[f"{kind}:{payload[name]}" for name, kind in BELLS.items() if name in payload], now=now)
    waking.work_due(now=now)


def shadow(*, message_id: UUID, topic: str, payload: Mapping[str, Any], at: datetime) -> None:
    """Let the shadows read a decision that has been committed."""
    if "decision_id" in payload:  # a lead whose fields are at fault was quarantined without one
        shadowing.follow(decision_id=UUID(payload["decision_id"]))


def _addresses(*people: User | None) -> list[str]:
    return sorted({person.email for person in people if person and person.is_active and person.email})
