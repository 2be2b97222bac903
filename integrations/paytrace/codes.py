"""PayTrace's numbers, in one place for the client and the simulator.

Sources: PayTrace/paytrace_ruby response_code.rb for response codes; ActiveMerchant's PayTrace
gateway, moqui/mantle-paytrace and the solution25 Shopware plugin for error codes.
"""

from __future__ import annotations

from enum import IntEnum


class ResponseCode(IntEnum):
    """`response_code` of an answer. 1 is an error, or an export that succeeded."""

    GENERAL = 1
    PASSWORD_UPDATED = 100
    APPROVED = 101
    DECLINED = 102
    AUTO_VOIDED = 103
    """Approved, then taken back by an address or security-code rule: no payment."""
    REFUNDED = 106
    NOT_REFUNDED = 107
    VOIDED = 109
    NOT_VOIDED = 110
    CAPTURED = 112
    NOT_CAPTURED = 113
    CHECK_PROCESSED = 120
    CHECK_REFUNDED = 122
    CHECK_MANAGED = 124
    CHECK_NOT_PROCESSED = 125
    RECEIPT_EMAILED = 149
    RECURRING_CREATED = 150
    RECURRING_UPDATED = 151
    RECURRING_DELETED = 152
    RECURRING_EXPORTED = 155
    CUSTOMER_CREATED = 160
    CUSTOMER_UPDATED = 161
    CUSTOMER_DELETED = 162
    LEVEL_THREE_ADDED = 170
    LEVEL_THREE_ADDED_MASTERCARD = 171
    """MasterCard may answer 171 (ActiveMerchant); as an *error*, 171 is a customer id in use."""
    BATCH_SETTLED = 175
    AMOUNT_ADJUSTED = 180


class ErrorCode(IntEnum):
    """Keys of `errors`. The texts beside them are never branched on."""

    CUSTOMER_UNKNOWN = 30
    CARD_INVALID = 35
    EXPIRY_MONTH_INVALID = 43
    EXPIRY_YEAR_INVALID = 44
    BANK_ACCOUNT_INVALID = 45
    ROUTING_INVALID = 46
    TRANSACTION_ID_INVALID = 58
    CHECK_UNKNOWN = 80
    """Unknown, or already voided or settled."""
    SECURITY_CODE_INVALID = 148
    CUSTOMER_ID_TAKEN = 171
    TRANSACTION_UNKNOWN = 811
    NOT_CAPTURABLE = 816
    NOT_SETTLED = 817
    NOT_VOIDABLE = 818
    NOT_PERMITTED = 981
    """The permission is missing, or the amount is above the user's ceiling."""
    LOGIN_FAILED = 998
