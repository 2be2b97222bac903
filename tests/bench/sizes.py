"""How much a run measures. Ratios hold for every size; only their noise differs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Counts of one run; every measure is bounded by them and by a time limit."""

    name: str
    repeats: int
    """Rounds of each rate; the best of them counts, because others use the machine too."""
    rounds: int
    """In which ours and the bare way take turns; the median of their ratios counts."""
    notices: int
    """Per round and number of clients."""
    clients: tuple[int, ...]
    commit_seconds: int
    """Per number of clients, of raw commits."""
    payments: int
    """Sent one by one to an idle portal."""
    receipts: int
    """Posted in one process, and again by the bare driver; so many in all rounds together."""
    handed: int
    """To the agent in each round: several times what it takes at once, as in a backlog."""
    transactions: int
    """Of one day that is polled."""
    backlog: int
    """Waiting payments of the busy company while the quiet one gets its own."""
    foxpro_rows: int
    """In the FoxPro table that is read."""
    invoices: int
    """Open ones of one customer, read directly from the company's database."""
    seconds: int
    """The whole run is given up after this long."""


QUICK = Sizes("quick", 3, 7, 3_000, (16, 64), 2, 40, 200, 200, 5_000, 1_500, 100_000, 100_000, 900)
FULL = Sizes(
    "full", 5, 15, 20_000, (16, 64), 10, 300, 2_000, 400, 50_000, 10_000, 100_000, 100_000, 5_400
)
TINY = Sizes("tiny", 1, 2, 60, (4,), 1, 2, 6, 3, 200, 12, 300, 300, 400)
BY_NAME = {sizes.name: sizes for sizes in (QUICK, FULL, TINY)}
