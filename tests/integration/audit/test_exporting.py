"""Exports: exactly the filtered set, in a file that its manifest proves, whatever happens to the worker."""

import csv
import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import pytest
from django.conf import LazySettings
from django.test import Client

from accounts.actor import Actor, ActorKind
from accounts.errors import Forbidden, Missing
from accounts.policy import Role
from audit import lines
from audit import services as audit
from audit.filters import Clause, Filter
from audit.models import Entry, Export, Seal
from audit.services import exporting
from tests.integration.accounts.cast import make_person
from tests.integration.audit.ledger_cases import KIM, NOON, record_some

pytestmark = pytest.mark.django_db

ABEL: Final = Actor(ActorKind.USER, "9", "Abel", frozenset({"audit.export"}))
STEPS: Final = Filter((Clause(actor_id=KIM.id),))


def ask(form: str = "jsonl", asked: Filter = STEPS) -> Export:
    return exporting.ask(asked=asked, query="", form=form, actor=ABEL, now=NOON)


def finish(export: Export) -> list[dict[str, Any]]:
    """Work until it has ended, and return what the file holds."""
    for _ in range(20):
        exporting.work(now=NOON, seconds=0)
    export.refresh_from_db()
    return list(_read(export))


def _read(export: Export) -> Iterator[dict[str, Any]]:
    text = exporting.path_of(export).read_text()
    if export.format == "csv":
        yield from csv.DictReader(text.splitlines())
    else:
        yield from map(json.loads, text.splitlines())


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_the_file_holds_exactly_what_the_filter_finds_and_the_chain_holds(form: str) -> None:
    record_some(5)
    audit.record(at=NOON, actor=ABEL, action="other.thing")
    audit.seal()
    record_some(1)  # not sealed: it belongs to the next export

    export = ask(form)
    found = finish(export)

    assert [each["action"] for each in found] == [f"lead.step_{number}" for number in range(5)]
    entry = Entry.objects.get(pk=found[2]["id"])
    assert found[2]["hash"] == entry.seal.hash
    assert (export.state, export.rows) == ("DONE", 5)


def test_the_manifest_proves_the_file_and_the_ledger_proves_the_manifest() -> None:
    record_some(3)
    audit.seal()
    head = Seal.objects.get(position=3)

    export = ask("csv")
    finish(export)

    content, manifest = exporting.path_of(export).read_bytes(), json.loads(exporting.manifest_text(export))
    assert manifest["sha256"] == hashlib.sha256(content).hexdigest()
    assert (manifest["rows"], manifest["bytes"]) == (3, len(content))
    assert manifest["filter"] == STEPS.as_dict()
    assert manifest["chain"] == {"position": 3, "hash": head.hash}
    told = Entry.objects.filter(action__startswith="export.").order_by("seq")
    assert [each.action for each in told] == ["export.asked", "export.ended"]
    assert told[1].detail["sha256"] == manifest["sha256"]


def test_an_empty_set_is_a_file_too() -> None:
    export = ask("csv", Filter((Clause(action="no.such"),)))

    assert finish(export) == []
    assert exporting.path_of(export).read_text().strip() == ",".join(lines.COLUMNS)


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(begins: str) -> None:
    actor = Actor(ActorKind.USER, KIM.id, f"{begins}HYPERLINK(1)")
    audit.record(at=NOON, actor=actor, action="lead.step")
    audit.seal()

    export = ask("csv")
    finish(export)

    assert f"'{begins}HYPERLINK(1)" in exporting.path_of(export).read_bytes().decode()


def test_what_a_killed_worker_left_behind_is_cut_off_and_written_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "STRETCH", 2)
    record_some(5)
    audit.seal()
    export = ask()
    exporting.work(now=NOON, seconds=0)
    with exporting.path_of(export).open("ab") as torn:
        torn.write(b'{"half": ')

    found = finish(export)

    assert [each["action"] for each in found] == [f"lead.step_{number}" for number in range(5)]
    assert Export.objects.get().rows == 5


def test_two_workers_are_never_at_one_file() -> None:
    export = ask()

    with exporting._locked(export) as mine:
        assert mine is not None
        with exporting._locked(export) as theirs:
            assert theirs is None
        assert exporting.work(now=NOON) == 0
    assert Export.objects.get().state == "WAITING"


def test_what_fails_three_times_ends_and_leaves_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def burst(*args: object, **named: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(exporting, "_write_on", burst)
    export = ask()

    for _ in range(4):
        exporting.work(now=NOON)

    export.refresh_from_db()
    assert (export.state, export.error) == ("FAILED", "OSError")
    assert not exporting.path_of(export).exists()


def test_files_go_by_their_age_and_the_row_stays(settings: LazySettings) -> None:
    export = ask()
    finish(export)
    path = exporting.path_of(export)

    assert exporting.prune_due(now=NOON + timedelta(days=settings.EXPORT_DAYS)) == 0
    assert exporting.prune_due(now=NOON + timedelta(days=settings.EXPORT_DAYS, seconds=1)) == 1

    export.refresh_from_db()
    assert (export.state, path.exists()) == ("PRUNED", False)
    with pytest.raises(Missing):
        exporting.fetch(export=export, actor=ABEL, now=NOON)


def test_who_may_not_export_is_refused() -> None:
    with pytest.raises(Forbidden):
        exporting.ask(asked=STEPS, query="", form="csv", actor=KIM, now=NOON)
    with pytest.raises(Forbidden):
        exporting.fetch(export=ask(), actor=KIM, now=NOON)
    assert Export.objects.count() == 1


def test_the_auditor_asks_on_the_ledgers_page_follows_and_fetches() -> None:
    record_some(2)
    audit.seal()
    browser = Client()
    browser.force_login(make_person("abel", Role.AUDITOR))

    asked = browser.post("/admin/audit/export/new/", {"query": "action=lead.step_1", "format": "csv"})
    page = asked.headers["Location"]
    export = Export.objects.get()
    assert page == f"/admin/audit/export/{export.pk}/change/"
    assert b'hx-trigger="every 2s"' in browser.get(page).content
    assert browser.post(f"/admin/audit/export/{export.pk}/file/").status_code == 404
    finish(export)

    assert b"Fetch the file" in browser.get(page).content
    answer = browser.post(f"/admin/audit/export/{export.pk}/file/")
    assert b"".join(answer).count(b"lead.step_1") == 1
    assert browser.get(f"/admin/audit/export/{export.pk}/manifest.json").json()["rows"] == 1
    assert Entry.objects.filter(action="export.fetched").count() == 1


@pytest.mark.parametrize("role", [Role.MANAGER, Role.PRODUCER])
def test_others_neither_ask_nor_fetch(role: Role) -> None:
    export = ask()
    finish(export)
    browser = Client()
    browser.force_login(make_person("otto", role))

    answers = [
        browser.post("/admin/audit/export/new/", {"query": "", "format": "csv"}),
        browser.post(f"/admin/audit/export/{export.pk}/file/"),
        browser.get(f"/admin/audit/export/{export.pk}/manifest.json"),
        browser.get(f"/admin/audit/export/{export.pk}/change/"),
        browser.get("/admin/audit/export/"),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert Export.objects.count() == 1
