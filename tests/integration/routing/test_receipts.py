"""Receipts, held against what the ledger noted of them."""

import pytest
from django.db import connection

from audit import services as audit
from audit.report import Fault
from routing.models import Decision
from routing.queries.receipts import fingerprint
from tests.agency import hire, open_agency, receive
from tests.ledger import lifted_guards

pytestmark = pytest.mark.django_db


def test_an_untouched_receipt_has_the_fingerprint_in_the_ledger() -> None:
    open_agency()
    hire()
    receive()
    audit.seal()

    assert audit.verify().problems == ()
    decision = Decision.objects.get()
    assert fingerprint(str(decision.pk)) == decision.receipt_sha256


def test_a_receipt_altered_behind_the_triggers_is_found() -> None:
    open_agency()
    hire()
    receive()
    audit.seal()
    decision = Decision.objects.get()
    with lifted_guards("routing_decision"):
        Decision.objects.update(receipt={**decision.receipt, "chosen": 0}, receipt_sha256="0" * 64)
        connection.check_constraints()  # PostgreSQL puts no trigger back while a check is pending

    [problem] = audit.verify().problems

    assert problem.fault is Fault.RECEIPT
    assert str(decision.pk) in problem.message


@pytest.mark.parametrize("named", ["01a1fca7-1130-7650-b0d8-31d14ecf0cf8", "no id at all"])
def test_a_decision_that_is_not_there_has_no_fingerprint(named: str) -> None:
    assert fingerprint(named) is None
