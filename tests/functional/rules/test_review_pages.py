"""Two people bring a draft to life through the pages, with scripts off."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.policy import Role
from rules_engine import services as rules
from rules_engine.models import Proposal, RuleSet, Watch
from tests.factories import GATE_RULE, make_rule_set, make_user
from tests.functional.rules.test_rule_pages import changed, manager, published, sent, url

SignIn = Callable[[User], Client]
BAD = {"decisions": 100, "fallback": 40, "unknown": 0, "errors": 0}
GOOD = {"decisions": 200, "fallback": 10, "unknown": 0, "errors": 0}


def evidence(*, stage: str, since: datetime, until: datetime) -> dict[str, int]:
    return GOOD if until - since == timedelta(hours=24) else BAD


@pytest.fixture
def ops(client: Client, db: None) -> Client:
    client.force_login(make_user(Role.OPERATIONS, first_name="Olga", last_name="Ops"))
    return client


@pytest.fixture
def mona(db: None) -> Client:
    client = Client()
    client.force_login(manager())
    return client


@pytest.fixture
def ruleset(db: None) -> RuleSet:
    return make_rule_set()


def text(client: Client, address: str) -> str:
    content: bytes = client.get(address).content
    return content.decode()


def test_the_page_of_a_set_shows_where_its_draft_stands(ops: Client, mona: Client, ruleset: RuleSet) -> None:
    def current() -> object:
        (step,) = [each.label for each in ops.get(here).context["steps"] if each.standing == "current"]
        return step

    here = url("ruleset_change", ruleset.pk)
    stood = [current()]
    proposal = sent(ops, ruleset)
    stood.append(current())
    mona.post(url("proposal_approve", proposal.pk), {"reviewed": proposal.content_hash})
    stood.append(current())
    later = f"{timezone.now() + timedelta(days=2):%Y-%m-%dT%H:%M}"
    ops.post(url("proposal_publish", proposal.pk), {"when": "later", "publish_at": later})
    stood.append(current())
    ops.post(url("proposal_publish", proposal.pk), {"when": "now"})
    stood.append(current())

    assert stood == ["Draft", "In review", "Approved", "Scheduled", "Live"]


def test_what_was_published_before_the_live_version_is_superseded(ops: Client, ruleset: RuleSet) -> None:
    first = published(ops, ruleset).proposal_id
    ops.post(url("rule_change", ruleset.rules.get().pk), {"body": changed(reason="NOT_HERE")})
    second = published(ops, ruleset, "Two.").proposal_id

    stood = [ops.get(url("proposal_change", proposal)).context["steps"][-1].label for proposal in (first, second)]

    assert stood == ["Superseded", "Live"]


def test_the_reviewer_sees_the_sentences_comments_and_gates_and_the_author_no_button(
    ops: Client, mona: Client, ruleset: RuleSet
) -> None:
    published(ops, ruleset)
    ops.post(url("rule_change", ruleset.rules.get().pk), {"body": changed(reason="NOT_HERE")})
    proposal = sent(ops, ruleset, "Renamed.")
    here = url("proposal_change", proposal.pk)
    mona.post(url("proposal_comment", proposal.pk), {"rule": "closed-states", "text": "Why renamed?"})

    seen, own = text(mona, here), text(ops, here)

    assert "<ins>Reject (NOT_HERE) when State is one of Alaska or Hawaii.</ins>" in seen
    assert "Why renamed?" in own
    assert "No replay yet" in seen
    assert ">Approve</button>" in seen
    assert ">Approve</button>" not in own
    assert "You wrote part of it" in own


def test_a_forged_approval_of_ones_own_draft_is_told_on_the_page(ops: Client, ruleset: RuleSet) -> None:
    proposal = sent(ops, ruleset)

    answer = ops.post(url("proposal_approve", proposal.pk), {"reviewed": proposal.content_hash})

    assert "You wrote part of it. Somebody else must approve it." in answer.content.decode()
    assert Proposal.objects.get().state == "IN_REVIEW"


def test_a_rejection_keeps_what_was_typed_until_it_has_a_reason(ops: Client, mona: Client, ruleset: RuleSet) -> None:
    proposal = sent(ops, ruleset)
    empty = mona.post(url("proposal_reject", proposal.pk), {"comment": ""})
    mona.post(url("proposal_reject", proposal.pk), {"comment": "Alaska stays."})

    assert "Say what must change." in empty.content.decode()
    assert Proposal.objects.get().review_comment == "Alaska stays."
    assert "Alaska stays." in text(ops, url("ruleset_change", ruleset.pk))


def test_an_edit_by_the_form_voids_it_and_the_page_says_so(ops: Client, mona: Client, ruleset: RuleSet) -> None:
    proposal = sent(ops, ruleset)
    mona.post(url("proposal_approve", proposal.pk), {"reviewed": proposal.content_hash})

    ops.post(url("rule_change", ruleset.rules.get().pk), {"body": changed(reason="NOT_HERE")})
    answer = ops.post(url("proposal_publish", proposal.pk), {"when": "now"})

    assert "It is not approved: void: the draft was changed." in answer.content.decode()
    assert "The draft was changed after it was sent." in text(ops, url("proposal_change", proposal.pk))
    assert not ruleset.versions.exists()


@pytest.mark.parametrize("instant", ["", "soon", "2026-13-45T99:99", "2000-01-01T00:00"])
def test_an_instant_that_is_none_is_refused(ops: Client, mona: Client, ruleset: RuleSet, instant: str) -> None:
    proposal = sent(ops, ruleset)
    mona.post(url("proposal_approve", proposal.pk), {"reviewed": proposal.content_hash})

    answer = ops.post(url("proposal_publish", proposal.pk), {"when": "later", "publish_at": instant})

    assert "Nothing was changed." in answer.content.decode()
    assert Proposal.objects.get().state == "APPROVED"


def test_what_is_scheduled_is_taken_back(ops: Client, mona: Client, ruleset: RuleSet) -> None:
    proposal = sent(ops, ruleset)
    mona.post(url("proposal_approve", proposal.pk), {"reviewed": proposal.content_hash})
    later = f"{timezone.now() + timedelta(days=2):%Y-%m-%dT%H:%M}"
    ops.post(url("proposal_publish", proposal.pk), {"when": "later", "publish_at": later})
    assert Proposal.objects.get().state == "SCHEDULED"

    ops.post(url("proposal_unschedule", proposal.pk))

    assert Proposal.objects.get().state == "APPROVED"


def test_what_waits_is_on_the_home_page_of_who_can_do_it(ops: Client, mona: Client, ruleset: RuleSet) -> None:
    proposal = sent(ops, ruleset, "Two states less.")
    assert "waits for your review" in text(mona, reverse("admin:index"))
    assert "waits for your review" not in text(ops, reverse("admin:index"))

    mona.post(url("proposal_approve", proposal.pk), {"reviewed": proposal.content_hash})

    assert "can be published" in text(ops, reverse("admin:index"))
    assert "waits for your review" not in text(mona, reverse("admin:index"))


def test_an_alarm_proposes_to_roll_back_and_may_be_answered(
    ops: Client, mona: Client, ruleset: RuleSet, settings: LazySettings
) -> None:
    settings.RULES_EVIDENCE = f"{__name__}.evidence"
    published(ops, ruleset)
    ops.post(url("rule_change", ruleset.rules.get().pk), {"body": changed(reason="NOT_HERE")})
    published(ops, ruleset, "Two.")
    rules.watch_due(now=timezone.now() + timedelta(minutes=20))

    here = url("ruleset_change", ruleset.pk)
    page, home = text(ops, here), text(ops, reverse("admin:index"))
    ops.post(url("watch_keep", Watch.objects.get().pk), {"because": "A storm."})

    assert "Roll back to v1" in page
    assert "40.0% of 100" in page
    assert "comes out worse" in home
    assert "Olga Ops keeps it: “A storm.”" in text(ops, here)


def test_the_list_of_what_was_sent_says_how_it_ended(ops: Client, mona: Client, ruleset: RuleSet) -> None:
    proposal = sent(ops, ruleset, "Two states less.")
    mona.post(url("proposal_reject", proposal.pk), {"comment": "No."})

    page = text(ops, url("proposal_changelist"))

    assert "Two states less." in page
    assert "Rejected" in page
    assert GATE_RULE["name"] not in page
