"""The rules engine's app configuration."""

from django.apps import AppConfig
from django.core import checks


class RulesEngineConfig(AppConfig):
    """Rule sets, their versions and the engine that runs them."""

    name = "rules_engine"
    verbose_name = "Rules"

    def ready(self) -> None:
        """Register the system checks."""
        from rules_engine.checks import check_catalog, check_hooks, check_live_versions  # noqa: PLC0415  # models load first

        checks.register(check_catalog)
        checks.register(check_hooks)
        checks.register(check_live_versions, checks.Tags.database)
