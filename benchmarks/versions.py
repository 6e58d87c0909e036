"""What a measurement ran on."""

from importlib.metadata import version
from platform import python_version

from django.db import connection


def of_intake() -> dict[str, str]:
    """Return the versions of what takes leads in."""
    number = connection.cursor().connection.info.server_version
    libraries = ("django", "djangorestframework", "gunicorn", "psycopg")
    return {
        "python": python_version(),
        "postgresql": f"{number // 10_000}.{number % 10_000}",
        **{name: version(name) for name in libraries},
    }
