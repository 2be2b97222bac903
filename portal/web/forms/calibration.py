"""What a person keyed into Sage's test company, as a form with the fields that it needs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from integrations.sagepro.calibration.keyed import Keyed, Part
from integrations.sagepro.calibration.transactions import TASKS, Transaction

_JOURNALS = (Transaction.SETTLEMENT, Transaction.FEE)
_WITHOUT_INVOICE = (Transaction.ON_ACCOUNT, Transaction.CREDIT_MEMO, *_JOURNALS)
_ACCOUNTS = {"debit_account", "credit_account"}
_ONLY_FOR: dict[Transaction, set[str]] = {
    Transaction.SPLIT: {"amount1", "invoice2", "amount2"},
    Transaction.DISCOUNT: {"discount1"},
    Transaction.REVERSAL: {"takes_back"},
    Transaction.CHARGEBACK: {"takes_back", "fee"},
    Transaction.APPLY: {"credit"},
    Transaction.SETTLEMENT: _ACCOUNTS,
    Transaction.FEE: _ACCOUNTS,
}
_LABELS: dict[Transaction, dict[str, str]] = {
    Transaction.APPLY: {"amount": "Amount applied", "day": "Date of the application"},
    Transaction.CHARGEBACK: {"amount": "Payment charged back", "day": "Date of the chargeback"},
    Transaction.REVERSAL: {"amount": "Payment reversed", "day": "Date of the reversal"},
    Transaction.SETTLEMENT: {"amount": "Amount of the journal", "day": "Date of the journal"},
    Transaction.FEE: {"amount": "Amount of the journal", "day": "Date of the journal"},
}
_TYPED = ("check_number", "payment_type", "comment")


def _money(label: str, help_text: str = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        help_text=help_text,
        max_digits=15,
        decimal_places=2,
        min_value=Decimal("0.01"),
    )


class KeyedForm(forms.Form):
    """The fields in which one transaction differs from another are left out where not needed."""

    customer = forms.CharField(label="Customer number", max_length=20)
    amount = _money("Money", "What was paid, without a discount.")
    invoice1 = forms.CharField(label="Invoice", max_length=20)
    amount1 = _money("Paid on this invoice")
    discount1 = _money("Discount taken")
    invoice2 = forms.CharField(label="Second invoice", max_length=20)
    amount2 = _money("Paid on the second invoice")
    reference = forms.CharField(
        label="Reference",
        max_length=20,
        help_text="As you typed it, such as TIEOUT01; use another one each time.",
    )
    takes_back = forms.CharField(label="Reference of the receipt you took back", max_length=20)
    credit = forms.CharField(
        label="Open credit", max_length=20, help_text="Its document number, as Sage shows it."
    )
    fee = _money("Fee of the bank", "What the bank took beside the payment.")
    debit_account = forms.CharField(label="Account debited", max_length=30)
    credit_account = forms.CharField(label="Account credited", max_length=30)
    check_number = forms.CharField(label="Check number", max_length=30, required=False)
    payment_type = forms.CharField(label="Payment type", max_length=10, required=False)
    comment = forms.CharField(label="Comment", max_length=100, required=False)
    day = forms.DateField(
        label="Date of the receipt", widget=forms.DateInput(attrs={"type": "date"})
    )
    entered_on = forms.DateField(
        label="Day you keyed it", widget=forms.DateInput(attrs={"type": "date"})
    )
    user = forms.CharField(
        label="Your user code in Sage", max_length=20, help_text="What Sage shows as ‘entered by’."
    )

    def __init__(self, *args: Any, transaction: Transaction, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.transaction = transaction
        for name in _left_out(transaction):
            del self.fields[name]
        self.fields["entered_on"].initial = today
        for name, label in _LABELS.get(transaction, {}).items():
            self.fields[name].label = label
        if transaction in _LABELS:
            self.fields["amount"].help_text = ""

    def keyed(self) -> Keyed:
        """What was keyed. Call when the form is valid."""
        given = self.cleaned_data
        return Keyed(
            transaction=self.transaction,
            customer=given.get("customer", "").strip(),
            amount=given["amount"],
            day=given["day"],
            entered_on=given["entered_on"],
            user=given["user"].strip(),
            reference=given.get("reference", "").strip(),
            parts=tuple(self._parts()),
            fields={name: given[name].strip() for name in _TYPED if given.get(name, "").strip()},
            takes_back=given.get("takes_back", "").strip(),
            credit=given.get("credit", "").strip(),
            fee=given.get("fee") or Decimal(0),
            debit_account=given.get("debit_account", "").strip(),
            credit_account=given.get("credit_account", "").strip(),
        )

    def _parts(self) -> list[Part]:
        given = self.cleaned_data
        if "invoice1" not in self.fields:
            return []
        first = given.get("amount1") or given["amount"]
        off = given.get("discount1") or Decimal(0)
        parts = [Part(given["invoice1"].strip(), first, off)]
        if "invoice2" in self.fields:
            parts.append(Part(given["invoice2"].strip(), given["amount2"]))
        return parts


def _left_out(transaction: Transaction) -> set[str]:
    """The fields that this transaction does not need."""
    out = {name for names in _ONLY_FOR.values() for name in names}
    out -= _ONLY_FOR.get(transaction, set())
    if transaction in _WITHOUT_INVOICE:
        out.add("invoice1")
    if transaction in _JOURNALS:
        out |= {"customer", *_TYPED}
    if TASKS[transaction].proves is None:
        out |= {"reference", *_TYPED}
    return out
