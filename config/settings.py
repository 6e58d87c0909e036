"""Settings in sections; every value from outside comes through `config.env`."""

from pathlib import Path
from typing import Any

import django_stubs_ext
from kombu.entity import Queue

from config.env import AS_OWNER, BASE_DIR, env
from config.logs import logging_config
from config.schedule import QUEUES, ROUTES, SCHEDULE

django_stubs_ext.monkeypatch()  # lets classes such as ModelAdmin[Lead] be written with their type argument

# --- Core -----------------------------------------------------------------------------------------------------------
SECRET_KEY = env.str("SECRET_KEY")
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
PUBLIC_BASE_URL = env.str("PUBLIC_BASE_URL", default="http://127.0.0.1:8000")
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var")))
DATA_DIR.mkdir(parents=True, exist_ok=True)

INSTALLED_APPS = [
    "config.apps.FairleadAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "config.apps.FairleadStaticFilesConfig",
    "django.forms",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "simple_history",
    "csp",
    "accounts",
    "audit",
    "outbox",
    "licenses",
    "rules_engine",
    "routing",
]

MIDDLEWARE = [
    "config.middleware.name_and_time",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.middleware.limit_body",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Widgets come from `templates/` as well, so that every input has its label.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Databases ------------------------------------------------------------------------------------------------------
SQLITE = {
    "ENGINE": "config.sqlite",
    "OPTIONS": {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        # recursive_triggers: without it REPLACE rewrites a ledger row and no trigger fires.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON;",
    },
}
POSTGRES = {
    "CONN_MAX_AGE": 600,
    "CONN_HEALTH_CHECKS": True,
    "OPTIONS": {
        "options": "-c statement_timeout=5000 -c lock_timeout=2000 -c idle_in_transaction_session_timeout=10000",
        # Values travel beside the statement, and a statement that comes again is planned once a connection.
        "server_side_binding": True,
        "prepare_threshold": 2,
    },
}
POSTGRES_OWNER = {
    "OPTIONS": {"options": "-c lock_timeout=10000"}
}  # a migration may take its time, but not block others'


def database(url: str, *, as_owner: bool = False) -> dict[str, Any]:
    """Return Django's settings for one database URL, with what Fairlead asks of either engine."""
    parsed: dict[str, Any] = env.db_url_config(url)
    if "sqlite" in parsed["ENGINE"]:
        return {**parsed, **SQLITE}
    return {**parsed, **(POSTGRES_OWNER if as_owner else POSTGRES)}


DATABASE_URL = env.str("DATABASE_URL", default="") or f"sqlite:///{DATA_DIR / 'fairlead.sqlite3'}"
MIGRATE_DATABASE_URL = env.str("MIGRATE_DATABASE_URL", default="") or DATABASE_URL
DATABASES = {"default": database(MIGRATE_DATABASE_URL if AS_OWNER else DATABASE_URL, as_owner=AS_OWNER)}

# --- Celery ---------------------------------------------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL", default="")
CELERY_BROKER_URL = REDIS_URL or "filesystem://"
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_QUEUES = [Queue(name) for name in QUEUES]  # a worker that is told nothing else serves them all
CELERY_TASK_ROUTES = ROUTES
CELERY_TASK_CREATE_MISSING_QUEUES = False  # a misspelt queue is an error, not a place where tasks wait for ever
CELERY_BEAT_SCHEDULE = SCHEDULE
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
if REDIS_URL:
    # Recovery of unacknowledged tasks takes visibility_timeout plus a scan; the defaults make that an hour and more.
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "visibility_timeout": 300,
        "unacked_restore_interval": 5,
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
    }
else:
    QUEUE_DIR = DATA_DIR / "queue"
    QUEUE_DIR.mkdir(exist_ok=True)
    (DATA_DIR / "queue-control").mkdir(exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(QUEUE_DIR),
        "data_folder_out": str(QUEUE_DIR),
        "control_folder": str(DATA_DIR / "queue-control"),
        "polling_interval": 0.1,
    }

# --- People and doors -----------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.sign_in.GuardedBackend"]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
TLS = env.bool("TLS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = TLS
SECURE_HSTS_SECONDS = 31_536_000 if TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = TLS
if env.bool("BEHIND_TLS_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
LEAD_BODY_LIMIT = 64 * 1024
PROXIES = env.int("PROXIES", default=0)
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
SECURE_REDIRECT_EXEMPT = [r"^healthz/", r"^metrics$"]  # asked from inside, without TLS

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "routing.api.authentication.SourceKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api.DenyUnlessDeclared"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.CursorPagination",
    "PAGE_SIZE": 50,
    "EXCEPTION_HANDLER": "config.api.problem_response",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "NUM_PROXIES": PROXIES,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Fairlead",
    "DESCRIPTION": "Leads in, lawful assignments out, and the proof of both.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",  # what LeadIn's JSON Schema asks for
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "ENUM_NAME_OVERRIDES": {"CaseStatusEnum": "routing.models.case.SavedCase.Status"},
}

# --- Places, words and files ----------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
FORMAT_MODULE_PATH = ["config.formats"]  # the language's own formats would win over DATE_FORMAT and the like
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
AGENCY_TIME_ZONE = env.str("AGENCY_TIME_ZONE", default="America/New_York")
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "static"]
HASHED_STATIC = env.bool("HASHED_STATIC", default=False)
WHITENOISE_USE_FINDERS = not HASHED_STATIC
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "config.static.HashedStaticFiles"
        if HASHED_STATIC
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
vars().update(env.email_url("EMAIL_URL", default=f"filemail:///{DATA_DIR / 'mail'}"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="fairlead@example.com")
SIMPLE_HISTORY_REVERT_DISABLED = True

# --- Fairlead -------------------------------------------------------------------------------------------------------
RULES_CATALOG = "routing.catalog.CATALOG"
RULES_TARGETS = "routing.queries.targets.rule_targets"
RULES_LINKS = ["routing.rule_links.bench", "routing.rule_links.trials"]  # what else can be done with a draft
RULES_GATES = [
    "routing.services.cases.gate",
    "routing.queries.gates.replay",
]  # what else is asked before rules are published
RULES_EVIDENCE = "routing.queries.evidence.evidence"  # what the watch over a new version compares
RULES_USAGE = "routing.queries.usage.rule_usage"  # what lint knows of leads and pools
TRIAL_DAYS = env.int("TRIAL_DAYS", default=90)  # how long what rehearsals and shadows found is kept
RULE_PACKS_DIR = env.str("RULE_PACKS_DIR", default="")
AUDIT_RECEIPTS = "routing.queries.receipts.fingerprint"  # what `verify_audit` holds against the ledger
AUDIT_HEAD_FILE = Path(env.str("AUDIT_HEAD_FILE", default=str(DATA_DIR / "audit-heads.jsonl")))
AUDIT_ANCHOR_EMAIL = env.str("AUDIT_ANCHOR_EMAIL", default="")  # gets the chain's head after every verification
EXPORT_DIR = Path(env.str("EXPORT_DIR", default=str(DATA_DIR / "exports")))  # shared by web and workers
EXPORT_DAYS = env.int("EXPORT_DAYS", default=30)  # how long the files of exports are kept
WEBHOOK_URL = env.str("WEBHOOK_URL", default="")
WEBHOOK_SECRET = env.str("WEBHOOK_SECRET", default="")
LICENSE_SOURCE_CSV = env.str("LICENSE_SOURCE_CSV", default="")
LICENSE_EVENTS_SECRET = env.str("LICENSE_EVENTS_SECRET", default="")
OUTBOX_CONSUMERS: dict[str, list[str]] = {  # what "*" lists gets every topic
    "email.queued": ["outbox.email.consume"],
    "person.invited": ["accounts.letters.send_link"],
    "person.reset_requested": ["accounts.letters.send_link"],
    "lead.assigned": ["routing.consumers.tell_producer", "routing.consumers.shadow"],
    "lead.offered": ["routing.consumers.shadow"],
    "offer.made": ["routing.consumers.tell_of_offer"],
    "lead.duplicated": ["routing.consumers.tell_producer"],
    "sla.reminded": ["routing.consumers.tell_producer"],
    "sla.breached": ["routing.consumers.tell_producer"],
    "sla.foreseen": ["routing.consumers.tell_producer"],
    "sla.missed": ["routing.consumers.tell_producer"],
    "producer.set_away": ["routing.consumers.tell_of_absence"],
    "sla.escalated": ["routing.consumers.tell_of_step"],
    "sla.stood_still": ["routing.consumers.tell_of_standstill"],
    "lead.fell_back": ["routing.consumers.tell_manager", "routing.consumers.shadow"],
    "lead.sent_to_review": ["routing.consumers.tell_manager", "routing.consumers.shadow"],
    "lead.quarantined": ["routing.consumers.tell_manager", "routing.consumers.shadow"],
    "lead.rejected": ["routing.consumers.shadow"],
    "fairness.band_left": ["routing.consumers.tell_of_shares"],
    "sla.alarmed": ["routing.consumers.tell_of_silence"],
    "capacity.freed": ["routing.consumers.wake"],
    "license.changed": ["routing.consumers.wake"],
    "queue.overdue": ["routing.consumers.tell_of_waiting"],
    "queue.escalated": ["routing.consumers.tell_of_waiting"],
    "rule_set.published": ["routing.consumers.wake"],
    "license.expiring": ["licenses.letters.tell_of_expiry"],
    "rule_set.sent_for_review": ["rules_engine.consumers.tell"],
    "rule_set.approved": ["rules_engine.consumers.tell"],
    "rule_set.rejected": ["rules_engine.consumers.tell"],
    "rule_set.proposal_voided": ["rules_engine.consumers.tell"],
    "rule_set.schedule_failed": ["rules_engine.consumers.tell"],
    "rule_set.confirmation_awaited": ["rules_engine.consumers.tell"],
    "rule_set.alarmed": ["rules_engine.consumers.tell_of_alarm"],
    "*": ["outbox.webhook.consume"],
}
OUTBOX_DAYS = env.int("OUTBOX_DAYS", default=90)  # how long delivered messages are kept
OUTBOX_BREAKER_FAILURES = env.int("OUTBOX_BREAKER_FAILURES", default=5)  # in a row, after which a consumer is spared
OUTBOX_BREAKER_SECONDS = env.int("OUTBOX_BREAKER_SECONDS", default=60)  # for so long, then one message is tried
OUTBOX_DOORBELL = env.bool("OUTBOX_DOORBELL", default=False)
HEARTBEAT_LIMIT = 30  # seconds without a sign after which the worker counts as gone
SWEEP_LAG_LIMIT = 10  # seconds a due timer may wait before the site says it is not ready

# --- Logs -----------------------------------------------------------------------------------------------------------
LOGGING = logging_config(env.str("LOG_LEVEL", default="INFO"))
