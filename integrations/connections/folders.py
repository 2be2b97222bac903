"""FoxPro companies in a folder that this server itself reaches, where an operator allowed it.

`SAGE_FOLDERS` names the folders, several with commas: a path is for every company of the portal,
`acme=/srv/acme` for that one only. Without it this way does not exist. What is asked for is
resolved, links and all, before it is compared, and again at each use; whatever is not inside gets
one and the same sentence, so that nobody learns what else is on this machine.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from integrations.canonical.errors import FixConfiguration
from integrations.connections import forms, profiles
from integrations.connections.models import Connection
from integrations.connections.rows import record_change
from integrations.connections.secrets import keep_secrets
from tenants.errors import NotPossible
from tenants.models import Tenant
from tenants.scope import current_tenant_id

WAY = "folder"
SITE_KEY = "site_key"
"""The secret that seals this site's self-test; made here, and never shown."""
_MOST = 4
_LONGEST = 200


def are_allowed() -> bool:
    """Whether an operator allowed the open company any folder. Inside its transaction."""
    return any(_roots(_slug()))


def create_company(
    *,
    environment_id: UUID,
    name: str,
    company_number: str,
    folder: str,
    profile: Mapping[str, Any],
    actor: str,
) -> Connection:
    """A Sage Pro company in this server's folder, not tested yet.

    `folder` may be several with a `;` between; our own tables stand in the first. Raises
    NotPossible with the field at fault. Inside the open company's transaction.
    """
    forms.check_environment(environment_id)
    kept = allowed(folder)
    checked = forms.check_profile(profile, edition="dbf", company_number=company_number)
    kind = Connection.Kind.SAGEPRO
    connection = Connection.objects.create(
        environment_id=environment_id,
        kind=kind,
        name=forms.check_name(name, environment_id=environment_id, kind=kind),
        settings={
            "way": WAY,
            "edition": "dbf",
            "company_number": checked["company_number"],
            "folder": kept,
            # A later connection of the same folder takes over, as a later pairing does.
            "writer_epoch": int(timezone.now().timestamp()),
            "profile": checked,
        },
    )
    profiles.keep_first(connection, actor=actor)
    keep_secrets(connection_id=connection.id, values={SITE_KEY: secrets.token_hex(32)})
    record_change("connection.created", connection, actor, kind=connection.kind, way=WAY)
    return connection


def usable(connection_settings: Mapping[str, Any], *, slug: str) -> list[Path]:
    """The company's folders as they resolve now. Raises FixConfiguration when one is not allowed.

    Links are followed before the comparison, so one that was turned elsewhere since is refused.
    """
    roots = list(_roots(slug))
    found = [_resolved(part) for part in _parts(str(connection_settings["folder"]))]
    if not found or not all(_is_inside(path, roots) for path in found):
        raise FixConfiguration(_REFUSED, code="sage.folder_refused", remedy=_REMEDY)
    return [path for path in found if path is not None]


_REFUSED = "This portal may not open that folder."
_REMEDY = "Your operator allows folders by the setting SAGE_FOLDERS. Or use the agent."


def allowed(folder: str) -> str:
    """The folders as they are kept. Raises NotPossible when one of them is not allowed."""
    parts = _parts(folder)
    if not parts or len(parts) > _MOST or len(folder) > _LONGEST:
        raise NotPossible(
            "Write the folder of the company from its root, several with a ; between.",
            field="folder",
        )
    roots = list(_roots(_slug()))
    if not all(_is_inside(_resolved(part), roots) for part in parts):
        raise NotPossible(f"{_REFUSED} {_REMEDY}", field="folder")
    return ";".join(parts)


def _parts(folder: str) -> list[str]:
    return [part.strip() for part in folder.split(";") if part.strip()]


def _resolved(typed: str) -> Path | None:
    """None for what is not written from the root, or cannot be a path at all."""
    try:
        path = Path(typed)
        return path.resolve() if path.is_absolute() else None
    except (OSError, RuntimeError, ValueError):  # a loop of links, or a zero byte
        return None


def _is_inside(path: Path | None, roots: list[Path]) -> bool:
    return path is not None and any(path.is_relative_to(root) for root in roots)


def _roots(slug: str) -> Iterator[Path]:
    for entry in settings.SAGE_FOLDERS:
        owner, is_owned, path = entry.rpartition("=")
        root = _resolved(path.strip())
        if root is not None and root != Path(root.anchor) and (not is_owned or owner == slug):
            yield root


def _slug() -> str:
    return str(Tenant.objects.values_list("slug", flat=True).get(pk=current_tenant_id()))
