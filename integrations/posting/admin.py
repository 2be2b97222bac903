"""Payments, attempts and the ledger, for support staff: read-only, without payloads.

The portal registers `EffectAdmin`, because its action walks the pipeline and its page tells
what stages above this one did.
"""

# ruff: noqa: ARG002 Django's admin calls these with more than they need
from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from integrations.canonical.effects import EffectKind
from integrations.posting.models import Effect, LedgerEntry, LedgerLine, PostingAttempt
from tenants.support_admin import ALIAS, SupportAdmin


class KindFilter(admin.SimpleListFilter):
    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(kind.value, kind.value.replace("_", " ").capitalize()) for kind in EffectKind]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class EffectAdmin(SupportAdmin):
    """`tell` gives the moments of a payment's story, oldest first; who registers sets it."""

    hidden = ("payload",)
    tell: ClassVar[Callable[[Effect], Iterable[Any]]]
    change_form_template = "admin/payment.html"
    list_display = (
        "occurred_at",
        "tenant",
        "kind",
        "amount",
        "currency",
        "state",
        "invoice_reference",
        "customer_name",
        "company",
        "attempts",
        "sentence",
    )
    list_filter = ("state", KindFilter, "occurred_at")
    search_fields = (
        "transaction_id",
        "invoice_reference",
        "customer_name",
        "customer_number",
        "last_four",
        "approval_code",
        "marker",
        "sage_reference",
        "effect_key",
        "tenant__name",
        "tenant__slug",
    )
    ordering = ("-occurred_at", "id")

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        effect = kwargs["obj"]
        lines = LedgerLine.across_tenants.using(ALIAS).filter(entry__effect_id=effect.pk)
        told = {"story": type(self).tell(effect), "journal": list(lines.order_by("position"))}
        return super().render_change_form(request, {**context, **told}, *args, **kwargs)


@admin.register(PostingAttempt)
class AttemptAdmin(SupportAdmin):
    hidden = ("evidence",)
    list_display = ("started_at", "tenant", "effect", "number", "outcome", "ended_at", "sentence")
    list_filter = ("started_at",)
    search_fields = ("effect__transaction_id", "sentence", "tenant__name", "tenant__slug")
    ordering = ("-started_at",)


@admin.register(LedgerEntry)
class LedgerAdmin(SupportAdmin):
    list_display = (
        "recorded_at",
        "tenant",
        "company",
        "accounting_date",
        "amount",
        "currency",
        "sage_reference",
    )
    list_filter = ("accounting_date",)
    search_fields = ("sage_reference", "effect__transaction_id", "tenant__name", "tenant__slug")
    ordering = ("-recorded_at",)


@admin.register(LedgerLine)
class LedgerLineAdmin(SupportAdmin):
    list_display = ("entry", "tenant", "position", "account", "debit", "credit", "memo")
    search_fields = ("account", "tenant__name", "tenant__slug")
