"""The task seals, whatever unknown arguments a newer release sends along."""

import pytest

from audit import tasks
from audit.models import Seal
from tests.integration.audit.ledger_cases import record_some

pytestmark = pytest.mark.django_db


def test_the_task_seals_what_was_recorded() -> None:
    record_some(2)

    tasks.seal(unknown="argument")

    assert Seal.objects.count() == 2
