"""The page of one connection: its health, its last test, its settings, what can be done."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from integrations.connections import authorities, disputes, layouts, profiles, queries, writing
from integrations.connections.agents import pairing
from integrations.connections.models import Connection, ConnectionTest
from integrations.connections.passwords import kind_of, kind_said, password_end
from integrations.connections.waiting import waiting_words
from integrations.events import queries as events
from integrations.open_items import queries as open_items
from integrations.paytrace.account import UserKind
from integrations.sagepro.profile_words import KINDS
from portal.access import PlacedRequest
from portal.web.disputes import cases_context
from portal.web.flagged import flagged_context
from portal.web.forms.disputes import DisputesAccessForm, DisputesSettingsForm
from portal.web.forms.paytrace_account import PayTraceSecretsForm, PayTraceSettingsForm
from portal.web.forms.reason import ReasonForm
from portal.web.forms.sage_company import AuthorityForm, DatabaseForm, SageProSettingsForm
from portal.web.looks import looks_context
from portal.web.moments import zone_word
from portal.web.site import site_context
from portal.web.today import tone_of
from portal.web.ways import way_context

SecretsForm = DatabaseForm | PayTraceSecretsForm | DisputesAccessForm
_SETTING_LABELS = {
    "provider": "Provider",
    "api_version": "API version",
    "gateway_environment": "PayTrace environment",
    "base_url": "Address",
    "username_hint": "User",
    "merchant_id": "Merchant id",
    "zone": "Time zone",
    "currency": "Currency",
    "settle_from": "Posts settled batches from",
    "deposit_from": "Posts ACH deposits from",
    "edition": "Edition",
    "company_number": "Company number",
    "server": "Server",
    "database": "Database",
    "folder": "Folder",
}

_EDITIONS = {"sql": "SQL", "dbf": "FoxPro tables"}


def page(request: PlacedRequest, found: Connection, **more: Any) -> HttpResponse:
    """The page, with what an action adds: a form with what was typed, a problem, a question."""
    is_paytrace = found.kind == Connection.Kind.PAYTRACE
    is_sage = found.kind == Connection.Kind.SAGEPRO
    is_refused = found.state == Connection.State.WAITING_CREDENTIAL
    context = test_context(found) | {
        "tone": tone_of(found),
        "waiting_words": waiting_words(found),
        "waiting_notices": events.waiting_notices(connection_id=found.id) if is_refused else 0,
        "password_end": password_end(found, now=timezone.now()),
        "asks_for_user_kind": is_paytrace and _is_kind_unknown(found),
        "kind_said": kind_said(found) if is_paytrace else UserKind.UNKNOWN,
        "settings": settings_shown(found),
        "is_paytrace": is_paytrace,
        "is_sage": is_sage,
        "failed_logins": queries.failed_logins(found) if is_paytrace else 0,
        "settings_form": settings_form(None, found),
        "secrets_form": secrets_form(None, found),
        "reason_form": ReasonForm(),
    }
    if is_sage:
        context |= _books_context(found)
    elif is_paytrace:
        context |= looks_context(found) | flagged_context(found)
    else:
        context |= cases_context(found)
    return render(request, "connections/connection.html", context | more)


def _is_kind_unknown(found: Connection) -> bool:
    """Whether it was tested, and neither PayTrace nor anybody said which kind of user it has."""
    return bool(found.capabilities) and kind_of(found) is UserKind.UNKNOWN


def _books_context(found: Connection) -> dict[str, Any]:
    profile = profiles.in_force(found)
    paired = pairing.in_force(found.id)
    return {
        "open_items": open_items.copy_of(found.id),
        "is_assisted": writing.is_assisted(found.settings),
        "agent_is_missing": paired is None,
        "agent_is_silent": paired is not None and pairing.is_silent(paired, timezone.now()),
        "profile_version": profiles.version_in_force(found),
        "profile_kinds": [word.label for kind, word in KINDS.items() if kind in profile.kinds],
        "not_calibrated": [word.label for kind, word in KINDS.items() if kind not in profile.kinds]
        if profile.kinds
        else [],
        "waiting_layout": layouts.waiting(found.id),
        "waiting_changes": layouts.waiting_changes(found.id),
        "authority": authorities.from_settings(found.settings),
        "authority_form": AuthorityForm(prefix="authority"),
        **site_context(found),
        **way_context(found),
    }


def test_context(found: Connection) -> dict[str, Any]:
    """The last test as it stands now."""
    test = queries.latest_test(found.id)
    running = (ConnectionTest.State.QUEUED, ConnectionTest.State.RUNNING)
    return {
        "connection": found,
        "test": test,
        "is_running": test is not None and test.state in running,
    }


def settings_shown(found: Connection) -> list[tuple[str, str]]:
    """Each setting's label and value; secrets are none."""
    shown = queries.public_settings(found)
    told: dict[str, Any] = dict(shown)
    if shown.get("zone"):
        told["zone"] = zone_word(shown["zone"])
    if "edition" in shown:
        told["edition"] = _EDITIONS.get(shown["edition"], shown["edition"])
    if found.kind == Connection.Kind.DISPUTES:
        told["provider"] = disputes.kind_of(found).label
    return [(_SETTING_LABELS.get(name, name), str(value)) for name, value in told.items() if value]


def settings_form(request: PlacedRequest | None, found: Connection) -> forms.Form:
    """Of its kind; filled in with what is in force where nothing was sent."""
    data, files = (request.POST, request.FILES) if request else (None, None)
    prefix = "settings"
    if found.kind == Connection.Kind.DISPUTES:
        return DisputesSettingsForm(data, prefix=prefix, initial={"name": found.name})
    if found.kind == Connection.Kind.SAGEPRO:
        return SageProSettingsForm(data, files, prefix=prefix, initial={"name": found.name})
    initial = found.settings | {"name": found.name, "posts_to": str(found.posts_to_id or "")}
    companies = queries.sage_companies(found.environment_id)
    return PayTraceSettingsForm(
        data,
        prefix=prefix,
        initial=initial,
        companies=companies,
        tells_deposits=found.settings["api_version"] == "v3",
    )


def secrets_form(request: PlacedRequest | None, found: Connection) -> SecretsForm:
    """Of its kind; never filled in with a secret."""
    data = request.POST if request else None
    if found.kind == Connection.Kind.DISPUTES:
        return DisputesAccessForm(
            data,
            prefix="secrets",
            provider=disputes.kind_of(found),
            initial=found.settings,
        )
    if found.kind == Connection.Kind.SAGEPRO:
        kept = found.settings
        initial = {
            "product": kept.get("product", "postgresql"),
            "host": kept.get("server"),
            "database": kept.get("database"),
        }
        return DatabaseForm(data, prefix="secrets", initial=initial)
    return PayTraceSecretsForm(data, prefix="secrets")
