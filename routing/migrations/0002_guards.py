"""Receipts are append-only, and the database counts a producer's open leads itself."""

from django.db import migrations

from audit.append_only import AppendOnly
from routing.capacity_guard import CapacityGuard


class Migration(migrations.Migration):
    dependencies = [("routing", "0001_initial")]

    operations = [AppendOnly("routing_decision"), CapacityGuard("routing_assignment")]
