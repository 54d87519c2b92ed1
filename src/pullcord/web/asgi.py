"""The people pages as one ASGI application, for `serve` to stand behind the edge."""

import os

from django.core.asgi import get_asgi_application
from django.core.handlers.asgi import ASGIHandler


def application() -> ASGIHandler:
    """Call it once, after `settings.configure` and `jobs.desk.put`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pullcord.web.settings")
    return get_asgi_application()
