"""What support staff may do that walks the pipeline, and the pages that tell its whole story.

The rest of each page stands in its app's `admin.py`; only the portal may call the pipeline.
"""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import URLPattern, URLResolver

from integrations import pipeline
from integrations.connections.admin import ConnectionAdmin
from integrations.connections.models import Connection
from integrations.posting.admin import EffectAdmin
from integrations.posting.models import Effect
from portal.story import Moment, for_support, story
from tenants.errors import NotPossible
from tenants.support_admin import SupportAction, offered

# allauth's limits on failed sign-ins do not cover the admin's own login page.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
_every_address = admin.site.get_urls


def _addresses() -> list[URLPattern | URLResolver]:
    """Without *view on site*: it looks rows up outside of any company, and nothing has a page
    to be sent to."""
    found: list[URLPattern | URLResolver] = _every_address()
    return [each for each in found if getattr(each, "name", "") != "view_on_site"]


admin.site.get_urls = _addresses  # type: ignore[method-assign]


def _redrive(*, row: Effect, actor: str, reason: str) -> None:  # noqa: ARG001 audited
    pipeline.retry(effect_id=row.id, actor=actor)


def _repoll(*, row: Connection, actor: str, reason: str) -> None:  # noqa: ARG001
    if row.kind != Connection.Kind.PAYTRACE:
        raise NotPossible("Only a PayTrace connection is polled.")
    pipeline.poll_now(connection_id=row.id, actor=actor)


def _tell(effect: Effect) -> list[Moment]:
    return story(effect, rows=for_support(effect.tenant_id))


REDRIVE = SupportAction(
    name="redrive",
    label="Redrive payment",
    sentence="Walks it again with the rules in force now. What stands in Sage is never posted "
    "twice: the company's writer is asked by its key.",
    fact="support.redriven",
    run=_redrive,
)
REPOLL = SupportAction(
    name="repoll",
    label="Look for payments now",
    sentence="Reads PayTrace's export again at once, with the usual overlap.",
    fact="support.repolled",
    run=_repoll,
)

admin.site.register(Effect, EffectAdmin, actions=(offered(REDRIVE),), tell=staticmethod(_tell))
admin.site.register(
    Connection, ConnectionAdmin, actions=(*ConnectionAdmin.actions, offered(REPOLL))
)
