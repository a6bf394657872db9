"""Every setting of Demeter, read from the environment through `demeter.env`."""

import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

import django_stubs_ext
import environ
from botocore.config import Config
from csp.constants import NONE, SELF
from pythonjsonlogger.core import RESERVED_ATTRS

from demeter.env import (
    DATA_DIR,
    PROJECT_DIR,
    host_of,
    read_bool,
    read_choice,
    read_list,
    read_positive,
    read_str,
    read_time_zone,
    read_url,
)

django_stubs_ext.monkeypatch()

VERSION = "0.1.0"
BASE_DIR = PROJECT_DIR
DEBUG = read_bool("DEBUG", default=False)
# Without a key from the environment sessions last as long as the process: enough for `manage.py count`.
SECRET_KEY = read_str("SECRET_KEY") or secrets.token_urlsafe(50)
ALLOWED_HOSTS = read_list("ALLOWED_HOSTS", default=("localhost", "127.0.0.1", "[::1]"))
CSRF_TRUSTED_ORIGINS = read_list("CSRF_TRUSTED_ORIGINS")
# For pages, for days, and for cameras that record none, until the owner chooses one (`locations.nursery`).
TIME_ZONE = read_time_zone("TIME_ZONE")

INSTALLED_APPS = [
    "demeter.accounts",
    "locations",
    "photos",
    "stock",
    "processing",
    "learning",
    "gallery",
    "demeter.common.admin.apps.DemeterAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",  # the gallery's search uses trigram indexes
    "pghistory",
    "pgtrigger",
    "django_celery_results",
    "django_htmx",
    "csp",
]

MIDDLEWARE = [
    "demeter.monitoring.health.livez",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "demeter.common.compression.CompressAnswers",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "locations.nursery.use_nursery_time_zone",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "demeter.common.fragments.keep_fragments_apart",
]

ROOT_URLCONF = "demeter.urls"
WSGI_APPLICATION = "demeter.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "demeter.common.theme.theme_context",
                "locations.nursery.nursery_context",
                "demeter.common.i18n.scripts.words_context",
                "gallery.common.navigation.navigation_context",
                "gallery.upload.installed_app.app_context",
            ],
            # Every template has strings to translate.
            "builtins": ["django.templatetags.i18n", "demeter.common.i18n.messages", "demeter.common.i18n.signs"],
        },
    }
]

# --- Database ---------------------------------------------------------------------------------------------------
_database_url = read_url("DATABASE_URL", schemes=("postgres", "postgresql"), default="postgresql:///demeter")
DATABASES: dict[str, Any] = {
    "default": {**environ.Env.db_url_config(_database_url), "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True},
}
# A lost host is detected within half a minute, not when the kernel gives up after two hours.
DATABASES["default"].setdefault("OPTIONS", {}).update(
    connect_timeout=5, keepalives_idle=10, keepalives_interval=5, keepalives_count=3, tcp_user_timeout=25_000
)
# A URL without a password takes it from a separate secret.
DATABASES["default"]["PASSWORD"] = DATABASES["default"]["PASSWORD"] or read_str("POSTGRES_PASSWORD")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Accounts ---------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "upload"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

PGHISTORY_MIDDLEWARE_METHODS = (
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
)  # other methods change nothing (`demeter.common.audit`)

SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"  # so that polls do not read sessions from the database
SESSION_CACHE_ALIAS = "sessions"

# --- Queue and cache --------------------------------------------------------------------------------------------
REDIS_URL = read_url("REDIS_URL", schemes=("redis", "rediss", "unix"), default="redis://127.0.0.1:6379/0")
CACHES = {
    "default": {"BACKEND": "demeter.common.cache.DispensableCache", "LOCATION": REDIS_URL},
    "sessions": {"BACKEND": "demeter.common.cache.SessionCache", "LOCATION": REDIS_URL, "KEY_PREFIX": "sessions"},
}

CELERY_BROKER_URL = REDIS_URL
CELERY_RESULT_BACKEND = "demeter.common.celery_results:BestEffortBackend"
CELERY_RESULT_EXTENDED = True
CELERY_RESULT_EXPIRES = 48 * 3600
CELERY_TIMEZONE = TIME_ZONE  # nightly tasks of beat run in the nursery's night
CELERY_TASK_DEFAULT_QUEUE = "cpu"
CELERY_TASK_TRACK_STARTED = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Must exceed the longest task and countdown (services.md): a task lives 15 minutes at most, a countdown 10.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 1800,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "priority_steps": [0, 5],
    "queue_order_strategy": "priority",
}
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "celerybeat-schedule")

# --- Leases: after how long work is restarted (processing.recovery) ------------------------------------------
# A worker renews its lease at each milestone; loading and exporting a model on first use is the longest silence.
WORK_LEASE = timedelta(minutes=4)
# From the commit of the rows until their message is sent: if a process dies in between, this is the delay, not
# QUEUE_LEASE.
SEND_LEASE = timedelta(minutes=1)
# Once it is sent: long enough for a queue of 100 photos. Sending queued work a second time is harmless.
QUEUE_LEASE = timedelta(minutes=30)
# How long a chord may take to call its body before recovery does.
CHORD_GRACE = timedelta(seconds=20)

# --- Photos and storage -----------------------------------------------------------------------------------------
S3_ENDPOINT_URL = read_url("S3_ENDPOINT_URL", schemes=("http", "https"))  # empty for AWS
S3_BUCKET = read_str("S3_BUCKET", default="demeter-photos")
S3_REGION = read_str("S3_REGION", default="us-east-1")
# Presigned URLs are signed for the address a browser can reach, which may differ from the workers' one.
S3_PUBLIC_ENDPOINT_URL = read_url(
    "S3_PUBLIC_ENDPOINT_URL",
    schemes=("http", "https"),
    default=S3_ENDPOINT_URL or f"https://s3.{S3_REGION}.amazonaws.com",
)
# Where accepted photos wait for the io workers: a folder that web and io workers share, or the bucket (several hosts).
STAGING = read_choice("STAGING", ("folder", "s3"))
STAGING_ROOT = read_str("STAGING_ROOT", default=str(DATA_DIR / "staging" / "uploads"))
# On the disk of the staging folder, so that an accepted file is moved, not copied.
FILE_UPLOAD_TEMP_DIR = str(DATA_DIR / "staging" / "incoming")
SILENCED_SYSTEM_CHECKS = [
    "files.E001"
]  # the folder is created when the first photo arrives (`photos.upload.upload_handlers`)

STORAGES = {
    "default": {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "region_name": S3_REGION,
            "endpoint_url": S3_ENDPOINT_URL or None,
            "access_key": read_str("AWS_ACCESS_KEY_ID") or None,
            "secret_key": read_str("AWS_SECRET_ACCESS_KEY") or None,
            # Short timeouts: a worker should wait in the queue rather than on a dead connection.
            "client_config": Config(
                s3={"addressing_style": "path"},
                signature_version="s3v4",
                connect_timeout=3,
                read_timeout=20,
                retries={"total_max_attempts": 2, "mode": "standard"},
            ),
            "file_overwrite": True,
            "querystring_auth": True,
        },
    },
    "staging": {
        "folder": {
            "BACKEND": "photos.storage.staging.FolderStaging",
            "OPTIONS": {"location": STAGING_ROOT, "base_url": None},
        },
        "s3": {"BACKEND": "photos.storage.staging.BucketStaging"},
    }[STAGING],
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# The space that an upload must leave on the disk, for simultaneous uploads and other data.
STAGING_RESERVE_BYTES = 1024**3
UPLOAD_MAX_FILES = 100
UPLOAD_MAX_FILE_BYTES = 20 * 1024 * 1024
UPLOAD_MAX_TOTAL_BYTES = 500 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = UPLOAD_MAX_FILES + 50  # above the limit, so that the form can refuse with a message
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # fields other than files
FILE_UPLOAD_HANDLERS = ["photos.upload.upload_handlers.PhotoUploadHandler"]
YOLO_CONFIG_DIR = DATA_DIR / "cache" / "ultralytics"  # ultralytics wants to write settings somewhere

# --- Pages ------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"  # for browsers that prefer neither, and for the log and the API
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "demeter.common.i18n.formats"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = Path(read_str("STATIC_ROOT", default=str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]

# The assumed error of a GPS point without a stated one: the accuracy of phones under the open sky.
GPS_ASSUMED_ERROR_M = read_positive("GPS_ASSUMED_ERROR_M", default=8)

# Streets or an aerial picture under the map: https://tiles.example/{z}/{x}/{y}.png; none by default, so that browsers
# contact no other server. The attribution is required by the owner of the tiles.
MAP_TILE_URL = read_url("MAP_TILE_URL", schemes=("http", "https"))
MAP_TILE_ATTRIBUTION = read_str("MAP_TILE_ATTRIBUTION")

# --- Mail: without EMAIL_URL none is sent -------------------------------------------------------------------------
_email_url = read_url("EMAIL_URL", schemes=("smtp", "smtp+tls", "smtp+ssl"))
_email: dict[str, Any] = environ.Env.email_url_config(_email_url) if _email_url else {}
EMAIL_HOST, EMAIL_PORT = _email.get("EMAIL_HOST", ""), _email.get("EMAIL_PORT") or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _email.get("EMAIL_HOST_USER") or "", _email.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = _email.get("EMAIL_USE_TLS", False), _email.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = read_str("MAIL_FROM", default="demeter@localhost")
MAIL_LANGUAGE = read_choice("MAIL_LANGUAGE", ("en", "es"))
# The address of Demeter in mails.
SITE_URL = read_url("SITE_URL", schemes=("http", "https"), default="http://127.0.0.1:8000").rstrip("/")
WEEKLY_SUMMARY_TO = read_list("WEEKLY_SUMMARY_TO")

# --- Security ---------------------------------------------------------------------------------------------------
HTTPS = read_bool("HTTPS", default=False)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
_picture_hosts = [host_of(S3_PUBLIC_ENDPOINT_URL), host_of(MAP_TILE_URL)]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *filter(None, _picture_hosts)],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
    },
}

LOG_FORMAT = read_choice("LOG_FORMAT", ("line", "json"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"ids": {"()": "demeter.common.logs.BoundIds"}},
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s%(ids)s"},
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
            "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
            "reserved_attrs": [*RESERVED_ATTRS, "ids", "data", "request"],  # ignore attributes added by libraries
        },
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["ids"]}},
    "loggers": {"waitress.queue": {"level": "ERROR"}},  # it warns whenever a request waits for a thread
    "root": {"handlers": ["stderr"], "level": read_str("LOG_LEVEL", default="INFO")},
}
