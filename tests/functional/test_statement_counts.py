"""Pages ask the database as often for thirty rows as for three."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.policy import Role
from audit.models import Entry, Export, Verification
from licenses import models as licenses
from outbox.models import Circuit, Message
from routing import models as routing
from routing.queries.reports.listed import REPORTS
from rules_engine import models as rules
from tests.factories import make_user
from tests.functional.stock import Stock

pytestmark = pytest.mark.django_db

FEW: Final = 3
MANY: Final = 30
Make = Callable[[Stock, int], None]

# Each list, and what makes it longer.
LISTS: Final[Mapping[type[Model], Make]] = {
    User: Stock.person,
    Entry: Stock.entry,
    Export: Stock.export,
    Verification: Stock.verification,
    Message: Stock.message,
    Circuit: Stock.circuit,
    licenses.License: Stock.license,
    licenses.Producer: Stock.producer,
    licenses.Carrier: Stock.reference,
    licenses.Product: Stock.reference,
    licenses.LoaMap: Stock.reference,
    licenses.AppointmentRegime: Stock.reference,
    licenses.LicenseRefresh: Stock.refreshed,
    licenses.LicenseRefreshChange: Stock.producer,
    rules.RuleSet: Stock.published,
    rules.Rule: Stock.rule,
    rules.NamedList: Stock.rule,
    rules.Proposal: Stock.published,
    rules.RuleSetVersion: Stock.version,
    routing.SavedCase: Stock.case,
    routing.Decision: Stock.held,
    routing.Lead: Stock.held,
    routing.QueueItem: Stock.waiting,
    routing.Override: Stock.override,
    routing.LeadSource: Stock.source,
    routing.Pool: Stock.pool,
    routing.ProducerProfile: Stock.producer,
    routing.Rehearsal: Stock.rehearsal,
    routing.Shadow: Stock.shadow,
    routing.LegalHold: Stock.hold,
    routing.Release: Stock.release,
}
# What cannot grow: one agency, a policy a tier or a kind of data, the packs that ship.
BOUNDED: Final = {routing.Agency, routing.SlaPolicy, routing.PackedSet, routing.RetentionPolicy}

REPORTS_GROW: Final[Mapping[str, Make]] = {
    **dict.fromkeys(REPORTS, Stock.held),
    "fallback": Stock.waiting,
    "utilisation": Stock.producer,
}
# Each page of one thing, and what makes it longer.
PAGES: Final[Mapping[str, Make]] = {
    "/admin/": Stock.waiting,
    "/admin/licenses/producer/{kim}/change/": Stock.license,
    "/admin/licenses/licenserefresh/{refresh}/change/": Stock.producer,
    "/admin/rules_engine/ruleset/{gates}/change/": Stock.rule,
    "/admin/rules_engine/ruleset/{gates}/lint/count/": Stock.rule,
    "/admin/rules_engine/ruleset/{gates}/compare/": Stock.rule,
    "/admin/rules_engine/ruleset/{gates}/send/": Stock.rule,
    "/admin/rules_engine/namedlist/add/": Stock.rule,
    "/admin/routing/pool/{pool}/change/": Stock.producer,
    "/admin/routing/pool/map/": Stock.producer,
    "/admin/routing/queueitem/?view=reasons": Stock.waiting,
    "/admin/routing/savedcase/bench/": Stock.published,
    "/admin/routing/lead/add/": Stock.reference,
    "/admin/routing/lead/reports/": Stock.held,
    **{f"/admin/routing/lead/reports/{slug}/": make for slug, make in REPORTS_GROW.items()},
    "/admin/routing/lead/reports/speed/leads/?days=7": Stock.held,
    "/admin/routing/lead/reports/fallback/leads/?days=7": Stock.waiting,
    "/api/v1/rulesets/": Stock.published,
    "/api/v1/rulesets/checks/versions/": Stock.version,
    "/api/v1/rulesets/checks/draft/": Stock.rule,
    "/api/v1/packs/": Stock.published,
    "/api/v1/fallback/": Stock.waiting,
}


@pytest.fixture
def stock() -> Stock:
    return Stock()


@pytest.fixture
def viewer(client: Client, stock: Stock) -> Client:
    client.force_login(make_user(Role.ADMINISTRATOR))
    return client


def statements(viewer: Client, address: str) -> list[str]:
    """Return what a page asks the database when shown a second time: what a process keeps is kept by then."""
    viewer.get(address)
    with CaptureQueriesContext(connection) as asked:
        answer = viewer.get(address)
    assert answer.status_code == 200, address
    return [each["sql"] for each in asked]


def assert_steady(viewer: Client, stock: Stock, address: str, make: Make) -> None:
    """Compare a page of few rows with the page of many."""
    for number in range(FEW):
        make(stock, number)
    few = statements(viewer, address)
    for number in range(FEW, MANY):
        make(stock, number)
    many = statements(viewer, address)
    assert len(many) == len(few), "\n".join(sorted(set(many) - set(few)))


def test_every_list_is_tried() -> None:
    assert set(admin.site._registry) == set(LISTS) | BOUNDED


@pytest.mark.parametrize(("model", "make"), LISTS.items(), ids=lambda each: getattr(each, "__name__", ""))
def test_a_list_asks_as_often_for_many_rows(viewer: Client, stock: Stock, model: Any, make: Make) -> None:
    address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"

    assert_steady(viewer, stock, address, make)


@pytest.mark.parametrize(("address", "make"), PAGES.items(), ids=lambda each: getattr(each, "__name__", each))
def test_a_page_asks_as_often_for_much_on_it(viewer: Client, stock: Stock, address: str, make: Make) -> None:
    agency = stock.agency
    keys = {"kim": agency.kim.pk, "pool": agency.pool.pk, "gates": stock.gates.pk, "refresh": stock.refresh.pk}

    assert_steady(viewer, stock, address.format(**keys), make)
