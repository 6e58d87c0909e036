"""What lint finds in a draft, as people read it: by how much it matters, with links and a lead in words."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.policy import Role
from rules_engine.engine.catalog import Catalog
from rules_engine.engine.lint import Finding
from rules_engine.engine.nodes import RuleSetTree
from rules_engine.services import linting
from tests.factories import GATE_RULE, make_rule_set, make_user

pytestmark = pytest.mark.django_db

FL = {"field": "lead.state", "op": "eq", "value": "FL"}
GA = {"field": "lead.state", "op": "eq", "value": "GA"}
NEVER = {**GATE_RULE, "id": "never", "name": "Two states", "when": {"all": [FL, GA]}}
WIDE = {**GATE_RULE, "id": "wide", "name": "Florida", "when": FL}
NARROW = {
    **GATE_RULE,
    "id": "narrow",
    "name": "Young Florida",
    "when": {"all": [FL, {"field": "lead.age", "op": "lt", "value": 30}]},
}


@pytest.fixture
def auditor(client: Client) -> Client:
    client.force_login(make_user(Role.AUDITOR))
    return client


def test_the_page_groups_findings_with_links_to_the_rules_and_a_lead_in_words(auditor: Client) -> None:
    ruleset = make_rule_set(rules=[NEVER, WIDE, NARROW])
    page = auditor.get(reverse("admin:rules_engine_ruleset_lint", args=[ruleset.pk])).content.decode()

    narrow = ruleset.rules.get(rule_id="narrow")
    assert page.index("Rules that can never hold") < page.index("Rules that add nothing to another")
    assert "“State is Florida” and “State is Georgia” cannot hold together." in page
    assert f'href="{reverse("admin:rules_engine_rule_change", args=[narrow.pk])}"' in page
    assert "<dt>State</dt><dd>Florida</dd>" in page
    assert "<dt>Age</dt><dd>29</dd>" in page


def test_the_set_shows_how_many_there_are(auditor: Client) -> None:
    ruleset = make_rule_set(rules=[NEVER, WIDE, NARROW])
    sound = make_rule_set("sound", rules=[WIDE])

    counts = [
        auditor.get(reverse("admin:rules_engine_ruleset_lint_count", args=[each.pk])) for each in (ruleset, sound)
    ]

    assert "Findings: 1 broken, 1 likely wrong" in counts[0].content.decode()
    assert "Findings: none" in counts[1].content.decode()


def test_the_page_of_a_set_does_not_wait_for_lint(auditor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[object] = []

    def noted(tree: RuleSetTree, _catalog: Catalog) -> tuple[Finding, ...]:
        judged.append(tree)
        return ()

    monkeypatch.setattr(linting, "lint", noted)
    ruleset = make_rule_set(rules=[{**NEVER, "name": "Judged after the page"}])

    page = auditor.get(reverse("admin:rules_engine_ruleset_change", args=[ruleset.pk])).content.decode()
    assert judged == []
    assert f'href="{reverse("admin:rules_engine_ruleset_lint", args=[ruleset.pk])}"' in page
    assert f'hx-get="{reverse("admin:rules_engine_ruleset_lint_count", args=[ruleset.pk])}"' in page

    auditor.get(reverse("admin:rules_engine_ruleset_lint_count", args=[ruleset.pk]))
    assert len(judged) == 1


def test_a_sound_draft_is_told_so(auditor: Client) -> None:
    page = auditor.get(reverse("admin:rules_engine_ruleset_lint", args=[make_rule_set(rules=[WIDE]).pk]))

    assert "Every rule can hold" in page.content.decode()


def test_nobody_without_the_right_to_see_rules_sees_it(client: Client) -> None:
    client.force_login(make_user(Role.PRODUCER))

    ruleset = make_rule_set()
    for name in ("lint", "lint_count"):
        assert client.get(reverse(f"admin:rules_engine_ruleset_{name}", args=[ruleset.pk])).status_code == 403
