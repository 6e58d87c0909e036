"""The services of lead sources: settings, the key seen once, a lead to try."""

from typing import Any, Final

import pytest

from accounts.errors import Forbidden, Invalid
from accounts.policy import Role
from audit.models import Entry
from routing.models import Decision, IntakeRecord, Lead, LeadSource
from routing.models.source import DEFAULT_SCOPES, hash_key
from routing.services import roster, sources
from tests.integration.routing_setup.cast import NOON, make_actor, make_source

pytestmark = pytest.mark.django_db

SOUND: Final = {"slug": "web", "name": "Web", "scopes": DEFAULT_SCOPES}


def test_a_key_is_returned_once_and_kept_as_a_hash() -> None:
    actor, source = make_actor(Role.ADMINISTRATOR), make_source()

    key = sources.issue_source_key(source=source, actor=actor, now=NOON)

    source.refresh_from_db()
    entry = Entry.objects.get()
    assert (source.key_prefix, source.key_hash) == (key[:8], hash_key(key))
    assert (entry.action, entry.detail) == ("source.key_issued", {"prefix": key[:8], "replaced": ""})
    history: Any = LeadSource.history
    assert key not in str(list(history.values()))


def test_a_new_key_ends_the_one_before() -> None:
    actor, source = make_actor(Role.ADMINISTRATOR), make_source()
    first = sources.issue_source_key(source=source, actor=actor, now=NOON)

    sources.issue_source_key(source=source, actor=actor, now=NOON)

    assert not LeadSource.objects.filter(key_hash=hash_key(first)).exists()


def test_leads_entered_by_hand_need_no_key() -> None:
    actor, source = make_actor(Role.ADMINISTRATOR), make_source("manual")

    with pytest.raises(sources.NoKeyNeeded):
        sources.issue_source_key(source=source, actor=actor, now=NOON)

    assert (LeadSource.objects.get().key_hash, Entry.objects.count()) == ("", 0)


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"scopes": []}, "/scopes"),
        ({"scopes": ["leads:write", "rules:publish"]}, "/scopes"),
        ({"required_fields": ["email", "shoe_size"]}, "/required_fields"),
        ({"duplicate_window_days": 29}, "/duplicate_window_days"),
        ({"duplicate_window_days": 91}, "/duplicate_window_days"),
        ({"name": ""}, "/name"),
        ({"slug": "a b"}, "/slug"),
        ({"slug": "phone"}, "/slug"),
    ],
    ids=[
        "no scope",
        "no such scope",
        "no such field",
        "short window",
        "long window",
        "no name",
        "no slug",
        "slug taken",
    ],
)
def test_a_source_that_will_not_do_is_not_saved(fields: dict[str, Any], pointer: str) -> None:
    actor = make_actor(Role.ADMINISTRATOR)
    make_source("phone")

    with pytest.raises(Invalid) as refused:
        sources.save_source(source=LeadSource(**{**SOUND, **fields}), actor=actor, now=NOON)

    assert [problem.pointer for problem in refused.value.problems] == [pointer]
    assert (LeadSource.objects.count(), Entry.objects.count()) == (1, 0)


def test_the_slug_that_rules_name_stays() -> None:
    actor, source = make_actor(Role.ADMINISTRATOR), make_source()
    source.slug = "site"

    with pytest.raises(Invalid):
        sources.save_source(source=source, actor=actor, now=NOON)

    assert LeadSource.objects.get().slug == "web"


def test_saving_a_source_keeps_its_key() -> None:
    actor, source = make_actor(Role.ADMINISTRATOR), make_source()
    stale = LeadSource.objects.get()
    key = sources.issue_source_key(source=source, actor=actor, now=NOON)
    stale.name = "Our site"

    sources.save_source(source=stale, actor=actor, now=NOON)

    kept = LeadSource.objects.get()
    assert (kept.name, kept.key_hash) == ("Our site", hash_key(key))


def test_the_sample_carries_whatever_the_source_must_send() -> None:
    roster.forget()
    actor = make_actor(Role.ADMINISTRATOR)
    required = [name for name in sources.FIELDS if name not in {"product", "products", "carrier"}]
    source = make_source(required_fields=required)

    trial = sources.try_out(source=source, sent=sources.sample_lead(source), actor=actor, now=NOON)

    assert trial.problems == ()
    assert trial.outcome is not None


def test_a_trial_keeps_nothing_and_tells_every_problem() -> None:
    roster.forget()
    actor, source = make_actor(Role.ADMINISTRATOR), make_source()
    sent = {**sources.sample_lead(source), "phone": "555", "zip": "100011"}

    trial = sources.try_out(source=source, sent=sent, actor=actor, now=NOON)

    assert [problem.pointer for problem in trial.problems] == ["/phone", "/zip"]
    assert (Lead.objects.count(), Decision.objects.count(), IntakeRecord.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.OPERATIONS, Role.MANAGER, Role.PRODUCER])
def test_only_administrators_touch_sources(role: Role) -> None:
    actor, source = make_actor(role), make_source()
    who: dict[str, Any] = {"source": source, "actor": actor, "now": NOON}

    with pytest.raises(Forbidden):
        sources.save_source(**who)
    with pytest.raises(Forbidden):
        sources.issue_source_key(**who)
    with pytest.raises(Forbidden):
        sources.try_out(sent={}, **who)

    assert (LeadSource.objects.get().key_hash, Entry.objects.count()) == ("", 0)
