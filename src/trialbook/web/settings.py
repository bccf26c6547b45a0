"""Django's settings of the site of one study; the only module of the site that reads the environment.

`TRIALBOOK_STUDY` is the folder of the study, `TRIALBOOK_TLS` is `1` where the site is reached by HTTPS,
`TRIALBOOK_HOSTS` the names under which it is reached, separated by commas, `TRIALBOOK_LANGUAGE` what it speaks to
whoever chose no language, `TRIALBOOK_STORE` the address of the database where ledger and accounts are not in files.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from trialbook.web.accounts.policy import read_policy
from trialbook.web.databases import accounts_in
from trialbook.web.keys import secret_key

STUDY_FOLDER = Path(os.environ.get("TRIALBOOK_STUDY", "."))
IS_TLS = os.environ.get("TRIALBOOK_TLS") == "1"
HERE = Path(__file__).parent
POLICY = read_policy(STUDY_FOLDER)
"""What the study chose in `site.toml`."""

STORE = os.environ.get("TRIALBOOK_STORE", "") or POLICY.store

DEBUG = False
SECRET_KEY = secret_key(STUDY_FOLDER)
ALLOWED_HOSTS = os.environ.get("TRIALBOOK_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
ROOT_URLCONF = "trialbook.web.urls"
WSGI_APPLICATION = "trialbook.web.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "trialbook.web.accounts",
    "trialbook.web.invitations",
    "trialbook.web",
]

BLIND_STEP = 0.25
"""Seconds: answers to a blind role leave at multiples of it, see `pace`; 0 for at once."""

MIDDLEWARE = [
    "trialbook.web.pace.Pace",
    "trialbook.web.headers.Headers",
    "django.middleware.security.SecurityMiddleware",
    "trialbook.web.operating.watching.Watched",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "trialbook.web.accounts.middleware.Timeouts",
    "trialbook.web.gate.Gate",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "trialbook.web.frame.page_context",
            ],
        },
    },
]

DATABASES = {
    "default": accounts_in(STORE, STUDY_FOLDER / "people.db" if "TRIALBOOK_STUDY" in os.environ else ":memory:"),
}

# ---- who signs in, and for how long -----------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["trialbook.web.accounts.hashing.Argon2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("code", "name")},
    },
    {"NAME": "trialbook.web.accounts.guessing.Guessable"},
]
LOGIN_URL = "sign-in"
SESSION_ENGINE = "trialbook.web.accounts.session_store"
SESSION_COOKIE_AGE = POLICY.longest_hours * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
IDLE_SECONDS = POLICY.idle_minutes * 60
ABSOLUTE_SECONDS = POLICY.longest_hours * 60 * 60
AXES_FAILURE_LIMIT = POLICY.wrong_passwords
AXES_COOLOFF_TIME = timedelta(minutes=POLICY.shut_minutes)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_USERNAME_CALLABLE = "trialbook.web.accounts.trying.counted_as"
AXES_DISABLE_ACCESS_LOG = True  # the site keeps its own log of sign-ins
AXES_VERBOSE = False
OTP_TOTP_THROTTLE_FACTOR = 0  # wrong second factors are counted with wrong passwords
OTP_TOTP_SYNC = False
OTP_TOTP_ISSUER = "trialbook"
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_RESET_ON_SUCCESS = True

# ---- the wire ---------------------------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_TLS
SESSION_COOKIE_NAME = "__Host-session" if IS_TLS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_TLS else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "trialbook.web.refusals.expired"
SECURE_SSL_REDIRECT = False  # plain HTTP is not listened to beside HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if IS_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_TLS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 25_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

# ---- what is shown ----------------------------------------------------------------------------------------------

LANGUAGE_CODE = os.environ.get("TRIALBOOK_LANGUAGE", POLICY.language)
LANGUAGES = [("en", _("English")), ("zh-hant", _("Traditional Chinese"))]
LANGUAGE_COOKIE_NAME = "__Host-language" if IS_TLS else "language"
LANGUAGE_COOKIE_SECURE = IS_TLS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [HERE / "locale"]
FORMAT_MODULE_PATH = ["trialbook.web.formats"]
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SILENCED_SYSTEM_CHECKS = [
    "security.W008",  # no plain HTTP is listened to, so there is nothing to redirect
    "templates.W003",  # our tags of translation stand in for Django's own under the same name, on purpose
    "axes.W006",  # a hospital's people share one address: shutting it would shut out all of them
    "security.W021",  # a hospital's machine is not to be preloaded into browsers
]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "lines": {"()": "trialbook.web.operating.log.Lines"},
        "json": {"()": "trialbook.web.operating.log.Json"},
    },
    "handlers": {"terminal": {"class": "logging.StreamHandler", "formatter": POLICY.log}},
    "loggers": {
        "trialbook": {
            "handlers": ["terminal"],
            # a line for each request is for programs to read
            "level": "INFO" if POLICY.log == "json" else "WARNING",
            "propagate": False,
        },
        "django": {"handlers": ["terminal"], "level": "WARNING"},
        # below an error it names addresses, and in those stand codes of participants and keys of feeds and invitations
        "django.request": {"level": "ERROR"},
        "axes": {"level": "ERROR"},
    },
}
