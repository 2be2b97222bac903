"""Every v1 call we speak. All are POST with a JSON body (help.paytrace.com/json)."""

from __future__ import annotations

from integrations.paytrace.endpoint import documented, inferred, seen_in_code

_HELP = "help.paytrace.com"
_MERCHANT = "ActiveMerchant, gateways/pay_trace.rb"
_NINJA = "Invoice Ninja, PaytracePaymentDriver.php"
_CONSTANTS = "a public PHP list of PayTrace paths"
_SUBSCRIPTIONS = "a public PHP subscription job"
_PIPEDREAM = "Pipedream, PayTrace app"

TOKEN = documented("POST", "/oauth/token", f"{_HELP}/authentication")

# Card payments
SALE_BY_CUSTOMER = seen_in_code("POST", "/v1/transactions/sale/by_customer", _MERCHANT)
SALE_BY_TRANSACTION = inferred(
    "POST",
    "/v1/transactions/sale/by_transaction",
    f"{_HELP}/json lists the method; the path follows by_customer",
)
SALE_BY_TOKEN = seen_in_code("POST", "/v1/transactions/sale/pt_protect", _NINJA)
SALE_BY_TOKEN_AND_KEEP = seen_in_code(
    "POST", "/v1/transactions/sale/pt_protect_customer", _CONSTANTS
)
AUTHORIZE_BY_CUSTOMER = seen_in_code(
    "POST", "/v1/transactions/authorization/by_customer", _MERCHANT
)
AUTHORIZE_BY_TOKEN = seen_in_code("POST", "/v1/transactions/authorization/pt_protect", _CONSTANTS)
CAPTURE = seen_in_code("POST", "/v1/transactions/authorization/capture", _MERCHANT)
REFUND = seen_in_code("POST", "/v1/transactions/refund/for_transaction", _MERCHANT)
REFUND_TO_CUSTOMER = seen_in_code(
    "POST", "/v1/transactions/refund/to_customer", "moqui/mantle-paytrace"
)
VOID = seen_in_code("POST", "/v1/transactions/void", _MERCHANT)
SETTLE = seen_in_code("POST", "/v1/transactions/settle", f"{_MERCHANT}, remote test")
EMAIL_RECEIPT = seen_in_code(
    "POST", "/v1/transactions/email_receipt", "Elsnertech Magento 2 PayTrace module"
)
LEVEL_THREE_VISA = documented("POST", "/v1/level_three/visa", f"{_HELP}/json-visa-level3")
LEVEL_THREE_MASTERCARD = seen_in_code("POST", "/v1/level_three/mastercard", _MERCHANT)

# Reports
EXPORT_BY_DAYS = documented(
    "POST", "/v1/transactions/export/by_date_range", f"{_HELP}/json-export-tranx-date"
)
EXPORT_BY_ID = seen_in_code("POST", "/v1/transactions/export/by_id", "moqui/mantle-paytrace")
BATCHES = seen_in_code("POST", "/v1/batches/export", _PIPEDREAM)
ONE_BATCH = seen_in_code("POST", "/v1/batches/export_one", _PIPEDREAM)
BATCH_TRANSACTIONS = seen_in_code("POST", "/v1/batches/transaction_list", _PIPEDREAM)

# ACH
ACH_SALE_BY_ACCOUNT = seen_in_code("POST", "/v1/checks/sale/by_account", _MERCHANT)
ACH_SALE_BY_CUSTOMER = seen_in_code("POST", "/v1/checks/sale/by_customer", _MERCHANT)
ACH_HOLD_BY_ACCOUNT = seen_in_code("POST", "/v1/checks/hold/by_account", _MERCHANT)
ACH_HOLD_BY_CUSTOMER = seen_in_code("POST", "/v1/checks/hold/by_customer", _MERCHANT)
ACH_REFUND = seen_in_code("POST", "/v1/checks/refund/by_transaction", _MERCHANT)
ACH_FUND = seen_in_code("POST", "/v1/checks/manage/fund", _MERCHANT)
ACH_VOID = seen_in_code("POST", "/v1/checks/manage/void", _MERCHANT)

# The vault
CUSTOMER_FROM_TRANSACTION = documented(
    "POST", "/v1/customer/create_from_transaction", f"{_HELP}/json-create-customer-tranxid"
)
CUSTOMER_FROM_TOKEN = seen_in_code("POST", "/v1/customer/pt_protect_create", _NINJA)
CUSTOMER_UPDATE = documented("POST", "/v1/customer/update", f"{_HELP}/json-update-customer")
CUSTOMER_DELETE = seen_in_code("POST", "/v1/customer/delete", _MERCHANT)
CUSTOMER_EXPORT = seen_in_code("POST", "/v1/customer/export", _NINJA)

# Recurring payments: the index names the methods without their paths
RECURRING_CREATE = inferred(
    "POST", "/v1/recurrence/create", "v3's path, beside v1's /v1/recurrence/delete"
)
RECURRING_UPDATE = inferred("POST", "/v1/recurrence/update", "beside v1's /v1/recurrence/delete")
RECURRING_DELETE = seen_in_code("POST", "/v1/recurrence/delete", _SUBSCRIPTIONS)
RECURRING_EXPORT = inferred(
    "POST",
    "/v1/recurrence/export_scheduled",
    "beside /v1/recurrence/export_approved; paytrace_ruby names the pair",
)
RECURRING_APPROVED = seen_in_code("POST", "/v1/recurrence/export_approved", _SUBSCRIPTIONS)

CLIENT_KEY = documented("POST", "/v1/payment_fields/token/create", "PayTrace Protect.js page")
