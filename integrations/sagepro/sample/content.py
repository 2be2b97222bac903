"""Every record of the sample company, by table: invoices, receipts, distributions, totals."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from integrations.sagepro.sample import accounts, customers, orders
from integrations.sagepro.sample.documents import Document, documents, due_date

Record = dict[str, object]
COMPANY = "01"
COMPANY_NAME = "Northfield Industrial Supply"
_ITEMS = (("BRG-6204", "Ball bearing 6204"), ("VLV-075", "Gate valve 3/4 in"), ("LABOR", "Labor"))


class SampleBooks:
    """Collects the records of one company as of `today`; ask `tables` for the result."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._session = 4100
        self.tables: dict[str, list[Record]] = defaultdict(list)
        self._owed: dict[str, Decimal] = defaultdict(Decimal)
        self._last_paid: dict[str, tuple[date, Decimal]] = {}
        self._orders: list[Record] = []
        self._fill()
        self.tables["somast"] += self._orders

    def _fill(self) -> None:
        for document in documents(self._today):
            self._add_document(document)
        self._add_open_credit()
        self._add_other_cash()
        self._add_adjustment_line()
        self.tables |= orders.records(self._today)
        self._add_customers()
        self.tables["glacnt"] = accounts.account_records(self._balances())
        self.tables["sycdfis"] = accounts.period_records(self._today)
        self._add_system_rows()

    def _add_document(self, document: Document) -> None:
        is_history = document.fate == "history"
        self.tables["arymst" if is_history else "armast"].append(header(document))
        self.tables["arytrn" if is_history else "artran"].append(line(document))
        if document.order:
            self._orders.append(_order(document))
        if document.is_void:
            return
        sales = accounts.SALES if document.amount > 0 else accounts.SALES_RETURNS
        self._distribute(document.number, document.day, sales, document.amount)
        self._owed[document.customer] += document.balance
        if document.paid:
            self._add_receipt(document, is_history=is_history)

    def _add_receipt(self, document: Document, *, is_history: bool) -> None:
        day = min(document.day + timedelta(days=18), self._today)
        header = self.tables["arymst" if is_history else "armast"][-1]
        header["dtepaid"] = day
        session = self._distribute(
            document.number, day, accounts.RECEIVABLES, document.paid, debit=accounts.BANK
        )
        record = _receipt(document, day=day, session=session)
        self.tables["arycsh" if is_history else "arcash"].append(record)
        self._note_paid(document.customer, day, document.paid)

    def _note_paid(self, customer: str, day: date, amount: Decimal) -> None:
        before = self._last_paid.get(customer)
        if before is None or before[0] <= day:
            self._last_paid[customer] = (day, amount)

    def _distribute(
        self,
        number: str,
        day: date,
        credit: str,
        amount: Decimal,
        *,
        debit: str = accounts.RECEIVABLES,
    ) -> str:
        self._session += 1
        session = f"{self._session:06}"
        for account, signed in ((debit, amount), (credit, -amount)):
            self.tables["ardist"].append(
                {
                    "glacnt": account,
                    "tranno": number.rjust(10) if number else "",
                    "trandte": day,
                    "arsess": session,
                    "glbatch": session,
                    "amount": signed,
                }
            )
        return session

    def _add_open_credit(self) -> None:
        day, amount = self._today - timedelta(days=21), Decimal("150.00")
        credit = Document("OC00017", "ZENITH", day, -amount, "open", Decimal(0), "", "")
        self.tables["armast"].append(
            header(credit) | {"artype": "O", "refno": "CHK 5521", "pterms": "Payment on account"}
        )
        session = self._distribute(
            credit.number, day, accounts.RECEIVABLES, amount, debit=accounts.BANK
        )
        self.tables["arcash"].append(
            _receipt(credit, day=day, session=session)
            | {"paidamt": amount, "artype": "O", "refno": "CHK 5521"}
        )
        self._owed[credit.customer] -= amount
        self._note_paid(credit.customer, day, amount)

    def _add_other_cash(self) -> None:
        """Cash that is nobody's invoice, such as scrap sales: customer NON_AR, type N."""
        day, amount = self._today - timedelta(days=9), Decimal("86.40")
        session = self._distribute("", day, accounts.SALES, amount, debit=accounts.BANK)
        self.tables["arcash"].append(
            {
                "custno": "NON_AR",
                "paidamt": amount,
                "dtepaid": day,
                "refno": "SCRAP",
                "artype": "N",
                "batch": "001",
                "glaccnt": accounts.BANK,
                "currency": "USD",
                "arsess": session,
                "adduser": "MAC",
                "adddate": day,
            }
        )

    def _add_adjustment_line(self) -> None:
        day = self._today - timedelta(days=30)
        self.tables["artran"].append(
            {"custno": "ICADJ", "item": "BRG-6204", "descrip": "Count correction", "invdte": day}
        )

    def _add_customers(self) -> None:
        for record in customers.customer_records():
            number = str(record["custno"])
            record["balance"] = self._owed[number]
            record["onorder"] = orders.on_order(number)
            if number in self._last_paid:
                record["lastpay"], record["lpymt"] = self._last_paid[number]
            self.tables["arcust"].append(record)

    def _balances(self) -> dict[tuple[str, int], object]:
        totals: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
        for row in self.tables["ardist"]:
            day, amount = row["trandte"], row["amount"]
            if not isinstance(day, date) or not isinstance(amount, Decimal):
                continue
            if day.year == self._today.year:
                totals[str(row["glacnt"]), day.month] += amount
        return dict(totals)

    def _add_system_rows(self) -> None:
        self.tables["syccomp"] = [{"compid": COMPANY, "company": COMPANY_NAME}]
        self.tables["sysdata"] = [
            {"sysid": "AR", "compid": COMPANY, "int1": self._session, "int2": 100440},
            {"sysid": "SO", "compid": COMPANY, "int1": orders.LAST_NUMBER},
        ]
        people = (("JM", "Judy Marsh"), ("RK", "Ray Kowalski"), ("TS", "Teresa Silva"))
        self.tables["sycrlst"] = [
            {"ruleid": "SLSPERS", "compid": COMPANY, "chrvl": code, "descrip": name}
            for code, name in people
        ]


def header(document: Document) -> Record:
    """The invoice's row in ARMAST or ARYMST."""
    return {
        "invno": document.number.rjust(10),
        "custno": document.customer,
        "invdte": document.day,
        "ordate": document.day,
        "salesmn": "JM",
        "ponum": document.purchase_order,
        "ornum": document.order.rjust(10) if document.order else "",
        "pterms": "Net 30",
        "pnet": 30,
        "invamt": document.amount,
        "paidamt": document.paid,
        "balance": document.balance,
        "bbal": document.balance,
        "glarec": "AR",
        "arstat": document.status,
        "artype": "C" if document.fate == "memo" else "",
        "currency": document.currency,
        "currate": 1,
        "duedate": due_date(document),
        "adduser": "MAC",
        "adddate": document.day,
        "lckstat": "Y" if document.is_locked else "",
        "lckuser": "MAC" if document.is_locked else "",
    }


def line(document: Document) -> Record:
    """Its one line in ARTRAN or ARYTRN."""
    item, description = _ITEMS[int(document.number) % len(_ITEMS)]
    return {
        "invno": document.number.rjust(10),
        "custno": document.customer,
        "item": item,
        "descrip": description,
        "price": document.amount,
        "qtyord": 1,
        "qtyshp": 1,
        "extprice": document.amount,
        "invdte": document.day,
        "glsale": "SLS",
        "stkcode": "Y",
        "arstat": document.status,
        "tranlineno": 1,
    }


def _order(document: Document) -> Record:
    return {
        "sono": document.order.rjust(10),
        "custno": document.customer,
        "sodate": document.day,
        "ponum": document.purchase_order,
        "shpamt": document.amount,
        "sostat": "V" if document.is_void else "C",
    }


def _receipt(document: Document, *, day: date, session: str) -> Record:
    return {
        "invno": document.number.rjust(10),
        "invdte": document.day,
        "custno": document.customer,
        "salesmn": "JM",
        "ponum": document.purchase_order,
        "paidamt": document.paid,
        "dtepaid": day,
        "refno": f"CHK {document.number[-4:]}",
        "glarec": "AR",
        "glaccnt": accounts.BANK,
        "checkno": document.number[-4:],
        "paytype": "K",
        "currency": document.currency,
        "arsess": session,
        "adduser": "MAC",
        "adddate": day,
    }
