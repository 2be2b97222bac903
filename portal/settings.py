"""Settings, all from the environment; `var/run.env` (written by run.py) fills the gaps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.read_env(BASE_DIR / "var" / "run.env", overwrite=False)

SECRET_KEY: str = env("SECRET_KEY")
DEBUG = False
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PORTAL_URL: str = env("PORTAL_URL", default="http://localhost:8000")
# Plain HTTP is for one machine only; behind TLS the operator sets HTTPS=true.
HTTPS: bool = env.bool("HTTPS", default=False)

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "django_q",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "lucide",
    "rest_framework",
    "tenants",
    "integrations.connections",
    "integrations.events",
    "integrations.instructions",
    "integrations.open_items",
    "integrations.mapping",
    "integrations.accounting",
    "integrations.posting",
    "integrations.workflows",
    "integrations.exceptions",
    "integrations.alerts",
    "portal.apps.PortalConfig",
]

MIDDLEWARE = [
    "portal.middleware.HookShortcut",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.middleware.RequestLog",
    "portal.middleware.BodyBound",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.card_wall.CardWall",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["portal.templatetags.form_marks"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.web.context.frame",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"


# A worker paused inside a transaction is thrown out, so that its row locks block nobody;
# nobody waits for a lock or a statement longer than a person would.
_LIMITS = (
    f"-c lock_timeout={env.int('DATABASE_LOCK_MS', default=10_000)}"
    f" -c statement_timeout={env.int('DATABASE_STATEMENT_MS', default=60_000)}"
    f" -c idle_in_transaction_session_timeout={env.int('DATABASE_IDLE_MS', default=60_000)}"
)


def _database(name: str) -> dict[str, Any]:
    config: dict[str, Any] = env.db_url(name, engine="django.db.backends.postgresql")
    config["CONN_MAX_AGE"] = 600
    config["CONN_HEALTH_CHECKS"] = True
    config.setdefault("OPTIONS", {})["options"] = _LIMITS
    return config


# `default` is the role row-level security bites on; `support` reads across tenants for the
# admin; `migrator` exists only in processes that were handed its address.
DATABASES = {"default": _database("DATABASE_URL"), "support": _database("SUPPORT_URL")}
if env("MIGRATOR_URL", default=""):
    DATABASES["migrator"] = _database("MIGRATOR_URL")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache_entries",
        # Sign-in limits live here; the default of 300 entries would drop them early.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

AUTH_USER_MODEL = "tenants.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_ADAPTER = "portal.web.accounts.PortalAccountAdapter"
# How many proxies stand before us, each adding whom it heard from to X-Forwarded-For: without the
# number every visitor would have the proxy's address, and all of them one limit.
ALLAUTH_TRUSTED_PROXY_COUNT: int = env.int("TRUSTED_PROXIES", default=1 if HTTPS else 0)
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "tieout_session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "tieout_csrf"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 63_072_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
# Of a form without its files, which `BodyBound` bounds.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "var" / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": env(
            "STATICFILES_STORAGE", default="whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
if env("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = BASE_DIR / "var" / "mail"
DEFAULT_FROM_EMAIL: str = env("FROM_EMAIL", default="Tieout <no-reply@localhost>")

# A doorbell, not a ledger: our rows own attempts and order (docs/adr). A finished task is
# acknowledged whatever came of it; a killed one rings again after `retry`.
Q_CLUSTER = {
    "name": "tieout",
    "orm": "default",
    "workers": env.int("WORKERS", default=2),
    "timeout": 90,
    "retry": 150,
    "queue_limit": 4,
    "bulk": 1,
    "poll": 0.1,
    "ack_failures": True,
    "max_attempts": 1,
    "save_limit": -1,
    "catch_up": False,
    "recycle": 2000,
    "label": "Background work",
}

MASTER_KEYS: str = env("TIEOUT_MASTER_KEYS")
# Simulators and sample companies live on this machine; a hosted portal leaves this off.
ALLOW_LOOPBACK_CONNECTIONS: bool = env.bool("ALLOW_LOOPBACK_CONNECTIONS", default=False)
# Folders that may hold FoxPro companies, for all companies or as slug=path for one of them.
SAGE_FOLDERS: list[str] = env.list("SAGE_FOLDERS", default=[])
INTEGRATOR_ID: str = env("PAYTRACE_INTEGRATOR_ID", default="tieout")

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["portal.api.v1.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["portal.api.v1.authentication.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["portal.api.v1.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "portal.api.v1.errors.one_shape",
    "DEFAULT_THROTTLE_CLASSES": ["portal.api.v1.authentication.PerKey"],
    "DEFAULT_METADATA_CLASS": None,
    "URL_FORMAT_OVERRIDE": None,
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": None,
}
API_REQUESTS_PER_MINUTE: int = env.int("API_REQUESTS_PER_MINUTE", default=600)
SPECTACULAR_SETTINGS = {
    "TITLE": "Tieout API",
    "DESCRIPTION": (
        "Payments, exceptions, what PayTrace is asked to do, connections, field mappings and GL "
        "rules of one company."
    ),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "PaymentState": "portal.api.v1.payments.STATES",
        "ExceptionState": "integrations.exceptions.models.ExceptionCase.State",
        "InstructionKind": "portal.api.v1.instruction_shapes.KINDS",
        "InstructionOrigin": "integrations.instructions.models.Instruction.Origin",
        "PlanFrequency": "portal.api.v1.asking.FREQUENCIES",
        "PlanState": "integrations.instructions.models.RecurringPlan.State",
        "InstructionState": "integrations.instructions.models.InstructionState",
        "ConnectionState": "integrations.connections.models.Connection.State",
    },
}

# Empty: metrics are for this machine only.
METRICS_TOKEN: str = env("METRICS_TOKEN", default="")
# Such as mailto:security@example.com; shown in /.well-known/security.txt.
SECURITY_CONTACT: str = env("SECURITY_CONTACT", default="mailto:security@localhost")
# Load balancers ask over plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^health/"]

LOGGING_CONFIG = None
LOG_LEVEL: str = env("LOG_LEVEL", default="INFO")
SILENCED_SYSTEM_CHECKS = [
    "security.W004", "security.W008", "security.W012", "security.W016",
] if not HTTPS else []  # fmt: skip
