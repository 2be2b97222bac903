"""Open items by digests, told alike by every way into a Sage company."""

from __future__ import annotations

from decimal import Decimal

from integrations.canonical.open_items import (
    Holding,
    OpenItem,
    OpenItemsAnswer,
    OpenItemsQuestion,
)
from integrations.canonical.posting import PostingOutcome
from integrations.sagepro.connector import Connector
from tests.sagepro.any_company import AnyCompany
from tests.sagepro.companies import SampleCompany
from tests.sagepro.foxpro.company import FoxProCompany
from tests.sagepro.postings import receipt


def look(sage: Connector, copy: Holding, run: str) -> dict[str, list[OpenItem]]:
    """Bring the copy up to date; what came, by leaf."""
    told = sage.open_items(OpenItemsQuestion(run, known=copy.digest))
    if told.digest == copy.digest:
        return {}
    answer = sage.open_items(OpenItemsQuestion(run, groups=copy.differing(told.groups)))
    assert answer.is_whole
    copy.take(answer.changed)
    assert copy.digest == answer.digest
    return {leaf: [OpenItem.read(line) for line in lines] for leaf, lines in answer.changed.items()}


def test_a_first_look_shows_what_is_open_and_nothing_else(sage: Connector) -> None:
    came = [item for leaf in look(sage, Holding(), "1").values() for item in leaf]
    assert len(came) == sage.company_profile().open_invoice_count
    of_acme = sorted(item.number for item in came if item.customer_number == "ACME01")
    assert of_acme == sorted(one.number for one in sage.open_invoices("ACME01"))
    shown = next(item for item in came if item.number == "10432")
    assert (shown.amount, shown.balance, shown.currency) == (Decimal(740), Decimal(740), "USD")
    credit = next(item for item in came if item.number == "OC00017")
    assert credit.balance < 0


def test_a_look_that_finds_nothing_new_tells_one_digest(sage: Connector) -> None:
    copy = Holding()
    look(sage, copy, "1")
    again = sage.open_items(OpenItemsQuestion("2", known=copy.digest))
    assert again == OpenItemsAnswer(copy.digest)


def test_what_changed_in_sage_comes_and_what_is_paid_goes(
    company: AnyCompany, sage: Connector
) -> None:
    copy = Holding()
    look(sage, copy, "1")
    company.change("armast", {"invno": "10433"}, balance=Decimal("12.50"))
    assert sage.post_if_absent(receipt()).outcome is PostingOutcome.POSTED
    came = look(sage, copy, "2")
    assert len(came) == 2
    items = {item.number: item for leaf in came.values() for item in leaf}
    assert items["10433"].balance == Decimal("12.50")
    assert "10432" not in items


def test_both_editions_have_the_same_lines_for_the_same_books(
    sql_company: SampleCompany, foxpro_company: FoxProCompany
) -> None:
    told = [
        one.connect().open_items(OpenItemsQuestion("1")) for one in (sql_company, foxpro_company)
    ]
    assert told[0] == told[1]


def test_a_card_number_typed_as_an_invoice_number_is_redacted(
    sql_company: SampleCompany,
) -> None:
    sql_company.execute("ALTER TABLE armast ALTER COLUMN invno TYPE varchar(20)")
    sql_company.change("armast", {"invno": "10432"}, invno="4012888888881881")
    came = look(sql_company.connect(), Holding(), "1")
    assert "4012888888881881" not in repr(came)
