"""The manager's queue: see what waits and why, take it, assign it, mend it, close it, try it again."""

import json
import uuid
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from audit.models import Entry
from licenses.models import License
from routing.models import Lead, LeadSource, ProducerProfile, QueueItem
from routing.services import fallback, intake, roster
from tests.functional.routing_screens.agency import LEAD, SmallAgency

QUEUE = "/admin/routing/queueitem/"


@pytest.fixture
def manager(agency: SmallAgency, client: Client) -> Client:
    """Return a browser signed in as the manager."""
    client.force_login(agency.manager)
    return client


def address(item: QueueItem, move: str = "change") -> str:
    """Return an address of one item."""
    return f"{QUEUE}{item.pk}/{move}/"


def take(item: QueueItem, agency: SmallAgency) -> QueueItem:
    """Let the manager take an item."""
    fallback.take(item=item, user_id=agency.manager.pk, actor=agency.manager.actor(), now=timezone.now())
    return item


def quarantined(agency: SmallAgency, **fields: Any) -> QueueItem:
    """Return the item of a lead whose fields are at fault."""
    agency.source.invalid = LeadSource.Invalid.QUARANTINE
    agency.source.save()
    body = json.dumps({**LEAD, **fields}).encode()
    answer = intake.receive(source=agency.source, body=body, key=str(uuid.uuid4()), now=timezone.now())
    return QueueItem.objects.get(lead_id=answer.body["id"])


def test_the_queue_groups_by_reason_and_says_what_would_free_the_most(agency: SmallAgency, manager: Client) -> None:
    License.objects.filter(producer=agency.kim).update(expiry_date="2026-05-12")
    agency.set_capacity(0)
    for _ in range(3):
        agency.receive()

    page = manager.get(QUEUE, {"view": "reasons"})

    (group,) = page.context["board"].groups
    assert (group.text, group.count) == ("Everyone who could take it is at capacity.", 3)
    assert [(lever.text, lever.frees) for lever in group.levers] == [
        ("Kim Park: license ended May 12, 2026", 3),
        ("Ray Moss: license ended May 12, 2025", 3),
        ("Room in the pool Texas life", 3),
    ]
    assert "Nearest: Kim Park: license ended May 12, 2026" in page.content.decode()
    assert "Mona Reyes, deputy Dora Lind" in page.content.decode()


def test_the_reason_board_says_what_is_at_stake_and_how_that_is_worked_out(
    agency: SmallAgency, manager: Client
) -> None:
    for _ in range(2):
        agency.receive_waiting()
    agency.receive_waiting(birth_date="2019-01-01")
    waiting = Lead.objects.filter(queue_items__kind="FALLBACK")
    waiting.update(premium=2400, score=75)
    waiting.filter(pk=waiting.order_by("pk")[0].pk).update(premium=None, score=None)

    page = manager.get(QUEUE, {"kind": "FALLBACK", "view": "reasons"}).content.decode()

    assert "$1,810 at stake" in page
    assert '<strong class="fr-value">$1,810</strong> at stake of $3,400; 1 without a score' in page
    assert "Room in the pool Texas life</strong>: putting this right would free 2 of 2, worth $1,810" in page
    assert "Of $3,400 in yearly premiums." in page
    assert "counts with $1,000, one without a score with 1%; 1 here has none, so more may be at stake." in page


def test_tabs_count_each_kind_and_a_reason_opens_the_tab_it_is_in(agency: SmallAgency, manager: Client) -> None:
    agency.receive(birth_date="2019-01-01")
    agency.receive_waiting()

    page = manager.get(QUEUE, {"reason": "MINOR"})

    assert [(tab["label"], tab["count"], tab["current"]) for tab in page.context["tabs"]] == [
        ("Fallback", 1, False),
        ("Review", 1, True),
        ("Quarantine", 0, False),
    ]
    assert [item.text for item in page.context["items"]] == ["The person may be a minor."]


def test_an_empty_queue_says_so(manager: Client) -> None:
    assert "Nothing waits here." in manager.get(QUEUE).content.decode()


def test_mine_shows_what_i_own_deputise_or_hold(agency: SmallAgency, manager: Client) -> None:
    item = agency.receive_waiting()
    QueueItem.objects.filter(pk=item.pk).update(owner=None, deputy=None)

    before = manager.get(QUEUE, {"mine": "1"}).context["items"]
    take(item, agency)
    after = manager.get(QUEUE, {"mine": "1"}).context["items"]

    assert (len(before), len(after)) == (0, 1)


def test_take_next_opens_what_has_waited_longest(agency: SmallAgency, manager: Client) -> None:
    oldest = agency.receive_waiting()
    agency.receive_waiting()

    answer = manager.post(f"{QUEUE}next/", {"kind": "FALLBACK"})

    assert answer.headers["Location"] == address(oldest)
    assert QueueItem.objects.get(pk=oldest.pk).claimed_by == agency.manager


def test_take_next_on_an_empty_queue_says_that_nothing_waits(manager: Client) -> None:
    page = manager.post(f"{QUEUE}next/", {"kind": "FALLBACK"}, follow=True)

    assert "Nothing waits here, or somebody just took it." in page.content.decode()


def test_who_comes_second_hears_who_was_first(agency: SmallAgency, manager: Client, client: Client) -> None:
    item = take(agency.receive_waiting(), agency)
    client.force_login(agency.deputy)

    page = client.post(address(item, "take"), follow=True)

    assert "Mona Reyes took this item" in page.content.decode()
    assert QueueItem.objects.get(pk=item.pk).claimed_by == agency.manager
    assert page.context["working"] is False


def test_an_item_put_back_waits_for_others(agency: SmallAgency, manager: Client) -> None:
    item = take(agency.receive_waiting(), agency)

    manager.post(address(item, "release"))

    now = QueueItem.objects.get(pk=item.pk)
    assert (now.state, now.claimed_by) == ("OPEN", None)


def test_those_who_may_not_have_it_are_shown_with_the_reason_and_cannot_be_chosen(
    agency: SmallAgency, manager: Client
) -> None:
    item = take(agency.receive_waiting(), agency)

    page = manager.get(address(item))

    candidates = page.context["candidates"]
    assert [(each.name, each.blocks) for each in candidates.full] == [
        ("Kim Park", ("at capacity",)),
        ("Lee Diaz", ("at capacity",)),
    ]
    assert [(each.name, each.blocks) for each in candidates.excluded] == [("Ray Moss", ("license ended May 12, 2025",))]
    assert 'name="producer"' not in page.content.decode()


def test_a_manager_clears_an_item_by_assigning_it(agency: SmallAgency, manager: Client) -> None:
    item = take(agency.receive_waiting(), agency)
    agency.set_capacity(5)

    page = manager.post(address(item, "assign"), {"producer": agency.lee.pk, "reason": ""}, follow=True)

    lead, now = Lead.objects.get(pk=item.lead_id), QueueItem.objects.get(pk=item.pk)
    assert (lead.state, lead.owner, now.state) == ("ASSIGNED", agency.lee, "RESOLVED")
    assert "Assigned to Lee Diaz, to be answered by " in page.content.decode()


def test_a_full_desk_refuses_and_the_item_stays(agency: SmallAgency, manager: Client) -> None:
    item = take(agency.receive_waiting(), agency)

    manager.post(address(item, "assign"), {"producer": agency.lee.pk, "reason": ""})

    assert Lead.objects.get(pk=item.lead_id).state == "FALLBACK"
    assert QueueItem.objects.get(pk=item.pk).state == "CLAIMED"


def test_a_quarantined_lead_is_shown_as_it_was_sent_with_each_fault_at_its_field(
    agency: SmallAgency, manager: Client
) -> None:
    item = take(quarantined(agency, phone="555", state="XX", email=""), agency)

    page = manager.get(address(item))

    form = page.context["mend_form"]
    assert set(form.noted) == {"phone", "state"}
    assert form.noted["state"].endswith("They sent “XX”.")
    assert (form.initial["first_name"], form.initial["products"]) == ("Ada", ["term_life"])
    assert page.context["sentence"] == "Some fields of the lead are at fault. Phone, State."


def test_mending_the_fields_sends_the_lead_on_its_way(agency: SmallAgency, manager: Client) -> None:
    item = take(quarantined(agency, phone="555", attributes={"roof": "new"}), agency)

    page = manager.post(
        address(item, "mend"),
        {"first_name": "Ada", "phone": "214-555-0101", "state": "TX", "products": ["term_life"]},
        follow=True,
    )

    lead = Lead.objects.get(pk=item.lead_id)
    assert lead.state == "ASSIGNED"
    assert lead.person is not None
    assert lead.person.phone == "+12145550101"
    assert "Mended. Assigned to " in page.content.decode()


def test_mending_badly_names_the_field_and_changes_nothing(agency: SmallAgency, manager: Client) -> None:
    item = take(quarantined(agency, phone="555"), agency)
    before = Entry.objects.count()

    page = manager.post(address(item, "mend"), {"first_name": "Ada", "phone": "12", "state": "TX", "line": "LIFE"})

    assert set(page.context["mend_form"].errors) == {"phone"}
    assert Lead.objects.get(pk=item.lead_id).state == "QUARANTINED"
    assert Entry.objects.count() == before


def test_what_the_source_sent_besides_survives_the_mending(agency: SmallAgency, manager: Client) -> None:
    item = take(agency.receive_waiting(attributes={"roof": {"kind": "slate"}}, consent={"text": "May call."}), agency)

    manager.post(
        address(item, "mend"),
        {"first_name": "Ada", "phone": "214-555-0101", "state": "TX", "products": ["term_life"]},
    )

    person = Lead.objects.get(pk=item.lead_id).person
    assert person is not None
    assert (person.attributes, person.consent) == ({"roof": {"kind": "slate"}}, {"text": "May call."})


@pytest.mark.parametrize(("outcome", "state"), [("close", "CLOSED"), ("reject", "REJECTED")])
def test_closing_without_a_producer_takes_a_reason(
    agency: SmallAgency, manager: Client, outcome: str, state: str
) -> None:
    item = take(agency.receive_waiting(), agency)

    refused = manager.post(address(item, "resolve"), {"outcome": outcome, "resolution": ""})
    manager.post(address(item, "resolve"), {"outcome": outcome, "resolution": "Asked us to stop."})

    assert "Say how it was resolved." in refused.content.decode()
    now = QueueItem.objects.get(pk=item.pk)
    assert (now.state, now.resolution, now.lead.state) == ("RESOLVED", "Asked us to stop.", state)


def test_trying_again_asks_the_rules_as_they_are_now(agency: SmallAgency, manager: Client) -> None:
    item = take(agency.receive_waiting(), agency)
    agency.set_capacity(5)

    manager.post(address(item, "retry"))

    assert Lead.objects.get(pk=item.lead_id).state == "ASSIGNED"


def test_a_whole_reason_is_tried_again_and_the_rest_keeps_its_place(agency: SmallAgency, manager: Client) -> None:
    items = [agency.receive_waiting() for _ in range(3)]
    agency.set_capacity(1)

    page = manager.post(f"{QUEUE}retry-all/", {"kind": "FALLBACK", "reason": "NO_CAPACITY"}, follow=True)

    assert "3 tried again: 2 moved on, 1 still wait." in page.content.decode()
    (left,) = QueueItem.objects.exclude(state="RESOLVED")
    assert (left.pk, left.lead.state) == (items[2].pk, "FALLBACK")


@pytest.mark.parametrize("pk", ["nonsense", "01a1ffce-0000-7000-8000-00000000dead"])
def test_an_item_that_is_not_there_is_not_found(manager: Client, pk: str) -> None:
    assert manager.get(f"{QUEUE}{pk}/change/").status_code == 404


def test_a_list_that_asks_again_hears_nothing_until_something_changes(agency: SmallAgency, manager: Client) -> None:
    item = agency.receive_waiting()
    polled = {"HX-Request": "true"}
    with time_machine.travel(timezone.now(), tick=False):
        seen = manager.get(QUEUE).context["seen"]

        same = manager.get(QUEUE, {"seen": seen}, headers=polled)
        take(item, agency)
        other = manager.get(QUEUE, {"seen": seen}, headers=polled)

    assert (same.status_code, same.content) == (204, b"")
    assert "With Mona Reyes" in other.content.decode()
    assert "</html>" not in other.content.decode()


def test_one_move_for_several_answers_for_each(agency: SmallAgency, manager: Client) -> None:
    items = [agency.receive_waiting() for _ in range(3)]
    fallback.take(item=items[0], user_id=agency.deputy.pk, actor=agency.deputy.actor(), now=timezone.now())
    ProducerProfile.objects.filter(producer=agency.lee).update(capacity=1)
    roster.changed(roster.producer_subject(agency.lee.pk), at=timezone.now())

    given = {"move": "assign", "producer": agency.lee.pk, "item": [each.pk for each in items]}
    page = manager.post(f"{QUEUE}bulk/", given)

    assert [(line["badge"], line["text"][:32]) for line in page.context["results"]] == [
        ("Left as it is", "Dora Lind took this item; ask th"),
        ("Assigned", "Assigned to Lee Diaz, to be answ"),
        ("Left as it is", "Lee Diaz is at capacity."),
    ]
    assert sorted(QueueItem.objects.values_list("state", flat=True)) == ["CLAIMED", "OPEN", "RESOLVED"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param({"move": "retry"}, "Tick some leads first.", id="nothing ticked"),
        pytest.param({"move": "assign"}, "Choose a producer.", id="nobody chosen"),
        pytest.param({"move": "close"}, "Say why.", id="no reason"),
    ],
)
def test_a_move_that_lacks_something_says_so(
    agency: SmallAgency, manager: Client, given: dict[str, Any], said: str
) -> None:
    item = agency.receive_waiting()
    ticked = {} if given["move"] == "retry" else {"item": item.pk}

    page = manager.post(f"{QUEUE}bulk/", given | ticked, follow=True)

    assert said in page.content.decode()
    assert QueueItem.objects.get().state == "OPEN"


@pytest.mark.parametrize(
    ("given", "badge", "state"),
    [
        pytest.param({"move": "take"}, "Yours", "CLAIMED", id="take"),
        pytest.param({"move": "retry"}, "Waits for the same as before", "OPEN", id="retry"),
        pytest.param({"move": "snooze", "span": "tomorrow"}, "Put off", "OPEN", id="snooze"),
        pytest.param({"move": "escalate"}, "Owner and deputy were pressed", "OPEN", id="escalate"),
        pytest.param({"move": "close", "remark": "Moved away"}, "Closed", "RESOLVED", id="close"),
        pytest.param({"move": "release"}, "Left as it is", "OPEN", id="put back what nobody took"),
    ],
)
def test_each_move_for_several(
    agency: SmallAgency, manager: Client, given: dict[str, Any], badge: str, state: str
) -> None:
    item = agency.receive_waiting()

    page = manager.post(f"{QUEUE}bulk/", given | {"item": item.pk})

    assert [line["badge"] for line in page.context["results"]] == [badge]
    assert QueueItem.objects.get().state == state


def test_an_item_is_put_off_and_pressed_for_from_its_page(agency: SmallAgency, manager: Client) -> None:
    item = agency.receive_waiting()

    manager.post(address(item, "escalate"))
    page = manager.post(address(item, "snooze"), {"span": "week"}, follow=True)

    assert "Put off until" in page.content.decode()
    assert set(Entry.objects.filter(action__startswith="queue.").values_list("action", flat=True)) == {
        "queue.escalated",
        "queue.snoozed",
    }


def test_mending_with_remembering_frees_the_leads_alike(agency: SmallAgency, manager: Client) -> None:
    item, other = take(quarantined(agency, product="TL-20"), agency), quarantined(agency, product="tl-20")

    before = manager.get(address(item)).text
    page = manager.post(
        address(item, "mend"),
        {
            "first_name": "Ada",
            "phone": "214-555-0101",
            "state": "TX",
            "products": ["term_life"],
            "remember": "1",
        },
        follow=True,
    )

    assert f"Mend, and remember for {agency.source}" in before
    assert "Remembered. 1 lead that waited was tried again." in page.text
    assert Lead.objects.get(pk=other.lead_id).state == "ASSIGNED"
    assert LeadSource.objects.get(pk=agency.source.pk).aliases == {"product": {"tl-20": "term_life"}}


def test_the_board_offers_to_map_what_holds_leads_up(agency: SmallAgency, manager: Client) -> None:
    for _ in range(2):
        quarantined(agency, product="TL-20")

    board = manager.get(QUEUE, {"view": "reasons", "kind": "QUARANTINE"})
    sent = {"source": agency.source.pk, "field": "product", "sent": "tl-20", "read_as": "term_life"}
    page = manager.post(f"{QUEUE}remember/", sent, follow=True)

    assert "mapping this frees 2 of 2" in board.text
    assert '<option value="term_life">' in board.text
    assert "Remembered. 2 leads that waited were tried again." in page.text
    assert not QueueItem.objects.exclude(state="RESOLVED").exists()


def test_a_mapping_nobody_knows_is_refused_on_the_board(agency: SmallAgency, manager: Client) -> None:
    quarantined(agency, product="TL-20")
    sent = {"source": agency.source.pk, "field": "product", "sent": "tl-20", "read_as": "boat"}

    page = manager.post(f"{QUEUE}remember/", sent, follow=True)

    assert "“boat” is no product that is known here." in page.text
    assert LeadSource.objects.get(pk=agency.source.pk).aliases == {}
