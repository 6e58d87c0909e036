"""Whatever is done to the ledger behind the application's back is found, and the first broken entry is named."""

from io import StringIO
from pathlib import Path
from typing import Final

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connection

from audit import chain
from audit import services as audit
from audit.models import Entry, Seal
from audit.report import Fault
from tests.integration.audit.ledger_cases import KIM, NOON, record_some
from tests.ledger import lifted_guards

pytestmark = pytest.mark.django_db


def break_ledger(*statements: str) -> None:
    """Do what only somebody who owns the database can do."""
    with lifted_guards(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def sealed(number: int) -> list[Entry]:
    """Record and seal this many entries."""
    entries = record_some(number)
    audit.seal()
    return entries


def test_a_ledger_nobody_touched_is_sound() -> None:
    sealed(3)

    report = audit.verify()

    last = Seal.objects.get(position=3)
    assert report.is_sound
    assert (report.checked, report.position, report.hash) == (3, 3, last.hash)


def test_an_empty_ledger_is_sound() -> None:
    assert audit.verify().is_sound


COLUMNS: Final = {
    "action": "'lead.lost'",
    "detail": "'{\"x\": 1}'",
    "actor_label": "'Somebody else'",
    "actor_id": "'8'",
    "target_id": "'9'",
    "occurred_at": "'2020-01-01 00:00:00'",
    "recorded_at": "'2020-01-01 00:00:00'",
    "txid": "1",
    "seq": "7777",
}


@pytest.mark.parametrize(("column", "value"), COLUMNS.items(), ids=COLUMNS)
def test_a_changed_entry_is_named(column: str, value: str) -> None:
    entries = sealed(4)

    break_ledger(f"UPDATE audit_entry SET {column} = {value} WHERE action = 'lead.step_1'")

    problems = audit.verify().problems
    assert [(each.fault, each.position, each.entry_id) for each in problems] == [(Fault.CHANGED, 2, str(entries[1].id))]


def test_a_removed_entry_is_named() -> None:
    entries = sealed(3)

    break_ledger("DELETE FROM audit_entry WHERE action = 'lead.step_1'")

    [problem] = audit.verify().problems
    assert (problem.fault, problem.position, problem.entry_id) == (Fault.MISSING, 2, str(entries[1].id))


def test_an_entry_removed_with_its_link_leaves_a_gap() -> None:
    sealed(3)

    break_ledger("DELETE FROM audit_seal WHERE position = 2", "DELETE FROM audit_entry WHERE action = 'lead.step_1'")

    first = audit.verify().first_broken
    assert first is not None
    assert (first.fault, first.position) == (Fault.MISSING, 2)


def test_a_removed_start_of_the_chain_is_found() -> None:
    sealed(3)

    break_ledger("DELETE FROM audit_seal WHERE position = 1", "DELETE FROM audit_entry WHERE action = 'lead.step_0'")

    first = audit.verify().first_broken
    assert first is not None
    assert (first.fault, first.position) == (Fault.MISSING, 1)


def test_two_entries_that_changed_places_are_found() -> None:
    sealed(3)
    one, two = Seal.objects.get(position=1), Seal.objects.get(position=2)

    break_ledger(
        "DELETE FROM audit_seal WHERE position IN (1, 2)",
        _seal_sql(1, str(two.entry_id), one.hash),
        _seal_sql(2, str(one.entry_id), two.hash),
    )

    assert [(each.fault, each.position) for each in audit.verify().problems] == [
        (Fault.CHANGED, 1),
        (Fault.CHANGED, 2),
    ]


def test_an_entry_slipped_in_behind_the_chain_is_found() -> None:
    entries = sealed(3)
    audit.record(at=NOON, actor=KIM, action="lead.forged")

    break_ledger(
        "UPDATE audit_entry SET seq = 0, txid = 0, recorded_at = '2020-01-01 00:00:00' WHERE action = 'lead.forged'"
    )

    assert audit.seal() == 0
    [problem] = audit.verify().problems
    forged = Entry.objects.get(action="lead.forged")
    assert (problem.fault, problem.entry_id) == (Fault.UNSEALED, str(forged.id))
    assert forged.id not in {entry.id for entry in entries}


def test_a_cut_tail_is_found_by_the_head_outside() -> None:
    entries = sealed(4)

    break_ledger(
        "DELETE FROM audit_seal WHERE position > 2",
        "DELETE FROM audit_entry WHERE action IN ('lead.step_2', 'lead.step_3')",
    )

    [problem] = audit.verify().problems
    assert (problem.fault, problem.position, problem.entry_id) == (Fault.CUT, 4, str(entries[3].id))
    assert "the chain ends at position 2" in problem.message


def test_a_chain_sealed_anew_is_found_by_the_head_outside() -> None:
    sealed(2)
    record_some(1)
    audit.seal()

    break_ledger(
        "UPDATE audit_entry SET actor_label = 'Somebody else' WHERE action = 'lead.step_1'",
        *_resealed(),
    )

    [problem] = audit.verify().problems
    assert (problem.fault, problem.position) == (Fault.RESEALED, 2)


def test_a_ledger_emptied_altogether_is_found_by_the_head_outside() -> None:
    sealed(2)

    break_ledger("DELETE FROM audit_seal", "DELETE FROM audit_entry")

    assert [each.fault for each in audit.verify().problems] == [Fault.CUT]


def test_a_missing_head_file_is_found(head_file: Path) -> None:
    sealed(1)

    head_file.unlink()

    assert [each.fault for each in audit.verify().problems] == [Fault.HEADLESS]


def test_unreadable_heads_are_counted(head_file: Path) -> None:
    sealed(1)
    with head_file.open("ab") as file:
        file.write(b'{"position": "many"}\n\xff\xfe\n')

    report = audit.verify()

    assert (report.is_sound, report.unreadable_heads) == (True, 2)


def test_an_entry_that_waits_too_long_for_its_seal_is_reported() -> None:
    record_some(1)
    assert audit.verify().is_sound

    break_ledger("UPDATE audit_entry SET recorded_at = '2026-01-01 00:00:00'")

    assert [each.fault for each in audit.verify().problems] == [Fault.UNSEALED]


def test_a_missing_trigger_is_found() -> None:
    sealed(1)

    with lifted_guards("audit_seal"):
        report = audit.verify()

    assert [(each.fault, "audit_seal" in each.message) for each in report.problems] == [(Fault.UNGUARDED, True)]


def test_verification_from_a_number_trusts_what_is_before() -> None:
    entries = sealed(4)
    break_ledger("UPDATE audit_entry SET action = 'x' WHERE action = 'lead.step_0'")

    report = audit.verify(from_seq=entries[2].seq or 0)

    assert (report.is_sound, report.checked, report.position) == (True, 2, 4)


def receipts_as_recorded(decision_id: str) -> str | None:
    """Stand in for the receipts of decisions."""
    return {"d-1": "aa", "d-2": "bb"}.get(decision_id)


@pytest.mark.parametrize(
    ("decision_id", "noted", "faults"),
    [("d-1", "aa", []), ("d-2", "aa", [Fault.RECEIPT]), ("d-3", "aa", [Fault.RECEIPT])],
    ids=["as recorded", "altered", "gone"],
)
def test_a_receipt_is_held_against_the_hash_in_the_ledger(
    settings: LazySettings, decision_id: str, noted: str, faults: list[Fault]
) -> None:
    settings.AUDIT_RECEIPTS = f"{__name__}.receipts_as_recorded"
    detail = {"decision": decision_id, "receipt_sha256": noted}
    entry = audit.record(at=NOON, actor=KIM, action="lead.decided", detail=detail)
    audit.seal()

    problems = audit.verify().problems

    assert [each.fault for each in problems] == faults
    assert all(each.entry_id == str(entry.id) for each in problems)


def test_the_command_prints_the_head_of_a_sound_ledger() -> None:
    sealed(2)
    out = StringIO()

    call_command("verify_audit", stdout=out)

    assert out.getvalue() == f"The ledger is sound: 2 links checked, head 2 {Seal.objects.get(position=2).hash}.\n"


def test_the_command_fails_and_names_the_first_broken_entry() -> None:
    entries = sealed(3)
    break_ledger("UPDATE audit_entry SET action = 'x' WHERE action IN ('lead.step_1', 'lead.step_2')")
    err = StringIO()

    with pytest.raises(CommandError) as failure:
        call_command("verify_audit", stderr=err)

    assert failure.value.returncode == 1
    assert f"first: CHANGED: The entry, or its link, is not what was sealed. (position 2, entry {entries[1].id}" in str(
        failure.value
    )
    assert [line.split(":")[0] for line in err.getvalue().splitlines()] == ["CHANGED", "CHANGED"]


def _seal_sql(position: int, entry_id: str, digest: str) -> str:
    entry = entry_id if connection.vendor == "postgresql" else entry_id.replace("-", "")
    return (
        "INSERT INTO audit_seal (position, entry_id, hash, floor_txid, top_seq, sealed_at)"
        f" VALUES ({position}, '{entry}', '{digest}', 1, 1, '2026-01-01 00:00:00')"
    )


def _resealed() -> list[str]:
    """Return the statements of a forger who knows how the chain is made."""
    previous, statements = chain.GENESIS, ["DELETE FROM audit_seal"]
    for position, entry in enumerate(Entry.objects.order_by("txid", "seq"), start=1):
        if entry.action == "lead.step_1":
            entry.actor_label = "Somebody else"
        previous = chain.link(previous, entry)
        statements.append(_seal_sql(position, str(entry.id), previous))
    return statements
