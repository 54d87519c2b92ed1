"""Django's settings. They load without an environment, for type checks; `configure` puts in what the operator said.

Until `configure` was called there is no secret and no database file: nothing can be served by accident.
"""

import logging
import os
import traceback
from pathlib import Path
from typing import Any

from pullcord.config import Config

HERE = Path(__file__).parent
DATABASE = "product.sqlite3"

# -- what the operator says --------------------------------------------------------------------------------------------

SECRET_KEY = ""
ALLOWED_HOSTS: list[str] = []
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_SECURE = False


def database(config: Config) -> dict[str, Any]:
    """The product's own file, or the server that the operator named. Raises ConfigError."""
    return on_server(config.database) if config.database else in_file(config.path(DATABASE))


def in_file(path: str) -> dict[str, Any]:
    """One process writes; IMMEDIATE, so that a transaction waits at its start and not with its work done."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "ATOMIC_REQUESTS": False,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # secure_delete: what is erased must not stay readable in the file.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON",
        },
    }


def on_server(address: str) -> dict[str, Any]:
    """Every page opens its own connection and closes it: whatever happened to the one before is no matter."""
    from pullcord.safe.postgres import means_of  # only where there is such a server

    means = means_of(address)
    return {
        "ENGINE": "pullcord.web.postgres",
        "NAME": means.pop("dbname"),
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": means,
    }


DATABASES = {"default": in_file(":memory:")}


def configure(config: Config, secret: str) -> None:
    """Before anything of Django is asked for. `secret` signs the sessions: `keys.mark("web", b"sessions")`.

    Said again, it takes the new values over: another data folder's in a test. Raises ConfigError.
    """
    import django
    from django.conf import settings

    told = {
        "SECRET_KEY": secret,
        "ALLOWED_HOSTS": [_host_only(config)],
        "SESSION_COOKIE_SECURE": config.is_https,
        "CSRF_COOKIE_SECURE": config.is_https,
        "DATABASES": {"default": database(config)},
        "TIME_ZONE": config.time_zone,
    }
    again = settings.configured
    globals().update(told)
    os.environ["DJANGO_SETTINGS_MODULE"] = __name__
    django.setup()
    if again:
        _take_over(told)


def _take_over(told: dict[str, Any]) -> None:
    """Django reads its settings once; what it has read is replaced, and every connection made from now on is to this database."""
    from django.conf import settings
    from django.db import connections
    from django.utils import timezone

    for name, value in told.items():
        setattr(settings, name, value)
    timezone.get_default_timezone.cache_clear()  # type: ignore[attr-defined]  # which the stubs do not know
    connections["default"].close()
    connections.settings = connections.configure_settings(told["DATABASES"])
    del connections["default"]


def _host_only(config: Config) -> str:
    """Django compares hosts without their port; the edge, which every request passes, compares it with the port."""
    host = config.host.rsplit("@")[-1]
    return host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]


# -- what the product is made of ---------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "pullcord.store.apps.StoreConfig",
    "pullcord.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]
MIDDLEWARE = [
    "pullcord.web.middleware.Headers",
    "pullcord.web.middleware.AfterTheEnds",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "pullcord.web.sessions.Limits",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "pullcord.web.factors.SecondFactor",
    "pullcord.web.fresh.Fresh",
]
ROOT_URLCONF = "pullcord.web.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- who comes in ------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "store.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
ACCOUNT_ADAPTER = "pullcord.web.adapter.ByInvitation"
# By user name, which may look like an address; no address is verified, so none opens a door.
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
MFA_ADAPTER = "pullcord.web.factors.Sealed"
# A kind is named here once its pages are there.
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
# The device asks for a finger, a face or a PIN each time: a stolen one alone opens nothing.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_FORMS = {
    "add_webauthn": "pullcord.web.said.Added",
    "authenticate_webauthn": "pullcord.web.said.Shown",
    "login_webauthn": "pullcord.web.said.ShownAlone",
    "reauthenticate_webauthn": "pullcord.web.said.ShownAgain",
}
MFA_TOTP_ISSUER = "Pullcord"
MFA_TOTP_TOLERANCE = 1  # a code that was read in its last second is typed in the next half minute (RFC 6238, 5.2)
MFA_RECOVERY_CODES_SHOW_ONCE = True
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"

# Until when a row is kept; who is still signed in is decided by `web/sessions.py`.
SESSION_COOKIE_AGE = 7 * 24 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"

# -- words, times, files -----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [HERE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"


class WithoutAddress(logging.Filter):
    """Of a request that failed: what failed and where in the code. Its address may carry a link, and an error's text a person."""

    def filter(self, record: logging.LogRecord) -> bool:
        kind, _, place = record.exc_info or (None, None, None)
        frames = "".join(traceback.format_tb(place))
        record.msg, record.args = f"A page failed: {kind.__name__ if kind else record.levelname}\n{frames}", ()
        record.exc_info = record.exc_text = None
        return True


# No access log either.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"without address": {"()": WithoutAddress}},
    "handlers": {
        "console": {"class": "logging.StreamHandler"},
        "failed pages": {"class": "logging.StreamHandler", "filters": ["without address"]},
    },
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django.request": {"handlers": ["failed pages"], "level": "ERROR", "propagate": False},
        "django.security": {"handlers": ["failed pages"], "level": "CRITICAL", "propagate": False},
    },
}
