"""Routing's pages in the admin site, one module a family of screens."""

from routing.admin import (
    decisions,  # noqa: F401  # importing registers it
    leads,  # noqa: F401  # likewise
    pools,  # noqa: F401  # likewise
    profiles,  # noqa: F401  # likewise
    queue,  # noqa: F401  # likewise
    setup,  # noqa: F401  # likewise
    sources,  # noqa: F401  # likewise
)
