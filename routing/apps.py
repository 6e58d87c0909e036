"""The routing app."""

from django.apps import AppConfig


class RoutingConfig(AppConfig):
    """From a lead to the producer who works it, and the clocks that follow."""

    name = "routing"
