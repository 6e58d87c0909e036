"""How gunicorn serves Fairlead: threads in few processes, since a request mostly waits for the database."""

from config.env import env
from config.logs import logging_config

workers = env.int("WEB_CONCURRENCY", default=1)
worker_class = "gthread"
threads = env.int("WEB_THREADS", default=8)
timeout = 30
graceful_timeout = 20
keepalive = 5
limit_request_field_size = 8190
logconfig_dict = logging_config(env.str("LOG_LEVEL", default="INFO"))
