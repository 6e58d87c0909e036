"""What `check --deploy` says about an installation others rely on."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Tags, register


@register(Tags.database, deploy=True)
def check_database(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Ask for PostgreSQL, and for a role of its own beside the one that owns the tables."""
    if settings.DATABASE_URL.startswith("sqlite"):
        return [
            checks.Warning(
                "The database is an SQLite file: one writer at a time, and whoever owns the file can alter the ledger.",
                hint="Set DATABASE_URL to a PostgreSQL database.",
                id="fairlead.W001",
            )
        ]
    if urlsplit(settings.DATABASE_URL).username == urlsplit(settings.MIGRATE_DATABASE_URL).username:
        return [
            checks.Error(
                "The application connects as the role that migrates, which can switch off the ledger's triggers.",
                hint="Give MIGRATE_DATABASE_URL the owner's role and DATABASE_URL one with no more than its grants.",
                id="fairlead.E001",
            )
        ]
    return []


@register(Tags.async_support, deploy=True)
def check_broker(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Ask for Redis."""
    if settings.REDIS_URL:
        return []
    return [
        checks.Warning(
            "The queue is a directory of files, which only processes of one machine share.",
            hint="Set REDIS_URL.",
            id="fairlead.W002",
        )
    ]


@register(Tags.security, deploy=True)
def check_head_file(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Ask for the ledger's heads to be kept where the application's other files are not."""
    if not settings.AUDIT_HEAD_FILE.is_relative_to(settings.DATA_DIR):
        return []
    return [
        checks.Warning(
            "The ledger's heads are kept beside the application's own files, so one hand can alter both.",
            hint="Set AUDIT_HEAD_FILE to a place only appended to, such as a mounted write-once store.",
            id="fairlead.W003",
        )
    ]
