"""`manage.py import_producers FILE`."""

from licenses.management.importing import ImportCommand
from licenses.services import import_producers


class Command(ImportCommand):
    """Import producers from CSV."""

    help = "Import producers from a CSV file; every row that is not taken is listed with its reason."
    label = "producers"
    take = staticmethod(import_producers)
