"""The licence calls over HTTP: may this producer sell, and signed notices of change."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone
from standardwebhooks import Webhook

from accounts.policy import Role
from licenses.models import License, LicenseRefresh
from tests.factories import make_contract, make_license, make_producer, make_product, make_regime, make_user

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = "2026-11-21T14:00:00Z"


@pytest.fixture
def producer_id(db: None) -> int:
    producer = make_producer()
    make_license(producer, "TX", effective_date=date(2020, 1, 1), expiry_date=date(2026, 12, 31))
    make_contract(producer)
    make_product()
    make_regime()
    return producer.pk


def test_an_auditor_asks_whether_a_producer_may_sell(client: Client, producer_id: int) -> None:
    client.force_login(make_user(Role.AUDITOR))

    answer = client.get(f"/api/v1/producers/{producer_id}/authority/?state=TX&product=term_life&at={NOW}")

    told = answer.json()
    assert answer.status_code == 200
    assert (told["allowed"], told["blocks"]) == (True, [])
    assert [task["code"] for task in told["tasks"]] == ["FILE_APPOINTMENT"]


def test_every_gate_that_says_no_is_named_with_its_day(client: Client, producer_id: int) -> None:
    client.force_login(make_user(Role.AUDITOR))

    answer = client.get(f"/api/v1/producers/{producer_id}/authority/?state=TX&line=LIFE&at=2027-01-02T14:00:00Z")

    told = answer.json()
    assert told["allowed"] is False
    assert [(block["code"], block["on"]) for block in told["blocks"]] == [("LICENSE_EXPIRED", "2026-12-31")]


def test_a_question_at_fault_names_every_parameter(client: Client, producer_id: int) -> None:
    client.force_login(make_user(Role.AUDITOR))

    answer = client.get(f"/api/v1/producers/{producer_id}/authority/?state=XX&line=NOPE")

    assert answer.status_code == 400
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/state", "/line"]


def test_an_instant_without_a_zone_is_refused(client: Client, producer_id: int) -> None:
    client.force_login(make_user(Role.AUDITOR))

    answer = client.get(f"/api/v1/producers/{producer_id}/authority/?state=TX&line=LIFE&at=2027-01-02T14:00:00")

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/at")


def test_a_producer_asks_about_themselves_and_nobody_else(client: Client, producer_id: int) -> None:
    user = make_user(Role.PRODUCER)
    own = make_producer(user=user)
    client.force_login(user)

    asked = "state=TX&line=LIFE"
    about_self = client.get(f"/api/v1/producers/{own.pk}/authority/?{asked}")
    about_another = client.get(f"/api/v1/producers/{producer_id}/authority/?{asked}")

    assert (about_self.status_code, about_another.status_code) == (200, 403)


def _post(client: Client, body: str, *, secret: str = SECRET, at: datetime | None = None) -> int:
    sent = at or timezone.now()
    signature = Webhook(secret).sign("msg_1", sent, body)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(sent.timestamp())),
        "webhook-signature": signature,
    }
    return client.post("/api/v1/licenses/events/", body, content_type="application/json", headers=headers).status_code


@pytest.fixture
def source_file(settings: LazySettings, tmp_path: Path) -> Path:
    settings.LICENSE_EVENTS_SECRET = SECRET
    file = tmp_path / "licenses.csv"
    settings.LICENSE_SOURCE_CSV = str(file)
    return file


def test_a_signed_notice_refreshes_that_producer_at_once(client: Client, db: None, source_file: Path) -> None:
    producer = make_producer()
    license_ = make_license(producer, "TX", effective_date=date(2020, 1, 1), expiry_date=date(2026, 12, 31))
    source_file.write_text(
        "npn,state,license_number,residency,status,effective_date,expiry_date,line\n"
        f"{producer.npn},TX,{license_.number},R,SUSPENDED,2020-01-01,2026-12-31,LIFE\n"
    )

    status = _post(client, json.dumps({"npn": producer.npn}))

    run = LicenseRefresh.objects.get()
    assert (status, run.state, run.rejected) == (202, "DONE", [])
    assert License.objects.get().status == "SUSPENDED"


@pytest.mark.parametrize(
    ("secret", "age"),
    [("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", timedelta(0)), (SECRET, timedelta(hours=1))],
    ids=["another secret", "an old notice"],
)
def test_a_notice_that_is_forged_or_old_changes_nothing(
    client: Client, db: None, source_file: Path, secret: str, age: timedelta
) -> None:
    status = _post(client, '{"npn": "99"}', secret=secret, at=datetime.now(tz=UTC) - age)

    assert (status, LicenseRefresh.objects.count()) == (403, 0)


def test_notices_are_refused_where_they_are_not_set_up(client: Client, db: None) -> None:
    assert _post(client, '{"npn": "99"}') == 403
