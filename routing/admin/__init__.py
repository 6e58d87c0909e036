"""Routing's pages in the admin site, one module a family of screens."""

from routing.admin import (
    cases,  # noqa: F401  # importing registers it
    decisions,  # noqa: F401  # importing registers it
    exports,  # noqa: F401  # likewise
    leads,  # noqa: F401  # likewise
    ledger,  # noqa: F401  # likewise
    overrides,  # noqa: F401  # likewise
    packs,  # noqa: F401  # likewise
    policies,  # noqa: F401  # likewise
    pools,  # noqa: F401  # likewise
    privacy,  # noqa: F401  # likewise
    profiles,  # noqa: F401  # likewise
    queue,  # noqa: F401  # likewise
    rehearsals,  # noqa: F401  # likewise
    releases,  # noqa: F401  # likewise
    setup,  # noqa: F401  # likewise
    shadows,  # noqa: F401  # likewise
    sources,  # noqa: F401  # likewise
    verifications,  # noqa: F401  # likewise
)
