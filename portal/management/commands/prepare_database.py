"""Everything a database needs before the portal starts. Safe to repeat."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Migrates as the owner (needs MIGRATOR_URL) and makes the cache table."""

    help = __doc__ or ""
    # They import every page and look at none of this; `run.py check` runs them.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", database="migrator", interactive=False, verbosity=0)
        call_command("createcachetable", database="migrator", verbosity=0)
