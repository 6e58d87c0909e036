"""The app's configuration."""

from django.apps import AppConfig
from django.core.checks import register

from outbox.checks import check_consumers


class OutboxConfig(AppConfig):
    """Register the checks."""

    name = "outbox"

    def ready(self) -> None:
        """Look at the consumers at every start."""
        register(check_consumers)
