"""The vocabulary of rules, as the setting RULES_CATALOG names it: this app knows nothing of leads."""

from functools import lru_cache

from django.conf import settings
from django.utils.module_loading import import_string

from rules_engine.engine.catalog import Catalog


@lru_cache(maxsize=8)
def _load(path: str) -> Catalog:
    loaded = import_string(path)
    if not isinstance(loaded, Catalog):
        raise TypeError(f"{path} is a {type(loaded).__name__}, not a Catalog.")
    return loaded


def catalog() -> Catalog:
    """Return the catalog every rule is written in.

    :raises ImportError: if the setting names nothing that can be imported
    :raises TypeError: if it names something else than a catalog
    """
    return _load(settings.RULES_CATALOG)
