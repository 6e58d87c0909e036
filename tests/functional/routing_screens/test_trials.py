"""Rehearsals and shadows on their pages, with scripts off: forms, lists, results, and who may what."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.policy import Role
from routing.models import Rehearsal, Shadow
from routing.queries import stretches
from routing.services import rehearsing, shadowing
from rules_engine.models import Rule, RuleSet
from tests.agency import NOW, hire, lead_of, open_agency, publish, receive
from tests.factories import make_user
from tests.integration.routing.test_rehearsing import SAY_SO, STRICTER

pytestmark = pytest.mark.django_db
REHEARSALS, SHADOWS = "/admin/routing/rehearsal/", "/admin/routing/shadow/"


@pytest.fixture
def ops(client: Client) -> Client:
    """Return operations, at an agency with three recent decisions, one of which the stricter draft would move."""
    open_agency()
    publish("checks", SAY_SO, stage="gate")
    hire("Kim", capacity=100)
    Rule.objects.filter(ruleset=RuleSet.objects.get(slug="checks")).update(body=STRICTER)
    for born in ("1955-05-05", "1985-05-05", "1986-05-05"):
        receive(birth_date=born, now=timezone.now() - timedelta(hours=1))
    client.force_login(make_user(Role.OPERATIONS))
    return client


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def rehearsed(client: Client, **fields: object) -> Rehearsal:
    client.post(f"{REHEARSALS}new/", {"rule_set": "checks", "days": 7, **fields})
    return Rehearsal.objects.get()


def test_a_draft_is_rehearsed_from_the_page_of_its_set(ops: Client) -> None:
    ruleset = RuleSet.objects.get(slug="checks")
    assert f"{REHEARSALS}new/?rule_set=checks" in text(ops, f"/admin/rules_engine/ruleset/{ruleset.pk}/change/")
    assert '<option value="checks" selected>' in text(ops, f"{REHEARSALS}new/?rule_set=checks")

    answer = ops.post(f"{REHEARSALS}new/", {"rule_set": "checks", "days": 7, "sample": "", "version": ""})

    asked = Rehearsal.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{REHEARSALS}{asked.pk}/change/")
    assert (asked.rule_set, asked.version, asked.sample, asked.until - asked.since) == (
        "checks",
        None,
        None,
        timedelta(days=7),
    )


def test_while_it_runs_its_page_shows_how_far_it_is_and_asks_again_by_itself(ops: Client) -> None:
    page = f"{REHEARSALS}{rehearsed(ops).pk}/change/"

    whole, part = text(ops, page), ops.get(page, headers={"HX-Request": "true"}).content.decode()

    assert 'hx-trigger="every 2s"' in whole
    assert "Waiting for a worker" in whole
    assert "Cancel the rehearsal" in part
    assert part.lstrip().startswith('<div id="rehearsal"')
    assert "<html" not in part


def test_once_done_it_shows_what_moves_with_why_and_the_shares(ops: Client) -> None:
    rehearsal = rehearsed(ops)
    rehearsing.work(now=timezone.now())

    page = text(ops, f"{REHEARSALS}{rehearsal.pk}/change/")

    assert "hx-trigger" not in page
    assert "“Old people” now sends it to review." in page
    assert "33.3% of them" in page
    move = rehearsal.moves.get()
    assert f"/admin/routing/lead/{move.lead_id}/change/" in page
    assert f"/admin/routing/decision/{move.decision_id}/change/" in page
    for heading in ("Where leads go", "SLA tiers", "Why leads go to nobody", "Leads by producer", "By state"):
        assert f">{heading}</h2>" in page
    assert "How to read this" in page
    assert "edited since" not in page


def test_the_list_is_narrowed_by_kind_and_turned_by_page(ops: Client) -> None:
    for _ in range(20):
        receive(birth_date="1950-05-05", now=timezone.now() - timedelta(hours=1))
    rehearsal = rehearsed(ops)
    rehearsing.work(now=timezone.now())
    page = f"{REHEARSALS}{rehearsal.pk}/change/"
    rehearsal.moves.filter(pk=rehearsal.moves.first().pk).update(kind="QUEUE")  # type: ignore[union-attr]  # there are some

    assert "Page 1 of 2" in text(ops, page)
    assert "Page 2 of 2" in text(ops, f"{page}?kind=STOPPED&page=2")
    assert text(ops, f"{page}?kind=QUEUE").count("now sends it to review.") == 1
    assert "Page 1 of 2" in text(ops, f"{page}?kind=NONSENSE&page=x")


def test_a_draft_edited_since_is_said(ops: Client) -> None:
    rehearsal = rehearsed(ops)
    Rule.objects.filter(rule_id="old").update(body=SAY_SO)

    assert "The draft has been edited since" in text(ops, f"{REHEARSALS}{rehearsal.pk}/change/")


def test_it_is_cancelled_by_a_button_and_a_second_press_is_told(ops: Client) -> None:
    rehearsal = rehearsed(ops)
    cancel = f"{REHEARSALS}{rehearsal.pk}/cancel/"

    first, second = ops.post(cancel, follow=True), ops.post(cancel, follow=True)

    assert "was cancelled" in first.content.decode()
    assert "This rehearsal is over" in second.content.decode()
    assert Rehearsal.objects.get().state == "CANCELLED"
    assert ops.get(cancel).status_code == 405


def test_a_cancelled_one_shows_what_it_found_until_then(ops: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stretches, "CHUNK", 2)
    rehearsal = rehearsed(ops)
    rehearsing.work(now=timezone.now(), seconds=0)

    page = ops.post(f"{REHEARSALS}{rehearsal.pk}/cancel/", follow=True).content.decode()

    assert "2 of 3 decisions replayed" in page
    assert "about the decisions it was through with" in page
    assert ">Where leads go</h2>" in page


@pytest.mark.parametrize(
    ("path", "fields", "told"),
    [
        (REHEARSALS, {"rule_set": "checks", "days": 0}, "greater than or equal to 1"),
        (REHEARSALS, {"rule_set": "nothing", "days": 7}, "Select a valid choice"),
        (REHEARSALS, {"rule_set": "checks", "days": 7, "sample": "many"}, "Enter a whole number"),
        (SHADOWS, {"rule_set": "checks", "hours": 99_999}, "less than or equal to"),
    ],
)
def test_what_makes_no_sense_is_told_at_its_field(ops: Client, path: str, fields: dict[str, object], told: str) -> None:
    page = ops.post(f"{path}new/", fields).content.decode()

    assert told in page
    assert (Rehearsal.objects.count(), Shadow.objects.count()) == (0, 0)


def test_unsound_rules_are_told_with_their_problems(ops: Client) -> None:
    Rule.objects.filter(rule_id="old").update(body={**STRICTER, "when": {"any": []}})

    for path, fields in ((REHEARSALS, {"days": 7}), (SHADOWS, {"hours": 2})):
        page = ops.post(f"{path}new/", {"rule_set": "checks", **fields}).content.decode()
        assert "fl-errors" in page
    assert (Rehearsal.objects.count(), Shadow.objects.count()) == (0, 0)


def test_a_shadow_is_started_read_and_ended(ops: Client) -> None:
    answer = ops.post(f"{SHADOWS}new/", {"rule_set": "checks", "hours": 2})
    shadow = Shadow.objects.get()
    page = f"{SHADOWS}{shadow.pk}/change/"
    assert answer.headers["Location"] == page
    assert "No lead has come since it began." in text(ops, page)

    for born in ("1955-05-05", "1985-05-05"):
        decision = lead_of(receive(birth_date=born, now=timezone.now())).decision_id
        assert decision is not None
        shadowing.follow(decision_id=decision)

    told = text(ops, page)
    assert "50.0%" in told
    assert "“Old people” now sends it to review." in told
    for heading in ("By state", "By line", "By SLA tier"):
        assert f">{heading}</h2>" in told
    assert "has ended" in ops.post(f"{SHADOWS}{shadow.pk}/cancel/", follow=True).content.decode()
    assert Shadow.objects.get().state == "CANCELLED"


@pytest.mark.parametrize("path", [REHEARSALS, SHADOWS], ids=["rehearsals", "shadows"])
def test_the_list_counts_every_trial_of_its_page_in_one_statement(ops: Client, path: str) -> None:
    asked = {"rule_set": "checks", "days": 7, "hours": 2}
    ops.post(f"{path}new/", asked)
    few = statements(ops, path)
    ops.post(f"{path}new/", asked)
    ops.post(f"{path}new/", asked)

    assert statements(ops, path) == few


def statements(client: Client, path: str) -> int:
    """Return how many statements a page takes."""
    with CaptureQueriesContext(connection) as sent:
        text(client, path)
    return len(sent)


def test_the_lists_show_how_far_each_trial_is(ops: Client) -> None:
    rehearsed(ops)
    rehearsing.work(now=timezone.now())
    ops.post(f"{REHEARSALS}new/", {"rule_set": "checks", "days": 7})
    ops.post(f"{SHADOWS}new/", {"rule_set": "checks", "hours": 2})
    for born in ("1955-05-05", "1985-05-05"):
        decision = lead_of(receive(birth_date=born, now=timezone.now())).decision_id
        assert decision is not None
        shadowing.follow(decision_id=decision)
    ops.post(f"{SHADOWS}new/", {"rule_set": "checks", "hours": 2})

    assert numbers(ops, REHEARSALS) == ["–", "0", "3", "1"]
    assert numbers(ops, SHADOWS) == ["0", "0", "2", "1"]


def numbers(client: Client, path: str) -> list[str]:
    """Return the cells of numbers of a list, row by row."""
    return re.findall(r'<td class="fl-num">(.*?)</td>', text(client, path))


def test_whoever_may_look_sees_them_and_starts_none(ops: Client) -> None:
    rehearsal = rehearsed(ops)
    shadow = shadowing.start(
        ruleset=RuleSet.objects.get(slug="checks"), hours=1, actor=make_user(username="o2").actor(), now=NOW
    )
    auditor, producer = Client(), Client()
    auditor.force_login(make_user(Role.AUDITOR))
    producer.force_login(make_user(Role.PRODUCER))
    reads = [REHEARSALS, SHADOWS, f"{REHEARSALS}{rehearsal.pk}/change/", f"{SHADOWS}{shadow.pk}/change/"]
    writes = [
        f"{REHEARSALS}new/",
        f"{SHADOWS}new/",
        f"{REHEARSALS}{rehearsal.pk}/cancel/",
        f"{SHADOWS}{shadow.pk}/cancel/",
    ]

    assert [auditor.get(path).status_code for path in reads] == [200] * 4
    assert [producer.get(path).status_code for path in reads] == [403] * 4
    assert [each.post(path).status_code for each in (auditor, producer) for path in writes] == [403] * 8
    assert "Cancel the rehearsal" not in text(auditor, reads[2])
    assert "End it now" not in text(auditor, reads[3])
    assert (Rehearsal.objects.get().state, Shadow.objects.get().state) == ("WAITING", "RUNNING")


def test_an_id_that_is_none_is_not_found(ops: Client) -> None:
    nothing = "00000000-0000-7000-8000-000000000000"

    assert [ops.get(f"{path}{pk}/change/").status_code for path in (REHEARSALS, SHADOWS) for pk in ("x", nothing)] == [
        404
    ] * 4
