"""The app's configuration."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """Nothing but its name."""

    name = "outbox"
