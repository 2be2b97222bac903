"""Walking a calibration as the wizard does: snapshot, key, snapshot, difference, next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from integrations.sagepro.backends.sql import SqlConnector
from integrations.sagepro.calibration.differences import changes
from integrations.sagepro.calibration.inference import Proposal, infer
from integrations.sagepro.calibration.keyed import Keyed, Part
from integrations.sagepro.calibration.observation import Observation, rows_that_matter
from integrations.sagepro.calibration.snapshot import Snapshot
from integrations.sagepro.calibration.transactions import Transaction
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.sample.profile import sample_profile
from tests.sagepro.clerk import Clerk, keyed

T = Transaction
KEPT_WHOLE = ("accounts", "periods", "counters", "companies")
CHECK = {"check_number": "5523", "payment_type": "K"}
CARD = {"check_number": "77", "payment_type": "C"}


def part(invoice: str, amount: str, discount: str = "0") -> Part:
    return Part(invoice, Decimal(amount), Decimal(discount))


FULL = keyed(T.FULL, "312.50", part("10433", "312.50"), fields=CHECK)
PARTIAL = keyed(T.PARTIAL, "100.10", part("10346", "100.10"), fields=CARD)
DISCOUNT = keyed(T.DISCOUNT, "725.20", part("10432", "725.20", "14.80"), fields=CHECK)
SPLIT = keyed(T.SPLIT, "208.99", part("10499", "108.99"), part("10346", "100.00"), fields=CHECK)
ON_ACCOUNT = keyed(T.ON_ACCOUNT, "50.25", reference="TESTONAC01", fields=CHECK)
REVERSAL = keyed(T.REVERSAL, "312.50", part("10433", "312.50"), takes_back="TESTFULL", fields=CHECK)
APPLY = keyed(
    T.APPLY, "30.25", part("10346", "30.25"), credit="TESTONAC01", reference="TESTAPPLY", fields={}
)
CHARGEBACK = keyed(
    T.CHARGEBACK,
    "100.10",
    part("10346", "100.10"),
    takes_back="TESTPARTI",
    reference="TESTBACK01",
    fee=Decimal("25.00"),
    fields=CARD,
)
SETTLEMENT = keyed(
    T.SETTLEMENT,
    "970.00",
    customer="",
    debit_account="1010-00",
    credit_account="1105-00",
    fields={},
)
FEE = keyed(
    T.FEE, "29.13", customer="", debit_account="6100-00", credit_account="1010-00", fields={}
)
VOID = keyed(T.VOID, "312.50", part("10433", "312.50"))
EVERY_KIND = (
    FULL, PARTIAL, DISCOUNT, SPLIT, ON_ACCOUNT, APPLY, REVERSAL, CHARGEBACK, SETTLEMENT, FEE, VOID,
)  # fmt: skip
RECEIPTS = (FULL, DISCOUNT)


@dataclass
class Bench:
    """One calibration under way."""

    clerk: Clerk
    present: PostingProfile = field(default_factory=sample_profile)
    found: list[Observation] = field(default_factory=list)

    def snapshot(self) -> Snapshot:
        connector = SqlConnector(self.clerk.dsn, profile=self.present)
        try:
            return Snapshot.from_text(connector.snapshot())
        finally:
            connector.close()

    def key(self, *transactions: Keyed) -> None:
        """Key these and look after each."""
        before = self.snapshot()
        whole = [self.present.physical_table(name) for name in KEPT_WHOLE]
        for each in transactions:
            said = replace(each, user=self.clerk.habits.user)
            self.clerk.key(said)
            after = self.snapshot()
            seen = changes(before, after)
            matter = rows_that_matter(before, said, seen, whole=whole)
            self.found.append(Observation(said, seen, matter, after.layout))
            before = after

    def propose(self, answers: Mapping[str, str] | None = None) -> Proposal:
        return infer(self.found, self.present, answers=answers or {})
