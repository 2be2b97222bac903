"""What each kind of posting does to the books, whole, and what every back end refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from integrations.canonical.errors import NeverWorks
from integrations.canonical.money import Money
from integrations.canonical.posting import (
    PostingKind,
    PostingOutcome,
    PostingRequest,
    WithdrawOutcome,
    marker_for,
)
from integrations.sagepro.connector import Connector
from integrations.sagepro.sample.books import Changes
from tests.sagepro.any_company import AnyCompany, as_left, documents_in
from tests.sagepro.companies import SampleCompany
from tests.sagepro.postings import on_account, receipt, reversal


def posted(sage: Connector, request: PostingRequest) -> None:
    result = sage.post_if_absent(request)
    assert result.outcome is PostingOutcome.POSTED, (result.refusal, result.evidence)


def test_a_receipt_moves_invoice_customer_and_ledger(company: AnyCompany, sage: Connector) -> None:
    """Nothing but these rows changes, and all of them do."""
    request = receipt(fields={"reference": "79388123", "payment_type": "C", "comment": "Visa"})
    found = company.during(lambda: posted(sage, request))
    assert found == as_left(
        company,
        Changes(
            added={
                "arcash": [
                    {
                        "invno": "     10432",
                        "invdte": "2026-10-18",
                        "custno": "ACME01",
                        "salesmn": "JM",
                        "paidamt": "740.0000",
                        "dtepaid": "2026-11-20",
                        "refno": "PTH06BA0EN",
                        "glarec": "AR",
                        "glaccnt": "1105-00",
                        "paytype": "C",
                        "currency": "USD",
                        "arsess": "004684",
                        "adduser": "PT",
                        "payref": "79388123",
                        "paynote": "Visa",
                    }
                ],
                "ardist": [
                    {
                        "glacnt": "1105-00",
                        "tranno": "     10432",
                        "trandte": "2026-11-20",
                        "arsess": "004684",
                        "amount": "740.0000",
                    },
                    {
                        "glacnt": "1200-00",
                        "tranno": "     10432",
                        "trandte": "2026-11-20",
                        "arsess": "004684",
                        "amount": "-740.0000",
                    },
                ],
                "ptpost": [
                    {
                        "effkey": "sale-1",
                        "company": "01",
                        "marker": "PTH06BA0EN",
                        "payhash": request.payload_hash,
                        "kind": "receipt",
                        "state": "written",
                        "custno": "ACME01",
                        "invoices": '[["10432", "740.0000", "0.0000"]]',
                        "nreceipt": "1",
                        "nlines": "2",
                        "amount": "740.0000",
                        "currency": "USD",
                        "acctdate": "2026-11-20",
                        "arsess": "004684",
                    }
                ],
            },
            removed={},
            changed={
                "arcust": {
                    "ACME01": {
                        "balance": ("2780.9400", "2040.9400"),
                        "lpymt": ("3286.9000", "740.0000"),
                    }
                },
                "armast": {
                    "10432": {
                        "dtepaid": ("", "2026-11-20"),
                        "paidamt": ("", "740.0000"),
                        "balance": ("740.0000", ""),
                        "bbal": ("740.0000", ""),
                    }
                },
                "sysdata": {"AR/01": {"int1": ("4683", "4684")}},
            },
        ),
    )


def test_a_receipt_pays_two_invoices_takes_a_discount_and_keeps_the_rest(
    company: AnyCompany, sage: Connector
) -> None:
    request = receipt(
        amount="1000.00",
        invoices={"10432": "725.00", "10433": "200.00"},
        discounts={"10432": "15.00"},
    )
    found = company.during(lambda: posted(sage, request))
    marker = request.marker
    assert [
        (row["invno"], row["paidamt"], row.get("disamt"), row.get("artype"), row["refno"])
        for row in found.added["arcash"]
    ] == [
        ("     10432", "725.0000", "15.0000", None, marker),
        ("     10433", "200.0000", None, None, marker),
        (marker, "75.0000", None, "O", marker),
    ]
    credit = Changes(
        added={
            "armast": [
                {
                    "invno": marker,
                    "custno": "ACME01",
                    "invdte": "2026-11-20",
                    "salesmn": "JM",
                    "refno": marker,
                    "pterms": "Payment on account",
                    "invamt": "-75.0000",
                    "balance": "-75.0000",
                    "bbal": "-75.0000",
                    "glarec": "AR",
                    "artype": "O",
                    "currency": "USD",
                    "currate": "1.0000",
                    "duedate": "2026-11-20",
                    "adduser": "PT",
                }
            ]
        },
        removed={},
        changed={},
    )
    assert found.added["armast"] == as_left(company, credit).added["armast"]
    assert found.changed["armast"]["10432"]["balance"] == ("740.0000", "")
    assert found.changed["armast"]["10432"]["paidamt"] == ("", "740.0000")
    assert found.changed["armast"]["10433"]["balance"] == ("312.5000", "112.5000")
    assert found.changed["arcust"]["ACME01"]["balance"] == ("2780.9400", "1765.9400")
    assert [(row["glacnt"], row["amount"]) for row in found.added["ardist"]] == [
        ("1105-00", "1000.0000"),
        ("1200-00", "-1015.0000"),
        ("4200-00", "15.0000"),
    ]


def test_a_payment_on_account_becomes_an_open_credit(company: AnyCompany, sage: Connector) -> None:
    request = on_account()
    found = company.during(lambda: posted(sage, request))
    assert [(row["invno"], row["balance"]) for row in found.added["armast"]] == [
        (request.marker, "-50.0000")
    ]
    assert [(row["invno"], row["paidamt"]) for row in found.added["arcash"]] == [
        (request.marker, "50.0000")
    ]
    assert found.changed == {
        "arcust": {
            "ACME01": {"balance": ("2780.9400", "2730.9400"), "lpymt": ("3286.9000", "50.0000")}
        },
        "sysdata": {"AR/01": {"int1": ("4683", "4684")}},
    }
    assert sage.invoices_by_number([request.marker])[0].status == "credit"


def test_a_reversal_opens_the_invoice_again(company: AnyCompany, sage: Connector) -> None:
    posted(sage, receipt())
    found = company.during(lambda: posted(sage, reversal()))
    assert [(row["invno"], row["paidamt"]) for row in found.added["arcash"]] == [
        ("     10432", "-740.0000")
    ]
    if company.leaves_record:
        assert found.added["ptpost"][0]["revkey"] == "sale-1"
    assert [(row["glacnt"], row["amount"]) for row in found.added["ardist"]] == [
        ("1105-00", "-740.0000"),
        ("1200-00", "740.0000"),
    ]
    assert found.changed == {
        "arcust": {"ACME01": {"balance": ("2040.9400", "2780.9400")}},
        "armast": {
            "10432": {
                "paidamt": ("740.0000", ""),
                "balance": ("", "740.0000"),
                "bbal": ("", "740.0000"),
            }
        },
        "sysdata": {"AR/01": {"int1": ("4684", "4685")}},
    }


def test_a_reversal_reduces_the_open_credit(company: AnyCompany, sage: Connector) -> None:
    posted(sage, on_account())
    number = on_account().marker
    found = company.during(lambda: posted(sage, reversal(amount="30.00", of="account-1")))
    assert found.changed["armast"] == {
        number: {
            "paidamt": ("", "-30.0000"),
            "balance": ("-50.0000", "-20.0000"),
            "bbal": ("-50.0000", "-20.0000"),
        }
    }
    assert found.changed["arcust"] == {"ACME01": {"balance": ("2730.9400", "2760.9400")}}


def test_reversals_together_never_exceed_the_receipt(company: AnyCompany, sage: Connector) -> None:
    posted(sage, receipt())
    posted(sage, reversal("refund-1", "400.00"))
    refusal = sage.post_if_absent(reversal("refund-2", "340.01")).refusal
    assert refusal is not None
    assert refusal.code == "over_balance"
    posted(sage, reversal("refund-2", "340.00"))


def test_a_partial_reversal_takes_from_the_invoice_it_names(
    company: AnyCompany, sage: Connector
) -> None:
    posted(sage, receipt(amount="800.00", invoices={"10432": "600.00", "10433": "200.00"}))
    found = company.during(
        lambda: posted(sage, reversal(amount="50.00", invoices={"10433": "50.00"}))
    )
    assert list(found.changed["armast"]) == ["10433"]
    assert found.changed["armast"]["10433"]["balance"] == ("112.5000", "162.5000")


def test_a_whole_reversal_gives_back_the_discount_too(company: AnyCompany, sage: Connector) -> None:
    before = company.books()
    posted(sage, receipt(amount="725.00", discounts={"10432": "15.00"}))
    posted(sage, reversal(amount="725.00"))
    assert company.books()["arcust"][0]["balance"] == before["arcust"][0]["balance"]
    invoice = sage.invoices_by_number(["10432"])[0]
    assert (str(invoice.paid), str(invoice.balance)) == ("0.0000", "740.0000")


_CLOSED_DAY = date(2026, 9, 30)
_REFUSALS = {
    "invoice_not_found": receipt(invoices={"77777": "740.00"}),
    "invoice_paid": receipt(amount="1108.19", invoices={"998": "1108.19"}, customer="CASCAD"),
    "invoice_void": receipt(amount="10.00", invoices={"10205": "10.00"}, customer="IRONWD"),
    "over_balance": receipt(amount="740.01"),
    "customer_missing": receipt(customer="NOBODY"),
    "account_missing": receipt(account="9999-99"),
    "period_closed": receipt(day=_CLOSED_DAY),
    "value_too_long": receipt(fields={"reference": "R" * 21}),
    "value_refused": receipt(fields={"comment": "snowman \u2603"}),
    "currency_mismatch": receipt(amount="10.00", invoices={"10218": "10.00"}, customer="MAPLE1"),
    "parent_missing": reversal(of="never-posted"),
    "profile_missing": receipt(fields={"colour": "red"}),
}


@pytest.mark.parametrize("code", _REFUSALS)
def test_a_refusal_says_why_and_writes_nothing(
    code: str, company: AnyCompany, sage: Connector
) -> None:
    before = company.books()
    result = sage.post_if_absent(_REFUSALS[code])
    assert result.outcome is PostingOutcome.REFUSED
    assert result.refusal is not None
    assert result.refusal.code == code
    assert result.refusal.sentence.endswith(".")
    assert result.refusal.remedy
    assert company.books() == before


_MORE_REFUSALS = {
    "inactive account": (receipt(account="1015-00"), "GL account 1015-00 is inactive ({glacnt})."),
    "no fiscal period": (
        receipt(day=date(2031, 1, 1)),
        "01 January 2031 lies in no fiscal period ({sycdfis}).",
    ),
    "another customer's invoice": (
        receipt(amount="10.00", invoices={"100431": "10.00"}),
        "Invoice 100431 belongs to customer ADLER1, not ACME01 ({armast}).",
    ),
    "a control character": (
        receipt(fields={"comment": "bell\x07"}),
        "{arcash}.paynote cannot hold the control character 7 (its code page is cp1252).",
    ),
    "too long a value": (
        receipt(fields={"check_number": "12345678901"}),
        "{arcash}.checkno holds 10 characters; ‘12345678901’ has 11.",
    ),
    "a card number": (
        receipt(fields={"comment": "card 4111 1111 1111 1111"}),
        "The value for ‘comment’ holds a card number, which is never written to Sage.",
    ),
    "cancelled": (
        receipt(amount="5.00", invoices={"10209": "5.00"}, customer="CEDAR1"),
        "Invoice 10209 is void in Sage ({armast}, status X).",
    ),
    "paid and moved to history": (
        receipt(amount="5.00", invoices={"998": "5.00"}, customer="CASCAD"),
        "Invoice 998 is already paid in Sage ({arymst}).",
    ),
    "more than paid": (
        receipt(amount="10.00", invoices={"10432": "10.01"}),
        "The invoices add up to 10.01, more than the 10.00 USD paid.",
    ),
    "an open credit in another currency": (
        replace(on_account(customer="MAPLE1"), amount=Money(Decimal("50.00"), "CAD")),
        (
            "An open credit in CAD needs a rate of exchange, for these books are kept in USD, and "
            "none is known here."
        ),
    ),
    "no journal": (
        replace(receipt(), journal=()),
        "The posting has no journal lines, so the general ledger would not follow.",
    ),
}


@pytest.mark.parametrize("case", _MORE_REFUSALS)
def test_a_refusal_names_table_and_value(case: str, company: AnyCompany, sage: Connector) -> None:
    request, sentence = _MORE_REFUSALS[case]
    before = company.books()
    result = sage.post_if_absent(request)
    assert result.refusal is not None
    assert result.refusal.sentence == company.named(sentence)
    assert company.books() == before


@pytest.mark.machine("A person keys every kind; none has to be calibrated.")
def test_a_kind_the_profile_does_not_name_is_refused(company: AnyCompany) -> None:
    profile = replace(company.profile, kinds=frozenset({PostingKind.RECEIPT}))
    sage = company.connect(profile=profile)
    before = company.books()
    codes = []
    for request in (
        on_account(),
        reversal(),
        receipt(amount="750.00", invoices={"10432": "740.00"}),
    ):
        refusal = sage.post_if_absent(request).refusal
        codes.append(refusal.code if refusal else "")
    assert codes == ["profile_missing"] * 3
    assert company.books() == before


def test_a_paid_invoice_refuses_a_second_payment(company: AnyCompany, sage: Connector) -> None:
    posted(sage, receipt("sale-1"))
    before = company.books()
    refusal = sage.post_if_absent(receipt("sale-2")).refusal
    assert refusal is not None
    assert refusal.code == "invoice_paid"
    assert company.books() == before


def test_asking_again_answers_exists_with_the_same_evidence(
    company: AnyCompany, sage: Connector
) -> None:
    first = sage.post_if_absent(receipt())
    before = company.books()
    again = sage.post_if_absent(receipt())
    assert first.sage_reference.removesuffix(", keyed by hand") == (
        "Receipt PTH06BA0EN on document 10432"
    )
    assert again == replace(first, outcome=PostingOutcome.EXISTS)
    assert company.books() == before


def test_the_same_key_with_another_amount_is_a_conflict(
    company: AnyCompany, sage: Connector
) -> None:
    posted(sage, receipt(amount="100.00"))
    before = company.books()
    result = sage.post_if_absent(receipt(amount="101.00"))
    assert result.outcome is PostingOutcome.CONFLICT
    assert result.evidence["conflict"] == "The key was posted with other contents."
    assert company.books() == before


def test_a_marker_of_another_key_is_a_conflict(company: AnyCompany, sage: Connector) -> None:
    posted(sage, receipt(amount="100.00"))
    before = company.books()
    result = sage.post_if_absent(receipt("sale-2", "100.00", marker=marker_for("sale-1")))
    assert result.outcome is PostingOutcome.CONFLICT
    assert company.books() == before


@pytest.mark.parametrize("request_", [receipt(), on_account()], ids=["receipt", "on account"])
def test_the_books_remember_when_the_side_table_is_restored(
    request_: PostingRequest, company: AnyCompany, sage: Connector
) -> None:
    """Our record is gone, the receipts are not: EXISTS, and the record is written again."""
    posted(sage, request_)
    with_record = company.books()
    company.forget_posting(request_.effect_key)
    assert sage.post_if_absent(request_).outcome is PostingOutcome.EXISTS
    assert company.books() == with_record


def test_a_reversal_is_remembered_too(company: AnyCompany, sage: Connector) -> None:
    posted(sage, receipt())
    posted(sage, reversal(amount="100.00"))
    with_record = company.books()
    company.forget_posting("refund-1")
    assert sage.post_if_absent(reversal(amount="100.00")).outcome is PostingOutcome.EXISTS
    assert company.books() == with_record


def test_receipts_with_our_marker_and_other_values_are_a_conflict(
    company: AnyCompany, sage: Connector
) -> None:
    posted(sage, receipt(amount="100.00"))
    company.forget_posting("sale-1")
    before = company.books()
    assert sage.post_if_absent(receipt(amount="90.00")).outcome is PostingOutcome.CONFLICT
    assert company.books() == before


def test_a_receipt_taken_out_of_sage_leaves_a_partial_posting(
    company: AnyCompany, sage: Connector
) -> None:
    request = receipt(amount="800.00", invoices={"10432": "600.00", "10433": "200.00"})
    posted(sage, request)
    company.remove("arcash", {"refno": request.marker, "paidamt": Decimal(200)})
    result = sage.post_if_absent(request)
    assert result.outcome is PostingOutcome.PARTIAL
    assert documents_in(company, result) == ["10432"]


def test_a_receipt_flagged_as_deleted_does_not_stand(company: AnyCompany, sage: Connector) -> None:
    posted(sage, receipt())
    company.change("arcash", {"refno": receipt().marker}, recdel=True)
    assert sage.post_if_absent(receipt()).outcome is PostingOutcome.PARTIAL
    assert sage.receipts_for_invoice("10432") == []


def test_a_withdrawn_key_is_never_written(company: AnyCompany, sage: Connector) -> None:
    assert sage.withdraw("sale-1") is WithdrawOutcome.WITHDRAWN
    before = company.books()
    assert sage.post_if_absent(receipt()).outcome is PostingOutcome.WITHDRAWN
    assert sage.withdraw("sale-1") is WithdrawOutcome.WITHDRAWN
    assert company.books() == before


def test_a_posted_key_cannot_be_withdrawn(company: AnyCompany, sage: Connector) -> None:
    posted(sage, receipt())
    before = company.books()
    assert sage.withdraw("sale-1") is WithdrawOutcome.EXISTS
    assert company.books() == before
    company.forget_posting("sale-1")
    assert sage.withdraw("sale-1") is WithdrawOutcome.EXISTS


def test_reversing_a_withdrawn_posting_finds_no_parent(
    company: AnyCompany, sage: Connector
) -> None:
    sage.withdraw("sale-1")
    refusal = sage.post_if_absent(reversal()).refusal
    assert refusal is not None
    assert refusal.code == "parent_missing"


_CHANGED_SINCE: dict[str, Callable[[AnyCompany], None]] = {
    "Document 10432, which the receipt paid, is void now.": lambda company: company.change(
        "armast", {"invno": "10432"}, arstat="V"
    ),
    "Invoice 10432 shows only 100.00 paid.": lambda company: company.change(
        "armast", {"invno": "10432"}, paidamt=Decimal(100), balance=Decimal(640)
    ),
    "Document 10432, which the receipt paid, has moved to history.": lambda company: (
        company.move_to_history("10432")
    ),
}


@pytest.mark.parametrize("sentence", _CHANGED_SINCE)
def test_a_reversal_of_something_changed_since_goes_to_a_person(
    sentence: str, company: AnyCompany, sage: Connector
) -> None:
    posted(sage, receipt())
    _CHANGED_SINCE[sentence](company)
    before = company.books()
    refusal = sage.post_if_absent(reversal()).refusal
    assert refusal is not None
    assert (refusal.code, refusal.sentence) == ("parent_changed", sentence)
    assert company.books() == before


def test_a_site_trigger_that_changes_the_receipt_undoes_everything(
    sql_company: SampleCompany, sql_sage: Connector
) -> None:
    """What stands there is not what was meant: nothing is kept and a person is told."""
    sql_company.execute(
        "CREATE FUNCTION shave() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN NEW.paidamt := NEW.paidamt - 1; RETURN NEW; END'"
    )
    sql_company.execute(
        "CREATE TRIGGER shave BEFORE INSERT ON arcash FOR EACH ROW EXECUTE FUNCTION shave()"
    )
    before = sql_company.books()
    result = sql_sage.post_if_absent(receipt())
    assert result.outcome is PostingOutcome.CONFLICT
    assert result.evidence["conflict"] == "arcash does not hold what was written; nothing was kept."
    assert sql_company.books() == before


@pytest.mark.machine("A status is no posting: nobody is asked to type one.")
def test_a_payment_status_is_noted_once(company: AnyCompany, sage: Connector) -> None:
    """In FoxPro tables by Sage's own program, which is given it like a posting."""
    found = company.during(
        lambda: sage.note_status(invoice_number="10432", status="Payment Failed")
    )
    assert found == Changes(
        added={},
        removed={},
        changed={"armast": {"10432": {"paystat": ("", "Payment Failed")}}},
    )
    again = company.during(
        lambda: sage.note_status(invoice_number="   10432", status="Payment Failed")
    )
    assert again == Changes(added={}, removed={}, changed={})
    assert sage.note_status(invoice_number="77777", status="Payment Failed") is False
    with pytest.raises(NeverWorks, match=r"‘Payment Failed again\.’ has 21"):
        sage.note_status(invoice_number="10432", status="Payment Failed again.")
    other = company.connect(profile=replace(company.profile, status_column=""))
    assert other.note_status(invoice_number="10432", status="Paid") is False
