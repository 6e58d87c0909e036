"""The licence pages are accessible in both themes, filled as an agency fills them."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.policy import Role
from licenses.models import Certification, LicenseRefresh, LicenseRefreshChange, LoaMap
from tests.browser.axe import assert_accessible
from tests.browser.conftest import SignIn
from tests.factories import (
    make_appointment,
    make_contract,
    make_license,
    make_producer,
    make_product,
    make_regime,
    make_user,
)


@pytest.fixture
def addresses() -> list[str]:
    """One of everything, and where it is seen."""
    producer = make_producer()
    license_ = make_license(producer)
    make_license(producer, "FL", status="SUSPENDED", is_perpetual=True)
    contract = make_contract(producer, states=["TX"], products=["term_life"])
    make_appointment(producer)
    Certification.objects.create(producer=producer, kind="ANNUITY_BI", state="TX")
    refused = [{"place": 3, "reason": "npn is empty"}]
    run = LicenseRefresh.objects.create(
        source="csv", actor="system:x x", started_at=datetime(2026, 5, 12, 17, tzinfo=UTC), rejected=refused
    )
    LicenseRefreshChange.objects.create(
        refresh=run, producer=producer, what="license TX 1", field="status", after="ACTIVE"
    )
    name = LoaMap.objects.create(state="TX", raw_name="Life", lines=["LIFE"], source="L8")
    rows = [producer, license_, contract.carrier, make_product(), make_regime(status="provisional"), name, run]
    stems = [f"/admin/licenses/{row._meta.model_name}/" for row in rows]
    forms = [f"{stem}{row.pk}/change/" for stem, row in zip(stems, rows, strict=True)]
    return [*stems, *forms, "/admin/licenses/producer/add/", "/admin/licenses/licenserefreshchange/"]


@pytest.mark.parametrize(("role", "theme"), [(Role.OPERATIONS, "light"), (Role.AUDITOR, "dark")])
def test_every_licence_page_is_accessible(
    sign_in: SignIn, live_server: LiveServer, addresses: list[str], role: Role, theme: str
) -> None:
    page: Page = sign_in(make_user(role))
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")

    for address in addresses:
        if role is Role.AUDITOR and address.endswith("/add/"):
            continue
        page.goto(live_server.url + address)
        expect(page.locator("main h1")).to_be_visible()
        assert_accessible(page)
