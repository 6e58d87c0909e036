"""The page of a pool in the browser: put a method together, see where the next leads would go, and save it."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.policy import Role
from licenses.models import Producer
from routing.models import Pool, ProducerProfile
from routing.services import roster
from tests.agency import NOW, hire, make_pool, open_agency, receive_lead, tell
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
