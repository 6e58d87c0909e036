"""What the world outside says about rules, as the setting RULES_USAGE names it: this app knows nothing of leads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Usage:
    """How many of the leads looked at had each fact, and what each target a rule may name is good for.

    `period` completes *of the leads of …*. `targets`: by the place in a rule, then by name, why it is of no use now, or
    nothing where it is in use; a name not listed is gone.
    """

    leads: int = 0
    period: str = ""
    filled: Mapping[str, int] = field(default_factory=dict)
    targets: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def usage(now: datetime) -> Usage:
    """Return what the setting's function says at an instant; without the setting, nothing.

    :raises ImportError: if the setting names nothing that can be imported
    """
    path = settings.RULES_USAGE
    gather = cast(Callable[[datetime], Usage], import_string(path)) if path else None
    return gather(now) if gather else Usage()
