"""What the licenses app does, one module a family of verbs."""

from licenses.services.facts import delete, save
from licenses.services.imports import import_licenses, import_producers
from licenses.services.notices import notify_expiring
from licenses.services.reference import load as load_reference
from licenses.services.reference import save_reference, set_regimes
from licenses.services.refreshing import refresh, refresh_producer

__all__ = [
    "delete",
    "import_licenses",
    "import_producers",
    "load_reference",
    "notify_expiring",
    "refresh",
    "refresh_producer",
    "save",
    "save_reference",
    "set_regimes",
]
