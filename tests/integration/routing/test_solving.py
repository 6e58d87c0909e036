"""Leads that come together, solved as one assignment where the pool asks for it."""

import json
from typing import Any, Final

import pytest

from licenses.models import Producer
from routing.models import Decision, Lead, Pool
from routing.services import bursts, importing, replaying, roster
from tests.agency import NOW, SETUP, a_lead, held, hire, make_source, open_agency

pytestmark = pytest.mark.django_db

METHOD: Final = {"pick": {"step": "push", "bursts": "as_one"}}
HEADER: Final = "first_name,last_name,email,state,product,language,premium"


def open_for_languages() -> tuple[Producer, Producer]:
    """Return who speaks English alone and who speaks Spanish too, of a pool that solves; each has one seat."""
    open_agency()
    Pool.objects.filter(slug="life").update(method=METHOD)
    roster.changed(roster.pool_subject("life"), at=NOW)
    return hire("Ann", capacity=1, languages=["en"]), hire("Bea", capacity=1, languages=["en", "es"])


def take(*leads: dict[str, Any]) -> None:
    bodies = [json.dumps(a_lead(**each)).encode() for each in leads]
    answers = bursts.receive_together(source=make_source()[0], bodies=bodies, now=NOW)
    assert None not in answers


def test_each_lead_goes_where_all_of_them_together_are_worth_the_most() -> None:
    ann, bea = open_for_languages()

    take({"language": "en", "premium": "1000"}, {"language": "es", "premium": "1000"})

    assert {lead.language: lead.owner_id for lead in Lead.objects.all()} == {"en": ann.pk, "es": bea.pk}


def test_where_room_is_short_the_leads_that_bring_most_are_placed() -> None:
    open_for_languages()

    take({"premium": "100"}, {"premium": "5000"}, {"premium": "4000"})

    placed = Lead.objects.filter(state="ASSIGNED").order_by("premium").values_list("premium", flat=True)
    assert [int(premium or 0) for premium in placed] == [4000, 5000]


def test_what_was_solved_replays_and_the_receipt_says_so() -> None:
    ann, bea = open_for_languages()

    take({"language": "es"}, {"language": "en"})

    decisions = list(Decision.objects.order_by("pk"))
    assert {each.receipt["solved"] for each in decisions} == {ann.pk, bea.pk}
    assert {replaying.replay(decision=each).answer for each in decisions} == {replaying.Answer.SAME}


def test_a_look_shows_what_solving_gains_over_one_by_one() -> None:
    ann, bea = open_for_languages()
    lines = [
        "Ada,B,a@example.com,GA,term_life,es,100",
        "Eve,B,e@example.com,GA,term_life,es,9000",
        "Ida,B,i@example.com,GA,term_life,en,9000",
    ]
    content = "\n".join([HEADER, *lines]).encode()

    seen = importing.preview_leads(content=content, source=make_source("file")[0], actor=SETUP, now=NOW)

    assert not Lead.objects.exists()
    assert seen.forecast.gain is not None
    assert seen.forecast.gain.together == 18_000  # two leads of $9,000 at one percent, each with who speaks to them
    assert seen.forecast.gain.one_by_one in {100 + 9_000 // 2, 100 + 9_000, 50 + 9_000}  # as ties fall
    assert (held(ann), held(bea)) == (0, 0)


def test_among_equals_nobody_is_filled_up_while_others_wait() -> None:
    open_agency()
    Pool.objects.filter(slug="life").update(method=METHOD)
    roster.changed(roster.pool_subject("life"), at=NOW)
    team = [hire(name, capacity=10) for name in ("Ann", "Bea", "Cal")]

    take(*[{} for _ in range(6)])

    assert [held(each) for each in team] == [2, 2, 2]
