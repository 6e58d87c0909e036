"""A vendor's own word is mapped once: the next lead passes, and those that waited are freed."""

from typing import Any

import pytest

from accounts.errors import Forbidden, Invalid
from accounts.policy import Role
from audit.models import Entry
from routing.models import Lead, LeadSource, QueueItem
from routing.queries import reason_board
from routing.services import erasing, fallback, remembering, sources
from routing.services.remembering import Freed
from tests.agency import (
    MINUTE,
    NOW,
    a_lead,
    actor_of,
    fresh,
    hire,
    make_source,
    mona,
    open_agency,
    owners,
    receive,
    receive_lead,
)
from tests.factories import make_user

pytestmark = pytest.mark.django_db

LATER = NOW + MINUTE


@pytest.fixture
def vendor() -> LeadSource:
    """Return a vendor whose unreadable leads are quarantined, of an agency where Kim takes all."""
    open_agency()
    hire("Kim")
    return make_source("vendor", invalid="QUARANTINE")[0]


def sent_by(vendor: LeadSource, **fields: Any) -> Lead:
    return receive_lead(source=LeadSource.objects.get(pk=vendor.pk), **{"product": "TL-20", **fields})


def teach(vendor: LeadSource, **given: Any) -> Freed:
    words = {"field": "product", "sent": "TL-20", "read_as": "term_life"}
    return remembering.remember_and_free(source=vendor, **{**words, **given}, actor=mona(), now=LATER)


def item_of(lead: Lead) -> QueueItem:
    return lead.queue_items.select_related("lead__source").get()


def test_the_next_lead_passes_and_keeps_what_was_sent_and_how_it_was_read(vendor: LeadSource) -> None:
    teach(vendor)

    lead = sent_by(vendor)

    assert (owners(lead), fresh(lead).products) == (["Kim"], ["term_life"])
    assert lead.readings == [{"field": "product", "sent": "TL-20", "read_as": "term_life"}]
    received = Entry.objects.get(action="lead.received", target_id=str(lead.pk))
    assert received.detail["readings"] == lead.readings


def test_what_one_source_means_no_other_does(vendor: LeadSource) -> None:
    teach(vendor)

    other, _ = make_source("other", invalid="QUARANTINE")

    assert sent_by(other).state == "QUARANTINED"


def test_leads_that_waited_for_it_alone_are_freed_and_no_others(vendor: LeadSource) -> None:
    alike = [sent_by(vendor), sent_by(vendor, product="tl-20")]
    besides, different = sent_by(vendor, phone="555"), sent_by(vendor, product="WL")

    freed = teach(vendor)

    assert (freed.moved, freed.left) == (2, 1)
    assert owners(*alike) == ["Kim", "Kim"]
    assert [each["sent"] for each in fresh(alike[1]).readings] == ["tl-20"]
    assert [fresh(each).state for each in (besides, different)] == ["QUARANTINED", "QUARANTINED"]


def test_an_item_somebody_works_on_is_left_to_them(vendor: LeadSource) -> None:
    lead, actor = sent_by(vendor), mona()
    fallback.take(item=item_of(lead), user_id=int(actor.id), actor=actor, now=LATER)

    assert teach(vendor) == Freed(mappings=1, moved=0, left=0)
    assert fresh(lead).state == "QUARANTINED"


def test_mending_one_teaches_its_source_and_frees_the_rest(vendor: LeadSource) -> None:
    first, second = sent_by(vendor), sent_by(vendor)

    placement, freed = remembering.mend_and_remember(
        item=item_of(first), fields=a_lead(product=None, products=["term_life"]), actor=mona(), now=LATER
    )

    assert (placement.status, freed) == ("assigned", Freed(mappings=1, moved=1, left=0))
    assert owners(first, second) == ["Kim", "Kim"]
    vendor.refresh_from_db()
    assert vendor.aliases == {"product": {"tl-20": "term_life"}}


def test_a_phone_is_mended_and_not_remembered(vendor: LeadSource) -> None:
    lead = sent_by(vendor, product="term_life", phone="555")

    _, freed = remembering.mend_and_remember(item=item_of(lead), fields=a_lead(), actor=mona(), now=LATER)

    vendor.refresh_from_db()
    assert (freed, vendor.aliases, owners(lead)) == (Freed(0, 0, 0), {}, ["Kim"])
    assert "sent" not in item_of(lead).problems[0]


def test_remembering_and_forgetting_is_told_and_historised(vendor: LeadSource) -> None:
    teach(vendor)
    teach(vendor)
    admin = make_user(Role.ADMINISTRATOR).actor()
    remembering.forget(source=vendor, field="product", sent="TL-20", actor=admin, now=LATER + MINUTE)

    told = Entry.objects.filter(action__startswith="source.alias").order_by("seq")
    assert [(each.action, each.detail["sent"]) for each in told] == [
        ("source.alias_remembered", "tl-20"),
        ("source.alias_forgotten", "tl-20"),
    ]
    past = LeadSource.history.order_by("history_id")  # type: ignore[attr-defined]  # simple-history
    assert [each.aliases for each in past][-2:] == [{"product": {"tl-20": "term_life"}}, {}]
    assert sent_by(vendor).state == "QUARANTINED"


@pytest.mark.parametrize("given", [{"sent": "term_life"}, {"read_as": "boat"}, {"field": "phone"}])
def test_what_makes_no_sense_is_not_remembered(vendor: LeadSource, given: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        teach(vendor, **given)

    vendor.refresh_from_db()
    assert vendor.aliases == {}


def test_a_producer_teaches_nobody(vendor: LeadSource) -> None:
    with pytest.raises(Forbidden):
        remembering.remember_and_free(
            source=vendor, field="product", sent="x", read_as="term_life", actor=actor_of(hire("Lee")), now=LATER
        )


def test_a_mapping_that_is_not_there_cannot_be_forgotten(vendor: LeadSource) -> None:
    with pytest.raises(remembering.NotRemembered):
        remembering.forget(
            source=vendor, field="line", sent="x", actor=make_user(Role.ADMINISTRATOR).actor(), now=LATER
        )


def test_the_reason_board_says_what_frees_how_many(vendor: LeadSource) -> None:
    for _ in range(3):
        sent_by(vendor)
    sent_by(vendor, product="WL")
    sent_by(vendor, product="term_life", phone="555")

    [group] = reason_board.board(QueueItem.objects.filter(kind="QUARANTINE")).groups

    assert [(lever.text, lever.frees) for lever in group.levers] == [
        ("Product “tl-20” from Vendor", 3),
        ("Phone", 1),
        ("Product “wl” from Vendor", 1),
    ]
    mapping = group.levers[0].mapping
    assert mapping is not None
    assert (mapping.source_id, mapping.field, mapping.sent) == (vendor.pk, "product", "tl-20")


def test_an_erasure_leaves_nothing_of_what_was_sent(vendor: LeadSource) -> None:
    lead = sent_by(vendor, product="Ada Byron 1815")
    item = item_of(lead)
    fallback.resolve(item=item, resolution="No lead", disposition="BAD_LEAD", actor=mona(), now=LATER)

    admin = make_user(Role.ADMINISTRATOR).actor()
    erasing.erase(lead=fresh(lead), reason=next(iter(erasing.REASONS)), actor=admin, now=LATER)

    assert "Byron" not in repr(item_of(lead).problems)


def test_a_key_issued_or_a_word_remembered_meanwhile_survives_a_form(vendor: LeadSource) -> None:
    stale = LeadSource.objects.get(pk=vendor.pk)
    teach(vendor)
    stale.name = "Vendor & Sons"

    sources.save_source(source=stale, actor=make_user(Role.ADMINISTRATOR).actor(), now=LATER)

    vendor.refresh_from_db()
    assert (vendor.name, vendor.aliases) == ("Vendor & Sons", {"product": {"tl-20": "term_life"}})


def test_the_answer_to_a_source_names_faults_and_not_what_it_sent(vendor: LeadSource) -> None:
    answer = receive(source=vendor, product="TL-20")

    assert set(answer.body["errors"][0]) == {"pointer", "code", "detail"}
