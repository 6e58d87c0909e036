"""System checks: the catalog can be loaded, and what is live can still be read with it."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import OperationalError, ProgrammingError
from django.utils.module_loading import import_string

from rules_engine import queries
from rules_engine.catalog_setting import catalog
from rules_engine.models import RuleSetVersion


def check_catalog(**_options: Any) -> list[CheckMessage]:
    """Refuse a setting RULES_CATALOG that names no catalog."""
    try:
        catalog()
    except (ImportError, TypeError, ValueError) as error:
        return [
            Error(
                f"RULES_CATALOG cannot be used: {error}",
                hint="Name an instance of rules_engine.engine.catalog.Catalog by its dotted path.",
                id="rules_engine.E001",
            )
        ]
    return []


def check_hooks(**_options: Any) -> list[CheckMessage]:
    """Refuse settings that name gates, evidence or targets nobody can call: publishing would break on them."""
    paths = [*settings.RULES_GATES, settings.RULES_EVIDENCE, settings.RULES_TARGETS]
    return [
        Error(f"RULES_GATES, RULES_EVIDENCE or RULES_TARGETS: {why}", id="rules_engine.E003")
        for why in map(_why_not, filter(None, paths))
        if why
    ]


def _why_not(path: str) -> str:
    try:
        return "" if callable(import_string(path)) else f"{path} is nothing to call."
    except ImportError as error:
        return str(error)


def check_live_versions(databases: Sequence[str] | None = None, **_options: Any) -> list[CheckMessage]:
    """Refuse a release whose catalog has dropped what a live rule reads; runs with `check --database default`."""
    if "default" not in (databases or ()):
        return []
    try:
        live = list(RuleSetVersion.objects.filter(live_in__isnull=False).select_related("ruleset"))
    except (OperationalError, ProgrammingError):
        return []  # `migrate` runs checks first: the tables may not be there, or not be what they will be
    return [
        Error(
            f"{version} is live and cannot be read with this release's catalog.",
            hint="Bring the field back, or publish a version without it before upgrading.",
            id="rules_engine.E002",
        )
        for version in live
        if not queries.is_readable(version)
    ]
