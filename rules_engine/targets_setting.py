"""What rules can point at, as the callable that the setting RULES_TARGETS names says: this app knows no pools."""

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.utils.module_loading import import_string

Choices = Sequence[tuple[str, str]]


def targets() -> Mapping[str, Choices]:
    """Return choices by the place in a rule they go to, or nothing where the setting names nothing."""
    path = settings.RULES_TARGETS
    offered: Mapping[str, Choices] = import_string(path)() if path else {}
    return offered
