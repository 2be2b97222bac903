"""The tables of the sample company, as data: column name and FoxPro type.

Names and types follow what is attested of real installations; where nothing is attested they
are our assumption (checkno, paytype, arsess, currency and currate on receipts and invoices,
the layout of the fiscal calendar and of SYSDATA). Site columns stand apart: every real
company has some.
"""

from __future__ import annotations

AUDIT = "adduser C4, adddate D, addtime C8, lckstat C1, lckuser C4, lckdate D, lcktime C8"

_INVOICE = (
    "invno C10, custno C6, invdte D, ordate D, dtepaid D, salesmn C4, terr C3, ponum C20,"
    " refno C10, ornum C10, pterms C20, pdisc N7.3, pdays N3, pnet N3, disc N7.3, taxrate N7.3,"
    " tax Y, invamt Y, disamt Y, paidamt Y, balance Y, bbal Y, glarec C3, arstat C1, artype C1,"
    " batch C3, current C1, taxdist C4, oti C9, notes M, currency C3, currate N12.6, duedate D,"
    f" {AUDIT}, paystat C20"
)
_LINE = (
    "invno C10, custno C6, item C15, descrip C35, cost Y, price Y, qtyord N12.3, qtyshp N12.3,"
    " extprice Y, invdte D, glsale C3, glasst C3, taxable C1, stkcode C1, arstat C1, artype C1,"
    " loctid C6, tranlineno I"
)
_RECEIPT = (
    "invno C10, invdte D, custno C6, salesmn C4, ponum C20, paidamt Y, disamt Y, dtepaid D,"
    " refno C10, apcode C1, artype C1, glarec C3, batch C3, glaccnt C24, oti C9, ccati C8,"
    f" applto C9, recdel L, checkno C10, paytype C1, currency C3, arsess C6, {AUDIT},"
    " payref C20, paynote C65"
)
_ORDER = (
    "sono C10, custno C6, sodate D, ponum C20, ordamt Y, shpamt Y, tax Y, sostat C1, sotype C1,"
    f" currency C3, {AUDIT}"
)
_ORDER_LINE = (
    "sono C10, custno C6, tranlineno I, item C15, descrip C35, disc N7.3, price Y,"
    " qtyord N12.3, qtyshp N12.3, extprice Y, loctid C6, sostat C1"
)
_BALANCES = ", ".join(f"glcbal{n:02} Y" for n in range(1, 14))

_TABLES = {
    "arcust": (
        "custno C6, company C35, contact C30, address1 C35, address2 C35, city C20, state C10,"
        " zip C10, country C15, phone C20, faxno C20, email M, terr C3, salesmn C4, pterms C20,"
        " pdisc N7.3, pdays N3, pnet N3, balance Y, onorder Y, credit Y, limit Y, lpymt Y,"
        " lastpay D, ldate D, lsale Y, currency C3, gllink C3, aracct C24, depact C24, nlacno C6,"
        f" credstat C1, custstat C1, statfmt C1, comment C65, cstmemo M, {AUDIT},"
        " cc_num C20, cc_exp D, ccno C19, ccdate C5, password C20, dlno C20"
    ),
    "armast": _INVOICE,
    "arymst": _INVOICE,
    "artran": _LINE,
    "arytrn": _LINE,
    "arcash": _RECEIPT,
    "arycsh": _RECEIPT,
    "ardist": "glacnt C24, tranno C10, trandte D, arsess C6, glbatch C6, amount Y",
    "glacnt": f"glacnt C24, gldesc C35, gltype C2, glstat C1, {_BALANCES}",
    "somast": _ORDER,
    "soymst": _ORDER,
    "sotran": _ORDER_LINE,
    "soytrn": _ORDER_LINE,
    "icitem": "item C15, itmdesc C35, ionhand N12.3, price Y, itmstat C1",
    "iciqty": f"item C15, loctid C6, qonhand N12.3, qsoaloc N12.3, {AUDIT}",
    # A table of the site's own, as it would add one to let a row start a payment.
    "arpayrq": (
        "reqno C10, reqflag C1, reqkind C10, custno C6, vaultid C20, paytrid C20, invno C10,"
        " reqamt Y, currency C3, planfreq C12, planstrt D, plancnt I, reqdesc C40,"
        f" reqgen I, reqstat C20, reqid C20, reqmsg C65, {AUDIT}"
    ),
    "sycdfis": "fisyear N4, fisper N2, begdate D, enddate D, closed L",
    "sysdata": "sysid C2, compid C10, int1 I, int2 I",
    "syccomp": "compid C10, company C35",
    "sycrlst": "ruleid C8, compid C10, chrvl C10, descrip C30",
    "ptpost": (
        "effkey V200, company C10, marker C20, payhash C64, kind C12, state C10, custno C6,"
        " invoices M, nreceipt I, nlines I, amount Y, currency C3, acctdate D, arsess C6,"
        " revkey V200, posted T"
    ),
}

TABLES: dict[str, tuple[tuple[str, str], ...]] = {
    table: tuple((name, kind) for name, kind in (column.split() for column in text.split(", ")))
    for table, text in _TABLES.items()
}

SENSITIVE = frozenset({"cc_num", "cc_exp", "ccno", "ccdate", "password", "dlno"})
"""Columns no program of ours may read, here so that tests can prove it."""

KEYS: dict[str, tuple[str, ...]] = {
    "arcust": ("custno",),
    "armast": ("invno",),
    "arymst": ("invno",),
    "glacnt": ("glacnt",),
    "somast": ("sono",),
    "soymst": ("sono",),
    "arpayrq": ("reqno",),
    "icitem": ("item",),
    "iciqty": ("item", "loctid"),
    "sotran": ("sono", "tranlineno"),
    "soytrn": ("sono", "tranlineno"),
    "sycdfis": ("fisyear", "fisper"),
    "sysdata": ("sysid", "compid"),
    "syccomp": ("compid",),
    "ptpost": ("effkey",),
}
"""Unique keys. The side table's own second key, the marker, is added by `ddl`."""

INDEXES: dict[str, tuple[str, ...]] = {
    "armast": ("custno", "ornum"),
    "arymst": ("custno", "ornum"),
    "arcash": ("invno", "refno"),
    "arycsh": ("invno", "refno"),
    "ardist": ("arsess", "tranno"),
    "somast": ("custno",),
    "sotran": ("sono",),
    "soytrn": ("sono",),
    "arpayrq": ("reqflag",),
    "ptpost": ("revkey",),
}
