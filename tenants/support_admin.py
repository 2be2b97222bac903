"""The base of every admin page: support staff look across companies and change nothing there.

Lists and pages read through the `support` role: SELECT only, policies across companies, no
secret column. Whatever staff may do is a typed action, which asks for a reason, enters one
company at a time as the application role, and leaves an audit event there.
"""

# ruff: noqa: ARG002 Django's admin calls these with more than they need
from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.exceptions import NotRegistered
from django.db.models import ForeignKey, Manager, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from tenants.audit import record
from tenants.errors import NotPossible
from tenants.scope import tenant_transaction

ALIAS = "support"
# One click, one page of rows: more than this is an incident, and handled as one.
MOST_ROWS = 100


class SupportAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A read-only page per row. `hidden` names the columns the support role may not read."""

    hidden: ClassVar[tuple[str, ...]] = ()
    list_per_page = 50
    # A count of everything beside the count of what was found would cost a second scan.
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Rows of all companies, with what the page shows of rows they point to."""
        options = self.model._meta
        manager: Manager[Any] = getattr(self.model, "across_tenants", options.base_manager)
        joined = [f for f in options.concrete_fields if isinstance(f, ForeignKey)]
        rows = manager.using(ALIAS).select_related(*(f.name for f in joined))
        beyond = (f"{f.name}__{column}" for f in joined for column in self._hidden_of(f))
        rows = rows.defer(*self.hidden, *beyond)
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """What the page shows: the named fields, or every column that is not hidden."""
        if self.fields:
            return list(self.fields)
        shown = (field.name for field in self.model._meta.concrete_fields)
        return [name for name in shown if name not in self.hidden]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return self.get_fields(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Whether this member of staff may use typed actions at all."""
        return bool(request.user.has_perm("tenants.operate"))

    def _hidden_of(self, field: ForeignKey[Any, Any]) -> tuple[str, ...]:
        related = field.remote_field.model
        try:
            return getattr(self.admin_site.get_model_admin(related), "hidden", ())
        except NotRegistered:
            return ()


@dataclass(frozen=True)
class SupportAction:
    """Something staff may do to a row, inside the row's company."""

    name: str
    label: str
    """The button: a verb with its object."""
    sentence: str
    """What will happen, for the page that asks for the reason."""
    fact: str
    """The audit event: a dotted fact such as `support.redriven`."""
    run: Callable[..., None]
    """Called with `row`, `actor` and `reason`; raises NotPossible with a sentence."""


class ReasonForm(forms.Form):
    """Why; it is written into the company's audit trail."""

    reason = forms.CharField(
        min_length=5, max_length=300, help_text="The company can read this in its audit trail."
    )


def offered(action: SupportAction) -> Callable[..., HttpResponse | None]:
    """The action as the admin's list offers it: first the page with the reason, then the deed."""

    def perform(
        model_admin: SupportAdmin, request: HttpRequest, rows: QuerySet[Any]
    ) -> HttpResponse | None:
        chosen = list(rows[: MOST_ROWS + 1])
        if len(chosen) > MOST_ROWS:
            messages.error(request, f"Choose at most {MOST_ROWS} rows.")
            return None
        form = ReasonForm(request.POST if "reason" in request.POST else None)
        if not form.is_valid():
            return _ask(model_admin, request, action, chosen, form)
        _run(request, action, chosen, reason=form.cleaned_data["reason"])
        return None

    perform.__name__ = action.name
    perform.short_description = action.label  # type: ignore[attr-defined]
    perform.allowed_permissions = ("operate",)  # type: ignore[attr-defined]
    return perform


def _ask(
    model_admin: SupportAdmin,
    request: HttpRequest,
    action: SupportAction,
    chosen: Sequence[Model],
    form: ReasonForm,
) -> HttpResponse:
    context = {
        **model_admin.admin_site.each_context(request),
        "title": action.label,
        "action": action,
        "rows": chosen,
        "form": form,
        "opts": model_admin.model._meta,
    }
    return TemplateResponse(request, "admin/support_action.html", context)


def _run(
    request: HttpRequest, action: SupportAction, chosen: Sequence[Model], *, reason: str
) -> None:
    actor = f"{request.user} (support)"
    done = 0
    for row in chosen:
        try:
            _run_one(action, row, actor=actor, reason=reason)
        except NotPossible as refusal:
            messages.warning(request, f"{row}: {refusal.sentence}")
        else:
            done += 1
    if done:
        messages.success(request, f"{action.label}: done for {done} of {len(chosen)}.")


def _run_one(action: SupportAction, row: Model, *, actor: str, reason: str) -> None:
    with tenant_transaction(_company_of(row)):
        action.run(row=row, actor=actor, reason=reason)
        record(
            action.fact,
            actor=actor,
            subject=str(row),
            subject_id=row.pk,
            details={"reason": reason},
        )


def _company_of(row: Model) -> uuid.UUID:
    tenant_id = getattr(row, "tenant_id", row.pk)
    assert isinstance(tenant_id, uuid.UUID)  # noqa: S101 every row here has a company
    return tenant_id
