from django.apps import AppConfig
from django.conf import settings


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "Portal"

    def ready(self) -> None:
        from portal import logs, role_check  # noqa: PLC0415 apps must be loaded first

        logs.configure(level=settings.LOG_LEVEL)
        role_check.watch_connections()
