"""Pools and how they choose, over HTTP: every step configured, judged, previewed and told."""

from typing import Any, Final

import pytest
from django.urls import reverse
from django.utils.html import escape

from accounts.policy import Role
from licenses.models import Producer
from routing.models import (
    Assignment,
    Decision,
    Pool,
    PoolCredit,
    PoolMember,
    Presence,
    ProducerLoad,
    ProducerProfile,
    RosterEntry,
)
from routing.services import roster
from tests.agency import NOW, hire, hire_many, open_agency, receive_lead
from tests.factories import make_user
from tests.functional.routing_setup.test_set_up_pages import POOL, PROFILE, faults, rows
from tests.integration.routing_setup.cast import browser_of, make_pool, make_profile

pytestmark = pytest.mark.django_db

METHOD: Final = {
    "strategy": "priority",
    "method-filters-skill-use": "on",
    "method-filters-skill-place": "1",
    "method-filters-skill-needs": "annuities 3: fixed_annuity",
    "method-filters-skill-relax": "1",
    "method-filters-skill-otherwise": "hold",
    "method-filters-territory-use": "on",
    "method-filters-territory-place": "2",
    "method-filters-territory-otherwise": "step_aside",
    "method-preferences-continuity-use": "on",
    "method-preferences-continuity-household": "on",
    "method-preferences-continuity-within_days": "365",
    "method-order-priority-fit": "0.4",
    "method-order-weighted-catch_up": "9",
}
KEPT: Final = {
    "filters": [
        {
            "step": "skill",
            "needs": [{"skill": "annuities", "level": 3, "products": ["fixed_annuity"]}],
            "relax": 1,
            "otherwise": "hold",
        },
        {"step": "territory"},
    ],
    "preferences": [{"step": "continuity", "within_days": 365}],
    "order": {"fit": "0.4"},
}


def page_of(pool: Pool) -> str:
    """Return the address of a pool's page."""
    return reverse("admin:routing_pool_change", args=[pool.pk])


def written() -> tuple[int, ...]:
    """Count what decisions write."""
    return tuple(each.objects.count() for each in (Assignment, Decision, PoolCredit, ProducerLoad))


def test_a_method_is_put_together_on_the_page_and_kept_as_what_differs_from_the_shipped() -> None:
    pool, kim = make_pool(), make_profile().producer
    member = {"producer": kim.pk, "weight": 1, "territory": "TX/Collin, 75201+25", "is_active": "on"}

    response = browser_of(make_user(Role.OPERATIONS)).post(page_of(pool), {**POOL, **METHOD, **rows("members", member)})

    pool.refresh_from_db()
    assert response.status_code == 302
    assert (pool.strategy, pool.method) == ("priority", KEPT)
    assert pool.members.get().territory == "TX/Collin, 75201+25"
    roster.fold()
    (kept,) = RosterEntry.objects.filter(subject=f"pool:{pool.slug}").values_list("facts__method", flat=True)
    assert kept == KEPT


def test_every_fault_of_a_method_is_told_and_nothing_is_kept() -> None:
    pool, kim = make_pool(), make_profile().producer
    sent = {
        **POOL,
        "method-filters-skill-use": "on",
        "method-filters-skill-needs": "annuities 9",
        "method-filters-skill-relax": "7",
        "method-order-weighted-catch_up": "0",
        **rows("members", {"producer": kim.pk, "weight": 1, "territory": "Texas", "is_active": "on"}),
    }

    page = browser_of(make_user(Role.OPERATIONS)).post(page_of(pool), sent)

    assert [each.partition(":")[0] for each in faults(page)] == ["method", "method", "method", "members 0 territory"]
    assert "Skill, relax in steps: Use a whole number from 0 to 4." in page.text
    assert escape("annuities 9") in page.text
    pool.refresh_from_db()
    assert (pool.method, pool.members.count()) == ({}, 0)


def test_the_next_ten_leads_follow_what_is_on_the_page_and_nothing_is_written() -> None:
    pool = open_agency()
    hire_many(2)
    ProducerProfile.objects.filter(producer__first_name="Kim00").update(skills=["term"])
    roster.changed(*(f"producer:{each.pk}" for each in Producer.objects.all()), at=NOW)
    for _ in range(4):
        receive_lead()
    browser, before = browser_of(make_user(Role.OPERATIONS)), written()
    url = reverse("admin:routing_pool_preview", args=[pool.pk])

    even = browser.post(url, {"strategy": "round_robin"}).context["preview"]
    skill = {"method-filters-skill-use": "on", "method-filters-skill-needs": "term"}
    skilled = browser.post(url, {"strategy": "round_robin", **skill}).context["preview"]
    none = {**skill, "method-filters-skill-needs": "annuities", "method-filters-skill-otherwise": "hold"}
    nobody = browser.post(url, {"strategy": "round_robin", **none}).context["preview"]

    assert (dict(even.shares), len(even.lines), even.is_invented) == ({"Kim00 Park": 2, "Kim01 Park": 2}, 4, False)
    assert dict(skilled.shares) == {"Kim00 Park": 4}
    assert (nobody.shares, {line.reason for line in nobody.lines}) == (
        (),
        {"Nobody who could take it passes the pool's method; it was told to keep such leads."},
    )
    assert written() == before


def test_a_pool_without_leads_is_asked_about_invented_ones() -> None:
    pool = open_agency(strategy="weighted")
    hire("Kim", weight=4), hire("Lee")

    shown = browser_of(make_user(Role.AUDITOR)).get(reverse("admin:routing_pool_preview", args=[pool.pk]))

    assert shown.context["preview"].is_invented
    assert dict(shown.context["preview"].shares) == {"Kim Park": 8, "Lee Park": 2}
    assert "GA · Life" in shown.text


def test_a_pool_without_members_has_nobody_to_preview() -> None:
    pool = open_agency()

    page = browser_of(make_user(Role.OPERATIONS)).get(reverse("admin:routing_pool_preview", args=[pool.pk]))

    assert page.context["preview"].lines == ()
    assert "There is nobody in the pool" in page.text


def test_a_preview_of_what_cannot_be_used_names_the_faults() -> None:
    pool, url = make_pool(), "admin:routing_pool_preview"
    sent = {"strategy": "weighted", "method-order-weighted-catch_up": "0"}

    page = browser_of(make_user(Role.OPERATIONS)).post(reverse(url, args=[pool.pk]), sent)

    assert (page.context["preview"], "Use a whole number from 1 to 50." in page.text) == (None, True)


def test_only_whoever_may_look_at_pools_may_preview_them() -> None:
    url = reverse("admin:routing_pool_preview", args=[make_pool().pk])

    assert browser_of(make_user(Role.PRODUCER)).get(url).status_code == 403
    assert browser_of(make_user(Role.AUDITOR)).post(url, {}).status_code == 403


def test_a_method_written_by_hand_that_nobody_can_read_is_told_on_the_page() -> None:
    pool = make_pool(method={"filters": [{"step": "luck"}]})

    page = browser_of(make_user(Role.OPERATIONS)).get(page_of(pool))

    assert "leads go round robin: There is no luck; use one of availability, territory, skill, language." in page.text


def test_whoever_may_only_look_reads_the_method_in_words() -> None:
    pool = make_pool(strategy="priority", method=KEPT)

    page = browser_of(make_user(Role.AUDITOR)).get(page_of(pool))

    told = (
        "Leaves out by skill (skills: annuities 3; relax in steps: 1; "
        "when nobody is left: Keep the lead for a manager, and try again). "
        "Leaves out by territory. Prefers by continuity (within so many days: 365). Then priority (fit: 0.4)."
    )
    assert told in page.text


def test_a_large_rotation_is_told_that_room_would_serve_it_better() -> None:
    pool = make_pool(strategy="round_robin")
    members = [PoolMember(pool=pool, producer=make_profile(f"{number}").producer) for number in range(31)]
    PoolMember.objects.bulk_create(members)

    page = browser_of(make_user(Role.OPERATIONS)).get(page_of(pool))

    assert "Turns alone share leads among 31 active producers, more than 30." in page.text


def test_levels_and_calls_are_kept_with_the_profile() -> None:
    profile = make_profile()
    url = reverse("admin:routing_producerprofile_change", args=[profile.pk])
    browser = browser_of(make_user(Role.OPERATIONS))
    empty: dict[str, Any] = {**rows("shifts"), **rows("leaves"), **rows("caps")}

    sent = {**PROFILE, "skill_levels": " Senior  4 ", "calls_per_hour": "6", **empty}
    assert browser.post(url, sent).status_code == 302
    page = browser.post(url, {**sent, "skill_levels": "junior 4, senior 6"})
    unreadable = browser.post(url, {**sent, "skill_levels": "senior"})

    profile.refresh_from_db()
    assert (profile.skills, profile.skill_levels, profile.calls_per_hour) == (["senior"], {"senior": 4}, 6)
    assert faults(page) == [
        "skill_levels: Add junior to the skills, or leave it out.",
        "skill_levels: Use levels from 1 to 5.",
    ]
    assert faults(unreadable) == ["skill_levels: Write a skill and its level, such as annuities 3, not senior."]


def test_looking_at_ones_leads_is_being_at_the_desk() -> None:
    open_agency()
    kim = hire("Kim")
    assert kim.user is not None

    browser_of(kim.user).get(reverse("admin:my_leads"))

    assert list(Presence.objects.values_list("producer_id", flat=True)) == [kim.pk]


def test_a_pool_names_where_its_leads_go_on_to_and_a_circle_is_shown_at_the_field() -> None:
    pool, more = make_pool(), make_pool("more", name="More")
    browser = browser_of(make_user(Role.OPERATIONS))

    saved = browser.post(page_of(pool), {**POOL, **rows("members"), "overflow": str(more.pk), "overflow_minutes": "5"})

    pool.refresh_from_db()
    assert (saved.status_code, pool.overflow, pool.overflow_minutes) == (302, more, 5)
    roster.fold()
    facts = RosterEntry.objects.filter(subject=f"pool:{pool.slug}").get(to_version=None).facts or {}
    assert (facts["goes_on_to"], facts["goes_on_after"]) == ("more", 5)

    refused = browser.post(
        page_of(more), {**POOL, "name": "More", "slug": "more", **rows("members"), "overflow": str(pool.pk)}
    )

    more.refresh_from_db()
    assert refused.status_code == 200
    assert faults(refused) == [
        "overflow: Leads would go round in a circle: More → Texas life → More. Choose another pool, or none."
    ]
    assert more.overflow is None


def test_minutes_without_a_pool_to_go_on_to_are_refused() -> None:
    pool = make_pool()

    refused = browser_of(make_user(Role.OPERATIONS)).post(
        page_of(pool), {**POOL, **rows("members"), "overflow_minutes": "5"}
    )

    assert faults(refused) == ["overflow_minutes: Say to which pool the leads go on then, or leave the minutes blank."]


def test_the_preview_goes_on_to_the_pool_that_is_chosen_on_the_page() -> None:
    pool = open_agency()
    more = make_pool("more", name="More")
    roster.changed("pool:more", at=NOW)
    hire("Kim", capacity=1)
    hire("Lee", pool="more")
    browser = browser_of(make_user(Role.OPERATIONS))
    address = reverse("admin:routing_pool_preview", args=[pool.pk])

    shown = browser.post(address, {**POOL, "overflow": str(more.pk)}).content.decode()
    odd = browser.post(address, {**POOL, "overflow": "9" * 40}).content.decode()

    assert f"went on to {more}." in shown
    assert "Lee Park" in shown
    assert "Lee Park" not in odd
    pool.refresh_from_db()
    assert pool.overflow is None


def test_a_receipt_tells_the_way_of_its_lead() -> None:
    pool = open_agency()
    more = make_pool("more", name="More")
    Pool.objects.filter(pk=pool.pk).update(overflow=more)
    roster.changed("pool:life", "pool:more", at=NOW)
    hire("Lee", pool="more")
    decision = Decision.objects.get(lead=receive_lead())

    page = browser_of(make_user(Role.MANAGER)).get(reverse("admin:routing_decision_change", args=[decision.pk]))

    assert f"Life: the pool has no active members; went on to {more}." in page.content.decode()
