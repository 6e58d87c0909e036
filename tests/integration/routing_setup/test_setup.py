"""The services of set-up: what they save, whom they tell, what they refuse."""

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest

from accounts.errors import Forbidden, Invalid
from accounts.policy import Role
from audit.models import Entry
from outbox.models import Message
from routing.models import (
    Agency,
    AgencyHoliday,
    AgencyHours,
    Leave,
    Pool,
    PoolMember,
    ProducerProfile,
    RosterChange,
    Shift,
    SlaPolicy,
)
from routing.services import roster, setup
from tests.factories import make_user
from tests.integration.routing_setup.cast import NOON, make_actor, make_pool, make_producer, make_profile

pytestmark = pytest.mark.django_db


def subjects() -> list[str]:
    """Return what the roster was told, in order."""
    return list(RosterChange.objects.order_by("id").values_list("subject", flat=True))


def told() -> list[tuple[str, str, str, str]]:
    """Return what the ledger's one entry says: row, field, before, after."""
    changes = Entry.objects.get().detail["changes"]
    return [(each["what"], each["field"], each["before"], each["after"]) for each in changes]


def test_a_pool_is_saved_with_its_members_and_everybody_is_told() -> None:
    actor, kim = make_actor(), make_profile().producer
    pool = Pool(slug="texas-life", name="Texas life", strategy="weighted")

    setup.save_pool(pool=pool, members=[PoolMember(pool=pool, producer=kim, weight=3)], actor=actor, now=NOON)

    assert [(member.producer, member.weight) for member in pool.members.all()] == [(kim, 3)]
    assert subjects() == ["pool:texas-life", f"producer:{kim.pk}"]
    assert (Entry.objects.get().action, Entry.objects.get().occurred_at) == ("pool.added", NOON)
    assert Message.objects.get().topic == "capacity.freed"
    assert roster.fold() == 1


def test_the_ledger_says_which_field_became_what() -> None:
    actor, pool, kim = make_actor(), make_pool(), make_producer()
    member = PoolMember.objects.create(pool=pool, producer=kim)
    pool.strategy, member.weight = "weighted", 2

    setup.save_pool(pool=pool, members=[member], actor=actor, now=NOON)

    assert told() == [
        ("pool Texas life", "strategy", "round_robin", "weighted"),
        ("pool member Kim Park in Texas life", "weight", "1", "2"),
    ]


def test_a_removed_member_leaves_the_roster_of_the_pool() -> None:
    actor, pool, kim = make_actor(), make_pool(), make_producer()
    member = PoolMember.objects.create(pool=pool, producer=kim)

    setup.save_pool(pool=pool, removed=[member], actor=actor, now=NOON)

    assert (pool.members.count(), subjects()) == (0, ["pool:texas-life", f"producer:{kim.pk}"])


def test_saving_what_did_not_change_tells_nobody() -> None:
    actor, pool = make_actor(), make_pool()

    changes = setup.save_pool(pool=pool, actor=actor, now=NOON)

    assert (changes, subjects(), Entry.objects.count(), Message.objects.count()) == ((), [], 0, 0)


def test_history_names_the_instant_of_the_change() -> None:
    actor, pool = make_actor(), make_pool()
    pool.name = "Texas"

    setup.save_pool(pool=pool, actor=actor, now=NOON)

    history: Any = pool.history
    assert history.get(history_type="~").history_date == NOON


def test_a_pool_keeps_the_slug_that_rules_name() -> None:
    actor, pool = make_actor(), make_pool()
    pool.slug = "tx"

    with pytest.raises(Invalid) as refused:
        setup.save_pool(pool=pool, actor=actor, now=NOON)

    assert [problem.pointer for problem in refused.value.problems] == ["/slug"]
    assert (Pool.objects.get().slug, subjects()) == ("texas-life", [])


def test_a_deputy_is_somebody_else_than_the_manager() -> None:
    actor, mona = make_actor(), make_user(Role.MANAGER)

    with pytest.raises(Invalid) as refused:
        setup.save_pool(pool=Pool(slug="a", name="A", manager=mona, deputy=mona), actor=actor, now=NOON)

    assert [problem.pointer for problem in refused.value.problems] == ["/deputy"]
    assert Pool.objects.count() == 0


def test_a_profile_is_saved_with_split_shifts_and_leave() -> None:
    actor, kim = make_actor(), make_producer()
    profile = ProducerProfile(producer=kim, capacity=5, languages=["en", "es"], skills=["senior"])
    shifts = [
        Shift(profile=profile, weekday=0, opens=time(8), closes=time(12)),
        Shift(profile=profile, weekday=0, opens=time(14), closes=time(19)),
    ]
    leave = Leave(profile=profile, starts_at=NOON, ends_at=NOON + timedelta(days=3))

    setup.save_profile(profile=profile, rows=[*shifts, leave], actor=actor, now=NOON)

    assert (profile.shifts.count(), profile.leaves.count(), subjects()) == (2, 1, [f"producer:{kim.pk}"])
    assert Entry.objects.get().action == "producer_profile.added"


@pytest.mark.parametrize(
    ("row", "pointer"),
    [
        (lambda profile: Shift(profile=profile, weekday=0, opens=time(8), closes=time(8)), "/closes"),
        (lambda profile: Shift(profile=profile, weekday=7, opens=time(8), closes=time(9)), "/weekday"),
        (lambda profile: Shift(profile=profile, weekday=0, opens=time(11), closes=time(13)), "/shifts/1/opens"),
        (lambda profile: Shift(profile=profile, weekday=6, opens=time(20), closes=time(8, 1)), "/shifts/1/opens"),
        (lambda profile: Leave(profile=profile, starts_at=NOON, ends_at=NOON), "/ends_at"),
    ],
    ids=["no length", "no such day", "over the shift there is", "over Sunday's midnight", "ends before it starts"],
)
def test_rows_that_will_not_do_leave_the_profile_as_it_was(row: Callable[[ProducerProfile], Any], pointer: str) -> None:
    actor, profile = make_actor(), make_profile()
    Shift.objects.create(profile=profile, weekday=0, opens=time(8), closes=time(12))
    profile.capacity = 1

    with pytest.raises(Invalid) as refused:
        setup.save_profile(profile=profile, rows=[row(profile)], actor=actor, now=NOON)

    assert [problem.pointer for problem in refused.value.problems] == [pointer]
    assert (ProducerProfile.objects.get().capacity, Shift.objects.count(), Leave.objects.count()) == (20, 1, 0)
    assert (subjects(), Entry.objects.count(), Message.objects.count()) == ([], 0, 0)


def test_languages_are_codes() -> None:
    actor, profile = make_actor(), make_profile()
    profile.languages = ["en", "spanish"]

    with pytest.raises(Invalid) as refused:
        setup.save_profile(profile=profile, actor=actor, now=NOON)

    assert [problem.pointer for problem in refused.value.problems] == ["/languages"]
    assert subjects() == []


def test_the_agency_is_saved_with_hours_and_holidays() -> None:
    actor, agency = make_actor(Role.ADMINISTRATOR), Agency(name="Harborline")
    hours = AgencyHours(agency=agency, weekday=0, opens=time(8), closes=time(20))
    holiday = AgencyHoliday(agency=agency, date=date(2026, 12, 25), name="Christmas")

    setup.save_agency(agency=agency, rows=[hours, holiday], actor=actor, now=NOON)

    assert (Agency.objects.get().pk, AgencyHours.objects.count(), AgencyHoliday.objects.count()) == (1, 1, 1)
    assert (subjects(), Entry.objects.get().action) == (["agency"], "agency.added")


def test_hot_starts_above_warm() -> None:
    actor = make_actor(Role.ADMINISTRATOR)

    with pytest.raises(Invalid) as refused:
        setup.save_agency(agency=Agency(hot_from=40, warm_from=40), actor=actor, now=NOON)

    assert [problem.pointer for problem in refused.value.problems] == ["/hot_from"]
    assert (Agency.objects.count(), subjects()) == (0, [])


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"evidence": []}, "/evidence"),
        ({"evidence": ["FAX"]}, "/evidence"),
        ({"target_minutes": 0}, "/target_minutes"),
        ({"alarm_minutes": 4}, "/alarm_minutes"),
        ({"tier": "warm"}, "/tier"),
    ],
    ids=["nothing counts", "nobody can log it", "no time", "alarm before the time is up", "another tier"],
)
def test_a_policy_that_will_not_do_changes_nothing(fields: dict[str, Any], pointer: str) -> None:
    actor = make_actor(Role.ADMINISTRATOR)
    sla = SlaPolicy.objects.create(tier="hot", target_minutes=5)
    for name, value in fields.items():
        setattr(sla, name, value)

    with pytest.raises(Invalid) as refused:
        setup.save_policy(sla=sla, actor=actor, now=NOON)

    assert [problem.pointer for problem in refused.value.problems] == [pointer]
    assert (SlaPolicy.objects.get().target_minutes, subjects()) == (5, [])


def test_a_policy_reaches_the_roster() -> None:
    actor, sla = make_actor(Role.ADMINISTRATOR), SlaPolicy.objects.create(tier="hot", target_minutes=5)
    sla.evidence = ["CALL_CONNECTED"]

    setup.save_policy(sla=sla, actor=actor, now=NOON)

    assert (subjects(), Entry.objects.get().action) == (["agency"], "sla_policy.changed")
    assert told()[0][1:] == ("evidence", "CALL_CONNECTED, CALL_ATTEMPT, VOICEMAIL, MEETING", "CALL_CONNECTED")


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.PRODUCER])
def test_who_may_only_look_changes_nothing(role: Role) -> None:
    actor, pool, profile = make_actor(role), make_pool(), make_profile()
    sla = SlaPolicy.objects.create(tier="hot", target_minutes=5)
    who: dict[str, Any] = {"actor": actor, "now": NOON}

    with pytest.raises(Forbidden):
        setup.save_pool(pool=pool, **who)
    with pytest.raises(Forbidden):
        setup.save_profile(profile=profile, **who)
    with pytest.raises(Forbidden):
        setup.save_agency(agency=Agency(), **who)
    with pytest.raises(Forbidden):
        setup.save_policy(sla=sla, **who)

    assert (subjects(), Entry.objects.count(), Agency.objects.count()) == ([], 0, 0)
