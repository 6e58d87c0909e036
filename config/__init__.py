"""Wires everything together; nobody imports it."""

from config.celery import app as celery_app

__all__ = ["celery_app"]  # so that every process, the web's too, sends its tasks to our broker
