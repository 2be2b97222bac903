"""What kinds of cases there are, in the accountant's words, and what each one offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Offer(StrEnum):
    """One thing a person can do about a case."""

    RETRY = "retry"
    ON_ACCOUNT = "on_account"
    CHOOSE_INVOICE = "choose_invoice"
    CHOOSE_PAYMENT = "choose_payment"
    DISMISS = "dismiss"
    CHARGE_AGAIN = "charge_again"
    """Of a recurring plan's payment that failed: ask PayTrace for the money once more."""
    PAUSE_PLAN = "pause_plan"


# What asks PayTrace, beside what is decided here.
ASKING = frozenset({Offer.CHARGE_AGAIN, Offer.PAUSE_PLAN})


_APPLY = (Offer.CHOOSE_INVOICE, Offer.ON_ACCOUNT, Offer.RETRY, Offer.DISMISS)
_REPAIR = (Offer.RETRY, Offer.DISMISS)


@dataclass(frozen=True)
class CaseKind:
    """A code with its heading, the explanation under it, and its offers, best first."""

    code: str
    title: str
    explanation: str
    offers: tuple[Offer, ...]


_KINDS: tuple[CaseKind, ...] = (
    CaseKind(
        "invoice_not_found",
        "Invoice not found",
        "The payment is real, but no invoice in Sage answers to what it names. Nothing was "
        "written. Apply it to the right invoice, or put it on the customer's account.",
        _APPLY,
    ),
    CaseKind(
        "ambiguous",
        "More than one invoice fits",
        "Nothing is ever guessed between two invoices. Choose the one this payment pays.",
        _APPLY,
    ),
    CaseKind(
        "invoice_paid",
        "This invoice is already paid",
        "Posting it again would pay the invoice twice. If the customer really paid twice, put "
        "it on account or give it back; if somebody keyed this payment in Sage, dismiss it.",
        (Offer.ON_ACCOUNT, Offer.CHOOSE_INVOICE, Offer.RETRY, Offer.DISMISS),
    ),
    CaseKind(
        "duplicate",
        "Looks like a payment that is already in Sage",
        "A receipt just like this one stands in the books. Nothing was written. Dismiss it if "
        "it is the same money; try again if the customer paid twice on purpose.",
        (Offer.DISMISS, Offer.ON_ACCOUNT, Offer.CHOOSE_INVOICE, Offer.RETRY),
    ),
    CaseKind(
        "link_used_up",
        "Came by a payment link that was paid before, was cancelled or asks for more",
        "PayTrace’s own page cannot be taken back, so a customer can pay there after all. Nothing "
        "was written. Try it again if the money is owed; if the customer paid twice, give it back "
        "from the payment’s page, or put it on account.",
        (Offer.RETRY, Offer.ON_ACCOUNT, Offer.CHOOSE_INVOICE, Offer.DISMISS),
    ),
    CaseKind(
        "over_balance",
        "More than the invoice's open balance",
        "The payment is larger than what is open on the invoice.",
        _APPLY,
    ),
    CaseKind(
        "wrong_customer",
        "The invoice belongs to another customer",
        "The payer and the customer on the invoice differ.",
        _APPLY,
    ),
    CaseKind(
        "invoice_void",
        "The invoice is void in Sage",
        "A void invoice or a credit memo takes no payment.",
        _APPLY,
    ),
    CaseKind(
        "wrong_currency",
        "The currencies differ",
        "The payment and the invoice are in different currencies.",
        _APPLY,
    ),
    CaseKind(
        "customer_missing",
        "Customer not found in Sage",
        "A payment on account needs a customer, and the one it names is not in Sage. Say which "
        "customer it belongs to, or apply it to an invoice.",
        (Offer.ON_ACCOUNT, Offer.CHOOSE_INVOICE, Offer.RETRY, Offer.DISMISS),
    ),
    CaseKind(
        "parent_not_found",
        "Gives back a payment that is not known here",
        "It goes on by itself once that payment arrives: read its days from PayTrace if it is "
        "from before Tieout was connected. Or book it in Sage by hand, then dismiss it here "
        "with a note.",
        _REPAIR,
    ),
    CaseKind(
        "refund_without_payment",
        "A refund that belongs to no payment",
        "Somebody here asked PayTrace to refund a stored card without an earlier payment, and it "
        "was approved. Only a person knows where it belongs. Choose the payment that it gives "
        "back, and the receipt is taken back by that much; or enter it in Sage by hand, then "
        "dismiss it here with a note.",
        (Offer.CHOOSE_PAYMENT, Offer.RETRY, Offer.DISMISS),
    ),
    CaseKind(
        "disputed_payment_not_found",
        "Disputes a payment that is not known here",
        "Nothing was taken back in Sage. Choose the payment the case is about. It goes on by "
        "itself once a payment of that number arrives.",
        (Offer.CHOOSE_PAYMENT, Offer.RETRY, Offer.DISMISS),
    ),
    CaseKind(
        "dispute_status",
        "A dispute is in a state nobody knows",
        "Nothing is guessed from it. It resolves by itself when the provider tells that the case "
        "is open, won or lost.",
        _REPAIR,
    ),
    CaseKind(
        "dispute_contradicts",
        "A dispute is told in two ways",
        "What the disputes provider tells does not fit what was told before, by whichever door. "
        "The books stay as they are. Enter in Sage what is missing, then dismiss this with a "
        "note.",
        _REPAIR,
    ),
    CaseKind(
        "dispute_unreadable",
        "A dispute cannot be read",
        "Nothing is guessed from it, and no other case waits for it. It resolves by itself once "
        "the provider tells it in full.",
        _REPAIR,
    ),
    CaseKind(
        "unknown_status",
        "PayTrace tells something that is not clear",
        "Nothing is guessed from a status nobody knows, or from one that does not follow the "
        "one before. Look at the transaction in PayTrace; it resolves by itself when PayTrace "
        "tells a clear one.",
        (Offer.RETRY, Offer.DISMISS),
    ),
    CaseKind(
        "unreadable_record",
        "PayTrace tells a record that cannot be read",
        "Nothing is guessed from it, and nothing else waits for it. It is asked for again every "
        "night and resolves by itself once it can be read.",
        _REPAIR,
    ),
    CaseKind(
        "plan_run_failed",
        "A recurring payment failed",
        "PayTrace charged by a recurring plan and no money came, so nothing is posted. PayTrace "
        "tries the next payment on its day. Charge this one again, pause the plan until the "
        "customer has given another card, or dismiss it.",
        (Offer.CHARGE_AGAIN, Offer.PAUSE_PLAN, Offer.DISMISS),
    ),
    CaseKind(
        "row_refused",
        "A row flagged in Sage could not be taken in",
        "Nothing of it was sent to PayTrace, and the row in Sage says why. Mend the row there and "
        "flag it again: this closes by itself once it is taken in. Dismiss it if nobody wants it "
        "any more.",
        _REPAIR,
    ),
    CaseKind(
        "over_reversed",
        "Gives back more than was paid",
        "Everything of the payment has been taken back already.",
        _REPAIR,
    ),
    CaseKind(
        "validation",
        "A field does not fit",
        "Sage would not accept one of the values, so nothing was written. Repair the field "
        "mapping or the record in Sage, then try again.",
        _REPAIR,
    ),
    CaseKind(
        "unmapped",
        "No account or field for it",
        "No GL rule or field mapping covers this payment. Add one, then try again.",
        _REPAIR,
    ),
    CaseKind(
        "profile_missing",
        "Not in the posting profile",
        "The posting profile of this Sage company does not allow it, so nothing was written. "
        "Calibrate it and try again; or enter it in Sage and dismiss it here with a note, so that "
        "nobody enters it twice.",
        (Offer.DISMISS, Offer.RETRY),
    ),
    CaseKind(
        "batch_mismatch",
        "A settled batch or ACH deposit and its transactions differ",
        "Nothing of it is posted while what PayTrace says it comes to and what we know of "
        "it are not the same to the cent. It goes on by itself once they are.",
        _REPAIR,
    ),
    CaseKind(
        "batch_changed",
        "A settled batch or ACH deposit changed after it was posted",
        "PayTrace tells it otherwise than it was when its journal was made. A second journal is "
        "never made by itself: book the difference in Sage by hand, then dismiss this with a note.",
        (Offer.DISMISS, Offer.RETRY),
    ),
    CaseKind(
        "return_in_no_deposit",
        "A returned bank payment that no ACH deposit tells",
        "Its deposit was posted and its receipt taken back. Unless a deposit keeps it back, the "
        "bank took it directly: enter that in Sage by hand, then dismiss this with a note.",
        (Offer.DISMISS, Offer.RETRY),
    ),
    CaseKind(
        "settlement_off",
        "A settled batch or ACH deposit that is not to be posted any more",
        "Posting of such settlements was switched off while this one waited.",
        (Offer.DISMISS, Offer.RETRY),
    ),
    CaseKind(
        "not_keyed",
        "Taken off the worksheet",
        "Somebody decided not to key it into Sage. Nothing was written. Try again to list it "
        "once more, apply it elsewhere, or dismiss it.",
        _APPLY,
    ),
    CaseKind(
        "conflict",
        "Sage holds something else under this receipt number",
        "Posting to this Sage company is halted until somebody has looked.",
        (Offer.RETRY, Offer.DISMISS),
    ),
)

_ALIASES: Mapping[str, str] = {
    "not_found": "invoice_not_found",
    "invoice_missing": "invoice_not_found",
    "already_paid": "invoice_paid",
    "void": "invoice_void",
    "likely_keyed": "duplicate",
    "likely_twice": "duplicate",
    "same_payment": "duplicate",
    "adopt": "duplicate",
    "by_hand": "profile_missing",
    "value_too_long": "validation",
    "value_refused": "validation",
    "account_missing": "unmapped",
    "mapping": "unmapped",
    "gl_rules": "unmapped",
    "currency_mismatch": "wrong_currency",
}

_BY_CODE: Mapping[str, CaseKind] = {kind.code: kind for kind in _KINDS}


def kind_of(code: str) -> CaseKind:
    """The kind of a case, keeping the code as it is; one that is not listed says it plainly."""
    short = code.rsplit(".", 1)[-1]
    found = _BY_CODE.get(_ALIASES.get(short, short))
    if found is None:
        title = short.replace("_", " ").capitalize() or "Needs a look"
        return CaseKind(code, title, "It stopped here and nothing was written since.", _REPAIR)
    return CaseKind(code, found.title, found.explanation, found.offers)
