"""A clerk keys into a test company by a site's habits; calibration finds these habits out.

The proof is the books: what our writer posts by the recovered profile is, row for row and
column for column, what the clerk writes for the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import uuid4

import pytest

from integrations.canonical.posting import PostingKind, PostingOutcome
from integrations.sagepro.backends.sql import SqlConnector
from integrations.sagepro.calibration.inference import Proposal
from integrations.sagepro.calibration.keyed import Keyed
from integrations.sagepro.calibration.observation import Observation, from_json, to_json
from integrations.sagepro.calibration.requesting import request_of
from integrations.sagepro.calibration.snapshot import Row
from integrations.sagepro.layout import to_json as layout_json
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.profile_diff import differences
from integrations.sagepro.sample.profile import sample_profile
from tests import database_plugin
from tests.sagepro.calibrating import (
    CHARGEBACK,
    DISCOUNT,
    EVERY_KIND,
    FULL,
    ON_ACCOUNT,
    PARTIAL,
    RECEIPTS,
    Bench,
    part,
)
from tests.sagepro.clerk import Clerk, Habits, T, keyed
from tests.sagepro.companies import SampleCompany
from tests.sagepro.sites import PLAIN, SITES

NEXT = (
    keyed(T.SPLIT, "500.00", part("10346", "500.00", "9.15"), reference="NEXTSPLIT1"),
    keyed(T.ON_ACCOUNT, "77.70", reference="NEXTONAC02"),
    keyed(
        T.REVERSAL,
        "725.20",
        part("10432", "725.20", "14.80"),
        takes_back="TESTDISCO",
        reference="NEXTBACK03",
    ),
    keyed(
        T.APPLY,
        "20.00",
        part("10432", "20.00"),
        credit="TESTONAC01",
        reference="NEXTAPPLY4",
        fields={},
    ),
    keyed(
        T.CHARGEBACK,
        "208.99",
        part("10499", "108.99"),
        part("10346", "100.00"),
        takes_back="TESTSPLIT",
        reference="NEXTBACK05",
        fee=Decimal("15.00"),
    ),
    keyed(
        T.SETTLEMENT,
        "1840.11",
        customer="",
        debit_account="1010-00",
        credit_account="1110-00",
        reference="NEXTBATCH6",
        fields={},
    ),
)


@dataclass(frozen=True)
class Site:
    """A site that has been calibrated with every kind of transaction."""

    name: str
    database: str
    bench: Bench
    proposal: Proposal

    @property
    def profile(self) -> PostingProfile:
        assert self.proposal.profile is not None
        return self.proposal.profile


@pytest.fixture(scope="module", params=SITES)
def site(request: pytest.FixtureRequest, company_template: str) -> Iterator[Site]:
    name = f"sage_{uuid4().hex[:12]}"
    database_plugin.make_database(name, template=company_template)
    clerk = Clerk(database_plugin.superuser_url(name), SITES[request.param])
    clerk.settle_in()
    bench = Bench(clerk)
    # The void comes last and voids what the reversal has opened again.
    bench.key(*EVERY_KIND)
    yield Site(request.param, name, bench, bench.propose())
    database_plugin.drop_database(name)


_SAID = {
    "other habits": [
        "The invoice's paid amount includes the discount: no instead of yes.",
        "Counter row of the GL session: ‘RC’ instead of ‘AR’.",
        "Digits of the GL session: ‘5’ instead of ‘6’.",
        "The counter holds the next session, not the last one: yes instead of no.",
        "Invoices and open credits, document number: not filled on the left.",
        "Cash receipts, document number: not filled on the left.",
        "Cash receipts, amount: number 14 wide with 2 decimals instead of money.",
        "Cash receipts, our marker: text 12 wide instead of text 10 wide.",
        "GL distribution, document number: not filled on the left.",
        "Counters, which counter: text 4 wide instead of text 2 wide.",
    ],
    "other names": [
        "Applying an open credit makes GL lines: yes instead of no.",
        "Document type of a payment on account: ‘P’ instead of ‘O’.",
        "Document status: void: V, X, Z instead of V, X.",
        "Customers, amount of the last payment: column lastamt instead of lpymt.",
        "Invoices and open credits, balance: column docbal instead of balance.",
        "Cash receipts: the table is arrcpt instead of arcash.",
        "Cash receipts: the history table is aryrcpt instead of arycsh.",
        "Cash receipts, amount: column payamt instead of paidamt.",
        "Cash receipts, date: column rcptdate instead of dtepaid.",
        "Cash receipts, our marker: column payno instead of refno.",
        "Cash receipts: in a new row, batch is ‘007’ (C3) instead of blank (C3).",
        "Cash receipts: in a new row, glarec is ‘XX’ (C3) instead of ‘AR’ (C3).",
        "GL distribution: the table is argldis instead of ardist.",
        "GL distribution, amount, debit or credit: column glamt instead of amount.",
        "Counters, number: column lastno instead of int1.",
    ],
    "other signs": ["Credits are the positive GL lines: yes instead of no."],
}


_KEYED = frozenset(PostingKind)


def test_the_site_s_habits_are_found_and_nothing_else(site: Site) -> None:
    assert (site.proposal.questions, site.proposal.problems) == ((), ())
    assert site.proposal.differences == {}
    assert site.profile.kinds == _KEYED, "what nobody keyed is not posted"
    assert differences(replace(sample_profile(), kinds=_KEYED), site.profile) == _SAID[site.name]


def test_every_value_has_its_evidence(site: Site) -> None:
    told = {finding.label: finding for finding in site.proposal.findings}
    paid = told["Cash receipts, amount"]
    column = "arrcpt.payamt" if site.name == "other names" else "arcash.paidamt"
    assert paid.value == column
    assert paid.evidence[0] == f"A full payment: {column.partition('.')[2]} holds 312.5."
    assert [finding.label for finding in site.proposal.findings if not finding.value] == []


@contextmanager
def _copy(site: Site) -> Iterator[Clerk]:
    """The calibrated company once more, to write into."""
    name = f"sage_{uuid4().hex[:12]}"
    database_plugin.make_database(name, template=site.database)
    yield Clerk(database_plugin.superuser_url(name), site.bench.clerk.habits)
    database_plugin.drop_database(name)


def test_our_writer_leaves_the_rows_that_the_clerk_leaves(site: Site) -> None:
    """The clerk keys one of each kind into one copy of the company, we post into the other."""
    with _copy(site) as clerk:
        bench = Bench(clerk, site.profile)
        bench.key(*NEXT)
        theirs = _whole(bench)
    with _copy(site) as clerk:
        _post(clerk.dsn, bench.found, replace(site.profile, user_code=clerk.habits.user))
        assert _whole(Bench(clerk, site.profile)) == theirs


def _post(dsn: str, found: Sequence[Observation], profile: PostingProfile) -> None:
    sage = SqlConnector(dsn, profile=profile)
    try:
        for seen in found:
            request = request_of(seen, profile)
            assert not isinstance(request, str), request
            result = sage.post_if_absent(request)
            assert result.outcome is PostingOutcome.POSTED, result
    finally:
        sage.close()


def _whole(bench: Bench) -> dict[str, list[Row]]:
    """Every row of every table, but for row numbers and the moment of entry."""
    hidden = {"id_col", "adddate", "addtime"}
    return {
        table: sorted(
            ({name: value for name, value in row.items() if name not in hidden} for row in rows),
            key=lambda row: sorted((name, value or "") for name, value in row.items()),
        )
        for table, rows in bench.snapshot().rows.items()
    }


def test_what_is_kept_of_a_calibration_infers_the_same(site: Site) -> None:
    """The wizard keeps observations as JSON and can be left and resumed."""
    layout = layout_json(site.bench.found[0].layout)
    kept = [from_json(to_json(found), layout=layout) for found in site.bench.found]
    resumed = Bench(site.bench.clerk, site.bench.present, kept).propose()
    assert resumed == site.proposal


def _bench(company: SampleCompany, habits: Habits = PLAIN, *transactions: Keyed) -> Bench:
    clerk = Clerk(company.dsn, habits)
    clerk.settle_in()
    bench = Bench(clerk)
    bench.key(*(transactions or RECEIPTS))
    return bench


def test_a_kind_stays_off_until_it_was_keyed(company: SampleCompany) -> None:
    bench = _bench(company, PLAIN, FULL)
    profile = bench.propose().profile
    assert profile is not None
    assert profile.kinds == frozenset(), "a discount was not keyed"
    bench.key(DISCOUNT)
    profile = bench.propose().profile
    assert profile is not None
    assert profile.kinds == {PostingKind.RECEIPT}


def test_nothing_keyed_is_no_profile() -> None:
    proposal = Bench(Clerk("")).propose()
    assert proposal.profile is None
    assert len(proposal.problems) == 1


def test_what_sage_changes_besides_is_a_question(company: SampleCompany) -> None:
    """A second counter: only a person knows whether it matters."""
    habits = Habits(more="UPDATE sysdata SET int2 = int2 + 1 WHERE sysid = 'AR'")
    bench = _bench(company, habits)
    proposal = bench.propose(answers={"counters.value": "sysdata.int1"})
    (question,) = proposal.questions
    assert question.key == "leave:sysdata.int2"
    assert question.sentence.startswith("Sage changes int2 of sysdata from ‘100440’ to ‘100441’;")
    assert proposal.profile is not None
    assert proposal.profile.kinds == frozenset()
    for answer, kinds in (("leave", {PostingKind.RECEIPT}), ("stop", frozenset())):
        answered = bench.propose(answers={question.key: answer})
        assert answered.profile is not None
        assert (answered.profile.kinds, answered.questions) == (kinds, ())


def test_somebody_else_at_work_is_noticed(company: SampleCompany) -> None:
    habits = Habits(more="UPDATE arcust SET balance = balance + 1 WHERE custno = 'ZENITH'")
    proposal = _bench(company, habits).propose()
    assert [question.key for question in proposal.questions] == ["leave:arcust.balance"]
    assert proposal.profile is not None
    assert proposal.profile.kinds == frozenset()


def test_two_columns_with_the_same_value_are_a_question(company: SampleCompany) -> None:
    company.execute("ALTER TABLE arcash RENAME COLUMN paidamt TO payamt")
    company.execute("ALTER TABLE arcash ADD COLUMN gross numeric(18,4) NOT NULL DEFAULT 0")
    habits = Habits(
        columns={("arcash", "paidamt"): "payamt"}, more="UPDATE arcash SET gross = payamt"
    )
    clerk = Clerk(company.dsn, habits)
    bench = Bench(clerk)
    bench.key(*RECEIPTS)
    proposal = bench.propose()
    assert proposal.profile is None
    (question,) = proposal.questions
    assert question.key == "receipts.paid"
    assert {value for value, _ in question.choices} == {"arcash.payamt", "arcash.gross"}
    answered = bench.propose(answers={"receipts.paid": "arcash.payamt"})
    assert answered.profile is None
    assert "Sage fills arcash.gross in new rows with" in answered.problems[0]


_WRONG: dict[str, tuple[Habits, tuple[Keyed, ...], str]] = {
    "another amount than was said": (
        PLAIN,
        (replace(FULL, amount=FULL.amount + 1), DISCOUNT),
        "where Sage keeps this: Table of customers",
    ),
    "a column nobody typed": (
        Habits(more="UPDATE arcash SET ccati = right(refno, 5) WHERE refno LIKE 'TEST%'"),
        RECEIPTS,
        "Sage fills arcash.ccati in new rows with",
    ),
}


@pytest.mark.parametrize("case", _WRONG)
def test_what_cannot_be_explained_is_told_and_gives_no_profile(
    company: SampleCompany, case: str
) -> None:
    habits, transactions, sentence = _WRONG[case]
    clerk = Clerk(company.dsn, habits)
    bench = Bench(clerk)
    for said in transactions:
        bench.key(said)
    if case == "another amount than was said":
        bench.found[0] = replace(bench.found[0], keyed=replace(FULL, amount=FULL.amount - 1))
    proposal = bench.propose()
    assert proposal.profile is None
    assert any(sentence in problem for problem in proposal.problems), proposal.problems


def test_credits_of_another_sign_are_not_posted(company: SampleCompany) -> None:
    more = (
        "UPDATE armast SET invamt = -invamt, balance = -balance, bbal = -bbal "
        "WHERE artype = 'O' AND refno LIKE 'TEST%'"
    )
    bench = _bench(company, Habits(more=more), *RECEIPTS, ON_ACCOUNT)
    proposal = bench.propose()
    assert proposal.profile is not None
    assert proposal.profile.kinds == {PostingKind.RECEIPT}
    assert sorted(proposal.differences[T.ON_ACCOUNT]) == [
        f"In a new row of armast, Sage writes ‘50.25’ into {name}; Tieout would write ‘-50.25’."
        for name in ("balance", "bbal", "invamt")
    ]


@pytest.mark.parametrize("is_turned", [False, True])
def test_debits_and_credits_that_nothing_tells_apart_are_a_question(
    is_turned: bool,  # noqa: FBT001 a pytest parameter
    company: SampleCompany,
) -> None:
    """No receipt names the account of the money, and no journal was keyed."""
    bench = _bench(company, Habits(has_cash_account=False, credits_are_positive=is_turned))
    (question,) = bench.propose().questions
    assert question.sentence.endswith("Which account did the money come into?")
    assert sorted(value for value, _ in question.choices) == ["1010-00", "1200-00"]
    profile = bench.propose({question.key: "1010-00"}).profile
    assert profile is not None
    assert profile.credits_are_positive == is_turned


def test_a_fee_that_sage_bills_to_the_customer_keeps_chargebacks_off(
    company: SampleCompany,
) -> None:
    """Tieout books the fee in the journal; a debit memo beside it is not what it would write."""
    habits = Habits(fee_is_invoiced=True)
    bench = _bench(company, habits, *RECEIPTS, PARTIAL, CHARGEBACK)
    proposal = bench.propose()
    assert proposal.profile is not None
    assert proposal.profile.kinds == {PostingKind.RECEIPT}
    (told,) = proposal.differences[T.CHARGEBACK]
    assert told == (
        "Tieout would not have posted it: The journal moves 100.10; chargeback and fee are "
        "125.10 together."
    )


def test_no_card_data_is_read(company: SampleCompany) -> None:
    company.execute("UPDATE arcust SET comment = '4111 1111 1111 1111' WHERE custno = 'ACME01'")
    company.execute("UPDATE arcust SET cc_num = '4111111111111111'")
    snapshot = Bench(Clerk(company.dsn)).snapshot()
    assert "4111 1111" not in str(snapshot.rows)
    assert "41111111" not in str(snapshot.rows)
    assert snapshot.rows["arcust"]
    assert "arcust.comment holds what looks like card numbers." in snapshot.skipped
    assert "arcust.cc_num is named like card data or a password." in snapshot.skipped
    assert "ptpost" not in snapshot.rows
    assert not {"email", "cstmemo", "password"} & set(snapshot.rows["arcust"][0])
