"""The sources this installation is set up for, by name."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from django.conf import settings

from accounts.errors import Refused
from licenses.sources.csv_file import CsvSource
from licenses.sources.records import LicenseSource


class NoSource(Refused):
    """This licence source is not set up."""

    code = "license.no_source"


def _csv() -> LicenseSource:
    if not settings.LICENSE_SOURCE_CSV:
        raise NoSource("Set LICENSE_SOURCE_CSV to the path of the license file.")
    return CsvSource(Path(settings.LICENSE_SOURCE_CSV))


SOURCES: Final[Mapping[str, Callable[[], LicenseSource]]] = {"csv": _csv}


def source_named(name: str) -> LicenseSource:
    """Return a source that is set up.

    :raises NoSource: naming those there are
    """
    if name not in SOURCES:
        raise NoSource(f"There is no license source {name!r}: use one of {', '.join(sorted(SOURCES))}.")
    return SOURCES[name]()
