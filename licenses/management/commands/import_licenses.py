"""`manage.py import_licenses FILE`."""

from licenses.management.importing import ImportCommand
from licenses.services import import_licenses


class Command(ImportCommand):
    """Import licenses from CSV."""

    help = "Import licenses from a CSV file; every row that is not taken is listed with its reason."
    label = "licenses"
    take = staticmethod(import_licenses)
