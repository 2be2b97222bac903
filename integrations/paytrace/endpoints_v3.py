"""Every v3 call we speak ("B2B API", developer.north.com/b2b/api-spec)."""

from __future__ import annotations

from integrations.paytrace.endpoint import documented, seen_in_code

_PLUGIN = "solution25 Shopware plugin, Endpoints.php"


def _page(name: str) -> str:
    return f"developer.north.com/b2b/api-spec, {name}"


TOKEN = documented("POST", "/v3/token", _page("GrantTypeClientCredentialsorRefreshToken"))

# Card payments
SALE_BY_CUSTOMER = seen_in_code("POST", "/v3/card/sale/customer/{id}", _PLUGIN)
SALE_BY_TOKEN = seen_in_code("POST", "/v3/card/sale/pt-protect", _PLUGIN)
SALE_BY_TOKEN_AND_KEEP = seen_in_code("POST", "/v3/card/sale/pt-protect/customer/", _PLUGIN)
AUTHORIZE_BY_CUSTOMER = seen_in_code("POST", "/v3/card/authorize/customer/{id}", _PLUGIN)
AUTHORIZE_BY_TOKEN = seen_in_code("POST", "/v3/card/authorize/pt-protect", _PLUGIN)
CAPTURE = documented("POST", "/v3/card/batch/capture", _page("Capture"))
REFUND = documented("POST", "/v3/card/batch/refund", _page("Refunds"))
VOID = seen_in_code("POST", "/v3/card/batch/void", _PLUGIN)
BATCH = documented("POST", "/v3/card/batch/transactions", _page("MultipleTransactions"))
ADJUST = documented("POST", "/v3/card/transaction/adjust/{id}", _page("Adjust"))

# Reports
RECORD = documented("GET", "/v3/card/transaction/{id}", _page("TransactionRecords"))
CAPTURABLE = documented("GET", "/v3/card/transactions/capturable/{id}", _page("TransactionRecords"))
VOIDABLE = documented("GET", "/v3/card/transactions/voidable/{id}", _page("TransactionRecords"))
REFUNDABLE = documented("GET", "/v3/card/transactions/refundable/{id}", _page("TransactionRecords"))
EXPORT_BY_ID = documented("POST", "/v3/transaction/export/{id}", _page("ReportingTransactions"))
EXPORT_BY_DAYS = documented(
    "POST", "/v3/transactions/export/by-date", _page("ReportingTransactions")
)
ONE_BATCH = documented("POST", "/v3/batch/export", _page("ReportingBatches"))
BATCHES = documented("POST", "/v3/batch/export/by-date", _page("ReportingBatches"))
BATCH_TRANSACTIONS = documented("POST", "/v3/batch/export/transactions", _page("ReportingBatches"))

# ACH
ACH_PAYMENT = documented("POST", "/v3/checks/payment", _page("ACHCheckProcessingApis"))
ACH_LIST = documented("GET", "/v3/checks/transactions", _page("ACHTransactionRecords"))
ACH_BY_KEY = documented(
    "GET", "/v3/checks/transactions/idempotency-keys/{id}", _page("ACHTransactionRecords")
)
ACH_RECORD = documented("GET", "/v3/checks/transactions/{id}", _page("ACHTransactionRecords"))
ACH_DEPOSITS = documented("POST", "/v3/checks/deposit/search", _page("ACHDepositDetails"))
ACH_DEPOSIT_TRANSACTIONS = documented(
    "POST", "/v3/checks/deposit/transactions", _page("ACHDepositDetails")
)

# The vault
CUSTOMER_LIST = documented("GET", "/v3/customer", _page("CustomerProfileVault"))
CUSTOMER_FROM_TRANSACTION = seen_in_code("POST", "/v3/customer/create/by-transaction", _PLUGIN)
CUSTOMER_FROM_TOKEN = seen_in_code("POST", "/v3/customer/create/pt-protect", _PLUGIN)
CUSTOMER = seen_in_code("GET", "/v3/customer/{id}", _PLUGIN)
BANK_CUSTOMER_FROM_TRANSACTION = documented(
    "POST", "/v3/customer/ach/create/by-transaction", _page("CustomerProfileVault")
)
BANK_CUSTOMER = documented("GET", "/v3/customer/ach/{id}", _page("CustomerProfileVault"))
CUSTOMER_DELETE = seen_in_code("DELETE", "/v3/customer/{id}", _PLUGIN)

# Recurring payments
RECURRING_CREATE = documented("POST", "/v3/recurrence/create", _page("RecurringPayment"))
RECURRING_DELETE = documented("DELETE", "/v3/recurrence", _page("RecurringPayment"))

# Invoices that PayTrace hosts
INVOICE = documented("POST", "/v3/invoice", f"{_page('Invoice')} 3.2.26")

# The account
CLIENT_KEY = seen_in_code("POST", "/v3/payment-fields/token", _PLUGIN)
USER = documented("GET", "/v3/user/self", _page("UserManagement"))
PASSWORD = documented("POST", "/v3/password/change", _page("UserManagement"))
