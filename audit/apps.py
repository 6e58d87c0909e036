"""The app's configuration."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Nothing but its name."""

    name = "audit"
