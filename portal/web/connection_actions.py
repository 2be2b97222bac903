"""What is done to one connection; what does not fit comes back with what was typed."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from integrations import pipeline
from integrations.connections import disputes, layouts, operations, passwords
from integrations.connections.errors import NeedsConfirmation
from integrations.connections.models import Connection
from portal.access import PlacedRequest, parse_id
from portal.web.connection_forms import id_or_none, tried
from portal.web.connection_page import SecretsForm, page, secrets_form, settings_form
from portal.web.flagged import switch_flagged
from portal.web.forms.disputes import DisputesAccessForm
from portal.web.forms.past_days import PastDaysForm
from portal.web.forms.sage_company import AuthorityForm, DatabaseForm
from portal.web.looks import start_past_days
from portal.web.ways import CHANGED, change_way, way_form
from tenants.errors import NotPossible


def _test(request: PlacedRequest, found: Connection) -> HttpResponse:
    try:
        operations.request_test(
            connection_id=found.id,
            actor=request.place.actor,
            confirmed=request.POST.get("confirmed") == "yes",
        )
    except NeedsConfirmation as question:
        return page(request, found, question=question.sentence)
    except NotPossible as error:
        return page(request, found, problem=error.sentence)
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
        return page(request, found, past_days_form=form)
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


def _user_kind(request: PlacedRequest, found: Connection) -> HttpResponse:
    passwords.say_kind(
        connection_id=found.id, kind=request.POST.get("kind", ""), actor=request.place.actor
    )
    messages.success(request, "Noted.")
    return _back(request, found)


def _notice_address(request: PlacedRequest, found: Connection) -> HttpResponse:
    made = operations.new_notice_address(connection_id=found.id, actor=request.place.actor)
    shown = {"url": settings.PORTAL_URL.rstrip("/") + made.path, "secret": made.secret}
    return page(request, found, notice=shown)


def _save_settings(request: PlacedRequest, found: Connection) -> HttpResponse:
    form = settings_form(request, found)
    if form.is_valid():
        given = dict(form.cleaned_data)
        if "posts_to" in given:
            given["posts_to_id"] = id_or_none(given.pop("posts_to"))
        if tried(
            form,
            lambda: pipeline.change_settings(
                connection_id=found.id, actor=request.place.actor, **given
            ),
        ):
            messages.success(request, "The settings are saved.")
            return _back(request, found)
    return page(request, found, settings_form=form)


def _save_secrets(request: PlacedRequest, found: Connection) -> HttpResponse:
    form = secrets_form(request, found)
    if form.is_valid() and tried(
        form, lambda: _replace_secrets(form, found, actor=request.place.actor)
    ):
        messages.success(request, "The new secrets are stored. Test the connection now.")
        return _back(request, found)
    return page(request, found, secrets_form=form)


def _replace_secrets(form: SecretsForm, found: Connection, *, actor: str) -> Connection:
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
    if form.is_valid() and tried(form, lambda: change_way(request, found, form.cleaned_data)):
        messages.success(request, CHANGED)
        return _back(request, found)
    return page(request, found, way_form=form)


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
    if form.is_valid() and tried(
        form,
        lambda: operations.replace_authority(
            connection_id=found.id,
            content=form.cleaned_data["authority"],
            actor=request.place.actor,
        ),
    ):
        messages.success(request, "The certificate is stored. Test the connection now.")
        return _back(request, found)
    return page(request, found, authority_form=form)


_Action = Callable[[PlacedRequest, Connection], HttpResponse]


def _told(action: _Action) -> _Action:
    """What is not possible becomes a sentence on the page, not an error."""

    def told(request: PlacedRequest, found: Connection) -> HttpResponse:
        try:
            return action(request, found)
        except NotPossible as error:
            return page(request, found, problem=error.sentence)

    return told


ACTIONS: dict[str, _Action] = {
    "test": _test,
    "poll": _told(_poll),
    "open-items": _told(_open_items),
    "past-days": _past_days,
    "pause": _told(_pause),
    "resume": _told(_resume),
    "lift-halt": _told(_lift_halt),
    "have-reset": _told(_have_reset),
    "user-kind": _told(_user_kind),
    "notice-address": _told(_notice_address),
    "writing": _told(_choose_writing),
    "way": _change_way,
    "flagged": _told(_flagged),
    "accept-tables": _told(_accept_tables),
    "settings": _save_settings,
    "secrets": _save_secrets,
    "authority": _save_authority,
}


def _back(request: PlacedRequest, found: Connection) -> HttpResponse:
    return redirect(reverse("connection", args=[request.place.tenant.slug, found.id]))
