"""A clerk at Sage's screens: keys transactions by statements of its own, with a site's habits.

Nothing of Tieout's writer is used here. The site is the sample company, renamed and changed as
the habits say; what the clerk writes is what calibration has to find out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from integrations.sagepro.calibration.keyed import Keyed, Part
from integrations.sagepro.calibration.transactions import Transaction
from integrations.sagepro.sample.schema import TABLES

DAY = date(2026, 11, 20)
TODAY = DAY + timedelta(days=3)
BANK, RECEIVABLES, DISCOUNTS, FEES = "1010-00", "1200-00", "4200-00", "6100-00"
T = Transaction


@dataclass(frozen=True)
class Habits:
    """How one site's Sage Pro differs from the sample company."""

    paid_includes_discount: bool = True
    tables: Mapping[str, str] = field(default_factory=dict)
    """Sample table → this site's name."""
    columns: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Sample (table, column) → this site's name."""
    types: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Sample (table, column) → this site's SQL type."""
    is_right: bool = True
    """Document numbers stand at the right of their column."""
    session_key: str = "AR"
    session_width: int = 6
    session_is_next: bool = False
    open_credit_type: str = "O"
    void_status: str = "V"
    receipt_constants: Mapping[str, str] = field(default_factory=lambda: {"glarec": "AR"})
    deposits_account: str = ""
    """The account an open credit is taken from in the GL; empty where applying books nothing."""
    fee_is_invoiced: bool = False
    """The fee of a chargeback becomes a debit memo of the customer."""
    credits_are_positive: bool = False
    """GL lines hold a debit below zero and a credit above it."""
    has_cash_account: bool = True
    """A receipt names the account that the money came into."""
    user: str = "MAC"
    more: str = ""
    """One more statement after every receipt: what else this site does."""


@dataclass
class Clerk:
    """Keys transactions into one copy of the company."""

    dsn: str
    habits: Habits = field(default_factory=Habits)

    def settle_in(self) -> None:
        """Make the company this site's: names, types, padding, counters."""
        with self._open() as connection:
            for (table, column), kind in self.habits.types.items():
                connection.execute(
                    sql.SQL("ALTER TABLE {} ALTER COLUMN {} TYPE {}").format(
                        sql.Identifier(table), sql.Identifier(column), sql.SQL(kind)
                    )
                )
            if not self.habits.is_right:
                for table in ("armast", "arcash", "ardist", "artran", "arymst", "arycsh"):
                    number = "tranno" if table == "ardist" else "invno"
                    self._run(connection, "UPDATE {} SET {} = ltrim({})", table, number, number)
            connection.execute(
                "UPDATE sysdata SET sysid = %s WHERE sysid = 'AR'", [self.habits.session_key]
            )
            for (table, column), name in self.habits.columns.items():
                self._run(connection, "ALTER TABLE {} RENAME COLUMN {} TO {}", table, column, name)
            for table, name in self.habits.tables.items():
                self._run(connection, "ALTER TABLE {} RENAME TO {}", table, name)

    def key(self, keyed: Keyed) -> None:
        """Enter the transaction as this site's Sage would write it."""
        with self._open() as connection:
            match keyed.transaction:
                case T.VOID:
                    self._void(connection, keyed)
                case T.ON_ACCOUNT:
                    self._take(connection, keyed, self._open_credit(connection, keyed))
                case T.CREDIT_MEMO:
                    self._document(connection, keyed, "CM00042", {"artype": "C"})
                    self._owe(connection, keyed, -keyed.amount)
                case T.APPLY:
                    self._apply(connection, keyed)
                case T.SETTLEMENT | T.FEE:
                    self._journal(connection, keyed)
                case _:
                    self._take(connection, keyed, None)
            if self.habits.more:
                connection.execute(self.habits.more.encode())

    def _take(self, connection: Any, keyed: Keyed, credit: dict[str, Any] | None) -> None:
        sign = -1 if keyed.takes_back else 1
        session = self._session(connection)
        for part in keyed.parts:
            document = self._pay(connection, keyed, part, sign)
            amounts = (part.amount * sign, part.discount * sign)
            self._receipt(connection, keyed, document, amounts, session)
        if credit is not None:
            self._receipt(connection, keyed, credit, (keyed.amount, Decimal(0)), session)
        self._owe(connection, keyed, -(keyed.amount + keyed.discount) * sign)
        customer = self._find(connection, "arcust", "custno", keyed.customer)
        if sign > 0 and customer["lastpay"].date() <= keyed.day:
            self._set(
                connection, "arcust", ("custno", keyed.customer),
                {"lastpay": keyed.day, "lpymt": keyed.amount},
            )  # fmt: skip
        first = keyed.parts[0].invoice if keyed.parts else credit["invno"] if credit else ""
        lines = [(BANK, keyed.amount), (DISCOUNTS, keyed.discount),
                 (RECEIVABLES, -keyed.amount - keyed.discount)]  # fmt: skip
        if keyed.fee and self.habits.fee_is_invoiced:
            kind = {"invamt": keyed.fee, "balance": keyed.fee, "bbal": keyed.fee}
            self._document(connection, keyed, "DM00007", kind)
        elif keyed.fee:
            lines += [(BANK, keyed.fee), (FEES, -keyed.fee)]
        self._distribute(
            connection, keyed, first, session, [(name, amount * sign) for name, amount in lines]
        )

    def _apply(self, connection: Any, keyed: Keyed) -> None:
        session = self._session(connection)
        for part in (*keyed.parts, Part(keyed.credit, -keyed.amount)):
            document = self._pay(connection, keyed, part, 1)
            self._receipt(connection, keyed, document, (part.amount, Decimal(0)), session, cash="")
        if self.habits.deposits_account:
            lines = [(self.habits.deposits_account, keyed.amount), (RECEIVABLES, -keyed.amount)]
            self._distribute(connection, keyed, keyed.parts[0].invoice, session, lines)

    def _journal(self, connection: Any, keyed: Keyed) -> None:
        lines = [(keyed.debit_account, keyed.amount), (keyed.credit_account, -keyed.amount)]
        session = self._session(connection)
        self._distribute(connection, keyed, keyed.reference, session, lines)

    def _distribute(
        self,
        connection: Any,
        keyed: Keyed,
        number: str,
        session: str,
        lines: Sequence[tuple[str, Decimal]],
    ) -> None:
        for account, amount in lines:
            if amount:
                self._add(connection, "ardist", {
                    "glacnt": account, "tranno": self._number(number), "trandte": keyed.day,
                    "arsess": session,
                    "amount": -amount if self.habits.credits_are_positive else amount,
                })  # fmt: skip

    def _pay(self, connection: Any, keyed: Keyed, part: Part, sign: int) -> dict[str, Any]:
        document = self._find(connection, "armast", "invno", part.invoice)
        counted = part.amount + (part.discount if self.habits.paid_includes_discount else 0)
        off = part.amount + part.discount
        values = {
            "paidamt": document["paidamt"] + counted * sign,
            "balance": document["balance"] - off * sign,
            "bbal": document["bbal"] - off * sign,
        }
        if sign > 0:
            values["dtepaid"] = keyed.day
        self._set(connection, "armast", ("invno", part.invoice), values)
        return document

    def _receipt(
        self,
        connection: Any,
        keyed: Keyed,
        document: Mapping[str, Any],
        amounts: tuple[Decimal, Decimal],
        session: str,
        *,
        cash: str = BANK,
    ) -> None:
        paid, discount = amounts
        copied = ("invno", "invdte", "custno", "salesmn", "ponum", "artype")
        self._add(connection, "arcash", {
            **{name: document[name] for name in copied},
            **self.habits.receipt_constants,
            "paidamt": paid, "disamt": discount, "dtepaid": keyed.day, "refno": keyed.reference,
            "glaccnt": cash if self.habits.has_cash_account else "",
            "checkno": keyed.fields.get("check_number", ""),
            "paytype": keyed.fields.get("payment_type", ""), "currency": "USD",
            "arsess": session, **self._entered(),
        })  # fmt: skip

    def _open_credit(self, connection: Any, keyed: Keyed) -> dict[str, Any]:
        kind: dict[str, Any] = {"artype": self.habits.open_credit_type, "refno": keyed.reference}
        kind |= {"glarec": "AR", "pterms": "Payment on account", "duedate": keyed.day}
        return self._document(connection, keyed, keyed.reference, kind)

    def _document(
        self, connection: Any, keyed: Keyed, number: str, more: dict[str, Any]
    ) -> dict[str, Any]:
        customer = self._find(connection, "arcust", "custno", keyed.customer)
        document = {
            "invno": self._number(number), "custno": keyed.customer, "invdte": keyed.day,
            "salesmn": customer["salesmn"], "ponum": "", "invamt": -keyed.amount,
            "balance": -keyed.amount, "bbal": -keyed.amount, "currency": "USD", "currate": 1,
            **self._entered(), **more,
        }  # fmt: skip
        self._add(connection, "armast", document)
        return document

    def _void(self, connection: Any, keyed: Keyed) -> None:
        (part,) = keyed.parts
        document = self._find(connection, "armast", "invno", part.invoice)
        values = {"arstat": self.habits.void_status, "balance": 0, "bbal": 0}
        self._set(connection, "armast", ("invno", part.invoice), values)
        self._owe(connection, keyed, -document["balance"])

    def _owe(self, connection: Any, keyed: Keyed, change: Decimal) -> None:
        customer = self._find(connection, "arcust", "custno", keyed.customer)
        values = {"balance": customer["balance"] + change}
        self._set(connection, "arcust", ("custno", keyed.customer), values)

    def _session(self, connection: Any) -> str:
        row = self._find(connection, "sysdata", "sysid", self.habits.session_key)
        self._set(
            connection, "sysdata", ("sysid", self.habits.session_key), {"int1": row["int1"] + 1}
        )
        number = row["int1"] if self.habits.session_is_next else row["int1"] + 1
        return str(number).zfill(self.habits.session_width)

    def _entered(self) -> dict[str, Any]:
        return {"adduser": self.habits.user, "adddate": TODAY, "addtime": "10:41:07"}

    def _number(self, number: str) -> str:
        return number.strip().rjust(10) if self.habits.is_right else number.strip()

    def _open(self) -> Any:
        return psycopg.connect(self.dsn, row_factory=dict_row)

    def _run(self, connection: Any, statement: str, *names: str) -> None:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _name(self, table: str, column: str = "") -> sql.Identifier:
        if column:
            return sql.Identifier(self.habits.columns.get((table, column), column))
        return sql.Identifier(self.habits.tables.get(table, table))

    def _find(self, connection: Any, table: str, column: str, key: str) -> dict[str, Any]:
        statement = sql.SQL("SELECT * FROM {} WHERE trim({}) = %s").format(
            self._name(table), self._name(table, column)
        )
        row = connection.execute(statement, [key.strip()]).fetchone()
        back = {name: old for (of, old), name in self.habits.columns.items() if of == table}
        return {back.get(name, name): value for name, value in row.items()}

    def _set(
        self, connection: Any, table: str, key: tuple[str, str], values: Mapping[str, Any]
    ) -> None:
        column, wanted = key
        pairs = [sql.SQL("{} = %s").format(self._name(table, name)) for name in values]
        statement = sql.SQL("UPDATE {} SET {} WHERE trim({}) = %s").format(
            self._name(table), sql.SQL(", ").join(pairs), self._name(table, column)
        )
        connection.execute(statement, [*values.values(), wanted.strip()])

    def _add(self, connection: Any, table: str, values: Mapping[str, Any]) -> None:
        row = {**_blank_row(table), **values}
        names = sql.SQL(", ").join(self._name(table, name) for name in row)
        marks = sql.SQL(", ").join([sql.Placeholder()] * len(row))
        statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            self._name(table), names, marks
        )
        connection.execute(statement, list(row.values()))


_BLANKS: dict[str, Any] = {
    **dict.fromkeys("CM", ""),
    **dict.fromkeys("YNI", 0),
    "L": False,
    "D": date(1900, 1, 1),
}


def _blank_row(table: str) -> dict[str, Any]:
    return {name: _BLANKS[kind[0]] for name, kind in TABLES[table]}


def keyed(transaction: Transaction, amount: str, *parts: Part, **more: Any) -> Keyed:
    """What the clerk says of one transaction."""
    return Keyed(
        transaction=transaction,
        customer=more.pop("customer", "ACME01"),
        amount=Decimal(amount),
        day=DAY,
        entered_on=TODAY,
        user=more.pop("user", "MAC"),
        reference=more.pop("reference", f"TEST{transaction.value[:5].upper()}"),
        parts=parts,
        fields=more.pop("fields", {"check_number": "5523", "payment_type": "K"}),
        **more,
    )
