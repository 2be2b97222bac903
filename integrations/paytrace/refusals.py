"""Turn PayTrace's error codes into our four kinds, in an accountant's words. Pure.

Codes: `errors` is an object whose keys are numeric codes as strings (ActiveMerchant, PayTrace
gateway; PayTrace/paytrace_ruby response_code.rb). The texts beside them are never branched on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.canonical.errors import FixConfiguration, IntegrationError, NeverWorks
from integrations.paytrace.codes import ErrorCode, ResponseCode

_SENTENCES: Mapping[str, tuple[str, str, str]] = {
    str(int(code)): words
    for code, words in {
        ErrorCode.CUSTOMER_UNKNOWN: (
            "paytrace.customer_unknown",
            "PayTrace knows no stored customer with this id.",
            "customer_id",
        ),
        ErrorCode.CARD_INVALID: (
            "paytrace.card_invalid",
            "PayTrace does not accept the stored card number.",
            "",
        ),
        ErrorCode.EXPIRY_MONTH_INVALID: (
            "paytrace.card_expired",
            "The stored card's expiry month is not valid.",
            "",
        ),
        ErrorCode.EXPIRY_YEAR_INVALID: (
            "paytrace.card_expired",
            "The stored card's expiry year is not valid.",
            "",
        ),
        ErrorCode.BANK_ACCOUNT_INVALID: (
            "paytrace.bank_account_invalid",
            "PayTrace does not accept this bank account number.",
            "account_number",
        ),
        ErrorCode.ROUTING_INVALID: (
            "paytrace.routing_invalid",
            "PayTrace does not accept this bank routing number.",
            "routing_number",
        ),
        ErrorCode.TRANSACTION_ID_INVALID: (
            "paytrace.transaction_id_invalid",
            "This is not a PayTrace transaction id.",
            "transaction_id",
        ),
        ErrorCode.CHECK_UNKNOWN: (
            "paytrace.ach_not_found",
            "PayTrace knows no ACH payment with this id, or it is voided or settled already.",
            "transaction_id",
        ),
        ErrorCode.SECURITY_CODE_INVALID: (
            "paytrace.security_code_invalid",
            "PayTrace does not accept the card's security code.",
            "",
        ),
        ErrorCode.CUSTOMER_ID_TAKEN: (
            "paytrace.customer_id_taken",
            "PayTrace already keeps a customer under this id.",
            "customer_id",
        ),
        ErrorCode.TRANSACTION_UNKNOWN: (
            "paytrace.transaction_unknown",
            "PayTrace knows no transaction with this id.",
            "transaction_id",
        ),
        ErrorCode.NOT_CAPTURABLE: (
            "paytrace.not_capturable",
            "This is not an approved authorization waiting to be captured.",
            "",
        ),
        ErrorCode.NOT_SETTLED: (
            "paytrace.not_settled",
            "This payment has not settled yet, so it cannot be refunded; void it instead.",
            "",
        ),
        ErrorCode.NOT_VOIDABLE: (
            "paytrace.not_voidable",
            (
                "This payment is no longer waiting to settle, so it cannot be voided; "
                "refund it instead."
            ),
            "",
        ),
    }.items()
}
# Read when `errors` names no code: the response code alone, where 171 means something else.
_BY_RESPONSE_CODE: Mapping[str, tuple[str, str, str]] = {
    str(int(code)): words
    for code, words in {
        ResponseCode.NOT_REFUNDED: (
            "paytrace.not_refunded",
            "PayTrace did not refund this payment.",
            "",
        ),
        ResponseCode.NOT_VOIDED: ("paytrace.not_voided", "PayTrace did not void this payment.", ""),
        ResponseCode.NOT_CAPTURED: (
            "paytrace.not_captured",
            "PayTrace did not capture this authorization.",
            "",
        ),
        ResponseCode.CHECK_NOT_PROCESSED: (
            "paytrace.ach_not_processed",
            "PayTrace did not take this ACH payment.",
            "",
        ),
    }.items()
}


def codes_of(body: Mapping[str, Any]) -> tuple[str, ...]:
    """The error codes an answer names, or its response code when it names none."""
    errors = body.get("errors")
    if isinstance(errors, Mapping) and errors:
        return tuple(str(code) for code in errors)
    code = body.get("response_code")
    return () if code is None else (str(code),)


def refusal(body: Mapping[str, Any]) -> IntegrationError:
    """What a clear *no* from PayTrace means. The gateway did nothing."""
    codes = codes_of(body)
    if str(int(ErrorCode.NOT_PERMITTED)) in codes:
        return not_permitted()
    words = _SENTENCES if body.get("errors") else _BY_RESPONSE_CODE
    for code in codes:
        if code in words or code in _BY_RESPONSE_CODE:
            name, sentence, field = words.get(code) or _BY_RESPONSE_CODE[code]
            return NeverWorks(sentence, code=name, field=field)
    named = ", ".join(codes) or "none"
    return NeverWorks(f"PayTrace refused this request (code {named}).", code="paytrace.refused")


def not_permitted() -> FixConfiguration:
    """Code 981: the user is valid but lacks the permission, or the amount is above its ceiling
    (PayTrace wiki, User Profiles)."""
    return FixConfiguration(
        "The PayTrace user is not allowed to do this.",
        code="paytrace.not_permitted",
        remedy="Give the API user this permission in PayTrace under User Profiles, and check its "
        "sale and refund ceilings there.",
    )


def of_unreferenced(error: FixConfiguration) -> FixConfiguration:
    """The same of a refund without an earlier payment, which an account may not make unless it
    was asked for: off by default, live and sandbox (RefundAuthorization page). What keeps the
    account from being used at all stays what it is."""
    if error.code != "paytrace.not_permitted":
        return error
    return FixConfiguration(
        "This PayTrace account or user may not refund a card without an earlier payment.",
        code="paytrace.not_permitted",
        remedy="Ask PayTrace’s support to allow unreferenced refunds for the account, then give "
        "the API user this permission under User Profiles and check its refund ceiling.",
    )


def invalid_fields(body: Mapping[str, Any]) -> NeverWorks | None:
    """A v3 validation answer: {field, detail} objects in `data` or `message.data` (Shopware
    plugin by solution25, PayTraceApiService.php). None when the body is not one."""
    message = body.get("message")
    items = message.get("data") if isinstance(message, Mapping) else body.get("data")
    if not isinstance(items, list):
        return None
    fields = [str(item["field"]) for item in items if isinstance(item, Mapping) and "field" in item]
    if not fields:
        return None
    return NeverWorks(
        f"PayTrace does not accept the value of {', '.join(fields)}.",
        code="paytrace.invalid_field",
        field=fields[0],
    )


def login_refusal(body: Mapping[str, Any]) -> FixConfiguration:
    """A refused login, after exactly one attempt.

    PayTrace expires a password after four consecutive failures (PayTrace wiki, User Profiles)
    but documents no code for it. The description is read only to choose the better sentence:
    both outcomes stop and ask a person. "Expired" is no sign of it: OAuth's standing text for
    any bad grant says "invalid, expired, revoked" (RFC 6749, 5.2).
    """
    description = str(body.get("error_description", "")).lower()
    if "locked" in description or "disabled" in description:
        return FixConfiguration(
            "PayTrace has locked this user.",
            code="paytrace.user_locked",
            field="password",
            remedy="Reset the user's password in PayTrace, then enter the new one here.",
        )
    return FixConfiguration(
        "PayTrace refused the user name or password.",
        code="paytrace.login_refused",
        field="password",
        remedy="Check both before trying again: four failures in a row lock the user.",
    )


def invalid_batch_number() -> NeverWorks:
    """Told without asking (PayTrace API data definitions: one to three digits)."""
    return NeverWorks(
        "A PayTrace batch number has one to three digits.",
        code="paytrace.invalid_field",
        field="batch_number",
    )
