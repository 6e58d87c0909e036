"""The watch over a new version, over HTTP."""

from datetime import timedelta

import pytest

from accounts.policy import Role
from audit.models import Entry
from rules_engine.models import RuleSet, Watch
from tests.agency import NOW
from tests.factories import make_rule_set
from tests.functional.api.described import DescribedDoor
from tests.functional.api.people import SETS, person
from tests.functional.api.test_rulesets import change
from tests.publishing import publish_draft

WATCH = f"{SETS}intake-checks/watch/"


@pytest.fixture
def olga(db: None) -> DescribedDoor:
    return person(Role.OPERATIONS, "Olga")


@pytest.fixture
def ruleset(db: None) -> RuleSet:
    ruleset = make_rule_set()
    publish_draft(ruleset, now=NOW - timedelta(days=2))
    return ruleset


def test_the_first_version_is_not_watched_and_the_next_one_is(olga: DescribedDoor, ruleset: RuleSet) -> None:
    assert (olga.get(WATCH).status, olga.get(f"{SETS}nowhere/watch/").status) == (404, 404)
    change(ruleset, name="Others")
    publish_draft(ruleset, now=NOW)

    watch = olga.get(WATCH).body

    assert (watch["version"], watch["state"], watch["kept_by"]) == (2, "RUNNING", None)
    assert [count["label"] for count in watch["counts"]] == ["Leads to fallback", "Facts missing", "Errors"]


def test_a_version_is_kept_in_spite_of_its_alarm_once(olga: DescribedDoor, ruleset: RuleSet) -> None:
    change(ruleset, name="Others")
    publish_draft(ruleset, now=NOW)
    calm = olga.post(f"{WATCH}keep/", {"because": "It is as we meant it."})
    assert (calm.status, calm.code) == (409, "watch.not_alarmed")
    Watch.objects.update(state=Watch.State.ALARMED)

    assert person(Role.AUDITOR, "Audrey").post(f"{WATCH}keep/", {"because": "x"}).status == 403
    assert olga.post(f"{WATCH}keep/", {"because": ""}).status == 400
    assert not Entry.objects.filter(action="rule_set.kept").exists()
    kept = olga.post(f"{WATCH}keep/", {"because": "It is as we meant it."})

    assert (kept.body["state"], kept.body["kept_by"], kept.body["kept_because"]) == (
        "KEPT",
        "Olga Ops",
        "It is as we meant it.",
    )
    assert Entry.objects.filter(action="rule_set.kept").count() == 1
