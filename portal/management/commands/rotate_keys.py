"""Rotates keys: put a new master key in front of TIEOUT_MASTER_KEYS, restart, then run this.

Wraps every company's data keys with the newest master key and re-seals its secrets with a new
data key. It can be stopped and run again at any time; workers go on meanwhile.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrations.connections.rotation import Rotated, rotate_company
from tenants.keyring import MasterKeyMissing, MasterKeysUnreadable
from tenants.keys import key_ring
from tenants.queries import all_tenant_ids


class Command(BaseCommand):
    """Ends with one line of counts; exit code not 0 when a secret could not be re-sealed."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--again-after-hours",
            type=float,
            default=24.0,
            help="Companies whose newest data key is younger are taken as done (default 24).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        younger_than = timedelta(hours=options["again_after_hours"])
        total, companies = Rotated(), 0
        try:
            newest = key_ring().newest
            for tenant_id in all_tenant_ids():
                done = rotate_company(tenant_id=tenant_id, younger_than=younger_than)
                _add(total, done)
                companies += 1
        except (MasterKeyMissing, MasterKeysUnreadable) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"rotate_keys: companies={companies} rewrapped={total.rewrapped} "
            f"new_data_keys={total.new_data_keys} resealed={total.resealed} "
            f"unreadable={len(total.unreadable)} master={newest}"
        )
        if total.unreadable:
            rows = ", ".join(str(row_id) for row_id in total.unreadable)
            raise CommandError(f"Secrets that no longer open, to be entered again: {rows}")


def _add(total: Rotated, done: Rotated) -> None:
    total.rewrapped += done.rewrapped
    total.new_data_keys += done.new_data_keys
    total.resealed += done.resealed
    total.unreadable += done.unreadable
