"""The page of a pool in the browser: put a method together, see where the next leads would go, and save it."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.policy import Role
from licenses.models import Producer
from routing.models import Decision, FairnessEntry, Pool, PoolMember, ProducerProfile
from routing.services import offers, pulling, roster
from routing.strategies.table import PICKS, STRATEGIES
from tests.agency import NOW, actor_of, hire, make_pool, open_agency, receive_lead, tell
from tests.browser.axe import assert_accessible
from tests.browser.conftest import SignIn
from tests.factories import make_user


@pytest.fixture
def pool(transactional_db: None) -> Pool:
    """Return a pool in which Kim alone is good at term life."""
    roster.forget()
    pool = open_agency()
    kim, _ = hire("Kim", skills=["term"]), hire("Lee")
    ProducerProfile.objects.filter(producer=kim).update(skill_levels={"term": 4})
    roster.changed(roster.producer_subject(kim.pk), at=NOW)
    for _ in range(4):
        receive_lead()
    return pool


@pytest.fixture
def ops(sign_in: SignIn, pool: Pool) -> Page:
    return sign_in(make_user(Role.OPERATIONS, first_name="Olga", last_name="Ops"))


def test_operations_put_a_method_together_and_see_where_the_next_leads_would_go(
    ops: Page, pool: Pool, live_server: LiveServer
) -> None:
    ops.goto(f"{live_server.url}/admin/routing/pool/{pool.pk}/change/")
    preview = ops.locator("#preview")
    expect(preview.get_by_text("Lee Park")).not_to_have_count(0)

    ops.get_by_role("checkbox", name="Skill. Only members").check()
    ops.get_by_label("Skills", exact=True).fill("term 3")
    ops.get_by_label("Skills", exact=True).blur()
    expect(preview.get_by_text("Lee Park")).to_have_count(0)
    expect(preview.get_by_role("row")).to_have_count(5)

    ops.get_by_role("checkbox", name="Language. Only members").check()
    ops.get_by_role("button", name="Language: earlier", exact=True).click()
    expect(ops.get_by_role("button", name="Language: earlier", exact=True)).to_be_focused()
    ops.get_by_role("radio", name="Weighted.").check()
    ops.get_by_label("Catch up on at most").locator("visible=true").fill("4")
    ops.get_by_role("button", name="Save", exact=True).click()
    expect(ops.get_by_text("was changed successfully")).to_be_visible()

    pool.refresh_from_db()
    assert (pool.strategy, pool.method) == (
        "weighted",
        {
            "filters": [{"step": "language"}, {"step": "skill", "needs": [{"skill": "term", "level": 3}]}],
            "order": {"catch_up": 4},
        },
    )


def test_the_preview_follows_where_the_leads_go_on_to(ops: Page, pool: Pool, live_server: LiveServer) -> None:
    make_pool("more")
    hire("Ray", pool="more")
    ProducerProfile.objects.filter(producer__memberships__pool=pool).update(capacity=0)
    tell(*Producer.objects.filter(memberships__pool=pool))
    ops.goto(f"{live_server.url}/admin/routing/pool/{pool.pk}/change/")
    preview = ops.locator("#preview")
    expect(preview.get_by_text("nobody:")).to_have_count(4)

    ops.get_by_label("Goes on to").select_option("More")

    expect(preview.get_by_text("went on to More.")).to_have_count(4)
    expect(preview.get_by_text("Ray Park")).not_to_have_count(0)


# Of an order: an option, what is entered there, and what is stored then.
SAID: dict[str, tuple[str, str, dict[str, Any]]] = {
    "round_robin": ("Catch up on at most", "3", {"catch_up": 3}),
    "weighted": ("Catch up on at most", "4", {"catch_up": 4}),
    "least_loaded": ("Count calls too", "", {"calls": True}),
    "priority": ("Capacity", "0.5", {"capacity": "0.5"}),
}
# Of a pick: an option, what is entered there, and what is stored then.
PICKED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "push": ("Leads that come together", "as_one", {"bursts": "as_one"}),
    "offer": ("Seconds to answer", "90", {"seconds": 90}),
    "first": ("Ask so many", "2", {"several": 2}),
    "pull": ("Minutes to wait", "30", {"minutes": 30}),
}


# What the preview says of the first lead.
PREVIEWED = {
    "push": re.compile(r"^(Kim|Lee) Park$"),
    "offer": re.compile(r"^Offered for 1 min 30 s, then (Kim|Lee) Park\.$"),
    "first": re.compile(r"^Offered to \w+ Park, \w+ Park at once, for 2 min\.$"),
    "pull": re.compile(r"^whoever takes it$"),
}
# To whom an order gives the pool's last four leads, where Lee weighs three times as much and Kim's desk has more room.
GIVEN = {
    "round_robin": ["Kim Park 2", "Lee Park 2"],
    "weighted": ["Lee Park 3", "Kim Park 1"],
    "least_loaded": ["Kim Park 4"],
    "priority": ["Kim Park 4"],
}


def step_of(page: Page, label: str) -> Locator:
    """Return the order or the pick of this name, with its options."""
    return page.locator(".fm-step").filter(has=page.get_by_role("radio", name=f"{label}.", exact=False))


def set_option(option: Locator, text: str) -> None:
    """Enter what an option shall be: a choice, a number, or a tick."""
    if option.evaluate("element => element.tagName") == "SELECT":
        option.select_option(text)
    elif text:
        option.fill(text)
        option.blur()
    else:
        option.check()


def holds(option: Locator, text: str) -> None:
    """Expect what was entered."""
    expect(option).to_have_value(text) if text else expect(option).to_be_checked()


def test_every_order_and_every_pick_is_walked_here() -> None:
    assert (set(SAID), set(PICKED)) == (set(STRATEGIES), set(PICKS))


@pytest.mark.parametrize("name", list(SAID))
def test_an_order_is_previewed_saved_shown_again_and_followed(
    ops: Page, pool: Pool, live_server: LiveServer, name: str
) -> None:
    label, text, stored = SAID[name]
    kim, lee = (Producer.objects.get(first_name=each) for each in ("Kim", "Lee"))
    PoolMember.objects.filter(producer=lee).update(weight=3)
    ProducerProfile.objects.filter(producer=kim).update(capacity=200)
    roster.changed(*(roster.producer_subject(each.pk) for each in (kim, lee)), at=NOW)
    Pool.objects.filter(pk=pool.pk).update(strategy="priority" if name == "round_robin" else "round_robin")
    roster.changed(roster.pool_subject(pool.slug), at=NOW)
    page = f"{live_server.url}/admin/routing/pool/{pool.pk}/change/"

    ops.goto(page)
    expect(ops.locator("#preview").get_by_role("row")).to_have_count(5)
    with ops.expect_response(lambda answer: answer.url.endswith("/preview/")) as asked:
        step_of(ops, STRATEGIES[name].label).get_by_role("radio").check()
    assert asked.value.ok
    expect(ops.locator("#preview").get_by_role("row")).to_have_count(5)
    shares = ops.locator(".fm-share")
    expect(shares).to_have_count(len(GIVEN[name]))
    for share in GIVEN[name]:
        expect(shares.filter(has_text=share)).to_have_count(1)
    option = step_of(ops, STRATEGIES[name].label).get_by_label(label)
    set_option(option, text)
    ops.get_by_role("button", name="Save", exact=True).click()
    expect(ops.get_by_text("was changed successfully")).to_be_visible()
    ops.goto(page)
    expect(step_of(ops, STRATEGIES[name].label).get_by_role("radio")).to_be_checked()
    holds(step_of(ops, STRATEGIES[name].label).get_by_label(label), text)
    assert_accessible(ops)

    pool.refresh_from_db()
    receive_lead()
    assert pool.strategy == name
    assert {key: pool.method["order"][key] for key in stored} == stored
    assert Decision.objects.latest("pk").receipt["route"]["strategy"] == name


@pytest.mark.parametrize("name", list(PICKED))
def test_a_pick_is_previewed_saved_shown_again_and_moves_the_ledger(
    ops: Page, pool: Pool, live_server: LiveServer, name: str
) -> None:
    label, text, stored = PICKED[name]
    page = f"{live_server.url}/admin/routing/pool/{pool.pk}/change/"
    ops.goto(page)
    preview = ops.locator("#preview")
    expect(preview.get_by_role("row")).to_have_count(5)

    step_of(ops, PICKS[name].label).get_by_role("radio").check()
    option = step_of(ops, PICKS[name].label).get_by_label(label)
    set_option(option, text)
    expect(preview.get_by_text(PREVIEWED[name]).first).to_be_visible()
    ops.get_by_role("button", name="Save", exact=True).click()
    expect(ops.get_by_text("was changed successfully")).to_be_visible()
    ops.goto(page)
    expect(step_of(ops, PICKS[name].label).get_by_role("radio")).to_be_checked()
    holds(step_of(ops, PICKS[name].label).get_by_label(label), text)
    assert_accessible(ops)

    pool.refresh_from_db()
    used = pool.method.get("pick", {"step": "push"})
    assert used["step"] == name
    assert {key: used[key] for key in stored} == stored
    before = FairnessEntry.objects.filter(pool=pool).count()
    hand_out(name)
    ops.goto(f"{live_server.url}/admin/routing/pool/{pool.pk}/fairness/")
    rows = ops.get_by_role("region", name="Ledger").get_by_role("row")
    expect(rows).to_have_count(before + 2)  # the head, and one more line
    expect(rows.nth(1)).to_contain_text("Got a lead")
    assert_accessible(ops)


def hand_out(pick: str) -> None:
    """Take a lead in, and have a producer say yes to it where the pick asks for one."""
    lead = receive_lead()
    if pick in {"offer", "first"}:
        offer = lead.offers.select_related("producer__user").order_by("pk")[0]
        offers.accept(offer_id=offer.pk, actor=actor_of(offer.producer), now=NOW)
    elif pick == "pull":
        pulling.take_next(actor=actor_of(Producer.objects.get(first_name="Kim")), now=NOW)


def test_the_preview_needs_no_script(sign_in: SignIn, pool: Pool, live_server: LiveServer) -> None:
    signed_in = sign_in(make_user(Role.OPERATIONS))
    assert signed_in.context.browser is not None
    state = signed_in.context.storage_state()
    plain = signed_in.context.browser.new_context(java_script_enabled=False, storage_state=state)
    page = plain.new_page()

    page.goto(f"{live_server.url}/admin/routing/pool/{pool.pk}/change/")
    page.get_by_role("checkbox", name="Skill. Only members").check()
    page.get_by_label("Skills", exact=True).fill("term 3")
    page.get_by_role("button", name="Preview what is on the page").click()

    expect(page.get_by_role("heading", name="The next ten leads would go to …")).to_be_visible()
    expect(page.get_by_text("Kim Park").first).to_be_visible()
    expect(page.get_by_text("Lee Park")).to_have_count(0)
    plain.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_of_a_pool_are_accessible(ops: Page, pool: Pool, live_server: LiveServer, theme: str) -> None:
    ops.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    ops.goto(f"{live_server.url}/admin/routing/pool/{pool.pk}/change/")
    for box in ops.locator("[data-use]").all():
        box.check()
    expect(ops.locator("#preview").get_by_role("row")).to_have_count(5)

    assert_accessible(ops)

    ops.goto(f"{live_server.url}/admin/routing/pool/{pool.pk}/preview/")
    assert_accessible(ops)
