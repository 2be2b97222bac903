"""Prepares and proves a FoxPro company in a folder of this server, as an agent does elsewhere.

    manage.py foxpro_site --company acme --connection "Acme books" prepare
    manage.py foxpro_site --company acme --connection "Acme books" prove

`prove` is our half of the self-test: Sage Pro runs its own, PtSelfTest, meanwhile. No live table
is written.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from integrations.canonical.errors import IntegrationError
from integrations.connections import folders
from integrations.connections.clients import open_connection
from integrations.connections.models import Connection
from integrations.sagepro.backends.dbf import proof
from integrations.sagepro.foxpro.site_work import Site
from integrations.sagepro.profile import PostingProfile
from tenants.models import Tenant
from tenants.scope import tenant_transaction


class Command(BaseCommand):
    """Ends with code not 0 and one sentence when something cannot be done."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--company", required=True, help="as in the portal's addresses")
        parser.add_argument("--connection", required=True, help="name of the Sage Pro connection")
        parser.add_argument("what", choices=["prepare", "prove"])
        parser.add_argument("--minutes", type=int, default=5, help="how long to wait for Sage Pro")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            site = _site(options["company"], options["connection"])
            if options["what"] == "prepare":
                site.prepare(today=timezone.now().date())
                self.stdout.write("Our tables and TIEOUT.PRG are in the folder. Next: prove")
            else:
                self._prove(site, timedelta(minutes=options["minutes"]))
        except IntegrationError as error:
            raise CommandError(f"{error.sentence} {error.remedy}".strip()) from None
        except OSError as error:
            raise CommandError(f"The folder cannot be written ({error.strerror}).") from None

    def _prove(self, site: Site, patience: timedelta) -> None:
        say = self.stdout.write
        found = site.prove(today=timezone.now().date(), patience=patience, say=say)
        for check in found.checks:
            say(f"{'ok  ' if check.is_ok else 'BAD '}{check.label}: {check.sentence}")
        say("The result is signed. Test the connection in the portal now.")


def _site(company: str, name: str) -> Site:
    tenant = Tenant.objects.filter(slug=company).first()
    if tenant is None:
        raise CommandError("There is no such company.")
    with tenant_transaction(tenant.id):
        rows = Connection.objects.filter(kind=Connection.Kind.SAGEPRO, name=name)
        found = rows.filter(settings__way=folders.WAY).first()
    if found is None:
        raise CommandError("There is no Sage Pro connection of that name in a folder here.")
    opened = open_connection(tenant_id=tenant.id, connection_id=found.id)
    return Site(
        folders.usable(opened.settings, slug=company)[0],
        PostingProfile.from_json(opened.settings["profile"]),
        opened.settings["writer_epoch"],
        proof.key_of(bytes.fromhex(opened.secret(folders.SITE_KEY).reveal())),
    )
