"""What Django is told once it is ready."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "pullcord.web"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from pullcord.web import fresh, sessions

        user_logged_in.connect(fresh.begin, dispatch_uid="pullcord.web.fresh")
        user_logged_in.connect(sessions.begin, dispatch_uid="pullcord.web.sessions")
