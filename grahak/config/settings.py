"""Settings of an installation. What a shopkeeper may change lives in the database with a screen;
what an operator may change is read from the environment here and documented in docs/operate.md."""

from __future__ import annotations

import secrets
from pathlib import Path

import django.conf.locale
from csp.constants import NONE, SELF

from grahak.config import env
from grahak.config.logs import logging_settings

PACKAGE = Path(__file__).resolve().parent.parent
DATA = Path(env.text("GRAHAK_DATA", "data")).resolve()
DATA.mkdir(mode=0o700, parents=True, exist_ok=True)


def _kept_secret(path: Path) -> str:
    """The installation's own secret, made once and readable by its owner only."""
    try:
        with path.open("x") as file:
            path.chmod(0o600)
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text()


SECRET_KEY = env.text("GRAHAK_SECRET_KEY") or _kept_secret(DATA / "secret.key")
DEBUG = env.flag("GRAHAK_DEBUG")
ALLOWED_HOSTS = env.words("GRAHAK_HOSTS", "*")
CSRF_TRUSTED_ORIGINS = env.words("GRAHAK_ORIGINS")
PUBLIC_URL = env.text("GRAHAK_URL").rstrip("/")
BEHIND_HTTPS = PUBLIC_URL.startswith("https://")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "csp",
    "axes",
    "grahak.core",
    "grahak.customers",
    "grahak.catalogue",
    "grahak.sales",
    "grahak.channels",
    "grahak.warehouse",
    "grahak.insight",
    "grahak.marketing",
    "grahak.connect",
    "grahak.config",
]

MIDDLEWARE = [
    "grahak.core.request_log.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "grahak.core.rights.looking.Looking",
    "grahak.core.middleware.Business",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "grahak.core.middleware.Toasts",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "grahak.config.urls"
ASGI_APPLICATION = "grahak.config.asgi.application"
SLOW_REQUEST = 1.0  # seconds; longer ones are logged
WEB_THREADS = max(1, env.number("GRAHAK_THREADS", 8))

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "grahak.core.context.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "grahak.core.templatetags.ui",
            ],
        },
    }
]
FORM_RENDERER = "grahak.core.forms.Renderer"

DATABASES = {"default": env.database(env.text("DATABASE_URL"), DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People who log in
AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "core:login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "core:login"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_CALLABLE = "grahak.core.views.account.typed_email"
AXES_LOCKOUT_TEMPLATE = "core/locked.html"
AXES_VERBOSE = False
PASSWORD_RESET_TIMEOUT = 60 * 60 * 24
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "grahak.core.views.errors.csrf_failure"
if BEHIND_HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 30
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-src": [SELF],
        "frame-ancestors": [NONE],
    }
}

# Languages: Django does not know Gujarati
django.conf.locale.LANG_INFO.setdefault(
    "gu", {"bidi": False, "code": "gu", "name": "Gujarati", "name_local": "ગુજરાતી"}
)
LANGUAGES = [("en", "English"), ("ur", "اردو"), ("hi", "हिन्दी"), ("gu", "ગુજરાતી")]
LANGUAGE_CODE = "en"
LANGUAGE_COOKIE_NAME = "grahak_language"
LANGUAGE_COOKIE_AGE = 60 * 60 * 24 * 365
# Ours before Django's own: "Password" must be the glossary's word, not that of Django's log-in form
LOCALE_PATHS = [
    PACKAGE / app.rsplit(".", 1)[1] / "locale" for app in INSTALLED_APPS if app.startswith("grahak.")
]
FORMAT_MODULE_PATH = ["grahak.config.formats"]
USE_TZ = True
TIME_ZONE = "UTC"

# Files
STATIC_URL = "static/"
STATIC_ROOT = Path(env.text("GRAHAK_STATIC") or DATA / "static")
STATICFILES_DIRS = [PACKAGE / "static"]
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]  # nothing of other packages
MEDIA_ROOT = DATA / "media"
MEDIA_URL = "media/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "grahak.config.static.ShopStatic"
    },
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
UPLOAD_LIMIT = env.number("GRAHAK_UPLOAD_MB", 512) * 1024 * 1024

# The warehouse: how much of the machine questions about many may take
WAREHOUSE_THREADS = max(1, env.number("GRAHAK_WAREHOUSE_THREADS", 2))
WAREHOUSE_MEMORY = max(256, env.number("GRAHAK_WAREHOUSE_MB", 1024))  # MiB; the rest goes through files
# A rebuild sorts every table once, in a process of its own: twice as fast where the largest fits into memory
WAREHOUSE_REBUILD_MEMORY = max(WAREHOUSE_MEMORY, env.number("GRAHAK_REBUILD_MB", env.memory() // 4))

# Shops that are asked over the network must stand on the open internet; yes allows one's own network and plain HTTP
OUTBOUND_PRIVATE = env.flag("GRAHAK_OUTBOUND_PRIVATE")

# How often a key may ask the API in a minute (and at once, after a rest)
API_PER_MINUTE = max(1, env.number("GRAHAK_API_PER_MINUTE", 600))

# Jobs: one queue a loop, so that none waits for another
TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend",
        "QUEUES": ["default", "imports", "sending", "backfill"],
    }
}

# What the system itself writes (invitations, resets) goes through the shop's own sender
EMAIL_BACKEND = "grahak.channels.email.backend.ShopBackend"
SMTP_CA = env.text(
    "GRAHAK_SMTP_CA"
)  # a file of certificates to trust beside the usual ones, for one's own mail server

LOGGING = logging_settings(
    env.text("GRAHAK_LOG_LEVEL", "INFO"), human=env.text("GRAHAK_LOG", "json") == "human"
)
