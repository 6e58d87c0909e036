"""The test bench: one lead under several choices of rules, at any instant, without a trace."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps

from accounts.errors import Invalid, Missing
from routing.models import Lead, Person, Pool
from routing.services import bench, choices, deciding, roster
from routing.services.bench import Difference, Moment, Run
from rules_engine import services as rules
from rules_engine.models import RuleSet
from tests.agency import (
    NOW,
    SETUP,
    TODAY,
    a_lead,
    hire,
    make_pool,
    open_agency,
    publish,
    receive,
    receive_lead,
    set_license,
)
from tests.integration.routing.test_waterfall import goes_on

pytestmark = pytest.mark.django_db

SCORE: dict[str, Any] = {"id": "all", "name": "So many points", "add": 75}
GATE: dict[str, Any] = {
    "id": "georgia",
    "name": "No leads from Georgia",
    "when": {"field": "lead.state", "op": "eq", "value": "GA"},
    "effect": "review",
    "reason": "GEORGIA",
}
SPANISH: dict[str, Any] = {
    "id": "spanish",
    "name": "Speaks Spanish",
    "require": {"field": "producer.languages", "op": "contains", "value": "es"},
    "reason": "LANGUAGE",
    "message": "speaks no Spanish",
}


@pytest.fixture(autouse=True)
def agency(db: None) -> None:
    """Open the agency."""
    open_agency()


def tried(*texts: str, at: Any = NOW, now: Any = NOW, **fields: Any) -> Run:
    """Try a made-up lead under these choices."""
    moment = bench.moment_of(at, now=now)
    subject = bench.made_up(fields=a_lead(**fields), source="", moment=moment)
    return bench.run(subject=subject, moment=moment, chosen=list(map(choices.read, texts)))


def draft(slug: str, body: dict[str, Any], stage: str) -> None:
    """Publish a set, then change its draft to this one rule."""
    publish(slug, {**body, "name": "As it was", "active_to": "2020-01-01"}, stage=stage)
    ruleset = RuleSet.objects.get(slug=slug)
    rules.save_rule(rule=ruleset.rules.get(), document=body, actor=SETUP, now=NOW)


def rows() -> dict[str, int]:
    """Return how many rows every table holds."""
    return {model._meta.label: model._default_manager.count() for model in apps.get_models(include_auto_created=True)}


def test_a_draft_and_an_old_version_stand_beside_what_is_live() -> None:
    publish("scores", SCORE, stage="score")
    publish("scores", {**SCORE, "add": 45}, stage="score")
    draft("checks", GATE, "gate")
    hire()

    found = tried("live", "checks=draft", "scores=1")

    assert [column.outcome["status"] for column in found.columns] == ["assigned", "review", "assigned"]
    assert [column.outcome["tier"] for column in found.columns] == ["warm", None, "hot"]
    assert bench.differences(found)[2] == (Difference("score", "45", "75"), Difference("tier", "warm", "hot"))


def test_drafts_of_several_sets_can_be_tried_together() -> None:
    publish("scores", SCORE, stage="score")
    draft("fit", SPANISH, "eligibility")
    make_pool("spanish")
    rules.save_rule(
        rule=RuleSet.objects.get(slug="routes").rules.get(),
        document={"id": "all", "name": "All to Spanish", "route": {"pool": "spanish"}},
        actor=SETUP,
        now=NOW,
    )
    hire("Ana", pool="spanish", languages=["es"])
    hire("Bo", pool="spanish")

    found = tried("live", "routes=draft", "fit=draft,routes=draft")

    names = [[each.name for each in column.decided.considered.eligible] for column in found.columns]
    assert names == [[], ["Ana Park", "Bo Park"], ["Ana Park"]]


def test_the_rules_of_the_moment_are_those_that_were_live() -> None:
    hire()
    publish("checks", GATE)
    later = NOW + timedelta(days=1)

    found = tried("then", "live", at=NOW - timedelta(hours=1), now=later)

    assert [column.outcome["reason"]["code"] for column in found.columns] == ["NO_ROUTE", "GEORGIA"]


def test_the_roster_is_the_one_of_the_instant() -> None:
    kim = hire(expiry_date=TODAY - timedelta(days=1))
    deciding.context()
    set_license(kim, expiry_date=TODAY + timedelta(days=99), now=NOW + timedelta(hours=2))
    later = NOW + timedelta(hours=3)

    assert [
        tried("live", at=at, now=later).columns[0].outcome["status"] for at in (NOW + timedelta(hours=1), later)
    ] == ["fallback", "assigned"]


def test_an_instant_before_the_roster_began_is_said_to_be_one() -> None:
    hire()

    moment = bench.moment_of(NOW - timedelta(days=900), now=NOW)

    assert moment.roster.version == 1
    assert moment.remarks[0].startswith("The instant lies before the roster was first noted")
    assert "2026-11-23 15:00 UTC" in moment.remarks[0]


def test_the_present_needs_no_remark_and_the_future_one() -> None:
    assert bench.moment_of(NOW, now=NOW).remarks == ()
    assert len(bench.moment_of(NOW + timedelta(days=9), now=NOW).remarks) == 1


def test_every_producer_is_told_the_first_blocker_and_the_smallest_change() -> None:
    draft("fit", SPANISH, "eligibility")
    make_pool("other")
    hire("Ana", languages=["es"])
    hire("Bo", expiry_date=TODAY - timedelta(days=1))
    hire("Cai", capacity=0, languages=["es"])
    hire("Dee", pool="other")

    found = tried("live", "fit=draft")
    told = {
        row.producer.name: [(each.first_blocker, each.change.text) for each in row.stood]
        for row in bench.advised(found, bench.rows(found, bench.in_question(found, everyone=True)))
    }

    spanish = "meet “Speaks Spanish”: Languages include “es”"
    renew = "renew the GA license (ended Nov 22, 2026)"
    assert told == {
        "Ana Park": [("", ""), ("", "")],
        "Bo Park": [
            ("license ended Nov 22, 2026", renew),
            ("license ended Nov 22, 2026", f"{renew}; {spanish}"),
        ],
        "Cai Park": [("at capacity", "raise the capacity to 1")] * 2,
        "Dee Park": [
            ("not in the pool", "add to the pool Life"),
            ("speaks no Spanish", f"{spanish}; add to the pool Life"),
        ],
    }


def test_only_those_in_the_pools_asked_are_in_question_unless_everybody_is() -> None:
    make_pool("other")
    kim, lee = hire("Kim"), hire("Lee", pool="other")
    found = tried("live")

    assert [each.id for each in bench.in_question(found, everyone=False)] == [kim.pk]
    assert [each.id for each in bench.in_question(found, everyone=True)] == [kim.pk, lee.pk]


def test_without_a_clear_state_nobody_can_be_asked_about() -> None:
    hire()
    found = tried("live", state="AE")

    assert found.columns[0].outcome["reason"]["code"] == "STATE_UNCLEAR"
    assert bench.rows(found, bench.in_question(found, everyone=True)) == []


def test_a_lead_that_came_in_is_tried_as_it_is_stored() -> None:
    hire()
    answer = receive(premium="1200.00")
    lead = Lead.objects.select_related("person", "source").get(pk=answer.body["id"])

    found = bench.run(
        subject=bench.stored(lead), moment=bench.moment_of(NOW, now=NOW), chosen=[choices.read("live")]
    ).columns[0]

    assert found.outcome["status"] == "assigned"
    assert found.decided.inquiry.facts.raw()["lead.premium"] == 1200


def test_a_lead_that_came_in_meets_the_roster_its_first_decision_saw() -> None:
    kim = hire()
    lead = receive_lead(now=NOW)
    set_license(kim, status="SUSPENDED", now=NOW)  # the same instant, yet after the decision
    deciding.context()

    moment = bench.arrival_of(lead, now=NOW + timedelta(hours=1))

    found = bench.run(subject=bench.stored(lead), moment=moment, chosen=[choices.read("live")])
    assert found.columns[0].outcome["status"] == "assigned"
    assert moment.roster.version == lead.decisions.get().roster_version


def test_a_lead_of_an_erased_person_is_refused() -> None:
    receive()
    Person.objects.all().delete()

    with pytest.raises(Missing):
        bench.stored(Lead.objects.get())


def test_a_run_leaves_no_trace() -> None:
    draft("checks", GATE, "gate")
    hire()
    deciding.context()  # takes in what was set up
    before = rows()

    found = tried("live", "checks=draft", "then")
    bench.advised(found, bench.rows(found, bench.in_question(found, everyone=True)))

    assert rows() == before


def test_a_run_is_the_same_every_time_but_for_the_key_of_the_made_up_lead() -> None:
    draft("checks", GATE, "gate")
    hire("Ana")
    hire("Bo", expiry_date=TODAY)
    moment: Moment = bench.moment_of(NOW, now=NOW)
    subject = bench.made_up(fields=a_lead(), source="", moment=moment)
    chosen = list(map(choices.read, ("live", "checks=draft")))

    first, second = (bench.run(subject=subject, moment=moment, chosen=chosen) for _ in range(2))

    assert bench.differences(first) == bench.differences(second)
    everybody = bench.in_question(first, everyone=True)
    told = [bench.advised(each, bench.rows(each, everybody)) for each in (first, second)]
    assert told[0] == told[1]


@pytest.mark.parametrize(
    ("texts", "refusal"),
    [
        pytest.param(["nothing=draft"], Missing, id="a set that is not there"),
        pytest.param(["routes=99"], Missing, id="a version that is not there"),
        pytest.param(["routes"], Invalid, id="a set without a state"),
        pytest.param(["routes=last"], Invalid, id="a word that is none"),
        pytest.param(["routes=99999999999"], Invalid, id="a number that is none"),
        pytest.param([], Invalid, id="no choice"),
        pytest.param(["live", "then", "routes=1", "routes=draft", "then,routes=1"], Invalid, id="too many choices"),
    ],
)
def test_a_choice_that_means_nothing_is_refused(texts: list[str], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        tried(*texts)


def test_a_draft_with_problems_is_refused_with_them() -> None:
    publish("checks", GATE)
    RuleSet.objects.get(slug="checks").rules.update(body={**GATE, "when": {"field": "lead.shoe_size", "op": "eq"}})

    with pytest.raises(Invalid) as refused:
        tried("checks=draft")

    assert refused.value.problems[0].pointer == "/rules/0/when/field"


@pytest.mark.parametrize("text", ["live", "then", "routes=draft", "fit=2,routes=draft", "then,routes=1"])
def test_a_choice_reads_back_as_it_is_written(text: str) -> None:
    assert str(choices.read(text)) == text


def test_the_members_of_every_pool_on_the_way_are_in_question() -> None:
    make_pool("more")
    goes_on("life", "more")
    hire("Kim", capacity=0)
    hire("Lee", pool="more")
    make_pool("other")
    hire("Mia", pool="other")

    found = tried("live")

    assert [column.pools for column in found.columns] == [("life", "more")]
    assert [each.name for each in bench.in_question(found, everyone=False)] == ["Kim Park", "Lee Park"]
    stood = {
        row.producer.name: (row.stood[0].could_take, row.stood[0].first_blocker)
        for row in bench.rows(found, bench.in_question(found, everyone=True))
    }
    assert stood == {
        "Kim Park": (False, "at capacity"),
        "Lee Park": (True, ""),
        "Mia Park": (False, "not in the pool"),
    }


def test_a_pool_that_was_not_asked_puts_nobody_in_question() -> None:
    make_pool("more")
    goes_on("life", "more")
    hire("Kim")
    hire("Lee", pool="more")
    Pool.objects.filter(slug="life").update(is_active=False)
    roster.changed(roster.pool_subject("life"), at=NOW)

    found = tried("live")

    assert found.columns[0].pools == ("more",)
    assert [each.name for each in bench.in_question(found, everyone=False)] == ["Lee Park"]


def test_whom_the_method_of_a_pool_leaves_out_could_not_take_it() -> None:
    make_pool("more")
    goes_on("life", "more")
    method = {"filters": [{"step": "skill", "needs": [{"skill": "senior"}], "otherwise": "hold"}]}
    Pool.objects.filter(slug="life").update(method=method)
    roster.changed(roster.pool_subject("life"), at=NOW)
    hire("Kim")
    hire("Lee", pool="more")

    found = tried("live")

    told = {
        row.producer.name: (row.stood[0].could_take, row.stood[0].first_blocker)
        for row in bench.rows(found, bench.in_question(found, everyone=False))
    }
    assert found.columns[0].outcome["producer"]["name"] == "Lee Park"
    assert told == {"Kim Park": (False, "lacks a skill it calls for"), "Lee Park": (True, "")}
