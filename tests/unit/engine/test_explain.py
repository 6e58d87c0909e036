"""Rules and traces in plain English."""

from zoneinfo import ZoneInfo

import pytest

from rules_engine.engine.evaluate import trace
from rules_engine.engine.explain import explain_condition, explain_rule, explain_trace
from rules_engine.engine.parse import parse_condition, parse_rule
from tests.unit.engine.vocabulary import CATALOG, NOW, leaf, make_rule

FLORIDA = leaf("lead.state", "eq", "FL")
OLD = leaf("lead.age", "gt", 85)
AUTHORITY = leaf("producer.authorities", "contains", key=[{"ref": "lead.state"}, {"value": "LIFE"}])
OWN_AUTHORITY = leaf("producer.authorities", "contains", key=[{"ref": "lead.state"}, {"ref": "lead.line"}])
WISH: dict[str, object] = {"require": None, "reason": None, "prefer": leaf("producer.years", "gte", 5), "weight": 1.5}

CONDITIONS = [
    (FLORIDA, "state is Florida"),
    (leaf("lead.state", "in", ["FL", "TX", "NY"]), "state is one of Florida, Texas or New York"),
    (leaf("lead.state", "eq", ref="lead.home_state"), "state is home state"),
    (leaf("lead.premium", "gte", "1200.50"), "premium is at least $1,200.50"),
    (leaf("lead.premium", "lt", "-3000.125"), "premium is less than -$3,000.125"),
    (leaf("lead.age", "between", [18, 65]), "age is between 18 and 65"),
    (leaf("lead.has_consent", "eq", False), "consent is no"),
    (leaf("lead.birth_date", "lt", "1961-03-01"), "birth date is before Mar 1, 1961"),
    (leaf("lead.received_at", "gte", "2026-11-21T10:00:00-05:00"),
     "time of receipt is no earlier than Nov 21, 2026, 15:00 UTC"),
    (leaf("lead.received_at", "within_days", 90), "time of receipt is within the last 90 days"),
    (leaf("lead.birth_date", "older_than_days", 30), "birth date is more than 30 days ago"),
    (leaf("now.local_time", "between", ["21:00", "08:00"]), "local time is between 21:00 and 08:00"),
    (leaf("lead.languages", "contains_any", ["es", "pt"]), "languages include any of “es” or “pt”"),
    (leaf("lead.email", "is_missing"), "e-mail is missing"),
    (AUTHORITY, "producer's authorities the lead’s state and “LIFE”"),
    (OWN_AUTHORITY, "producer's authorities the lead’s state and line"),
    ({**AUTHORITY, "op": "not_contains"}, "not producer's authorities the lead’s state and “LIFE”"),
    ({"all": [FLORIDA, {"any": [OLD, {"not": OLD}]}]},
     "state is Florida and (age is more than 85 or (it is not so that age is more than 85))"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "words"), CONDITIONS, ids=[words for _, words in CONDITIONS])
def test_conditions_read_as_clauses(document: object, words: str) -> None:
    condition = parse_condition(document, CATALOG).condition

    assert condition is not None
    assert explain_condition(condition, CATALOG) == words


def test_muted_conditions_say_so() -> None:
    condition = parse_condition({"any": [FLORIDA | {"muted": True}, OLD]}, CATALOG, draft=True).condition

    assert condition is not None
    assert explain_condition(condition, CATALOG) == "state is Florida [muted] or age is more than 85"


RULES = [
    ("gate", {"when": OLD, "message": "Call a manager."},
     "Reject (CLOSED) when age is more than 85, saying “Call a manager”."),
    ("gate", {"effect": "warn", "reason": None}, "Warn always."),
    ("gate", {"effect": "require", "needs": ["consent", "birth date"], "when": OLD},
     "Require consent and birth date (CLOSED) when age is more than 85."),
    ("score", {"when": FLORIDA}, "Add 10 points when state is Florida."),
    ("score", {"add": -1}, "Take off 1 point always."),
    ("route", {"route": {"pool": "seniors", "tier": "hot", "strategy": "weighted"}, "when": OLD},
     "Send to seniors as hot by weighted when age is more than 85."),
    ("eligibility", {"when": FLORIDA},
     "When state is Florida, exclude producers unless producer's languages include “es” (NO_SPANISH)."),
    ("eligibility", WISH, "Always, prefer producers by 1.5 if producer's years of practice is at least 5."),
    ("gate", {"active_from": "2026-01-01", "active_to": "2027-01-01", "status": "provisional"},
     "Reject (CLOSED) always, from Jan 1, 2026, until the day before Jan 1, 2027; "
     "provisional, so it decides nothing yet."),
]  # fmt: skip


@pytest.mark.parametrize(("stage", "changes", "words"), RULES, ids=[words for *_, words in RULES])
def test_rules_read_as_one_sentence(stage: str, changes: dict[str, object], words: str) -> None:
    rule = parse_rule(make_rule(stage, **changes), stage, CATALOG).rule

    assert rule is not None
    assert explain_rule(rule, CATALOG) == words


TRACES = [
    (FLORIDA, {"lead.state": "FL"}, "Yes: state is Florida (Florida: yes)."),
    (FLORIDA, {"lead.state": "PR"}, "No: state is Florida (“PR”: no)."),
    (FLORIDA, {}, "Not known: state is Florida (not known without state)."),
    (leaf("lead.email", "is_missing"), {}, "Yes: e-mail is missing (yes)."),
    (leaf("lead.languages", "contains", "es"), {"lead.languages": []}, "No: languages include “es” (none: no)."),
    (AUTHORITY, {"producer.authorities": [["FL", "LIFE"]]},
     "Not known: producer's authorities the lead’s state and “LIFE” (not known without state)."),
    ({"any": [FLORIDA, {"not": OLD}]}, {"lead.state": "TX", "lead.age": 40},
     "Yes: state is Florida (Texas: no) or (it is not so that age is more than 85 (40: no))."),
]  # fmt: skip


@pytest.mark.parametrize(("document", "raw", "words"), TRACES, ids=[words for *_, words in TRACES])
def test_traces_read_as_the_sentence_with_the_values_in_it(
    document: object, raw: dict[str, object], words: str
) -> None:
    condition = parse_condition(document, CATALOG).condition
    assert condition is not None

    seen = trace(condition, CATALOG.facts(raw), NOW, ZoneInfo("UTC"))

    assert explain_trace(seen, CATALOG) == words


def test_a_trace_is_json_with_the_condition_the_value_and_the_verdict() -> None:
    condition = parse_condition({"all": [AUTHORITY, {"not": OLD}]}, CATALOG).condition
    assert condition is not None
    facts = CATALOG.facts({"producer.authorities": [["FL", "LIFE"]], "lead.state": "FL"})

    seen = trace(condition, facts, NOW, ZoneInfo("UTC"))

    assert seen.as_dict() == {
        "all": [
            AUTHORITY | {"seen": [["FL", "LIFE"]], "compared": ["FL"], "verdict": "TRUE"},
            {"not": OLD | {"seen": None, "verdict": "UNKNOWN"}, "verdict": "UNKNOWN"},
        ],
        "verdict": "UNKNOWN",
    }
    assert seen.missing == ("lead.age",)
