"""The Celery application; its settings are Django's."""

import os

from celery import Celery
from celery.signals import setup_logging
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
TRANSPORT_ALIASES["filesystem"] = "config.file_queue:Transport"
app = Celery("fairlead")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def leave_logging_to_settings(**_kwargs: object) -> None:
    """Stop Celery from installing handlers of its own: that somebody listens here is what tells it."""
