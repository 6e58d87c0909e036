"""What the tests of the rule builder share: opening a rule, and reading what would be saved."""

import json
from typing import Any

from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from rules_engine.models import Rule


def open_rule(page: Page, server: LiveServer, rule_id: str) -> None:
    """Open a rule in the builder, and wait for what the server says of it."""
    rule = Rule.objects.get(rule_id=rule_id)
    page.goto(f"{server.url}/admin/rules_engine/rule/{rule.pk}/change/")
    expect(page.locator("[data-problems]")).not_to_be_empty()


def document(page: Page) -> Any:
    """Return what would be saved."""
    return json.loads(page.locator("#body").input_value())
