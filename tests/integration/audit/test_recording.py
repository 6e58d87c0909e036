"""What an entry says, and what only the server says."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from audit import queries
from audit import services as audit
from audit.models import Entry
from tests.integration.audit.ledger_cases import KIM, NOON, record_some

pytestmark = pytest.mark.django_db


def test_an_entry_names_its_target_as_text() -> None:
    person = User.objects.create(username="kim", first_name="Kim", last_name="Osei")

    audit.record(at=NOON, actor=KIM, action="person.invited", target=person, detail={"role": "MANAGER"})

    entry = queries.for_target(person).get()
    assert (entry.target_type, entry.target_id, entry.target_label) == ("accounts.user", str(person.pk), "Kim Osei")
    assert (entry.actor_kind, entry.actor_id, entry.actor_label) == ("USER", "7", "Kim Osei")
    assert (entry.action, entry.detail, entry.occurred_at) == ("person.invited", {"role": "MANAGER"}, NOON)


def test_the_server_sets_number_transaction_and_time_whatever_the_insert_says() -> None:
    forged = audit.entry(at=NOON, actor=KIM, action="lead.assigned")
    forged.recorded_at = datetime(2001, 1, 1, tzinfo=UTC)
    forged.txid = -5

    forged.save(force_insert=True)

    stored = Entry.objects.get()
    assert stored.recorded_at is not None
    assert abs(stored.recorded_at - timezone.now()) < timedelta(minutes=1)
    assert stored.seq is not None
    assert stored.txid is not None
    assert stored.txid > 0


def test_several_entries_are_one_statement_numbered_in_order() -> None:
    entries = [audit.entry(at=NOON, actor=KIM, action=f"lead.step_{step}") for step in range(3)]

    with CaptureQueriesContext(
        connection,
    ) as captured:
        audit.record_many(entries)

    inserts = [query for query in captured if query["sql"].startswith("INSERT")]
    assert len(inserts) == 1
    stored = list(Entry.objects.order_by("seq"))
    assert [entry.id for entry in stored] == [entry.id for entry in entries]
    assert [entry.seq for entry in stored] == list(range(stored[0].seq or 0, (stored[0].seq or 0) + 3))


def test_a_leads_entries_are_found_by_its_id_newest_first() -> None:
    entry = audit.entry(at=NOON, actor=KIM, action="lead.assigned")
    entry.target_type, entry.target_id = "routing.lead", "01a1fc67-76c9-7613-a118-a08bb7fbd582"
    audit.record_many([entry])
    record_some(1)

    found = queries.for_lead("01a1fc67-76c9-7613-a118-a08bb7fbd582")

    assert [each.action for each in found] == ["lead.assigned"]
