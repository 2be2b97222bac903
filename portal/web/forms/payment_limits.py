"""How much may be asked of PayTrace in a day, and from where a second person is needed."""

from __future__ import annotations

from django import forms

from integrations.canonical.money import Money, MoneyError
from integrations.instructions.models import InstructionPolicy
from portal.web.forms.instructions import amount_field


class PaymentLimitsForm(forms.Form):
    user_daily_limit = amount_field(
        "One person may ask for at most, each day",
        help_text="Charges and refunds together. An API key has the same limit, of its own.",
    )
    company_daily_limit = amount_field("Everybody together, each day")
    approval_above = amount_field(
        "Somebody else approves everything above",
        help_text="An approver or owner who did not ask for it. 0 means everything.",
    )

    @classmethod
    def showing(cls, policy: InstructionPolicy | None) -> PaymentLimitsForm:
        """The form with the limits in force; empty when there are none."""
        names = ("user_daily_limit", "company_daily_limit", "approval_above")
        return cls(initial={n: f"{getattr(policy, n):.2f}" for n in names} if policy else {})

    def limits(self, currency: str) -> dict[str, Money]:
        """The limits of a valid form; whatever is no amount gets a sentence beside its field."""
        found = {}
        for name, text in self.cleaned_data.copy().items():
            try:
                found[name] = Money.parse(text.replace(",", ""), currency)
            except MoneyError:
                self.add_error(name, f"‘{text}’ is not an amount such as 5000.00.")
        return found
