"""How idempotency keys begin that Tieout makes itself; a program's own never begin so.

All keys of an environment are one space: a program that took one of these would keep a payment
link from being paid, or a row flagged in Sage from being asked for.
"""

from __future__ import annotations

OF_LINK = "link:"
OF_ROW = "sage:"
OURS = (OF_LINK, OF_ROW)
