"""The published description of the API: whole, valid, and naming every call people build on."""

import json
import re
from io import StringIO

from django.core.management import call_command

METHODS = {"get", "post", "put", "patch", "delete"}
PROMISED = {
    "/api/v1/leads/",
    "/api/v1/leads/{id}/",
    "/api/v1/leads/{id}/timeline/",
    "/api/v1/leads/{id}/accept/",
    "/api/v1/leads/{id}/decline/",
    "/api/v1/leads/{id}/touch/",
    "/api/v1/leads/{id}/dispose/",
    "/api/v1/decisions/{id}/",
    "/api/v1/decisions/{id}/producers/{producer_id}/",
    "/api/v1/decide/",
    "/api/v1/fallback/",
    "/api/v1/fallback/{id}/claim/",
    "/api/v1/fallback/{id}/assign/",
    "/api/v1/fallback/{id}/resolve/",
    "/api/v1/producers/{id}/authority/",
    "/api/v1/licenses/events/",
    "/api/v1/rulesets/",
    "/api/v1/rulesets/{slug}/versions/",
    "/api/v1/rulesets/{slug}/validate/",
    "/api/v1/rulesets/{slug}/lint/",
    "/api/v1/rulesets/{slug}/publish/",
    "/api/v1/rulesets/{slug}/rollback/",
    "/api/v1/rulesets/{slug}/simulate/",
    "/api/v1/rulesets/{slug}/draft/",
    "/api/v1/rulesets/{slug}/rules/",
    "/api/v1/rulesets/{slug}/rules/{rule_id}/",
    "/api/v1/rulesets/{slug}/export/",
    "/api/v1/rulesets/{slug}/import/",
    "/api/v1/rulesets/{slug}/import/preview/",
    "/api/v1/lists/",
    "/api/v1/lists/{slug}/",
    "/api/v1/bench/cases/",
    "/api/v1/bench/cases/{id}/",
}


def test_the_description_is_valid_and_generated_without_a_warning() -> None:
    out = StringIO()

    call_command("spectacular", "--validate", "--fail-on-warn", "--format", "openapi-json", stdout=out)

    described = json.loads(out.getvalue())
    assert described["openapi"] == "3.1.0"
    assert set(described["paths"]) >= PROMISED


def test_the_intake_tells_of_every_answer_it_gives() -> None:
    out = StringIO()

    call_command("spectacular", "--format", "openapi-json", stdout=out)

    intake = json.loads(out.getvalue())["paths"]["/api/v1/leads/"]["post"]
    assert set(intake["responses"]) == {"200", "201", "202", "400", "409"}
    assert {each["name"] for each in intake["parameters"]} == {"Idempotency-Key"}


def test_every_call_about_rules_says_what_it_answers_and_how_it_refuses() -> None:
    out = StringIO()

    call_command("spectacular", "--format", "openapi-json", stdout=out)

    about_rules = re.compile("/api/v1/(bench|law|lists|packs|rehearsals|rulesets|shadows)/")
    silent = [
        (method, path)
        for path, operations in json.loads(out.getvalue())["paths"].items()
        for method, operation in operations.items()
        if about_rules.match(path) and not (method in METHODS and "403" in operation["responses"])
    ]
    assert silent == []
