"""Assisted: what others list and key while the books are looked at is known for ours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from integrations.canonical.keyed import KeyedAnswer, KeyedQuestion
from integrations.canonical.keyed_changes import ChangeQuestion, ChangeSeen
from integrations.canonical.posting import PostingOutcome
from integrations.canonical.stock import ChangeOutcome
from integrations.connections import worksheet
from integrations.connections.assisted import AssistedConnector
from integrations.connections.models import WorksheetEntry
from integrations.sagepro.backends.sql import SqlConnector
from integrations.sagepro.sample.profile import sample_profile
from tenants.scope import tenant_transaction
from tests.contracts.conftest import AssistedCompany
from tests.sagepro.any_company import Everything
from tests.sagepro.orders import NEWCOMER, order
from tests.sagepro.postings import receipt


@dataclass
class Meanwhile:
    """What happens once, between the worksheet's answer and the look at the books."""

    happens: Callable[[], object]
    looks: list[str] = field(default_factory=list)

    def pass_by(self, look: str) -> None:
        self.looks.append(look)
        if len(self.looks) == 1:
            self.happens()


class SlowReader(SqlConnector):
    """Reads the books after something else happened."""

    meanwhile: Meanwhile

    def look_for_change(self, question: ChangeQuestion) -> ChangeSeen:
        self.meanwhile.pass_by("change")
        return super().look_for_change(question)

    def look_for_keyed(self, question: KeyedQuestion) -> KeyedAnswer:
        self.meanwhile.pass_by("posting")
        return super().look_for_keyed(question)


def _asker(company: AssistedCompany, happens: Callable[[], object]) -> AssistedConnector:
    reader = SlowReader(company.dsn, profile=sample_profile())
    reader.meanwhile = Meanwhile(happens)
    company.opened.append(reader)
    return AssistedConnector(
        reader,
        tenant_id=company.tenant_id,
        company_id=company.company_id,
        profile=sample_profile(),
    )


def test_an_order_that_others_had_keyed_is_theirs_and_not_refused(
    assisted_company: AssistedCompany,
) -> None:
    """Its goods are allocated by then, and there are none for a second one."""
    company = assisted_company
    company.change("iciqty", {"item": "BRG-6204", "loctid": "MAIN"}, qonhand=24)
    other = cast("Everything", company.connect())
    slow = _asker(company, lambda: other.upsert_order(order()))
    found = slow.upsert_order(order())
    assert (found.outcome, found.refusal) == (ChangeOutcome.EXISTS, None)


def test_a_customer_that_others_had_keyed_is_found_and_not_matched(
    assisted_company: AssistedCompany,
) -> None:
    company = assisted_company
    lists = _asker(company, lambda: None)

    def key() -> None:
        assert lists.create_or_match_customer(NEWCOMER).outcome is ChangeOutcome.HANDED_OVER
        company.key_changes(profile=sample_profile())

    found = _asker(company, key).create_or_match_customer(NEWCOMER)
    assert (found.outcome, found.number) == (ChangeOutcome.DONE, "ACME02")


def test_a_receipt_keyed_without_its_reference_is_not_another_payment(
    assisted_company: AssistedCompany,
) -> None:
    """The invoice is paid by then, and a second payment of it would be refused."""
    company, request = assisted_company, receipt()
    lists = _asker(company, lambda: None)

    def key() -> None:
        assert lists.post_if_absent(request).outcome is PostingOutcome.HANDED_OVER
        assert company.bookkeeper.key(receipt(marker="CHK 5523"), profile=sample_profile()) == ""
        with tenant_transaction(company.tenant_id):
            ids = list(WorksheetEntry.objects.values_list("id", flat=True))
            place, actor = company.company_id, "mb@acme.example"
            worksheet.confirm(company_id=place, entry_ids=ids, actor=actor)

    found = _asker(company, key).post_if_absent(request)
    assert (found.outcome, found.refusal) == (PostingOutcome.POSTED, None)
