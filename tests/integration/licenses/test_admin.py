"""The licence pages: whoever edits does it through the one service, whoever looks changes nothing."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.forms import BooleanField
from django.test import Client
from django.urls import reverse

from accounts.policy import Role
from audit.models import Entry
from licenses.models import (
    Appointment,
    AppointmentRegime,
    CarrierContract,
    License,
    LicenseRefresh,
    LicenseRefreshChange,
    LineOfAuthority,
    LoaMap,
    Producer,
    ProducerChange,
    Product,
)
from tests.factories import (
    make_appointment,
    make_carrier,
    make_contract,
    make_license,
    make_producer,
    make_product,
    make_regime,
    make_user,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 12, 17, tzinfo=UTC)


def signed_in(role: Role) -> Client:
    client = Client()
    client.force_login(make_user(role))
    return client


@pytest.fixture
def operations() -> Client:
    return signed_in(Role.OPERATIONS)


def form_of(client: Client, url: str) -> dict[str, Any]:
    """Return what the form at this address would send as it stands."""
    response = client.get(url)
    forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    data: dict[str, Any] = {}
    for form in forms:
        for bound in form:
            if isinstance(bound.field, BooleanField) and not bound.value():
                continue
            value = bound.field.widget.format_value(bound.value())
            value = value[0] if isinstance(value, list) and value else value
            data[bound.html_name] = "" if value is None else value
    return data


def change_url(row: Any) -> str:
    return reverse(f"admin:licenses_{row._meta.model_name}_change", args=[row.pk])


def problems(response: Any) -> Any:
    context = response.context
    formsets = [each.formset for each in context["inline_admin_formsets"]]
    return [context["adminform"].form.errors, *((each.errors, each.non_form_errors()) for each in formsets)]


def test_a_producer_is_added_with_a_licence_and_a_contract_in_one_change(operations: Client) -> None:
    make_product("term_life")
    carrier = make_carrier()
    url = reverse("admin:licenses_producer_add")
    data = form_of(operations, url) | {
        "first_name": "Kim",
        "last_name": "Park",
        "npn": "0000000042",
        "resident_state": "FL",
        "time_zone": "America/New_York",
        "status": "ACTIVE",
        "licenses-TOTAL_FORMS": "1",
        "licenses-0-state": "FL",
        "licenses-0-license_class": "PRODUCER",
        "licenses-0-number": "W0001",
        "licenses-0-residency": "R",
        "licenses-0-status": "ACTIVE",
        "licenses-0-is_perpetual": "on",
        "contracts-TOTAL_FORMS": "1",
        "contracts-0-carrier": carrier.pk,
        "contracts-0-status": "READY_TO_SELL",
        "contracts-0-states": "fl, ga",
        "contracts-0-products": "Term_Life",
    }

    response = operations.post(url, data)

    assert response.status_code == 302, problems(response)
    producer = Producer.objects.get()
    assert producer.facts_version == 1
    assert License.objects.get().number == "W0001"
    contract = CarrierContract.objects.get()
    assert (contract.states, contract.products) == (["FL", "GA"], ["term_life"])
    assert [entry.action for entry in Entry.objects.order_by("seq")] == [
        "producer.added",
        "license.added",
        "contract.added",
    ]


def test_an_edit_and_a_removal_are_one_change(operations: Client) -> None:
    producer = make_producer()
    make_license(producer)
    contract = make_contract(producer)
    make_appointment(producer)
    data = form_of(operations, change_url(producer))
    data |= {"licenses-0-status": "SUSPENDED", "contracts-0-DELETE": "on"}

    response = operations.post(change_url(producer), data)

    assert response.status_code == 302, problems(response)
    assert License.objects.get().status == "SUSPENDED"
    assert not CarrierContract.objects.filter(pk=contract.pk).exists()
    assert Appointment.objects.count() == 1
    assert ProducerChange.objects.count() == 1
    assert Producer.objects.get().facts_version == 1


def test_saving_a_page_as_it_stands_changes_nothing(operations: Client) -> None:
    producer = make_producer()
    make_license(producer)
    make_contract(producer, states=["TX"], products=["term_life"], start_date=date(2026, 1, 1))
    make_appointment(producer)

    response = operations.post(change_url(producer), form_of(operations, change_url(producer)))

    assert response.status_code == 302, problems(response)
    assert ProducerChange.objects.count() == 0
    assert Entry.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "place", "message"),
    [
        ({"licenses-0-state": "XX"}, 1, "Use a two-letter state code"),
        ({"licenses-0-expiry_date": "0000-01-01"}, 1, "Enter a valid date"),
        ({"licenses-0-is_perpetual": "on"}, 1, "Give the last valid day, or mark the license perpetual"),
        ({"contracts-0-states": "TX, ZZ"}, 2, "ZZ is not one"),
        ({"contracts-0-products": "term life!"}, 2, "Use product codes"),
        ({"appointments-0-lines": ""}, 3, "This field is required"),
        ({"appointments-0-lines": "LIVE"}, 3, "LIVE is not one"),
        ({"npn": "12x"}, 0, "up to ten digits"),
        ({"time_zone": "Mars/Olympus"}, 0, "Use a zone such as America/New_York"),
    ],
)
def test_bad_input_is_shown_at_its_field_and_nothing_is_saved(
    operations: Client, fields: dict[str, str], place: int, message: str
) -> None:
    producer = make_producer()
    make_license(producer)
    make_contract(producer)
    make_appointment(producer)

    response = operations.post(change_url(producer), form_of(operations, change_url(producer)) | fields)

    assert response.status_code == 200
    assert message in str(problems(response)[place])
    assert ProducerChange.objects.count() == 0


def test_lines_are_edited_on_the_licence(operations: Client) -> None:
    license_ = make_license(make_producer())
    data = form_of(operations, change_url(license_)) | {"lines-0-status": "SURRENDERED"}

    response = operations.post(change_url(license_), data)

    assert response.status_code == 302, problems(response)
    assert LineOfAuthority.objects.get().status == "SURRENDERED"
    assert Producer.objects.get().facts_version == 1
    assert License.objects.get().producer == Producer.objects.get()


@pytest.mark.parametrize(
    ("ends", "found"), [("7", {"a"}), ("30", {"a", "b"}), ("past", {"c"}), ("", {"a", "b", "c", "d"})]
)
def test_licences_are_found_by_how_soon_they_end(
    operations: Client, monkeypatch: pytest.MonkeyPatch, ends: str, found: set[str]
) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_args: NOW.date())
    producer = make_producer()
    for number, day in (("a", date(2026, 5, 19)), ("b", date(2026, 6, 11)), ("c", date(2026, 5, 11))):
        make_license(producer, number=number, expiry_date=day)
    make_license(producer, number="d", is_perpetual=True)

    response = operations.get(reverse("admin:licenses_license_changelist"), {"ends": ends} if ends else {})

    assert {row.number for row in response.context["cl"].result_list} == found


def test_a_rule_decides_only_after_somebody_confirms_it(operations: Client) -> None:
    rule = make_regime(status="provisional")
    url = reverse("admin:licenses_appointmentregime_changelist")

    operations.post(url, {"action": "confirm", "_selected_action": [rule.pk]})

    rule.refresh_from_db()
    assert rule.status == "confirmed"
    operations.post(url, {"action": "withdraw", "_selected_action": [rule.pk]})
    rule.refresh_from_db()
    assert (rule.status, rule.verified_on) == ("provisional", None)


def test_the_form_of_a_rule_does_not_confirm_it(operations: Client) -> None:
    rule = make_regime(status="provisional")
    data = form_of(operations, change_url(rule)) | {"status": "confirmed", "lines": "LIFE, HEALTH"}

    response = operations.post(change_url(rule), data)

    assert response.status_code == 302, problems(response)
    rule.refresh_from_db()
    assert (rule.status, rule.lines) == ("provisional", ["LIFE", "HEALTH"])


def test_sets_of_lines_are_written_as_a_sentence(operations: Client) -> None:
    product = make_product("auto", [["PERS"], ["PROP", "CAS"]])
    data = form_of(operations, change_url(product))
    assert data["lines_any_of"] == "PERS or PROP and CAS"

    response = operations.post(change_url(product), data | {"lines_any_of": "prop and cas OR pers"})

    assert response.status_code == 302, problems(response)
    assert Product.objects.get().lines_any_of == [["PROP", "CAS"], ["PERS"]]


@pytest.fixture
def pages() -> list[str]:
    """One of everything, and the addresses of its pages."""
    producer = make_producer()
    license_ = make_license(producer)
    run = LicenseRefresh.objects.create(
        source="csv", actor="system:x x", started_at=NOW, rejected=[{"place": 3, "reason": "npn is <empty>"}]
    )
    LicenseRefreshChange.objects.create(refresh=run, producer=producer, what="license TX 1", field="status")
    name = LoaMap.objects.create(state="TX", raw_name="Life", lines=["LIFE"], source="L8")
    rows = [producer, license_, make_carrier(), make_product(), make_regime(), run, name]
    lists = [reverse(f"admin:licenses_{row._meta.model_name}_changelist") for row in rows]
    differences = reverse("admin:licenses_licenserefreshchange_changelist") + f"?refresh__id__exact={run.pk}"
    return [*lists, *map(change_url, rows), differences]


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.MANAGER, Role.OPERATIONS, Role.ADMINISTRATOR])
def test_everybody_who_may_look_can(pages: list[str], role: Role) -> None:
    client = signed_in(role)

    assert {url: client.get(url).status_code for url in pages} == dict.fromkeys(pages, 200)


def test_a_producer_sees_none_of_it(pages: list[str]) -> None:
    client = signed_in(Role.PRODUCER)

    assert {url: client.get(url).status_code for url in pages} == dict.fromkeys(pages, 403)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.MANAGER])
def test_whoever_only_looks_cannot_save(pages: list[str], role: Role) -> None:
    client = signed_in(role)
    producer = Producer.objects.get()

    assert client.post(change_url(producer), {"last_name": "Changed"}).status_code == 403
    url = reverse("admin:licenses_appointmentregime_changelist")
    client.post(url, {"action": "withdraw", "_selected_action": [AppointmentRegime.objects.get().pk]})

    assert Producer.objects.get().last_name == "Reyes"
    assert AppointmentRegime.objects.get().status == "confirmed"


@pytest.mark.parametrize("model", ["producer", "license", "carrier", "product", "appointmentregime", "licenserefresh"])
def test_nothing_is_deleted(operations: Client, pages: list[str], model: str) -> None:
    rows: Any = {"license": License, "licenserefresh": LicenseRefresh}.get(model, Producer)

    response = operations.post(reverse(f"admin:licenses_{model}_delete", args=[1]), {"post": "yes"})

    assert response.status_code in {302, 403}
    assert rows.objects.count() == 1


def test_the_page_of_a_producer_takes_the_same_statements_however_many_facts(
    operations: Client, django_assert_max_num_queries: Any
) -> None:
    producer = make_producer()
    for number in range(12):
        make_license(producer, "FL", number=str(number))
        carrier = make_carrier(f"{number:05}")
        make_contract(producer, carrier)
        make_appointment(producer, carrier=carrier)

    with django_assert_max_num_queries(25):
        operations.get(change_url(producer))
