"""Sites whose Sage Pro differs from the sample company, for calibration to find out."""

from __future__ import annotations

from tests.sagepro.clerk import Habits

PLAIN = Habits()
OTHER_HABITS = Habits(
    paid_includes_discount=False,
    is_right=False,
    session_key="RC",
    session_width=5,
    session_is_next=True,
    types={
        ("arcash", "refno"): "char(12)",
        ("arcash", "paidamt"): "numeric(14,2)",
        ("sysdata", "sysid"): "char(4)",
    },
)
OTHER_NAMES = Habits(
    tables={"arcash": "arrcpt", "arycsh": "aryrcpt", "ardist": "argldis"},
    columns={
        ("arcash", "paidamt"): "payamt",
        ("arcash", "refno"): "payno",
        ("arcash", "dtepaid"): "rcptdate",
        ("arycsh", "paidamt"): "payamt",
        ("arycsh", "refno"): "payno",
        ("arycsh", "dtepaid"): "rcptdate",
        ("armast", "balance"): "docbal",
        ("arymst", "balance"): "docbal",
        ("arcust", "lpymt"): "lastamt",
        ("ardist", "amount"): "glamt",
        ("sysdata", "int1"): "lastno",
    },
    receipt_constants={"glarec": "XX", "batch": "007"},
    open_credit_type="P",
    void_status="Z",
    deposits_account="2200-00",
    user="JUDY",
)
OTHER_SIGNS = Habits(credits_are_positive=True)
SITES = {"other habits": OTHER_HABITS, "other names": OTHER_NAMES, "other signs": OTHER_SIGNS}
