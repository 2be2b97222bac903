"""A company whose single writer writes later, elsewhere: hands over first, answers afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from integrations.canonical.errors import IntegrationError
from integrations.canonical.keyed import KeyedAnswer, KeyedQuestion
from integrations.canonical.ledger_documents import (
    CompanyProfile,
    Customer,
    FiscalPeriod,
    GLAccount,
    Invoice,
    Receipt,
)
from integrations.canonical.open_items import Holding, OpenItemsAnswer, OpenItemsQuestion
from integrations.canonical.posting import (
    PostingOutcome,
    PostingRequest,
    PostingResult,
    WithdrawOutcome,
)


@dataclass
class LaterCompany:
    """Answers HANDED_OVER until `answers` holds the key's result; counts each question."""

    answers: dict[str, PostingResult | IntegrationError] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def post_if_absent(self, request: PostingRequest) -> PostingResult:
        self.asked.append(request.effect_key)
        answer = self.answers.get(request.effect_key)
        if isinstance(answer, IntegrationError):
            raise answer
        return answer or PostingResult(PostingOutcome.HANDED_OVER)

    def withdraw(self, effect_key: str) -> WithdrawOutcome:
        return WithdrawOutcome.PENDING

    def company_profile(self) -> CompanyProfile:
        raise NotImplementedError

    def fingerprint(self) -> str:
        return ""

    def gl_accounts(self) -> list[GLAccount]:
        return []

    def fiscal_periods(self) -> list[FiscalPeriod]:
        return []

    def customer(self, number: str) -> Customer | None:
        return None

    def invoices_by_number(self, numbers: Sequence[str]) -> list[Invoice]:
        return []

    def open_invoices(self, customer_number: str) -> list[Invoice]:
        return []

    def open_items(self, question: OpenItemsQuestion) -> OpenItemsAnswer:
        return Holding().answer(question)

    def invoices_by_order(self, order_number: str) -> list[Invoice]:
        return []

    def receipts_for_invoice(self, number: str) -> list[Receipt]:
        return []

    def receipts_by_reference(self, reference: str) -> list[Receipt]:
        return []

    def look_for_keyed(self, question: KeyedQuestion) -> KeyedAnswer:
        return KeyedAnswer()

    def note_status(self, *, invoice_number: str, status: str) -> bool:
        return False

    def close(self) -> None:
        return None
