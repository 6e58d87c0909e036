"""Publishing as it is done: one person sends the draft, another approves it."""

from datetime import datetime

from accounts.actor import Actor
from accounts.models import User
from accounts.policy import Role
from rules_engine import services as rules
from rules_engine.models import Proposal, RuleSet, RuleSetVersion
from tests.factories import make_user


def publish_draft(
    ruleset: RuleSet, *, now: datetime, comment: str = "For the test.", author: Actor | None = None
) -> RuleSetVersion:
    """Publish the draft: Penny sends it, unless somebody else does, and Quinn approves."""
    author = author or penny()
    return rules.publish(proposal=approved(ruleset, now=now, comment=comment, author=author), actor=author, now=now)


def approved(
    ruleset: RuleSet, *, now: datetime, comment: str = "For the test.", author: Actor | None = None
) -> Proposal:
    """Return the draft as it was sent, approved by Quinn."""
    proposal = rules.submit(ruleset=ruleset, comment=comment, actor=author or penny(), now=now)
    return rules.approve(proposal=proposal, actor=quinn(), now=now)


def penny() -> Actor:
    """Return who sends drafts, as an actor."""
    return _person("penny", "Penny", "Wells")


def quinn() -> Actor:
    """Return who approves them, as an actor."""
    return _person("quinn", "Quinn", "Abbott")


def _person(username: str, first_name: str, last_name: str) -> Actor:
    found = User.objects.filter(username=username).first()
    named = {"username": username, "first_name": first_name, "last_name": last_name}
    return (found or make_user(Role.OPERATIONS, **named)).actor()
