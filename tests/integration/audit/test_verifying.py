"""The nightly verification: turn by turn over the whole chain, its result kept, shown and sent out."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client

from accounts.policy import Role
from audit import services as audit
from audit.models import Entry, Seal, Verification
from audit.services import verification, verifying
from outbox.models import Message
from routing.services import anchoring
from tests.integration.accounts.cast import make_person
from tests.integration.audit.ledger_cases import NOON, record_some
from tests.ledger import lifted_guards

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain(monkeypatch: pytest.MonkeyPatch) -> list[Entry]:
    """Return seven sealed entries, of which a turn takes three."""
    monkeypatch.setattr(verification, "BATCH", 3)
    entries = record_some(7)
    audit.seal()
    return entries


def verified() -> Verification:
    """Verify turn by turn, until it has ended."""
    found = verifying.begin(now=NOON)
    turns = 0
    while found.ended_at is None:
        assert verifying.work(now=NOON, seconds=0)
        found.refresh_from_db()
        turns += 1
        assert turns < 10
    return found


def change(entry: Entry) -> None:
    with lifted_guards(), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_entry SET action = 'lead.lost' WHERE seq = %s", [entry.seq])


def test_a_sound_ledger_is_walked_in_turns_and_the_result_is_on_record(chain: list[Entry]) -> None:
    found = verified()

    last = Seal.objects.get(position=7)
    assert (found.is_sound, found.checked, found.position, found.hash) == (True, 7, 7, last.hash)
    told = Entry.objects.get(action="ledger.verified")
    assert told.detail == {"sound": True, "checked": 7, "position": 7, "hash": last.hash, "problems": []}
    assert not verifying.work(now=NOON)


def test_an_altered_entry_is_found(chain: list[Entry]) -> None:
    change(chain[4])

    found = verified()

    assert found.is_sound is False
    assert [problem.split(":")[0] for problem in found.problems] == ["CHANGED"]


def test_a_walk_goes_on_from_the_hash_it_saw_itself(chain: list[Entry]) -> None:
    verifying.begin(now=NOON)
    verifying.work(now=NOON, seconds=0)
    with lifted_guards(), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_seal SET hash = %s WHERE position = 3", ["f" * 64])

    assert verified().is_sound is True
    assert verified().is_sound is False  # begun after the change


def test_a_cut_tail_is_found_by_the_heads_outside(chain: list[Entry]) -> None:
    with lifted_guards(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_seal WHERE position > 5")

    found = verified()

    assert found.problems[0].startswith("CUT")


def test_one_verification_is_under_way_at_a_time(chain: list[Entry]) -> None:
    first = verifying.begin(now=NOON)

    assert verifying.begin(now=NOON + timedelta(days=1)) == first


def test_a_verification_that_fails_three_times_ends_without_a_verdict(
    chain: list[Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    def burst(*args: object) -> None:
        raise OSError

    monkeypatch.setattr(verifying, "_walk_on", burst)

    found = verified()

    assert (found.is_sound, found.error) == (None, "OSError")


def test_the_head_goes_out_by_e_mail_once_where_an_address_is_set(chain: list[Entry], settings: LazySettings) -> None:
    found = verified()
    assert anchoring.send_due(now=NOON) == 0
    settings.AUDIT_ANCHOR_EMAIL = "notary@example.com"

    assert [anchoring.send_due(now=NOON) for _ in range(2)] == [1, 0]

    [letter] = Message.objects.filter(topic="email.queued")
    assert letter.payload["to"] == "notary@example.com"
    assert f"position 7\nhash {found.hash}" in letter.payload["text"]


@pytest.mark.parametrize(
    ("role", "sees"), [(Role.AUDITOR, True), (Role.ADMINISTRATOR, True), (Role.MANAGER, False)], ids=str
)
def test_the_home_page_tells_of_the_last_one_to_whoever_may_see_the_ledger(
    chain: list[Entry], role: Role, sees: bool
) -> None:
    change(chain[0])
    verified()
    browser = Client()
    browser.force_login(make_person("otto", role))

    page = browser.get("/admin/").content.decode()

    assert ("The ledger does not hold" in page) is sees
    assert browser.get("/admin/audit/verification/").status_code == (200 if sees else 403)
