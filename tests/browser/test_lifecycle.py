"""A draft is sent back with the keyboard alone."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from accounts.policy import Role
from rules_engine import services as rules
from rules_engine.models import Proposal
from tests.browser.conftest import SignIn
from tests.browser.keyboard import Keyboard
from tests.factories import make_rule_set, make_user
from tests.publishing import penny

WHY = "The bulletin of November closes Alaska."


@pytest.fixture
def olga(transactional_db: None) -> User:
    return make_user(Role.OPERATIONS, username="olga", first_name="Olga", last_name="Ops")


def test_a_draft_is_sent_back_with_the_keyboard_alone(sign_in: SignIn, live_server: LiveServer, olga: User) -> None:
    proposal = rules.submit(ruleset=make_rule_set(), comment=WHY, actor=penny(), now=timezone.now())
    page = sign_in(olga)
    page.goto(f"{live_server.url}/admin/rules_engine/proposal/{proposal.pk}/change/")

    keys = Keyboard(page)
    keys.fill("Comment, or the reason for sending it back", "Alaska stays.")
    keys.follow("Reject")

    expect(page.get_by_text("It is sent back, with your reason.")).to_be_visible()
    assert Proposal.objects.get().review_comment == "Alaska stays."
