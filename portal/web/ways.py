"""By which way a Sage company is reached, and changing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404
from django.utils import timezone

from integrations import pipeline
from integrations.connections import folders, ways
from integrations.connections.agents import pairing
from integrations.connections.models import Connection
from portal.access import PlacedRequest
from portal.web.forms.ways import AgentWayForm, DatabaseWayForm, FolderWayForm, WayForm

CHANGED = (
    "Changed. Test the connection now: nothing is read or posted before its test, with the "
    "self-test, has passed."
)
_WORDS = {
    pairing.WAY: "The agent on your network reaches the company.",
    folders.WAY: "This server reaches the company\u2019s folder.",
}
_DIRECT = "This server reaches the company\u2019s database."


def way_context(found: Connection) -> dict[str, Any]:
    """How it is reached, and the other ways there are."""
    offered = _offered(found)
    return {
        "way_words": _WORDS.get(str(found.settings.get("way")), _DIRECT),
        "way_forms": {word: kind(prefix=word, initial=found.settings) for word, kind in offered},
    }


def way_form(request: PlacedRequest, found: Connection) -> WayForm:
    """What was sent for the way that was chosen."""
    chosen = request.POST.get("way", "")
    kind = dict(_offered(found)).get(chosen)
    if kind is None:
        raise Http404("Not found")
    return kind(request.POST, prefix=chosen)


def change_way(request: PlacedRequest, found: Connection, given: Mapping[str, Any]) -> Connection:
    """Raises NotPossible with the field at fault, and while something is under way there."""
    told = {"connection_id": found.id, "actor": request.place.actor, "now": timezone.now()}
    change: dict[str, Callable[..., Connection]] = {
        "folder": ways.use_folder,
        "database": ways.use_database,
        "agent": ways.use_agent,
    }
    chosen = change[request.POST["way"]]
    return pipeline.change_way(company_id=found.id, change=lambda: chosen(**told, **given))


def _offered(found: Connection) -> list[tuple[str, type[WayForm]]]:
    """Of a company in FoxPro tables an allowed folder, of one on SQL Server its database."""
    if found.kind != Connection.Kind.SAGEPRO:
        return []
    way = found.settings.get("way")
    offered: list[tuple[str, type[WayForm]]] = []
    if found.settings.get("edition") == "dbf" and folders.are_allowed():
        offered.append(("folder", FolderWayForm))
    if found.settings.get("edition") == "sql" and way == pairing.WAY:
        offered.append(("database", DatabaseWayForm))
    if way != pairing.WAY:
        offered.append(("agent", AgentWayForm))
    return offered
