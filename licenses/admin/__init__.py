"""Licences in the admin: producers with their facts, the data they are judged by, and refreshes to read."""

from licenses.admin import license_list, producers, reference, refreshes  # noqa: F401  # importing registers them
