"""Drop the daily cap and the day's count, and let the database count against caps as it does against capacity.

The guards go up last: SQLite rebuilds an altered table without its triggers.
"""

from django.db import migrations

from routing.cap_guard import CapGuard
from routing.capacity_guard import CapacityGuard


class Migration(migrations.Migration):
    dependencies = [("routing", "0013_move_daily_caps")]

    operations = [
        migrations.RemoveField(
            model_name="historicalproducerprofile",
            name="daily_cap",
        ),
        migrations.RemoveField(
            model_name="producerload",
            name="day",
        ),
        migrations.RemoveField(
            model_name="producerload",
            name="day_count",
        ),
        migrations.RemoveField(
            model_name="producerprofile",
            name="daily_cap",
        ),
        CapacityGuard("routing_assignment"),
        CapGuard("routing_assignment"),
    ]
