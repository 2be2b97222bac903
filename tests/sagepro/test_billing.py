"""New invoices look to the books as if somebody had written them in Sage."""

from __future__ import annotations

from integrations.sagepro.sample.billing import bill_customers
from integrations.sagepro.sample.books import Changes
from integrations.sagepro.sample.demo import open_invoices_for_demo
from tests.sagepro.companies import TODAY, SampleCompany


def test_a_new_invoice_is_owed_distributed_and_nothing_else(company: SampleCompany) -> None:
    changed = company.during(lambda: bill_customers(company.dsn, count=1, today=TODAY))
    assert changed == Changes(
        added={
            "armast": [
                {
                    "invno": "     10500",
                    "custno": "EAGLE1",
                    "invdte": "2026-11-20",
                    "ordate": "2026-11-20",
                    "salesmn": "JM",
                    "ponum": "PO-10500",
                    "pterms": "Net 30",
                    "pnet": "30.0000",
                    "invamt": "1740.0000",
                    "balance": "1740.0000",
                    "bbal": "1740.0000",
                    "glarec": "AR",
                    "currency": "USD",
                    "currate": "1.0000",
                    "duedate": "2026-12-20",
                    "adduser": "MAC",
                }
            ],
            "ardist": [_side("1200-00", "1740.0000"), _side("4000-00", "-1740.0000")],
        },
        removed={},
        changed={
            "arcust": {"EAGLE1": {"balance": ("1085.7000", "2825.7000")}},
            "sysdata": {"AR/01": {"int1": ("4683", "4684")}},
        },
    )


def test_new_invoices_can_be_paid_by_the_demonstration(company: SampleCompany) -> None:
    before = {invoice.number for invoice in open_invoices_for_demo(company.dsn)}
    first = bill_customers(company.dsn, count=2, today=TODAY)
    second = bill_customers(company.dsn, count=1, today=TODAY)
    after = {invoice.number for invoice in open_invoices_for_demo(company.dsn)}
    assert [*first, *second] == ["10500", "10501", "10502"]
    assert after - before == {"10500", "10501", "10502"}


def _side(account: str, amount: str) -> dict[str, str]:
    return {
        "glacnt": account,
        "tranno": "     10500",
        "trandte": "2026-11-20",
        "arsess": "004684",
        "glbatch": "004684",
        "amount": amount,
    }
