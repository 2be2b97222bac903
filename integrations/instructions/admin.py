"""Instructions for support staff: never what was asked in full, never an answer's details."""

from __future__ import annotations

from django.contrib import admin

from integrations.instructions.models import (
    Instruction,
    InstructionAttempt,
    InstructionPolicy,
    PaymentLink,
    RecurringPlan,
    StoredPaymentMethod,
)
from tenants.support_admin import SupportAdmin

_TENANT = ("tenant__name", "tenant__slug")


@admin.register(Instruction)
class InstructionAdmin(SupportAdmin):
    hidden = ("request",)
    list_display = (
        "asked_at", "tenant", "connection", "kind", "state", "amount", "currency", "origin",
        "asked_by", "result_id", "sentence",
    )  # fmt: skip
    list_filter = ("state", "kind", "origin", "asked_at")
    search_fields = ("transaction_id", "result_id", "idempotency_key", *_TENANT)
    ordering = ("-asked_at",)


@admin.register(InstructionAttempt)
class InstructionAttemptAdmin(SupportAdmin):
    hidden = ("evidence",)
    list_display = ("started_at", "tenant", "number", "invoice_id", "outcome", "sentence")
    list_filter = ("started_at",)
    search_fields = ("invoice_id", *_TENANT)
    ordering = ("-started_at",)


@admin.register(RecurringPlan)
class RecurringPlanAdmin(SupportAdmin):
    list_display = (
        "created_at", "tenant", "connection", "state", "amount", "currency", "frequency",
        "customer_number", "recurrence_id",
    )  # fmt: skip
    list_filter = ("state", "created_at")
    search_fields = ("recurrence_id", "customer_number", *_TENANT)
    ordering = ("-created_at",)


@admin.register(StoredPaymentMethod)
class StoredPaymentMethodAdmin(SupportAdmin):
    list_display = (
        "stored_at", "tenant", "connection", "customer_number", "brand", "last_four",
        "forgotten_at",
    )  # fmt: skip
    list_filter = ("stored_at",)
    search_fields = ("customer_number", "vault_id", *_TENANT)
    ordering = ("-stored_at",)


@admin.register(PaymentLink)
class PaymentLinkAdmin(SupportAdmin):
    hidden = ("page_address",)
    list_display = (
        "made_at", "tenant", "purpose", "page", "state", "amount", "currency", "customer_number",
        "invoice_number", "made_by", "expires_at", "tries",
    )  # fmt: skip
    list_filter = ("state", "purpose", "page", "made_at")
    search_fields = ("customer_number", "invoice_number", *_TENANT)
    ordering = ("-made_at",)


@admin.register(InstructionPolicy)
class InstructionPolicyAdmin(SupportAdmin):
    list_display = (
        "tenant", "environment", "is_on", "currency", "user_daily_limit", "company_daily_limit",
        "approval_above", "set_by", "set_at",
    )  # fmt: skip
    list_filter = ("is_on",)
    search_fields = _TENANT
    ordering = ("-set_at",)
