"""The policy table: who may what, and that it says what the issue of roles says."""

import pytest
from django.test import RequestFactory
from rest_framework.request import Request

from accounts.actor import Actor, ActorKind, system
from accounts.api import Allows, DenyUnlessDeclared
from accounts.errors import Forbidden
from accounts.policy import HARMLESS, POLICY, VIEW_ALL, Role, allows, may_change_anything, require


def actor(role: Role) -> Actor:
    """Return somebody with this role."""
    return Actor(ActorKind.USER, "1", "Somebody", POLICY[role])


def test_an_auditor_reads_all_and_changes_nothing() -> None:
    assert POLICY[Role.AUDITOR] == VIEW_ALL | HARMLESS
    assert all(permission.endswith(".view") for permission in POLICY[Role.AUDITOR] - HARMLESS)
    assert not may_change_anything(actor(Role.AUDITOR))


def test_a_producer_reaches_only_what_is_his_own() -> None:
    assert all(permission.endswith("_own") for permission in POLICY[Role.PRODUCER])


@pytest.mark.parametrize("permission", ["people.edit", "sources.edit", "setup.edit"])
def test_administration_is_for_administrators(permission: str) -> None:
    assert [role for role in Role if permission in POLICY[role]] == [Role.ADMINISTRATOR]


@pytest.mark.parametrize("permission", ["rules.edit", "rules.confirm", "rules.publish", "rules.rollback"])
def test_managers_and_auditors_do_not_change_rules(permission: str) -> None:
    assert [role for role in Role if permission in POLICY[role]] == [Role.OPERATIONS, Role.ADMINISTRATOR]


def test_whoever_runs_the_agency_may_be_the_second_person() -> None:
    approvers = [role for role in Role if "rules.approve" in POLICY[role]]

    assert approvers == [Role.OPERATIONS, Role.MANAGER, Role.ADMINISTRATOR]


def test_nobody_edits_the_ledger() -> None:
    assert not any("audit.edit" in permissions for permissions in POLICY.values())


def test_the_system_may_all_and_a_refusal_names_the_permission() -> None:
    assert allows(system("sweep"), "rules.publish")
    with pytest.raises(Forbidden, match=r"Somebody may not do this: it takes the permission rules\.publish\."):
        require(actor(Role.AUDITOR), "rules.publish")


class Caller:
    """Somebody behind an API request."""

    is_authenticated = True

    def __init__(self, role: Role) -> None:
        self.role = role

    def actor(self) -> Actor:
        """Name the actor."""
        return actor(self.role)


def asks(permission: Allows, role: Role, method: str) -> bool:
    """Say whether somebody with this role gets in by this method."""
    request = Request(RequestFactory().generic(method, "/"))
    request.user = Caller(role)  # type: ignore[assignment]  # as an API authentication does
    return permission().has_permission(request, None)


@pytest.mark.parametrize(
    ("permission", "role", "method", "is_let_in"),
    [
        (Allows("rules.publish"), Role.OPERATIONS, "POST", True),
        (Allows("rules.publish"), Role.AUDITOR, "GET", False),
        (Allows(read="rules.view", write="rules.edit"), Role.AUDITOR, "GET", True),
        (Allows(read="rules.view", write="rules.edit"), Role.AUDITOR, "DELETE", False),
        (Allows(read="rules.view", write="rules.edit"), Role.OPERATIONS, "PATCH", True),
        (Allows(read="rules.view"), Role.ADMINISTRATOR, "POST", False),
        (Allows(write="rules.edit"), Role.ADMINISTRATOR, "GET", False),
    ],
)
def test_an_api_view_names_what_reading_and_writing_take(
    permission: Allows, role: Role, method: str, is_let_in: bool
) -> None:
    assert asks(permission, role, method) is is_let_in


def test_a_view_that_declares_nothing_is_shut() -> None:
    assert not DenyUnlessDeclared().has_permission(Request(RequestFactory().get("/")), None)
