"""Shares over HTTP: a manager sees everybody's, a producer the own, and the manager is told once when one drifts."""

from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from time_machine import travel

from accounts.models import User
from accounts.policy import Role
from audit.models import Entry
from licenses.models import Producer
from outbox.models import Message
from routing import consumers
from routing.models import FairnessAlarm, FairnessEntry, Pool
from routing.services import balancing, desk
from tests.agency import NOW, actor_of, fresh, hire, open_agency, owners, receive_lead, set_profile
from tests.factories import make_user

pytestmark = pytest.mark.django_db
SHARE = "/admin/routing/lead/desk/share/"


def drift(kim: Producer, leads: int) -> None:
    """Give a producer so many leads that were shared among two, and let the turns stand."""
    lee = Producer.objects.exclude(pk=kim.pk).get()
    pool = Pool.objects.get()
    for _ in range(leads):
        FairnessEntry.objects.create(
            pool=pool, producer=kim, at=NOW, kind="ASSIGNED", leads=1, among=f"{kim.pk}:1,{lee.pk}:1"
        )


def browser(person: User | None) -> Client:
    """Return this person's browser."""
    assert person is not None
    client = Client()
    client.force_login(person)
    return client


def test_a_manager_sees_who_had_what_against_exact_shares() -> None:
    pool = open_agency()
    kim, lee = hire("Kim"), hire("Lee")
    for _ in range(4):
        receive_lead()

    with travel(NOW, tick=False):
        page = browser(make_user(Role.MANAGER)).get(reverse("admin:routing_pool_fairness", args=[pool.pk]))

    assert [(row.name, row.share.had, row.exact, row.owed) for row in page.context["rows"]] == [
        (str(kim), 2, "2.0", "+0.0"),
        (str(lee), 2, "2.0", "+0.0"),
    ]
    assert page.context["days"] == 7
    assert "<svg" in page.text


def test_a_producer_reads_why_not_me_and_nothing_of_anybody_else() -> None:
    open_agency()
    kim, lee, ray = hire("Kim"), hire("Lee"), hire("Ray", expiry_date=NOW.date() - timedelta(days=9))
    first = receive_lead()
    loser = lee if owners(first) == ["Kim"] else kim
    set_profile(loser, capacity=0)
    receive_lead()

    told = {}
    for each in (loser, ray):
        with travel(NOW, tick=False):
            told[each.pk] = browser(each.user).get(SHARE)

    reasons = [each.why for each in told[loser.pk].context["missed"]]
    assert reasons == [
        "You could lawfully have it, but: at capacity.",
        "You could have had it, in place 2: it was not your turn. Turns you had had: 0; the level: 0.",
    ]
    assert all(each.why.startswith("You could not have it: license") for each in told[ray.pk].context["missed"])
    for page in told.values():
        assert not {"Ada", "Byron"} & set(page.text.replace("<", " ").replace(">", " ").split())
    assert owners(first)[0] not in told[ray.pk].text


def test_my_leads_says_where_a_producer_stands() -> None:
    open_agency()
    kim = hire("Kim")
    lead = receive_lead()
    desk.dispose(lead=lead, disposition="BAD_LEAD", actor=actor_of(kim), now=NOW)
    receive_lead()

    with travel(NOW, tick=False):
        page = browser(kim.user).get(reverse("admin:my_leads"))

    assert "1 lead in 30 days, exact would be 1.0: exactly your share" in " ".join(
        page.text.replace("</strong>", "").split()
    )


def test_a_producer_may_not_see_the_pools_page() -> None:
    pool = open_agency()
    kim = hire("Kim")

    assert browser(kim.user).get(reverse("admin:routing_pool_fairness", args=[pool.pk])).status_code == 403


def test_a_share_that_leaves_its_band_is_told_once_an_episode() -> None:
    pool = open_agency()
    kim, lee = hire("Kim"), hire("Lee")
    pool.manager = make_user(Role.MANAGER, username="pat", email="pat@example.com")
    pool.save()
    fresh(receive_lead())
    drift(kim, 6)

    begun = balancing.watch_due(now=NOW)
    again = [balancing.watch_due(now=NOW + timedelta(minutes=minutes)) for minutes in (1, 20)]

    alarms = {alarm.producer_id: float(alarm.owed) for alarm in FairnessAlarm.objects.all()}
    assert (begun, again) == (2, [0, 0])
    assert alarms.keys() == {kim.pk, lee.pk}
    assert alarms[kim.pk] == -alarms[lee.pk] < -2
    assert Message.objects.filter(topic="fairness.band_left").count() == 2
    assert Entry.objects.filter(action="fairness.band_left").count() == 2

    drift(lee, 6)

    assert balancing.watch_due(now=NOW + timedelta(minutes=40)) == 2
    assert FairnessAlarm.objects.filter(ended_at=None).count() == 0


def test_the_letter_names_nobody_and_leads_to_the_page(mailoutbox: list[EmailMessage]) -> None:
    pool = open_agency()
    kim, _ = hire("Kim"), hire("Lee")
    pool.manager = make_user(Role.MANAGER, username="pat", email="pat@example.com")
    pool.save()
    receive_lead()
    drift(kim, 6)
    balancing.watch_due(now=NOW)

    for told in Message.objects.filter(topic="fairness.band_left"):
        consumers.tell_of_shares(message_id=told.id, topic=told.topic, payload=told.payload, at=NOW)

    assert [letter.to for letter in mailoutbox] == [["pat@example.com"], ["pat@example.com"]]
    assert f"/admin/routing/pool/{pool.pk}/fairness/" in str(mailoutbox[0].body)
    assert "Kim" not in str(mailoutbox[0].body)


@pytest.mark.parametrize(
    ("fields", "begun"),
    [({"fair_leads": None}, 0), ({"fair_leads": 4, "fair_percent": None}, 0), ({"fair_percent": 100}, 0), ({}, 2)],
)
def test_a_pool_says_how_wide_its_band_is(fields: dict[str, int | None], begun: int) -> None:
    pool = open_agency()
    kim, _ = hire("Kim"), hire("Lee")
    receive_lead()
    drift(kim, 7)
    Pool.objects.filter(pk=pool.pk).update(**fields)

    assert balancing.watch_due(now=NOW) == begun
