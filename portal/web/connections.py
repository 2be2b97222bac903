"""Connections: the list, two ways to add one, and one with everything done to it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integrations import pipeline
from integrations.connections import (
    authorities,
    disputes,
    layouts,
    operations,
    profiles,
    queries,
    writing,
)
from integrations.connections.agents import pairing
from integrations.connections.errors import NeedsConfirmation
from integrations.connections.models import Connection, ConnectionTest
from integrations.connections.passwords import password_end
from integrations.connections.waiting import waiting_words
from integrations.events import queries as events
from integrations.open_items import queries as open_items
from integrations.sagepro.profile_words import KINDS
from portal.access import PlacedRequest, get_or_404, member_view, parse_id
from portal.web.disputes import cases_context
from portal.web.flagged import flagged_context, switch_flagged
from portal.web.forms.connections import (
    AuthorityForm,
    DatabaseForm,
    PayTraceForm,
    PayTraceSecretsForm,
    PayTraceSettingsForm,
    ReasonForm,
    SageProForm,
    SageProSettingsForm,
)
from portal.web.forms.disputes import DisputesAccessForm, DisputesSettingsForm
from portal.web.forms.past_days import PastDaysForm
from portal.web.looks import looks_context, start_past_days
from portal.web.moments import zone_word
from portal.web.site import site_context
from portal.web.today import tone_of
from portal.web.ways import CHANGED, change_way, way_context, way_form
from tenants.errors import NotPossible
from tenants.roles import Ability

_SecretsForm = DatabaseForm | PayTraceSecretsForm | DisputesAccessForm
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
    "edition": "Edition",
    "company_number": "Company number",
    "server": "Server",
    "database": "Database",
    "folder": "Folder",
}

_EDITIONS = {"sql": "SQL", "dbf": "FoxPro tables"}


@dataclass(frozen=True)
class Card:
    """One connection in the list."""

    connection: Connection
    tone: str
    settings: list[tuple[str, str]]


@require_safe
@member_view()
def connections(request: PlacedRequest) -> HttpResponse:
    """All kinds, with their health."""
    found = queries.connections(request.place.environment.id)
    cards = [Card(each, tone_of(each), _settings(each)) for each in found]
    context = {
        "disputes": [card for card in cards if card.connection.kind == Connection.Kind.DISPUTES],
        "paytrace": [card for card in cards if card.connection.kind == Connection.Kind.PAYTRACE],
        "sagepro": [card for card in cards if card.connection.kind == Connection.Kind.SAGEPRO],
    }
    return render(request, "connections/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_view(Ability.MANAGE_CONNECTIONS)
def add_paytrace(request: PlacedRequest) -> HttpResponse:
    """A new PayTrace account."""
    companies = queries.sage_companies(request.place.environment.id)
    form = PayTraceForm(request.POST or None, companies=companies)
    if form.is_valid():
        given = dict(form.cleaned_data)
        made = _tried(
            form,
            lambda: operations.create_paytrace(
                environment_id=request.place.environment.id,
                actor=request.place.actor,
                posts_to_id=_id_or_none(given.pop("posts_to")),
                **given,
            ),
        )
        if made:
            return redirect("connection", request.place.tenant.slug, made.id)
    return render(request, "connections/add_paytrace.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@member_view(Ability.MANAGE_CONNECTIONS)
def add_sagepro(request: PlacedRequest) -> HttpResponse:
    """A new Sage Pro company."""
    form = SageProForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        made = _tried(
            form,
            lambda: operations.create_sagepro(
                environment_id=request.place.environment.id,
                name=form.cleaned_data["name"],
                company_number=form.cleaned_data["company_number"],
                dsn=form.dsn(),
                profile=form.cleaned_data["profile"],
                authority=form.cleaned_data["authority"],
                actor=request.place.actor,
            ),
        )
        if made:
            return redirect("connection", request.place.tenant.slug, made.id)
    return render(request, "connections/add_sagepro.html", {"form": form})


@require_safe
@member_view()
def connection(request: PlacedRequest, connection_id: str) -> HttpResponse:
    """One connection: its health, its last test, its settings, what can be done."""
    return _page(request, _found(request, connection_id))


@require_safe
@member_view()
def connection_test(request: PlacedRequest, connection_id: str) -> HttpResponse:
    """The last test as it stands now; asks again by itself while it runs."""
    found = _found(request, connection_id)
    return render(request, "connections/test.html", _test_context(found))


@require_POST
@member_view(Ability.MANAGE_CONNECTIONS)
def connection_do(request: PlacedRequest, connection_id: str, what: str) -> HttpResponse:
    """One thing done to a connection; what does not fit comes back with what was typed."""
    found = _found(request, connection_id)
    action = _ACTIONS.get(what)
    if action is None:
        raise Http404("Not found")
    return action(request, found)


def _test(request: PlacedRequest, found: Connection) -> HttpResponse:
    try:
        operations.request_test(
            connection_id=found.id,
            actor=request.place.actor,
            confirmed=request.POST.get("confirmed") == "yes",
        )
    except NeedsConfirmation as question:
        return _page(request, found, question=question.sentence)
    except NotPossible as error:
        return _page(request, found, problem=error.sentence)
    return _back(request, found)


def _poll(request: PlacedRequest, found: Connection) -> HttpResponse:
    pipeline.poll_now(connection_id=found.id, actor=request.place.actor)
    is_paytrace = found.kind == Connection.Kind.PAYTRACE
    where, what = ("PayTrace", "payments") if is_paytrace else (found.name, "cases")
    messages.success(request, f"Looking through {where} now; new {what} show up by themselves.")
    return _back(request, found)


def _open_items(request: PlacedRequest, found: Connection) -> HttpResponse:
    pipeline.read_open_items_now(company_id=found.id, actor=request.place.actor)
    messages.success(request, "Open invoices are read now; this page shows when they are complete.")
    return _back(request, found)


def _past_days(request: PlacedRequest, found: Connection) -> HttpResponse:
    if found.kind != Connection.Kind.PAYTRACE:
        raise Http404("Not found")
    form = PastDaysForm(request.POST)
    made = start_past_days(form, found, actor=request.place.actor) if form.is_valid() else None
    if made is None:
        return _page(request, found, past_days_form=form)
    return redirect("backfill", request.place.tenant.slug, found.id, made.id)


def _pause(request: PlacedRequest, found: Connection) -> HttpResponse:
    operations.pause(
        connection_id=found.id, reason=request.POST.get("reason", ""), actor=request.place.actor
    )
    messages.success(request, f"{found} is paused. Nothing is lost; it goes on when you resume.")
    return _back(request, found)


def _resume(request: PlacedRequest, found: Connection) -> HttpResponse:
    operations.resume(connection_id=found.id, actor=request.place.actor)
    messages.success(request, f"{found} goes on; what waited is done now.")
    return _back(request, found)


def _lift_halt(request: PlacedRequest, found: Connection) -> HttpResponse:
    operations.lift_halt(
        connection_id=found.id, reason=request.POST.get("reason", ""), actor=request.place.actor
    )
    messages.success(request, f"{found} is posted to again.")
    return _back(request, found)


def _have_reset(request: PlacedRequest, found: Connection) -> HttpResponse:
    operations.have_reset_password(connection_id=found.id, actor=request.place.actor)
    messages.success(request, "The count of failed sign-ins starts again. Test the connection.")
    return _back(request, found)


def _notice_address(request: PlacedRequest, found: Connection) -> HttpResponse:
    made = operations.new_notice_address(connection_id=found.id, actor=request.place.actor)
    shown = {"url": settings.PORTAL_URL.rstrip("/") + made.path, "secret": made.secret}
    return _page(request, found, notice=shown)


def _save_settings(request: PlacedRequest, found: Connection) -> HttpResponse:
    form = _settings_form(request, found)
    if form.is_valid():
        given = dict(form.cleaned_data)
        if "posts_to" in given:
            given["posts_to_id"] = _id_or_none(given.pop("posts_to"))
        if _tried(
            form,
            lambda: operations.update_settings(
                connection_id=found.id, actor=request.place.actor, **given
            ),
        ):
            messages.success(request, "The settings are saved.")
            return _back(request, found)
    return _page(request, found, settings_form=form)


def _save_secrets(request: PlacedRequest, found: Connection) -> HttpResponse:
    form = _secrets_form(request, found)
    if form.is_valid() and _tried(
        form, lambda: _replace_secrets(form, found, actor=request.place.actor)
    ):
        messages.success(request, "The new secrets are stored. Test the connection now.")
        return _back(request, found)
    return _page(request, found, secrets_form=form)


def _replace_secrets(form: _SecretsForm, found: Connection, *, actor: str) -> Connection:
    if isinstance(form, DisputesAccessForm):
        return disputes.replace_access(connection_id=found.id, given=form.cleaned_data, actor=actor)
    secrets = {"dsn": form.dsn()} if isinstance(form, DatabaseForm) else form.cleaned_data
    return operations.replace_secrets(connection_id=found.id, secrets=secrets, actor=actor)


def _choose_writing(request: PlacedRequest, found: Connection) -> HttpResponse:
    pipeline.choose_writing(
        connection_id=found.id, writes=request.POST.get("writes", ""), actor=request.place.actor
    )
    messages.success(request, "Saved. It holds for every payment from now on.")
    return _back(request, found)


def _change_way(request: PlacedRequest, found: Connection) -> HttpResponse:
    form = way_form(request, found)
    if form.is_valid() and _tried(form, lambda: change_way(request, found, form.cleaned_data)):
        messages.success(request, CHANGED)
        return _back(request, found)
    return _page(request, found, way_form=form)


def _flagged(request: PlacedRequest, found: Connection) -> HttpResponse:
    switch_flagged(request, found)
    return _back(request, found)


def _accept_tables(request: PlacedRequest, found: Connection) -> HttpResponse:
    layouts.accept(
        connection_id=found.id,
        layout_id=parse_id(request.POST.get("layout", "")),
        actor=request.place.actor,
        reason=request.POST.get("reason", ""),
    )
    operations.request_test(connection_id=found.id, actor=request.place.actor)
    messages.success(request, "Accepted. The connection is being tested; then posting goes on.")
    return _back(request, found)


def _save_authority(request: PlacedRequest, found: Connection) -> HttpResponse:
    form = AuthorityForm(request.POST, request.FILES, prefix="authority")
    if form.is_valid() and _tried(
        form,
        lambda: operations.replace_authority(
            connection_id=found.id,
            content=form.cleaned_data["authority"],
            actor=request.place.actor,
        ),
    ):
        messages.success(request, "The certificate is stored. Test the connection now.")
        return _back(request, found)
    return _page(request, found, authority_form=form)


_Action = Callable[[PlacedRequest, Connection], HttpResponse]


def _told(action: _Action) -> _Action:
    """What is not possible becomes a sentence on the page, not an error."""

    def told(request: PlacedRequest, found: Connection) -> HttpResponse:
        try:
            return action(request, found)
        except NotPossible as error:
            return _page(request, found, problem=error.sentence)

    return told


_ACTIONS: dict[str, _Action] = {
    "test": _test,
    "poll": _told(_poll),
    "open-items": _told(_open_items),
    "past-days": _past_days,
    "pause": _told(_pause),
    "resume": _told(_resume),
    "lift-halt": _told(_lift_halt),
    "have-reset": _told(_have_reset),
    "notice-address": _told(_notice_address),
    "writing": _told(_choose_writing),
    "way": _change_way,
    "flagged": _told(_flagged),
    "accept-tables": _told(_accept_tables),
    "settings": _save_settings,
    "secrets": _save_secrets,
    "authority": _save_authority,
}


def _page(request: PlacedRequest, found: Connection, **more: Any) -> HttpResponse:
    is_paytrace = found.kind == Connection.Kind.PAYTRACE
    is_sage = found.kind == Connection.Kind.SAGEPRO
    is_refused = found.state == Connection.State.WAITING_CREDENTIAL
    context = _test_context(found) | {
        "tone": tone_of(found),
        "waiting_words": waiting_words(found),
        "waiting_notices": events.waiting_notices(connection_id=found.id) if is_refused else 0,
        "password_end": password_end(found, now=timezone.now()),
        "settings": _settings(found),
        "is_paytrace": is_paytrace,
        "is_sage": is_sage,
        "failed_logins": queries.failed_logins(found) if is_paytrace else 0,
        "settings_form": _settings_form(None, found),
        "secrets_form": _secrets_form(None, found),
        "reason_form": ReasonForm(),
    }
    if is_sage:
        context |= _books_context(found)
    elif is_paytrace:
        context |= looks_context(found) | flagged_context(found)
    else:
        context |= cases_context(found)
    return render(request, "connections/connection.html", context | more)


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


def _test_context(found: Connection) -> dict[str, Any]:
    test = queries.latest_test(found.id)
    running = (ConnectionTest.State.QUEUED, ConnectionTest.State.RUNNING)
    return {
        "connection": found,
        "test": test,
        "is_running": test is not None and test.state in running,
    }


def _settings(found: Connection) -> list[tuple[str, str]]:
    shown = queries.public_settings(found)
    told: dict[str, Any] = dict(shown)
    if shown.get("zone"):
        told["zone"] = zone_word(shown["zone"])
    if "edition" in shown:
        told["edition"] = _EDITIONS.get(shown["edition"], shown["edition"])
    if found.kind == Connection.Kind.DISPUTES:
        told["provider"] = disputes.kind_of(found).label
    return [(_SETTING_LABELS.get(name, name), str(value)) for name, value in told.items() if value]


def _settings_form(request: PlacedRequest | None, found: Connection) -> forms.Form:
    data, files = (request.POST, request.FILES) if request else (None, None)
    prefix = "settings"
    if found.kind == Connection.Kind.DISPUTES:
        return DisputesSettingsForm(data, prefix=prefix, initial={"name": found.name})
    if found.kind == Connection.Kind.SAGEPRO:
        return SageProSettingsForm(data, files, prefix=prefix, initial={"name": found.name})
    initial = found.settings | {"name": found.name, "posts_to": str(found.posts_to_id or "")}
    companies = queries.sage_companies(found.environment_id)
    return PayTraceSettingsForm(data, prefix=prefix, initial=initial, companies=companies)


def _secrets_form(request: PlacedRequest | None, found: Connection) -> _SecretsForm:
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


def _tried(form: forms.Form, call: Callable[[], Connection]) -> Connection | None:
    """The row, or None after putting the refusal beside its field."""
    try:
        return call()
    except NotPossible as error:
        form.add_error(error.field if error.field in form.fields else None, error.sentence)
        return None


def _found(request: PlacedRequest, connection_id: str) -> Connection:
    rows = Connection.objects.select_related("posts_to", "tells_of", "environment")
    return get_or_404(
        rows.filter(environment_id=request.place.environment.id), id=parse_id(connection_id)
    )


def _back(request: PlacedRequest, found: Connection) -> HttpResponse:
    return redirect(reverse("connection", args=[request.place.tenant.slug, found.id]))


def _id_or_none(text: str) -> uuid.UUID | None:
    return uuid.UUID(text) if text else None
