"""Open credits applied, journals alone, and chargebacks with their fee: what each does, whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from integrations.canonical.keyed import KeyedQuestion
from integrations.canonical.money import Money
from integrations.canonical.posting import (
    JournalLine,
    PostingKind,
    PostingOutcome,
    PostingRequest,
    WithdrawOutcome,
)
from integrations.sagepro.connector import Connector
from integrations.sagepro.sample.books import Changes
from tests.sagepro.any_company import AnyCompany, as_left
from tests.sagepro.postings import application, chargeback, journal, on_account, receipt, reversal

_ZERO = Decimal(0)


def settlement(key: str = "batch-1") -> PostingRequest:
    return journal(
        key,
        debited={"1010-00": "970.00", "6100-00": "30.00"},
        credited={"1105-00": "1000.00"},
    )


def fee(key: str = "fee-1") -> PostingRequest:
    return journal(
        key, PostingKind.FEE, debited={"6100-00": "25.00"}, credited={"1010-00": "25.00"}
    )


def fee_back(key: str, amount: str, *, of: str = "fee-1") -> PostingRequest:
    return journal(
        key,
        PostingKind.REVERSAL,
        debited={"1010-00": amount},
        credited={"6100-00": amount},
        of=of,
    )


def posted(sage: Connector, request: PostingRequest) -> None:
    result = sage.post_if_absent(request)
    assert result.outcome is PostingOutcome.POSTED, (result.refusal, result.evidence)


def refused(sage: Connector, request: PostingRequest) -> tuple[str, str]:
    result = sage.post_if_absent(request)
    assert result.refusal is not None, result
    return result.refusal.code, result.refusal.sentence


def test_an_open_credit_pays_an_invoice_and_nobody_owes_less(
    company: AnyCompany, sage: Connector
) -> None:
    request = application(amount="100.00")
    marker = request.marker
    found = company.during(lambda: posted(sage, request))
    assert found == as_left(
        company,
        Changes(
            added={
                "arcash": [
                    {
                        "invno": "     10244",
                        "invdte": "2026-08-23",
                        "custno": "ZENITH",
                        "salesmn": "JM",
                        "paidamt": "100.0000",
                        "dtepaid": "2026-11-20",
                        "refno": marker,
                        "glarec": "AR",
                        "currency": "USD",
                        "arsess": "004684",
                        "adduser": "PT",
                    },
                    {
                        "invno": "   OC00017",
                        "invdte": "2026-10-30",
                        "custno": "ZENITH",
                        "salesmn": "JM",
                        "paidamt": "-100.0000",
                        "dtepaid": "2026-11-20",
                        "refno": marker,
                        "artype": "O",
                        "glarec": "AR",
                        "currency": "USD",
                        "arsess": "004684",
                        "adduser": "PT",
                    },
                ],
                "ptpost": [
                    {
                        "effkey": "apply-1",
                        "company": "01",
                        "marker": marker,
                        "payhash": request.payload_hash,
                        "kind": "application",
                        "state": "written",
                        "custno": "ZENITH",
                        "invoices": '[["10244", "100.0000", "0.0000"], '
                        '["OC00017", "-100.0000", "0.0000"]]',
                        "nreceipt": "2",
                        "amount": "100.0000",
                        "currency": "USD",
                        "acctdate": "2026-11-20",
                        "arsess": "004684",
                    }
                ],
            },
            removed={},
            changed={
                "armast": {
                    "10244": {
                        "dtepaid": ("2026-09-10", "2026-11-20"),
                        "paidamt": ("166.9100", "266.9100"),
                        "balance": ("212.4300", "112.4300"),
                        "bbal": ("212.4300", "112.4300"),
                    },
                    "OC00017": {
                        "dtepaid": ("", "2026-11-20"),
                        "paidamt": ("", "-100.0000"),
                        "balance": ("-150.0000", "-50.0000"),
                        "bbal": ("-150.0000", "-50.0000"),
                    },
                },
                "sysdata": {"AR/01": {"int1": ("4683", "4684")}},
            },
        ),
    )


def test_an_application_is_distributed_where_the_company_does_so(
    company: AnyCompany,
) -> None:
    profile = replace(company.profile, distributes_applications=True)
    sage = company.connect(profile=profile)
    lines = (
        JournalLine("2300-00", Decimal(150), _ZERO),
        JournalLine("1200-00", _ZERO, Decimal(150)),
    )
    assert refused(sage, application())[0] == "account_missing"
    found = company.during(lambda: posted(sage, application(journal=lines)))
    assert [(row["glacnt"], row["tranno"], row["amount"]) for row in found.added["ardist"]] == [
        ("1200-00", "     10244", "-150.0000"),
        ("2300-00", "     10244", "150.0000"),
    ]
    code, sentence = refused(company.connect(), application("apply-2", journal=lines))
    assert (code, sentence) == (
        "over_balance",
        company.named("Open credit OC00017 has 0.00 left, less than 150.00 ({armast})."),
    )


_APPLICATION_REFUSALS = {
    "Open credit OC99999 is not in Sage ({armast}).": application(credit="OC99999"),
    "Open credit OC00017 has 150.00 left, less than 150.01 ({armast}).": application(
        amount="150.01"
    ),
    "Document 10202 is not a credit ({armast}).": application(credit="10202"),
    "Invoice 998 is already paid in Sage ({arymst}).": application(invoices={"998": "150.00"}),
    "Invoice 10432 belongs to customer ACME01, not ZENITH ({armast}).": application(
        invoices={"10432": "150.00"}
    ),
    "Invoice 10355 belongs to customer ACME01, not ZENITH ({armast}).": application(credit="10355"),
    "The invoices add up to 100.00, the application to 150.00 USD.": application(
        invoices={"10244": "100.00"}
    ),
    "An application of an open credit names at least one invoice.": replace(
        application(), applications=()
    ),
    "This company books no GL entry when one document pays another.": application(
        journal=receipt(amount="150.00").journal
    ),
}


def test_an_application_that_does_not_fit_is_refused_whole(
    company: AnyCompany, sage: Connector
) -> None:
    before = company.books()
    told = [refused(sage, request)[1] for request in _APPLICATION_REFUSALS.values()]
    assert told == [company.named(sentence) for sentence in _APPLICATION_REFUSALS]
    assert company.books() == before


def test_an_application_is_taken_back_in_part_and_then_whole(
    company: AnyCompany, sage: Connector
) -> None:
    """The credit gets back what the invoices lose; never more than was applied."""
    documents = company.books()["armast"]
    posted(sage, application(invoices={"10244": "100.00", "10202": "50.00"}))
    one = _back("undo-1", "30.00", of="apply-1", invoices={"10202": "30.00"})
    found = company.during(lambda: posted(sage, one))
    assert [(row["invno"], row["paidamt"]) for row in found.added["arcash"]] == [
        ("     10202", "-30.0000"),
        ("   OC00017", "30.0000"),
    ]
    assert "glaccnt" not in found.added["arcash"][0]
    assert "arcust" not in found.changed
    assert refused(sage, _back("undo-2", "120.01", of="apply-1"))[0] == "over_balance"
    posted(sage, _back("undo-2", "120.00", of="apply-1"))
    assert refused(sage, _back("undo-3", "1.00", of="apply-1"))[0] == "over_balance"
    moved = {"dtepaid", "paidamt"}
    assert [_without(row, moved) for row in company.books()["armast"]] == [
        _without(row, moved) for row in documents
    ]


def _back(
    key: str, amount: str, *, of: str, invoices: dict[str, str] | None = None
) -> PostingRequest:
    taken = reversal(key, amount, of=of, invoices=invoices, customer="ZENITH")
    return replace(taken, journal=())


def _without(row: dict[str, str], names: set[str]) -> dict[str, str]:
    return {name: text for name, text in row.items() if name not in names}


def test_a_settlement_moves_the_ledger_and_nothing_else(
    company: AnyCompany, sage: Connector
) -> None:
    request = settlement()
    line = {"tranno": request.marker, "trandte": "2026-11-20", "arsess": "004684"}
    found = company.during(lambda: posted(sage, request))
    assert found == as_left(
        company,
        Changes(
            added={
                "ardist": [
                    {"glacnt": "1010-00", **line, "amount": "970.0000"},
                    {"glacnt": "1105-00", **line, "amount": "-1000.0000"},
                    {"glacnt": "6100-00", **line, "amount": "30.0000"},
                ],
                "ptpost": [
                    {
                        "effkey": "batch-1",
                        "company": "01",
                        "marker": request.marker,
                        "payhash": request.payload_hash,
                        "kind": "settlement",
                        "state": "written",
                        "invoices": "[]",
                        "nlines": "3",
                        "amount": "1000.0000",
                        "currency": "USD",
                        "acctdate": "2026-11-20",
                        "arsess": "004684",
                    }
                ],
            },
            removed={},
            changed={"sysdata": {"AR/01": {"int1": ("4683", "4684")}}},
        ),
    )
    told = sage.post_if_absent(request)
    assert told.outcome is PostingOutcome.EXISTS
    assert told.sage_reference.removesuffix(", keyed by hand") == (
        f"Settlement {request.marker} in the GL distribution"
    )


def test_a_journal_in_another_currency_is_refused(company: AnyCompany, sage: Connector) -> None:
    """It names no currency, so its amounts would be taken for the company's own."""
    before = company.books()
    for request in (settlement(), fee()):
        foreign = replace(request, amount=Money(request.amount.amount, "CAD"))
        refusal = sage.post_if_absent(foreign).refusal
        assert refusal is not None
        assert refusal.code == "currency_mismatch"
        assert refusal.sentence == (
            "A journal in CAD needs a rate of exchange, for these books are kept in USD, and none "
            "is known here."
        )
    assert company.books() == before


def test_a_fee_is_taken_back_account_by_account(company: AnyCompany, sage: Connector) -> None:
    posted(sage, fee())
    found = company.during(lambda: posted(sage, fee_back("undo-1", "10.00")))
    assert [(row["glacnt"], row["amount"]) for row in found.added["ardist"]] == [
        ("1010-00", "10.0000"),
        ("6100-00", "-10.0000"),
    ]
    assert found.changed == {"sysdata": {"AR/01": {"int1": ("4684", "4685")}}}
    assert refused(sage, fee_back("undo-2", "15.01")) == (
        "over_balance",
        "GL account 1010-00 has 15.00 of that journal left; this would move 15.01.",
    )
    wrong_way = replace(fee("undo-3"), kind=PostingKind.REVERSAL, reverses="fee-1")
    assert refused(sage, wrong_way)[0] == "over_balance"
    assert refused(sage, fee_back("undo-4", "1.00", of="fee-9"))[0] == "parent_missing"


def test_the_ledger_remembers_a_journal_when_the_side_table_is_restored(
    company: AnyCompany, sage: Connector
) -> None:
    posted(sage, settlement())
    books = company.books()
    company.forget_posting("batch-1")
    assert sage.withdraw("batch-1") is WithdrawOutcome.EXISTS
    assert sage.post_if_absent(settlement()).outcome is PostingOutcome.EXISTS
    assert company.books() == books
    company.change("ardist", {"tranno": settlement().marker, "glacnt": "6100-00"}, amount=31)
    for forget in (False, True):
        if forget:
            company.forget_posting("batch-1")
        told = sage.post_if_absent(settlement())
        assert told.outcome is PostingOutcome.CONFLICT
        assert told.evidence["conflict"] == "The GL lines in Sage are not the ones we wrote."


def test_a_journal_that_is_more_than_a_journal_is_refused(
    company: AnyCompany, sage: Connector
) -> None:
    before = company.books()
    spoiled: dict[str, Callable[[PostingRequest], PostingRequest]] = {
        "A settlement journal names no customer; it moves GL accounts only.": lambda one: replace(
            one, customer_number="ACME01"
        ),
        "A settlement journal names no receipt field; it moves GL accounts only.": (
            lambda one: replace(one, fields={"comment": "batch 17"})
        ),
        "The journal moves 1000.00, the settlement is over 999.00 USD.": lambda one: replace(
            one, amount=replace(one.amount, amount=Decimal(999))
        ),
        "GL account 1015-00 is inactive ({glacnt}).": lambda one: replace(
            one,
            journal=(
                JournalLine("1015-00", Decimal(1000), _ZERO),
                JournalLine("1105-00", _ZERO, Decimal(1000)),
            ),
        ),
    }
    told = [refused(sage, spoil(settlement()))[1] for spoil in spoiled.values()]
    assert told == [company.named(sentence) for sentence in spoiled]
    assert company.books() == before


def test_a_chargeback_opens_the_invoice_and_books_the_fee(
    company: AnyCompany, sage: Connector
) -> None:
    posted(sage, receipt())
    found = company.during(lambda: posted(sage, chargeback()))
    assert [(row["invno"], row["paidamt"], row["glaccnt"]) for row in found.added["arcash"]] == [
        ("     10432", "-740.0000", "1105-00")
    ]
    assert [(row["glacnt"], row["amount"]) for row in found.added["ardist"]] == [
        ("1010-00", "-25.0000"),
        ("1105-00", "-740.0000"),
        ("1200-00", "740.0000"),
        ("6100-00", "25.0000"),
    ]
    assert found.changed["arcust"] == {"ACME01": {"balance": ("2040.9400", "2780.9400")}}
    assert found.changed["armast"]["10432"]["balance"] == ("", "740.0000")
    if company.leaves_record:
        assert found.added["ptpost"][0]["kind"] == "chargeback"
        assert found.added["ptpost"][0]["revkey"] == "sale-1"
    assert refused(sage, reversal("refund-1", "1.00"))[0] == "over_balance"


def test_the_ledger_shows_the_fee_of_a_chargeback(company: AnyCompany, sage: Connector) -> None:
    posted(sage, receipt())
    asked = chargeback()
    question = KeyedQuestion(asked.marker, asked)
    assert sage.look_for_keyed(question).lines == ()
    posted(sage, asked)
    seen = sage.look_for_keyed(replace(question, said_at="2026-11-20T20:00:00Z"))
    assert ("6100-00", Decimal(25)) in {(line.account, line.amount) for line in seen.lines}
    taken = KeyedQuestion(receipt().marker, receipt())
    assert sage.look_for_keyed(taken).lines == ()


def test_a_won_dispute_takes_the_chargeback_back(company: AnyCompany, sage: Connector) -> None:
    """The invoice is paid again, and the receipt can be refunded again."""
    posted(sage, receipt())
    paid = company.books()["armast"]
    posted(sage, chargeback())
    won = replace(
        reversal("won-1", of="dispute-1"),
        journal=(
            JournalLine("1105-00", Decimal(740), _ZERO),
            JournalLine("1200-00", _ZERO, Decimal(740)),
        ),
    )
    found = company.during(lambda: posted(sage, won))
    assert [(row["invno"], row["paidamt"], row["glaccnt"]) for row in found.added["arcash"]] == [
        ("     10432", "740.0000", "1105-00")
    ]
    assert company.books()["armast"] == paid
    with_record = company.books()
    company.forget_posting("won-1")
    assert sage.post_if_absent(won).outcome is PostingOutcome.EXISTS
    assert company.books() == with_record
    assert refused(sage, replace(won, effect_key="won-2", marker="PTWON2"))[0] == "over_balance"
    posted(sage, reversal("refund-1"))
    assert sage.invoices_by_number(["10432"])[0].balance == Decimal(740)


def test_a_won_dispute_does_not_pay_what_was_paid_meanwhile(
    company: AnyCompany, sage: Connector
) -> None:
    posted(sage, receipt())
    posted(sage, chargeback())
    posted(sage, receipt("sale-2", "700.00"))
    before = company.books()
    assert refused(sage, reversal("won-1", of="dispute-1")) == (
        "parent_changed",
        "Invoice 10432 has only 40.00 open.",
    )
    assert company.books() == before


def test_a_chargeback_says_when_its_journal_is_not_amount_and_fee(sage: Connector) -> None:
    posted(sage, receipt())
    short = replace(chargeback(), fee=Decimal(20))
    assert refused(sage, short) == (
        "value_refused",
        "The journal moves 765.00; chargeback and fee are 760.00 together.",
    )


_UNCALIBRATED = [application(), settlement(), fee(), chargeback()]


@pytest.mark.machine("A person keys every kind; none has to be calibrated.")
@pytest.mark.parametrize("request_", _UNCALIBRATED, ids=lambda one: one.kind.value)
def test_a_kind_nobody_calibrated_is_entered_by_hand(
    request_: PostingRequest, company: AnyCompany
) -> None:
    """In no edition is anything written that the posting profile does not name."""
    usual = frozenset({PostingKind.RECEIPT, PostingKind.ON_ACCOUNT, PostingKind.REVERSAL})
    sage = company.connect(profile=replace(company.profile, kinds=usual))
    before = company.books()
    code, sentence = refused(sage, request_)
    assert code == "profile_missing"
    assert sentence == f"The posting profile of this company has no {request_.kind.value}."
    assert company.books() == before


@pytest.mark.parametrize("request_", [application(), settlement()], ids=lambda one: one.kind.value)
def test_asking_again_never_writes_twice(
    request_: PostingRequest, company: AnyCompany, sage: Connector
) -> None:
    posted(sage, request_)
    books = company.books()
    assert sage.post_if_absent(request_).outcome is PostingOutcome.EXISTS
    company.forget_posting(request_.effect_key)
    assert sage.post_if_absent(request_).outcome is PostingOutcome.EXISTS
    assert company.books() == books
    other = replace(request_, accounting_date=on_account().accounting_date.replace(day=19))
    assert sage.post_if_absent(other).outcome is PostingOutcome.CONFLICT
    assert company.books() == books
