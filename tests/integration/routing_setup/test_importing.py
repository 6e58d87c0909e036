"""Leads from CSV files: good rows taken, bad ones listed, wrong files refused whole."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Final

import pytest
from django.core.management import CommandError, call_command

from accounts.actor import system
from accounts.errors import Forbidden, Invalid
from accounts.policy import Role
from audit.models import Entry
from licenses.models import Product
from routing.models import IntakeRecord, Lead, LeadSource
from routing.services import importing, roster
from routing.services.importing import Fate
from tests.integration.routing_setup.cast import NOON, make_actor, make_source

pytestmark = pytest.mark.django_db

HEADER: Final = "external_id,first_name,last_name,phone,state,zip,product"
ADA: Final = "a-1,Ada,Byron,214-555-0101,TX,75201,term_life"
FELL: Final = "No routing rule matched."
Import = Callable[[str], list[Fate]]


@pytest.fixture
def take() -> Import:
    """Return a function that imports a text; the process's memory of another roster is dropped first."""
    roster.forget()
    Product.objects.create(code="term_life", label="Term life", lines_any_of=[["LIFE"]])
    source = make_source()

    def import_text(text: str) -> list[Fate]:
        content = text.encode("utf-8", "surrogateescape")
        return list(importing.import_leads(content=content, source=source, actor=system("test"), clock=lambda: NOON))

    return import_text


def test_good_rows_are_taken_and_bad_ones_told_with_their_line(take: Import) -> None:
    fates = take(f"{HEADER}\n{ADA}\na-2,Bob,Byron,555,XX,75201,term_life\n\na-3,Cy,Byron,214-555-0103,TX,75201\n")

    assert [(fate.line, fate.status) for fate in fates] == [(2, "fallback"), (3, "rejected"), (5, "rejected")]
    assert (fates[1].text.count("phone:"), fates[1].text.count("state:")) == (1, 1)
    assert fates[2].text == "6 cells instead of 7"
    assert [lead.external_id for lead in Lead.objects.all()] == ["a-1"]


def test_the_same_file_again_takes_nothing_twice(take: Import) -> None:
    take(f"{HEADER}\n{ADA}\n")

    again = take(f"{HEADER}\n{ADA}\n{ADA}\n")

    assert [(fate.status, fate.text) for fate in again] == [("repeated", "came before")] * 2
    assert Lead.objects.count() == 1


def test_a_known_reference_with_another_lead_is_rejected(take: Import) -> None:
    take(f"{HEADER}\n{ADA}\n")

    again = take(f"{HEADER}\n{ADA.replace('Ada', 'Eve')}\n")

    assert (again[0].status, again[0].text) == (
        "rejected",
        "This key came before with another body; send a new key for a new lead.",
    )


def test_what_spreadsheets_add_is_taken_off(take: Import) -> None:
    header = f"{HEADER},birth_date,premium,consent_text,consent_channels,attributes".replace(",", '","')
    row = (
        'a-1,Ada,Byron,\'+12145550101,tx,="75201",term_life,3/14/1960,"$1,200.50",Call me,call;email,pet: cat; car: no'
    )

    fates = take(f'\ufeff"{header}"\n{row}\n')

    lead = Lead.objects.select_related("person").get()
    assert lead.person is not None
    assert [fate.status for fate in fates] == ["fallback"]
    assert (lead.person.phone, lead.person.zip_code, str(lead.person.birth_date)) == (
        "+12145550101",
        "75201",
        "1960-03-14",
    )
    assert (str(lead.premium), lead.person.attributes) == ("1200.50", {"pet": "cat", "car": "no"})
    assert lead.person.consent == {"text": "Call me", "channels": ["call", "email"]}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "The file holds no leads."),
        (f"{HEADER}\n", "The file holds no leads."),
        (f"{HEADER},shoe_size\n{ADA},9\n", "column 'shoe_size' is not known"),
        (f"{HEADER},zip\n{ADA},75201\n", "column zip comes twice"),
        (f"{HEADER}\n{ADA}\n".replace(",", ";"), "separated by commas"),
        ("first_name,state\nAda,TX\n", "phone or email; product or products or line is missing"),
        (f"{HEADER}\n{ADA}\n\udcff\n", "not UTF-8"),
    ],
    ids=["empty", "no rows", "unknown column", "column twice", "semicolons", "too few columns", "not UTF-8"],
)
def test_a_wrong_file_is_refused_whole(take: Import, text: str, told: str) -> None:
    with pytest.raises(Invalid) as refused:
        take(text)

    assert told in refused.value.message
    assert (Lead.objects.count(), IntakeRecord.objects.count(), Entry.objects.count()) == (0, 0, 0)


def test_faults_go_to_the_queue_where_the_source_says_so(take: Import) -> None:
    LeadSource.objects.update(invalid="QUARANTINE")
    source = LeadSource.objects.get()
    content = f"{HEADER}\n{ADA.replace('75201', '100011')}\n".encode()

    fates = list(importing.import_leads(content=content, source=source, actor=system("test"), clock=lambda: NOON))

    assert [fate.status for fate in fates] == ["quarantined"]
    assert Lead.objects.get().state == "QUARANTINED"


def test_a_file_of_whoever_may_not_enter_leads_is_not_read() -> None:
    actor = make_actor(Role.AUDITOR)

    with pytest.raises(Forbidden):
        importing.import_leads(content=b"", source=make_source(), actor=actor, clock=lambda: NOON)
    with pytest.raises(Forbidden):
        importing.preview_leads(content=b"", source=None, actor=actor, now=NOON)


def test_the_command_lists_rejected_rows_and_exits_with_1(take: Import, tmp_path: Path) -> None:
    file, out = tmp_path / "leads.csv", StringIO()
    file.write_text(f"{HEADER}\n{ADA}\na-2,Bob,Byron,555,TX,75201,term_life\n")

    with pytest.raises(CommandError, match=r"2 leads read: 1 fallback, 1 rejected\."):
        call_command("import_leads", file, stdout=out)

    assert out.getvalue().startswith("line 3: rejected: phone: ")
    assert Lead.objects.get().source.slug == "import"


def test_a_dry_run_tells_every_row_and_keeps_nothing(take: Import, tmp_path: Path) -> None:
    file, out = tmp_path / "leads.csv", StringIO()
    file.write_text(f"{HEADER}\n{ADA}\n")

    call_command("import_leads", file, "--dry-run", stdout=out)

    assert out.getvalue().splitlines() == [
        f"line 2: fallback: {FELL}",
        "1 to nobody: No routing rule matched.",
        "100.0% would wait for a manager.",
        "1 leads read: 1 fallback. Nothing was kept.",
    ]
    assert (Lead.objects.count(), IntakeRecord.objects.count(), Entry.objects.count()) == (0, 0, 0)
    assert [source.slug for source in LeadSource.objects.all()] == ["web"]


@pytest.mark.parametrize(
    "arguments", [["/no/such/file.csv"], [__file__, "--source", "nobody"]], ids=["no file", "no source"]
)
def test_the_command_says_what_it_cannot_find(db: None, arguments: list[str]) -> None:
    with pytest.raises(CommandError, match=r"cannot be read|There is no lead source nobody"):
        call_command("import_leads", *arguments)
