"""How is this installation set up? Everything comes from the environment; see docs/reference/settings.md."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONCE
from django.utils.translation import gettext_lazy as _

from weilu.app.home import database_options, home_folder, postgres_settings, secret_key

HOME: Path = home_folder()
BASE_DIR = Path(__file__).resolve().parent.parent

SECRET_KEY = secret_key(HOME)
DEBUG = False
HOST = os.environ.get("WEILU_HOST", "127.0.0.1")
PORT = int(os.environ.get("WEILU_PORT", "8000"))
WEB_PROCESSES = max(1, int(os.environ.get("WEILU_WEB_PROCESSES") or min(2, os.cpu_count() or 1)))
"""Under `weilu up`: Python draws one page at a time in each."""
BASE_URL = os.environ.get("WEILU_BASE_URL", f"http://{HOST}:{PORT}").rstrip("/")
TRUSTED_PROXIES = [p for p in os.environ.get("WEILU_TRUSTED_PROXIES", "").split(",") if p]
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", HOST, urlsplit(BASE_URL).hostname or "localhost"]
CSRF_TRUSTED_ORIGINS = [BASE_URL] if "WEILU_BASE_URL" in os.environ else []
TESTING = "pytest" in sys.modules

DATABASE_URL = os.environ.get("WEILU_DATABASE_URL", "")
WAREHOUSE_URL = os.environ.get("WEILU_WAREHOUSE_URL", "")
CACHE_URL = os.environ.get("WEILU_CACHE_URL", "")

LOG_DATABASE = "default" if DATABASE_URL else "log"
"""Alias that holds the log: a file of its own beside SQLite, the same database on PostgreSQL."""
if DATABASE_URL:
    DATABASES = {"default": postgres_settings(DATABASE_URL)}
else:
    DATABASES = {
        "default": database_options(HOME / "weilu.sqlite3"),
        "log": database_options(HOME / "log.sqlite3"),
    }
DATABASE_ROUTERS = ["weilu.app.routers.LogRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "weilu.core.directory",
    "weilu.core.decisions",
    "weilu.core.events",
    "weilu.core.jobs",
    "weilu.core.operators",
    "weilu.core.api",
    "weilu.core.warehouse",
    "weilu.core.segments",
    "weilu.core.mail",
    "weilu.connectors.imports",
    "weilu.connectors.webhooks",
    "weilu.connectors.tracking",
    "weilu.members",
    "weilu.members.segments",
    "weilu.members.tags",
    "weilu.members.value",
    "weilu.communities",
    "weilu.communities.tasks",
    "weilu.content",
    "weilu.goals",
    "weilu.goals.kpi",
    "weilu.goals.growth",
    "weilu.evaluation",
    "weilu.evaluation.alerts",
    "weilu.evaluation.boards",
    "weilu.evaluation.diagnosis",
    "weilu.evaluation.advice",
    "weilu.console",
    "weilu.app",
]
AUTH_USER_MODEL = "operators.Operator"
ROOT_URLCONF = "weilu.app.urls"
WSGI_APPLICATION = "weilu.app.wsgi.application"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "weilu.core.operators.middleware.OperatorMiddleware",
    "weilu.core.api.middleware.ApiMiddleware",
    "weilu.console.middleware.ErrorsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "weilu.console.context.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "weilu.console.templatetags.console",
                "weilu.console.templatetags.figures",
            ],
        },
    }
]

LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LANGUAGE_CODE = "zh-hans"
LANGUAGE_COOKIE_NAME = "weilu_language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "console" / "static"
MEDIA_ROOT = HOME / "files"
FILE_UPLOAD_TEMP_DIR = None
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "operators:login"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = BASE_URL.startswith("https://")
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'", NONCE],
        "style-src": ["'self'", NONCE],
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}

API_RATE_CALLER = int(os.environ.get("WEILU_API_RATE", "600"))
API_RATE_ADDRESS = int(os.environ.get("WEILU_API_RATE_ADDRESS", "3000"))
API_RATE_UNKNOWN = int(os.environ.get("WEILU_API_RATE_UNKNOWN", "60"))
"""Requests to the API in a minute: of one token or session, from one address, from one address without a good token."""

PANEL_PATIENCE = 0.0 if TESTING else 30.0
"""For so many seconds drawn figures are shown though news came in; they are drawn anew meanwhile (`communities.fresh`)."""

WEBHOOK_HOSTS = [h.strip() for h in os.environ.get("WEILU_WEBHOOK_HOSTS", "").split(",") if h.strip()]
"""Hosts (`host` or `host:port`) that webhooks may reach by plain HTTP and at private addresses."""

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
if CACHE_URL:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL}}

SMTP_URL = os.environ.get("WEILU_SMTP_URL", "")
"""The mail server for letters to operators, see `core.mail.rules`; empty: nothing is mailed."""
MAIL_SECONDS = 10.0

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "weilu.app.logs.Nameless",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("WEILU_LOG_LEVEL", "WARNING")},
    "loggers": {"weilu": {"level": os.environ.get("WEILU_LOG_LEVEL", "INFO")}},
}
