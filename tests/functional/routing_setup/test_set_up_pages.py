"""Setting the agency up over HTTP: pools, profiles, the agency, policies."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any, Final

import pytest
from django.urls import reverse

from accounts.policy import Role
from audit.models import Entry
from routing.models import Agency, Leave, Pool, PoolMember, ProducerProfile, RosterChange, Shift, SlaPolicy
from tests.factories import make_user
from tests.integration.routing_setup.cast import browser_of, make_pool, make_producer, make_profile, make_source

pytestmark = pytest.mark.django_db

LIST: Final = "/admin/routing/agency/"
POOL: Final = {"name": "Texas life", "slug": "texas-life", "is_active": "on", "strategy": "weighted", "tier": ""}
PROFILE: Final = {"capacity": "5", "languages": "EN, es, en", "skills": " Senior "}
AGENCY: Final = {"name": "Harborline", "hot_from": "70", "warm_from": "40"}
POLICY: Final[dict[str, Any]] = {
    "target_minutes": "5",
    "hours": "AGENCY",
    "evidence": ["CALL_CONNECTED"],
    "pause_minutes": "240",
    "max_hops": "3",
    "cool_down_minutes": "0",
    "alarm_minutes": "60",
    "away_after": "0",
    "away_minutes": "30",
}


def rows(prefix: str, *filled: Mapping[str, Any], initial: int = 0) -> dict[str, Any]:
    """Return inline rows as the browser sends them."""
    sent: dict[str, Any] = {f"{prefix}-TOTAL_FORMS": len(filled), f"{prefix}-INITIAL_FORMS": initial}
    for place, row in enumerate(filled):
        sent |= {f"{prefix}-{place}-{name}": value for name, value in row.items()}
    return sent


NO_ROWS: Final = {**rows("steps"), **rows("targets")}


def shift(weekday: int, opens: str, closes: str) -> dict[str, Any]:
    """Return a new shift's inputs."""
    return {"weekday": weekday, "opens": opens, "closes": closes}


def faults(response: Any) -> list[str]:
    """Return every error of a page, the form's and its rows'."""
    form = response.context["adminform"].form
    found = [f"{name}: {text}" for name, texts in form.errors.items() for text in texts]
    for formset in response.context["inline_admin_formsets"]:
        for place, errors in enumerate(formset.formset.errors):
            found += [
                f"{formset.formset.prefix} {place} {name}: {text}" for name, each in errors.items() for text in each
            ]
    return found


def test_operations_open_a_pool_with_members() -> None:
    kim = make_profile().producer
    browser = browser_of(make_user(Role.OPERATIONS))

    response = browser.post(
        reverse("admin:routing_pool_add"),
        {**POOL, **rows("members", {"producer": kim.pk, "weight": 2, "is_active": "on"})},
    )

    assert response.status_code == 302
    assert [(each.producer, each.weight) for each in Pool.objects.get().members.all()] == [(kim, 2)]
    assert set(RosterChange.objects.values_list("subject", flat=True)) == {"pool:texas-life", f"producer:{kim.pk}"}
    assert Entry.objects.get().actor_label == "operations"


def test_a_member_is_removed_on_the_pools_page() -> None:
    pool, kim = make_pool(), make_producer()
    member = PoolMember.objects.create(pool=pool, producer=kim)
    row = {"id": member.pk, "pool": pool.pk, "weight": 1, "is_active": "on", "DELETE": "on"}

    browser_of(make_user(Role.MANAGER)).post(
        reverse("admin:routing_pool_change", args=[pool.pk]), {**POOL, **rows("members", row, initial=1)}
    )

    assert (pool.members.count(), Entry.objects.get().action) == (0, "pool.changed")


def test_a_pool_shows_how_full_its_desks_are() -> None:
    pool, profile = make_pool(), make_profile(capacity=7)
    PoolMember.objects.create(pool=pool, producer=profile.producer)

    page = browser_of(make_user(Role.OPERATIONS)).get(reverse("admin:routing_pool_change", args=[pool.pk]))

    assert "0 / 7" in page.text


def test_a_profile_is_written_without_json() -> None:
    profile = make_profile()
    sent = {
        **PROFILE,
        **rows("caps", {"most": "10", "period": "DAY", "line": "LIFE", "source": make_source().pk, "is_paced": "on"}),
        **rows("shifts", shift(0, "08:00", "12:00"), shift(0, "14:00", "19:00")),
        **rows("leaves", {"starts_at": "2026-07-01T08:00", "ends_at": "2026-07-04T08:00", "reason": "Holiday"}),
    }

    response = browser_of(make_user(Role.OPERATIONS)).post(
        reverse("admin:routing_producerprofile_change", args=[profile.pk]), sent
    )

    profile.refresh_from_db()
    assert response.status_code == 302
    assert (profile.capacity, profile.languages, profile.skills) == (5, ["en", "es"], ["senior"])
    assert [str(each) for each in profile.caps.all()] == ["10 a day of Life from Web"]
    assert [(each.opens, each.closes) for each in profile.shifts.all()] == [(time(8), time(12)), (time(14), time(19))]
    assert Leave.objects.get().starts_at == datetime(2026, 7, 1, 13, 0, tzinfo=UTC)  # eight in Chicago
    assert list(RosterChange.objects.values_list("subject", flat=True)) == [f"producer:{profile.producer_id}"]


def test_every_fault_of_a_profile_is_told_at_its_field() -> None:
    profile = make_profile()
    sent = {
        **PROFILE,
        "languages": "en, spanish",
        **rows(
            "caps",
            {"most": "0", "period": "DAY"},
            {"most": "5", "period": "OPEN"},
            {"most": "5", "period": "HOUR", "is_paced": "on"},
            {"most": "5", "period": "WEEK"},
            {"most": "6", "period": "WEEK"},
        ),
        **rows("shifts", shift(0, "08:00", "12:00"), shift(0, "11:00", "13:00"), shift(2, "08:00", "08:00")),
        **rows("leaves", {"starts_at": "2026-07-04T08:00", "ends_at": "2026-07-01T08:00"}),
    }

    page = browser_of(make_user(Role.OPERATIONS)).post(
        reverse("admin:routing_producerprofile_change", args=[profile.pk]), sent
    )

    assert sorted(faults(page)) == [
        "caps 0 most: Ensure this value is greater than or equal to 1.",
        "caps 1 period: What may be open of everything together is the capacity. Name a line or a source here.",
        "caps 2 is_paced: Only a cap of a day or longer can be paced.",
        "caps 4 period: There is such a cap already.",
        "languages: Use two-letter codes such as en or es, not spanish.",
        "leaves 0 ends_at: It must end after it starts.",
        "shifts 1 opens: It overlaps Monday 08:00–12:00.",
        "shifts 2 closes: It opens and closes at the same time. For the whole day, enter 12 AM (00:00) twice.",
    ]
    assert (ProducerProfile.objects.get().capacity, Shift.objects.count(), RosterChange.objects.count()) == (20, 0, 0)


def test_a_time_that_the_clocks_leave_out_is_refused() -> None:
    profile = make_profile()
    leave = {"starts_at": "2026-03-08T02:30", "ends_at": "2026-03-09T08:00"}

    page = browser_of(make_user(Role.OPERATIONS)).post(
        reverse("admin:routing_producerprofile_change", args=[profile.pk]),
        {**PROFILE, **rows("caps"), **rows("shifts"), **rows("leaves", leave)},
    )

    assert [fault.partition(":")[0] for fault in faults(page)] == ["leaves 0 starts_at"]
    assert Leave.objects.count() == 0


def test_the_agency_has_one_page_and_its_hours_stand_side_by_side() -> None:
    browser = browser_of(make_user(Role.ADMINISTRATOR))
    hours = rows("hours", shift(0, "08:00", "12:00"), shift(0, "13:00", "20:00"))
    holidays = rows("holidays", {"date": "2026-12-25", "name": "Christmas"})

    assert browser.get(LIST).headers["Location"] == reverse("admin:routing_agency_add")
    browser.post(reverse("admin:routing_agency_add"), {**AGENCY, **hours, **holidays})

    agency = Agency.objects.get()
    assert (agency.pk, agency.hours.count(), agency.holidays.count()) == (1, 2, 1)
    assert browser.get(LIST).headers["Location"] == reverse("admin:routing_agency_change", args=[1])
    assert browser.get(reverse("admin:routing_agency_add")).status_code == 403


def test_a_holiday_twice_and_a_low_threshold_are_told() -> None:
    Agency.objects.create(pk=1)
    day = {"date": "2026-12-25", "name": "Christmas"}

    page = browser_of(make_user(Role.ADMINISTRATOR)).post(
        reverse("admin:routing_agency_change", args=[1]),
        {**AGENCY, "hot_from": "40", **rows("hours"), **rows("holidays", day, day)},
    )

    assert faults(page)[0] == "hot_from: Hot must start above warm."
    assert "Please correct the duplicate data for date" in page.text
    assert Agency.objects.get().hot_from == 70


def test_what_counts_as_an_answer_is_ticked() -> None:
    sla = SlaPolicy.objects.create(tier="hot", target_minutes=5)

    browser_of(make_user(Role.ADMINISTRATOR)).post(
        reverse("admin:routing_slapolicy_change", args=[sla.pk]), POLICY | NO_ROWS
    )

    sla.refresh_from_db()
    assert (sla.evidence, sla.alarm_minutes) == (["CALL_CONNECTED"], 60)


def step(at_percent: int, kind: str) -> dict[str, Any]:
    """Return a new step's inputs."""
    return {"at_percent": at_percent, "kind": kind, "hours": "ALWAYS", "channel": "EMAIL"}


def test_a_ladder_is_saved_with_its_policy_and_told_to_the_roster() -> None:
    sla = SlaPolicy.objects.create(tier="hot", target_minutes=5)
    ladder = rows("steps", step(50, "FORESEEN"), step(100, "BREACH"), step(150, "POOL"))
    promise = {"kind": "QUOTE", "clock": "LEAD", "minutes": 90, "hours": "AGENCY", "evidence": ["QUOTE"]}
    sent = POLICY | {"away_after": "2"} | ladder | rows("targets", promise)

    browser_of(make_user(Role.ADMINISTRATOR)).post(reverse("admin:routing_slapolicy_change", args=[sla.pk]), sent)

    sla.refresh_from_db()
    assert [(each.at_percent, each.kind) for each in sla.steps.all()] == [
        (50, "FORESEEN"),
        (100, "BREACH"),
        (150, "POOL"),
    ]
    assert (sla.away_after, sla.targets.get().evidence) == (2, ["QUOTE"])
    assert [change.subject for change in RosterChange.objects.all()] == ["agency"]


def test_a_ladder_that_ends_with_nobody_is_refused() -> None:
    sla = SlaPolicy.objects.create(tier="hot", target_minutes=5)
    browser, page = browser_of(make_user(Role.ADMINISTRATOR)), reverse("admin:routing_slapolicy_change", args=[sla.pk])

    nobody = browser.post(page, POLICY | rows("steps", step(50, "REMIND")) | rows("targets"))
    late = browser.post(page, POLICY | rows("steps", step(100, "FORESEEN"), step(120, "POOL")) | rows("targets"))

    assert "End with a step after which a person is in charge" in nobody.text
    assert faults(late) == ["steps 0 kind: A miss is foreseen before the time is up: use less than 100 percent."]
    assert not sla.steps.exists()


def test_the_picture_and_the_list_tell_the_ladder_that_holds() -> None:
    sla = SlaPolicy.objects.create(tier="hot", target_minutes=5)
    browser = browser_of(make_user(Role.AUDITOR))

    page = browser.get(reverse("admin:routing_slapolicy_change", args=[sla.pk]))
    listed = browser.get(reverse("admin:routing_slapolicy_changelist"))

    assert [mark.at_percent for mark in page.context["ladder"].steps] == [50, 100]
    assert "Remind the producer: the producer is reminded." in page.text
    assert "50%: remind the producer; 100%: move it to the next best" in listed.text


def test_a_deadline_is_shown_before_the_policy_is_saved() -> None:
    sla = SlaPolicy.objects.create(tier="hot", target_minutes=5)
    address = reverse("admin:routing_slapolicy_preview", args=[sla.pk])
    sent = POLICY | {"target_minutes": "60", "hours": "ALWAYS", "at": "2026-11-23T10:00"}

    page = browser_of(make_user(Role.ADMINISTRATOR)).post(
        address, sent | rows("steps", step(25, "REMIND"), step(200, "MANAGER"))
    )

    assert [f"Nov 23, {time} EST" in page.text for time in ("10:00", "10:15", "11:00", "12:00")] == [True] * 4
    assert "problems" not in page.context or page.context["problems"] == []
    assert (SlaPolicy.objects.get().target_minutes, sla.steps.count()) == (5, 0)


def test_a_preview_says_what_cannot_stand_and_who_may_not_look_is_refused() -> None:
    sla = SlaPolicy.objects.create(tier="hot", target_minutes=5)
    address = reverse("admin:routing_slapolicy_preview", args=[sla.pk])
    sent = POLICY | rows("steps", step(50, "REMIND"))

    page = browser_of(make_user(Role.ADMINISTRATOR)).post(address, sent)
    stored = browser_of(make_user(Role.AUDITOR)).get(address)

    assert "End with a step after which a person is in charge" in page.text
    assert stored.status_code == 200
    assert browser_of(make_user(Role.PRODUCER)).get(address).status_code == 403


def test_a_tier_has_one_policy() -> None:
    for tier in ("hot", "warm", "low"):
        SlaPolicy.objects.create(tier=tier, target_minutes=5)

    answer = browser_of(make_user(Role.ADMINISTRATOR)).post(reverse("admin:routing_slapolicy_add"), POLICY)

    assert answer.status_code == 403


@pytest.mark.parametrize(("role", "status"), [(Role.AUDITOR, 200), (Role.PRODUCER, 403)], ids=["auditor", "producer"])
def test_who_may_look_sees_words_and_nobody_else_anything(role: Role, status: int) -> None:
    pool, profile, source = make_pool(), make_profile(languages=["en", "es"]), make_source()
    Agency.objects.create(pk=1)
    sla = SlaPolicy.objects.create(tier="hot", target_minutes=5)
    browser = browser_of(make_user(role))

    for row in (pool, profile, source, sla, Agency.objects.get()):
        stem = f"admin:routing_{row._meta.model_name}"
        page = browser.get(reverse(f"{stem}_change", args=[row.pk]))
        assert (page.status_code, "[&quot;" in page.text) == (status, False)
        assert browser.get(reverse(f"{stem}_history", args=[row.pk])).status_code == status
        assert browser.post(reverse(f"{stem}_change", args=[row.pk]), {}).status_code == 403
        assert browser.get(reverse(f"{stem}_add")).status_code == 403

    assert (RosterChange.objects.count(), Entry.objects.count()) == (0, 0)


def test_the_pages_cost_the_same_however_many_members(django_assert_max_num_queries: Any) -> None:
    pool = make_pool()
    for number in range(12):
        PoolMember.objects.create(pool=pool, producer=make_profile(f"{number}").producer)
    browser = browser_of(make_user(Role.OPERATIONS))
    browser.get(reverse("admin:routing_pool_change", args=[pool.pk]))

    with django_assert_max_num_queries(10):
        browser.get(reverse("admin:routing_pool_change", args=[pool.pk]))
