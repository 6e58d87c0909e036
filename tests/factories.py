"""Builders of rows, valid by default: plain functions, each argument a field that matters to the test."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from accounts.models import User
from accounts.policy import Role
from rules_engine.models import Rule, RuleSet


def make_user(role: Role = Role.OPERATIONS, **fields: Any) -> User:
    """Return a person of the role, who can sign in with "correct horse battery"."""
    username = str(fields.pop("username", role.value.lower()))
    return User.objects.create_user(username=username, password="correct horse battery", role=role.value, **fields)


GATE_RULE: Final[Mapping[str, Any]] = {
    "id": "closed-states",
    "name": "We do not work in these states",
    "when": {"field": "lead.state", "op": "in", "value": ["AK", "HI"]},
    "effect": "reject",
    "reason": "STATE_CLOSED",
    "examples": [{"facts": {"lead.state": "AK"}, "at": "2026-06-01T12:00:00Z", "expect": "reject"}],
}


def make_rule_set(
    slug: str = "intake-checks", rules: Sequence[Mapping[str, Any]] = (GATE_RULE,), **fields: Any
) -> RuleSet:
    """Return a set whose draft holds these rules; a gate unless told otherwise."""
    ruleset = RuleSet.objects.create(
        slug=slug, **{"name": slug.replace("-", " ").capitalize(), "stage": "gate", **fields}
    )
    for position, body in enumerate(rules):
        Rule.objects.create(ruleset=ruleset, rule_id=body["id"], position=position, name=body["name"], body=dict(body))
    return ruleset
