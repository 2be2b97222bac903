"""The posting profile's words for the table of rows that are flagged for PayTrace."""

from __future__ import annotations

TABLE = "flagged"
HABITS: dict[str, tuple[str, str]] = {
    "flag.value": (
        "A row asks for a payment when its flag is",
        "What stands in the flag's column of the rows that Tieout shall take in: Y.",
    ),
    "flag.answered": (
        "The flag of a row that was answered",
        "Leave it empty to take the flag away; a row flagged again asks for something new.",
    ),
    "flag.charge": (
        "A flagged row's word for a charge",
        "Of a stored card: CHARGE. Leave it empty to allow none.",
    ),
    "flag.hold": (
        "A flagged row's word for a hold",
        "The amount is only reserved on a stored card: HOLD. Leave it empty to allow none.",
    ),
    "flag.capture": (
        "A flagged row's word for capturing a hold",
        "All of what is held, or a part: CAPTURE. Leave it empty to allow none.",
    ),
    "flag.adjust": (
        "A flagged row's word for changing a held amount",
        "Through API v3 only: ADJUST. Leave it empty to allow none.",
    ),
    "flag.give_back": (
        "A flagged row's word for giving money back",
        "A refund, or a void before it is settled: REFUND. Leave it empty to allow none.",
    ),
    "flag.store_customer": (
        "A flagged row's word for storing a card",
        "The card of an earlier payment: STORE. Leave it empty to allow none.",
    ),
    "flag.plan_create": (
        "A flagged row's word for a recurring plan",
        "Of a stored card: PLAN. Leave it empty to allow none.",
    ),
}
LABEL = "Rows flagged for PayTrace"
HELP = (
    "A table of your own whose flagged rows start payments. May be left out: empty the table's "
    "name."
)
COLUMNS: dict[str, str] = {
    "number": "Number of the row, its key",
    "flag": "Flag",
    "kind": "What is asked for",
    "customer_number": "Customer",
    "vault_id": "Stored card, PayTrace's id",
    "transaction_id": "Payment it is about, PayTrace's number",
    "invoice_number": "Invoice or reference",
    "amount": "Amount",
    "currency": "Currency",
    "frequency": "Plan: how often",
    "start_on": "Plan: first day",
    "count": "Plan: number of payments",
    "description": "Description",
    "generation": "How often it was answered, by Tieout",
    "status": "What became of it, by Tieout",
    "result_id": "PayTrace's number of the result, by Tieout",
    "message": "Message, by Tieout",
    "lock_status": "Being edited",
}
