"""What the deploy check says."""

from pathlib import Path

import pytest
from django.conf import LazySettings

from config import checks

APP = "postgres://app@db/fairlead"
OWNER = "postgres://owner@db/fairlead"


@pytest.mark.parametrize(
    ("database_url", "migrate_url", "found"),
    [
        pytest.param("sqlite:///x", "sqlite:///x", ["fairlead.W001"], id="SQLite"),
        pytest.param(APP, APP, ["fairlead.E001"], id="one role for both"),
        pytest.param(APP, OWNER, [], id="a role each"),
    ],
)
def test_the_ledgers_owner_must_be_another_role(
    settings: LazySettings, database_url: str, migrate_url: str, found: list[str]
) -> None:
    settings.DATABASE_URL, settings.MIGRATE_DATABASE_URL = database_url, migrate_url

    assert [message.id for message in checks.check_database(None)] == found


@pytest.mark.parametrize(("url", "found"), [("", ["fairlead.W002"]), ("redis://cache/0", [])])
def test_a_queue_of_files_is_warned_of(settings: LazySettings, url: str, found: list[str]) -> None:
    settings.REDIS_URL = url

    assert [message.id for message in checks.check_broker(None)] == found


@pytest.mark.parametrize(("path", "found"), [("/data/heads", ["fairlead.W003"]), ("/worm/heads", [])])
def test_heads_beside_the_ledger_are_warned_of(settings: LazySettings, path: str, found: list[str]) -> None:
    settings.DATA_DIR, settings.AUDIT_HEAD_FILE = Path("/data"), Path(path)

    assert [message.id for message in checks.check_head_file(None)] == found
