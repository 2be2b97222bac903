"""Customers found or added: once per key, or refused with a sentence."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from integrations.canonical.errors import NeverWorks, OutcomeUnknown
from integrations.canonical.orders import CustomerRequest, MatchBy
from integrations.canonical.stock import ChangeOutcome
from integrations.sagepro.columns import NumberRule
from integrations.sagepro.sample.books import Changes
from tests.contracts.test_sagepro_orders import CARD, done, refused
from tests.contracts.test_sagepro_writer import PATIENT
from tests.sagepro.any_company import AnyCompany, Everything, as_left, opened
from tests.sagepro.companies import SHORT, SampleCompany
from tests.sagepro.cutting_proxy import CuttingProxy
from tests.sagepro.orders import NEWCOMER


def test_a_customer_nobody_knows_is_added_under_the_next_number(
    company: AnyCompany, books: Everything
) -> None:
    found = company.during(lambda: done(books.create_or_match_customer(NEWCOMER)))
    told = [
        (record["effkey"], record["kind"], record["custno"])
        for record in found.added.pop("ptpost", ())
    ]
    assert told == [("shop:customer:88", "customer", "ACME02")][: company.leaves_record]
    meant = Changes(
        added={
            "arcust": [
                {
                    "custno": "ACME02",
                    "company": "Acme Räder LLC",
                    "contact": "Ida Weiß",
                    "address1": "9 Canal Road",
                    "city": "Dayton",
                    "state": "OH",
                    "zip": "45402-1234",
                    "country": "USA",
                    "phone": "555-0188",
                    "email": "orders@raeder.example",
                    "pterms": "Due on receipt",
                    "currency": "USD",
                    "gllink": "AR",
                    "aracct": "1200-00",
                    "depact": "2300-00",
                    "custstat": "A",
                    "statfmt": "O",
                    "adduser": "PT",
                }
            ]
        },
        removed={},
        changed={},
    )
    assert found == as_left(company, meant)
    after = company.books()
    asked = books.create_or_match_customer(NEWCOMER)
    assert (asked.outcome, asked.number) == (ChangeOutcome.EXISTS, "ACME02")
    renamed = replace(NEWCOMER, name="Acme Wheels")
    assert books.create_or_match_customer(renamed).outcome is ChangeOutcome.CONFLICT
    assert company.books() == after
    company.remove("arcust", {"custno": "ACME02"})
    refused(books.create_or_match_customer(NEWCOMER), "customer_missing")


@pytest.mark.parametrize(
    ("wanted", "number"),
    [
        (replace(NEWCOMER, number=" ZENITH"), "ZENITH"),
        (replace(NEWCOMER, email=" Payables@Zenith.Example "), "ZENITH"),
        (replace(NEWCOMER, name="CREME AND CAFE EQUIPEMENT, L.L.C.", postal_code="25618-9"), ""),
        (replace(NEWCOMER, name="creme & cafe equipement inc", postal_code="25618-0001"), "CREME1"),
        (replace(NEWCOMER, number="ZENITH", match_by=(MatchBy.EMAIL,)), ""),
    ],
    ids=["number", "email", "another code", "name and code", "not asked for"],
)
def test_a_customer_who_is_there_is_recognised(
    wanted: CustomerRequest, number: str, company: AnyCompany, books: Everything
) -> None:
    result = books.create_or_match_customer(wanted)
    if not number:
        done(result)
        return
    assert (result.outcome, result.number) == (ChangeOutcome.MATCHED, number)
    again = books.create_or_match_customer(wanted)
    assert (again.outcome, again.number) == (ChangeOutcome.EXISTS, number)
    assert len(company.books()["arcust"]) == 40


def test_of_several_alike_a_person_chooses(company: AnyCompany, books: Everything) -> None:
    for number in ("NATNL1", "NATNL3"):
        company.change("arcust", {"custno": number}, email="AP@national.example")
    before = company.books()
    wanted = replace(NEWCOMER, name="National Homes", email="ap@national.example")
    assert refused(books.create_or_match_customer(wanted), "customers_alike") == company.named(
        "Customers NATNL1, NATNL3 have the e-mail address of ‘National Homes’ ({arcust})."
    )
    assert company.books() == before
    chosen = books.create_or_match_customer(replace(wanted, number="NATNL3"))
    assert (chosen.outcome, chosen.number) == (ChangeOutcome.MATCHED, "NATNL3")


def test_a_customer_that_does_not_fit_is_refused(company: AnyCompany, books: Everything) -> None:
    before = company.books()
    told = {
        "The value for ‘address2’ holds a card number, which is never written to Sage.": replace(
            NEWCOMER, address2=f"card {CARD}"
        ),
        "{arcust}.company holds 35 characters; ‘" + "n" * 36 + "’ has 36.": replace(
            NEWCOMER, name="n" * 36
        ),
        "{arcust}.contact cannot hold 田 (its code page is cp1252).": replace(
            NEWCOMER, contact="田"
        ),
        "A customer needs a key and a name.": replace(NEWCOMER, name=" - "),
        "‘usd’ is no currency that the customers of this company can have.": replace(
            NEWCOMER, currency="usd"
        ),
    }
    for sentence, wanted in told.items():
        result = books.create_or_match_customer(wanted)
        assert result.refusal is not None
        assert result.refusal.sentence == company.named(sentence)
    assert company.books() == before


def test_customers_may_be_numbered_by_a_counter(company: AnyCompany) -> None:
    rule = NumberRule(counter="CU", digits=5, prefix="C", is_next=True)
    books = opened(company, profile=replace(company.profile, customer_numbers=rule))
    company.add("sysdata", sysid="CU", compid="01", int1=41)
    assert done(books.create_or_match_customer(NEWCOMER)).number == "C00041"
    second = replace(NEWCOMER, key="shop:customer:89", email="other@raeder.example", name="Other")
    assert done(books.create_or_match_customer(second)).number == "C00042"


def test_twenty_askers_at_once_add_one_customer(company: AnyCompany) -> None:
    workers = [opened(company, limits=PATIENT) for _ in range(20)]
    with ThreadPoolExecutor(20) as threads:
        found = list(threads.map(lambda one: one.create_or_match_customer(NEWCOMER), workers))
    answers = Counter(one.outcome for one in found)
    assert answers == {ChangeOutcome.DONE: 1, ChangeOutcome.EXISTS: 19}
    assert {one.number for one in found} == {"ACME02"}


@pytest.mark.machine("A person holds no writer lock, and is not kept waiting by one.")
def test_a_busy_writer_of_customers_is_waited_for(company: AnyCompany) -> None:
    books = opened(company, limits=SHORT)
    before = company.books()
    with company.busy():
        assert books.create_or_match_customer(NEWCOMER).outcome is ChangeOutcome.WAIT
    assert company.books() == before


@pytest.mark.parametrize("reaches_server", [True, False])
def test_a_lost_answer_about_a_customer_is_unknown_until_asked_again(
    reaches_server: bool,  # noqa: FBT001 - a pytest parameter
    sql_company: SampleCompany,
    tmp_path: Path,
) -> None:
    with CuttingProxy(sql_company.dsn, folder=tmp_path, reaches_server=reaches_server) as proxy:
        cut = sql_company.open(dsn=proxy.dsn)
        with pytest.raises(OutcomeUnknown):
            cut.create_or_match_customer(NEWCOMER)
        cut.close()
    outcome = sql_company.open().create_or_match_customer(NEWCOMER).outcome
    assert outcome is (ChangeOutcome.EXISTS if reaches_server else ChangeOutcome.DONE)


def test_no_customer_is_added_where_nobody_said_so(company: AnyCompany) -> None:
    before = company.books()["arcust"]
    books = opened(company, profile=replace(company.profile, creates_customers=False))
    with pytest.raises(NeverWorks) as told:
        books.create_or_match_customer(NEWCOMER)
    assert (told.value.code, told.value.sentence) == (
        "sage.not_offered",
        "Creating customers is not available for this Sage Pro company.",
    )
    assert company.books()["arcust"] == before
