"""Every address of API version 1; each one behind `keyed`."""

from __future__ import annotations

from typing import Any

from django.urls import path, re_path
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.views import APIView

from portal.api.v1 import (
    batches,
    connections,
    exceptions,
    failed_runs,
    gl_rules,
    holds,
    instructions,
    mappings,
    payment_links,
    payments,
    posting_profiles,
    stored,
    storing,
)
from portal.api.v1.keyed import keyed
from portal.api.v1.schema import ApiKeyScheme

__all__ = ["ApiKeyScheme", "urlpatterns"]


class Nowhere(APIView):
    """Any other address: the same shape of refusal as everywhere, key or not."""

    schema = None
    authentication_classes: list[Any] = []
    permission_classes: list[Any] = []
    throttle_classes: list[Any] = []

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002
        raise NotFound("There is nothing at this address.")


def _at(address: str, view: type[APIView]) -> Any:
    return path(address, keyed(view.as_view()))


urlpatterns = [
    _at("payments", payments.PaymentList),
    _at("payments/<uuid:id>", payments.PaymentDetail),
    _at("batches", batches.BatchList),
    _at("exceptions", exceptions.CaseList),
    _at("exceptions/<uuid:id>", exceptions.CaseDetail),
    _at("exceptions/<uuid:id>/retry", exceptions.Retry),
    _at("exceptions/<uuid:id>/put-on-account", exceptions.PutOnAccount),
    _at("exceptions/<uuid:id>/choose-invoice", exceptions.ChooseInvoice),
    _at("exceptions/<uuid:id>/choose-payment", exceptions.ChoosePayment),
    _at("exceptions/<uuid:id>/dismiss", exceptions.Dismiss),
    _at("exceptions/<uuid:id>/charge-again", failed_runs.ChargeAgain),
    _at("exceptions/<uuid:id>/pause-plan", failed_runs.PausePlan),
    _at("instructions", instructions.InstructionList),
    _at("instructions/<uuid:id>", instructions.InstructionDetail),
    _at("instructions/<uuid:id>/approve", instructions.Approve),
    _at("instructions/<uuid:id>/reject", instructions.Reject),
    _at("instructions/<uuid:id>/cancel", instructions.Cancel),
    _at("holds", holds.HoldList),
    _at("payment-methods", stored.PaymentMethodList),
    _at("card-forms", storing.CardForms),
    _at("recurring-plans", stored.RecurringPlanList),
    _at("payment-links", payment_links.PaymentLinkList),
    _at("payment-links/<uuid:id>", payment_links.PaymentLinkDetail),
    _at("payment-links/<uuid:id>/cancel", payment_links.PaymentLinkCancel),
    _at("connections", connections.ConnectionList),
    _at("connections/<uuid:id>", connections.ConnectionDetail),
    _at("connections/<uuid:id>/posting-profile", posting_profiles.PostingProfileDetail),
    _at("accounts", connections.AccountList),
    _at("mappings", mappings.Mapping),
    _at("gl-rules", gl_rules.Rules),
    re_path(r"^.*$", Nowhere.as_view()),
]
