"""A model of `tieout.prg`, procedure by procedure: it plays Sage Pro in tests.

Each method is the procedure of the same name (PtWork is `_work`). `before` is called with the
name of each step before it is taken, so that a test can kill the program there; what it has
written stays, as it does when a FoxPro program dies.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from integrations.sagepro.backends.dbf import site
from integrations.sagepro.backends.dbf.folder import find
from integrations.sagepro.backends.dbf.staging_shape import SELF_TESTS
from tests.sagepro.foxpro.engine import Table, as_date

LIVE = (
    "receipts", "receipt_history", "invoices", "customers", "distributions", "counters", "periods",
)  # fmt: skip
MORE = ("orders", "order_lines", "stock", "flagged")
CHANGES = frozenset({"order", "customer", "allocation", "flagged", "words"})
_MARKED = (
    ("receipts", "marker"),
    ("receipt_history", "marker"),
    ("distributions", "document_number"),
)
NOW = "2026-11-20T10:30:00"
TODAY = date(2026, 11, 20)


class Killed(Exception):  # noqa: N818 - it is how a test ends the program
    """The program was ended here."""


class Program:
    """One run of TIEOUT.PRG over a company's folder."""

    def __init__(
        self, folder: Path, company: str = "01", *, before: Callable[[str], None] | None = None
    ) -> None:
        self._before = before or (lambda _step: None)
        self._folder = folder
        own = ("post", "line", "name", "ctrl", "test")
        self._own = {one: Table(find([folder], f"PT{one}{company}.DBF")) for one in own}
        self.post, self.line = self._own["post"], self._own["line"]
        self._profile = self.setting("profile")
        self._names = self._read_names()
        named = {row["tbl"] for row in self._names}
        written = (*LIVE, *(one for one in MORE if one in named))
        self._live = {one: Table(find([folder], f"{self._file(one)}.DBF")) for one in written}
        self._row = 0
        self._locked: set[tuple[str, int]] = set()

    # -- TIEOUT.PRG, the main program

    def run(self) -> None:
        """One pass. Whatever ends it, the files are closed and the locks gone."""
        try:
            last = 0
            while not self.setting("readonly") and self._next(last):
                if self.post.text(self._row, "state") == "staged":
                    last = self._row
                self._work()
                self._unlock_all()
        finally:
            self.close()

    def close(self) -> None:
        for table in (*self._own.values(), *self._live.values()):
            table.close()

    def setting(self, name: str) -> str:
        ctrl = self._own["ctrl"]
        rows = ctrl.found({"name": name})
        return ctrl.text(rows[0], "value") if rows else ""

    def _read_names(self) -> list[dict[str, str]]:
        name = self._own["name"]
        columns = ("tbl", "col", "file", "field", "type", "right", "value", "profile")
        return [row for row in name.texts(columns) if row["profile"] == self._profile]

    def _file(self, table: str) -> str:
        return next(row["file"] for row in self._names if row["tbl"] == table)

    def _name(self, table: str, column: str) -> dict[str, str] | None:
        wanted = (table, column)
        return next((row for row in self._names if (row["tbl"], row["col"]) == wanted), None)

    def field(self, table: str, column: str) -> str:
        name = self._name(table, column)
        return name["field"] if name else ""

    # -- one row

    def _next(self, last: int) -> bool:
        if not self.post.flock():
            return False
        for state in ("taken", "staged"):
            for number in self.post.found({"state": state}):
                if number > last:
                    self._row = number
                    return True
        self.post.unlock()
        return False

    def _work(self) -> None:
        if self.post.text(self._row, "state") == "staged":
            code = self._check()
            if code == "wait":
                return
            if code:
                self._end("returned", code, f"Returned: {code}.")
                return
            self._before("take")
            self.post.replace(self._row, {"state": "taken", "taken": NOW})
        elif not self._lock_all():
            return
        if self._steps():
            self._before("finish")
            self._end("posted", "", "Posted.")

    def _end(self, state: str, code: str, result: str) -> None:
        values = {"state": state, "code": code, "result": result, "done": NOW}
        self.post.replace(self._row, values)

    # -- before anything is written

    def _check(self) -> str:
        if int(self.post.text(self._row, "epoch")) < int(self.setting("epoch")):
            return "older_writer"
        if self._posted("kind") == "note":
            return self._check_note()
        return self._check_change() if self._is_change() else self._check_posting()

    def _is_change(self) -> bool:
        return self._posted("kind") in CHANGES

    def _check_posting(self) -> str:
        if any(self._has_marker(*one) for one in _MARKED):
            return "marker_found"
        if not self._find_counter():
            return "counter"
        if not self._period_open() or not self._all_found():
            return "changed"
        if not self._lock_all():
            return "wait"
        return self._all_as_planned()

    def _check_change(self) -> str:
        if not self._all_found():
            return "changed"
        return self._all_as_planned() if self._lock_all() else "wait"

    def _all_as_planned(self) -> str:
        guarded = (line for line in self._lines() if self._kind(line) in "DCAU")
        return "" if all(self._look(line) == "not" for line in guarded) else "changed"

    def _check_note(self) -> str:
        if not self._all_found():
            return "changed"
        return "" if self._lock_all() else "wait"

    def _has_marker(self, table: str, column: str) -> bool:
        live, deleted = self._live[table], self.field(table, "deleted")
        found = live.found({self.field(table, column): self._posted("marker")})
        return any(not (deleted and live.value(number, deleted)) for number in found)

    def _period_open(self) -> bool:
        periods, day = self._live["periods"], self.post.value(self._row, "acctdate")
        for number in periods.numbers():
            first = as_date(periods.value(number, self.field("periods", "starts_on")))
            last = as_date(periods.value(number, self.field("periods", "ends_on")))
            if first <= as_date(day) <= last:
                closed = periods.value(number, self.field("periods", "closed"))
                return not closed and str(closed) not in self.setting("closed").split(",")
        return False

    def _find(self, table: str, column: str, key: str) -> int:
        """The only record of a key, however it is padded; 0 unless there is exactly one."""
        found = self._live[table].found({self.field(table, column): key.strip()})
        return found[0] if len(found) == 1 else 0

    def _find_counter(self) -> int:
        company = self.field("counters", "company")
        wanted = {self.field("counters", "key"): self.setting("sesskey")}
        wanted |= {company: self.setting("company")} if company else {}
        found = self._live["counters"].found(wanted)
        return found[0] if len(found) == 1 else 0

    def _all_found(self) -> bool:
        tables = {"D": "invoices", "S": "invoices", "C": "customers"}
        for line in self._lines():
            if int(self.line.text(line, "post")) != self._row:
                return False
            kind, key = self._kind(line), self.line.text(line, "docno")
            if kind in tables and not self._find(tables[kind], "number", key):
                return False
            if kind == "O" and self._find("invoices", "number", key):
                return False
            if kind in "AU" and key not in self._live:
                return False
            if kind in "AU" and len(self._step_records(line)) != (1 if kind == "U" else 0):
                return False
        return True

    def _lock_all(self) -> bool:
        tables = {"D": "invoices", "S": "invoices", "C": "customers"}
        for line in self._lines():
            table = tables.get(self._kind(line))
            number = self._find(table, "number", self.line.text(line, "docno")) if table else 0
            if table and number and not self._lock_record(table, number):
                return self._unlock_live()
            if self._kind(line) == "U" and not self._lock_step(line):
                return self._unlock_live()
        counter = 0 if self._is_change() else self._find_counter()
        if counter and not self._live["counters"].rlock(counter):
            return self._unlock_live()
        return True

    def _lock_step(self, line: int) -> bool:
        """One that is not there is no reason to wait."""
        found = self._step_records(line)
        return len(found) != 1 or self._lock_record(self.line.text(line, "docno"), found[0])

    def _lock_record(self, table: str, number: int) -> bool:
        if not self._live[table].rlock(number):
            return False
        status = self.field(table, "lock_status")
        return not status or not self._live[table].text(number, status)

    def _unlock_live(self) -> bool:
        for table in self._live.values():
            table.unlock()
        return False

    def _unlock_all(self) -> None:
        self._unlock_live()
        self.post.unlock()

    # -- steps

    def _lines(self) -> range:
        first = int(self.post.text(self._row, "line1"))
        return range(first, first + int(self.post.text(self._row, "lines")))

    def _kind(self, line: int) -> str:
        return self.line.text(line, "kind")

    def _posted(self, column: str) -> str:
        return self.post.text(self._row, column)

    def _steps(self) -> bool:
        for line in self._lines():
            kind, state = self._kind(line), self.line.text(line, "state")
            if state == "D" or kind in "FKGVT":
                continue
            found = self._look(line)
            if found == "odd" or (found == "done" and state != "B"):
                self._stuck(line)
                return False
            if found == "not":
                self._before(f"begin {kind}")
                self.line.replace(line, {"state": "B"})
                self._before(f"do {kind}")
                self._do(line)
            self._before(f"done {kind}")
            self.line.replace(line, {"state": "D"})
        return True

    def _stuck(self, line: int) -> None:
        begun = [
            one
            for one in self._lines()
            if self._kind(one) in "RDOCJAU" and self.line.text(one, "state")
        ]
        if not begun:
            self._end("returned", "changed", "A record changed in Sage since it was handed over.")
            return
        is_step = self._kind(line) in "AU"
        what = self.line.text(line + 1, "value") if is_step else self.line.text(line, "docno")
        self._end("partial", "partial", f"It was interrupted, and {what} was changed meanwhile.")

    def _look(self, line: int) -> str:
        kind, key = self._kind(line), self.line.text(line, "docno")
        if kind == "N":
            return "not" if self._find_counter() else "odd"
        if kind == "R" and not self._receipt_there(line):
            return "not" if self._find("invoices", "number", key) else "odd"
        if kind == "O" and not self._find("invoices", "number", key):
            return "not" if self._find("customers", "number", self._posted("custno")) else "odd"
        if kind == "J":
            return "done" if self._journal_there(line) else "not"
        if kind in "RO":
            return "done"
        states = {
            "D": self._document_state,
            "S": self._status_state,
            "C": self._customer_state,
            "A": self._added_state,
            "U": self._changed_state,
        }
        return states[kind](line)

    def _do(self, line: int) -> None:
        steps = {
            "N": self._take_number,
            "R": self._add_receipt,
            "D": self._move_document,
            "O": self._add_credit,
            "C": self._move_customer,
            "J": self._add_journal,
            "S": self._note_status,
            "A": self._add_record,
            "U": self._change_record,
        }
        steps[self._kind(line)](line)

    def _take_number(self, _line: int) -> None:
        number, field = self._find_counter(), self.field("counters", "value")
        width = int(self.setting("sesswidth"))
        stands = int(self._live["counters"].text(number, field))
        following = (stands + 1) % 10**width
        ours = stands if self.setting("sessnext") else following
        self._live["counters"].replace(number, {field: following})
        self.post.replace(self._row, {"arsess": str(ours).zfill(width)})

    def _receipt_there(self, line: int) -> bool:
        wanted = {
            self.field("receipts", "marker"): self._posted("marker"),
            self.field("receipts", "invoice_number"): self.line.text(line, "docno"),
        }
        return bool(self._live["receipts"].found(wanted))

    def _add_receipt(self, line: int) -> None:
        document = self._find("invoices", "number", self.line.text(line, "docno"))
        row = self._blank("receipts")
        for column in ("customer_number", "invoice_date", "salesman", "customer_po", "type"):
            source = self.field("invoices", column)
            if source:
                self._put(row, "receipts", column, self._live["invoices"].value(document, source))
        self._put_all(
            row,
            "receipts",
            invoice_number=self.line.text(line, "docno"),
            paid=Decimal(self.line.text(line, "paid")),
            discount=Decimal(self.line.text(line, "disc")),
            paid_date=self.post.value(self._row, "acctdate"),
            marker=self._posted("marker"),
            currency=self._posted("currency"),
            cash_account=self._posted("cash"),
            session=self._posted("arsess"),
        )
        self._audit(row, "receipts")
        for one in self._lines():
            if self._kind(one) == "F":
                column = self.line.text(one, "field")
                self._put(row, "receipts", column, self.line.text(one, "value"))
        self._live["receipts"].insert(row)

    def _document_state(self, line: int) -> str:
        document = self._find("invoices", "number", self.line.text(line, "docno"))
        if not document:
            return "odd"
        invoices = self._live["invoices"]
        if invoices.text(document, self.field("invoices", "status")) != self.line.text(
            line, "oldstat"
        ):
            return "odd"
        stands = (
            invoices.value(document, self.field("invoices", "balance")),
            invoices.value(document, self.field("invoices", "paid")),
        )
        return self._state_of(line, stands, old=("oldbal", "oldpaid"), new=("newbal", "newpaid"))

    def _state_of(
        self,
        line: int,
        stands: tuple[object, ...],
        *,
        old: tuple[str, ...],
        new: tuple[str, ...],
    ) -> str:
        if stands == tuple(Decimal(self.line.text(line, name)) for name in old):
            return "not"
        if stands == tuple(Decimal(self.line.text(line, name)) for name in new):
            return "done"
        return "odd"

    def _move_document(self, line: int) -> None:
        document = self._find("invoices", "number", self.line.text(line, "docno"))
        values: dict[str, object] = {
            self.field("invoices", "balance"): Decimal(self.line.text(line, "newbal")),
            self.field("invoices", "paid"): Decimal(self.line.text(line, "newpaid")),
        }
        base = self.field("invoices", "base_balance")
        if base and self.line.text(line, "value") == "base":
            values[base] = Decimal(self.line.text(line, "newbal"))
        if not self.post.value(self._row, "back"):
            values[self.field("invoices", "paid_date")] = self.post.value(self._row, "acctdate")
        self._live["invoices"].replace(document, values)

    def _add_credit(self, line: int) -> None:
        row = self._blank("invoices")
        amount = Decimal(self.line.text(line, "newbal"))
        day = self.post.value(self._row, "acctdate")
        customer = self._find("customers", "number", self._posted("custno"))
        salesman = self.field("customers", "salesman")
        self._put_all(
            row,
            "invoices",
            number=self.line.text(line, "docno"),
            customer_number=self._posted("custno"),
            invoice_date=day,
            due_date=day,
            salesman=self._live["customers"].value(customer, salesman) if salesman else "",
            amount=amount,
            balance=amount,
            base_balance=amount,
            type=self.setting("opentype"),
            marker=self._posted("marker"),
            currency=self._posted("currency"),
            rate=1,
        )
        self._audit(row, "invoices")
        self._live["invoices"].insert(row)

    def _customer_state(self, line: int) -> str:
        customer = self._find("customers", "number", self.line.text(line, "docno"))
        if not customer:
            return "odd"
        stands = (self._live["customers"].value(customer, self.field("customers", "balance")),)
        return self._state_of(line, stands, old=("oldbal",), new=("newbal",))

    def _move_customer(self, line: int) -> None:
        customer = self._find("customers", "number", self.line.text(line, "docno"))
        field, day = (
            self.field("customers", "last_paid_date"),
            self.post.value(self._row, "acctdate"),
        )
        last = self._live["customers"].value(customer, field)
        values: dict[str, object] = {}
        is_back = self.post.value(self._row, "back")
        if not is_back and (last is None or as_date(last) <= as_date(day)):
            values[field] = day
            values[self.field("customers", "last_paid_amount")] = Decimal(self._posted("amount"))
        values[self.field("customers", "balance")] = Decimal(self.line.text(line, "newbal"))
        self._live["customers"].replace(customer, values)

    def _journal_there(self, line: int) -> bool:
        account, amount = self.line.text(line, "account"), self.line.text(line, "amount")
        meant = sum(
            self._kind(one) == "J"
            and (self.line.text(one, "account"), self.line.text(one, "amount")) == (account, amount)
            for one in self._lines()
            if one <= line
        )
        rows, field = self._live["distributions"], self.field("distributions", "amount")
        wanted = {
            self.field("distributions", "session"): self._posted("arsess"),
            self.field("distributions", "account"): account,
        }
        there = [one for one in rows.found(wanted) if rows.value(one, field) == Decimal(amount)]
        return len(there) >= meant

    def _add_journal(self, line: int) -> None:
        receipts = [one for one in self._lines() if self._kind(one) == "R"]
        number = self.line.text(receipts[0], "docno") if receipts else self._posted("marker")
        row = self._blank("distributions")
        self._put_all(
            row,
            "distributions",
            account=self.line.text(line, "account"),
            document_number=number,
            date=self.post.value(self._row, "acctdate"),
            session=self._posted("arsess"),
            amount=Decimal(self.line.text(line, "amount")),
        )
        self._live["distributions"].insert(row)

    def _status_state(self, line: int) -> str:
        document = self._find("invoices", "number", self.line.text(line, "docno"))
        if not document:
            return "odd"
        field = self.field("invoices", self.line.text(line, "field"))
        stands = self._live["invoices"].text(document, field)
        return "done" if stands == self.line.text(line, "value") else "not"

    def _note_status(self, line: int) -> None:
        document = self._find("invoices", "number", self.line.text(line, "docno"))
        field = self.field("invoices", self.line.text(line, "field"))
        self._live["invoices"].replace(document, {field: self.line.text(line, "value")})

    # -- changes beside payments

    def _columns(self, line: int, kinds: str) -> Iterator[tuple[str, str]]:
        """Logical column and text of the lines of these kinds behind a step."""
        for one in range(line + 1, self._lines()[-1] + 1):
            if self._kind(one) not in "KGV":
                return
            if self._kind(one) in kinds:
                yield self.line.text(one, "field"), self.line.text(one, "value")

    def _step_records(self, line: int) -> list[int]:
        table = self.line.text(line, "docno")
        keys = list(self._columns(line, "K"))
        return [
            number
            for number in self._live[table].numbers()
            if keys and all(self._stands(table, number, *key) for key in keys)
        ]

    def _stands(self, table: str, number: int, column: str, text: str) -> bool:
        field = self.field(table, column)
        if not field:
            return False
        value = self._live[table].value(number, field)
        if isinstance(value, bool):
            return value == (text == "T")
        if isinstance(value, Decimal | int):
            return value == Decimal(text or 0)
        if isinstance(value, date):
            return value.isoformat() == text
        return str(value or "").strip() == text

    def _columns_stand(self, line: int, number: int, kind: str) -> bool:
        table = self.line.text(line, "docno")
        return all(self._stands(table, number, *one) for one in self._columns(line, kind))

    def _added_state(self, line: int) -> str:
        found = self._step_records(line)
        if not found:
            return "not"
        return "done" if len(found) == 1 and self._columns_stand(line, found[0], "V") else "odd"

    def _changed_state(self, line: int) -> str:
        found = self._step_records(line)
        if len(found) != 1:
            return "odd"
        if self._columns_stand(line, found[0], "G"):
            return "not"
        return "done" if self._columns_stand(line, found[0], "V") else "odd"

    def _add_record(self, line: int) -> None:
        table = self.line.text(line, "docno")
        row = self._blank(table)
        for column, text in self._columns(line, "KV"):
            self._put(row, table, column, self._value(table, column, text))
        self._audit(row, table)
        self._live[table].insert(row)

    def _change_record(self, line: int) -> None:
        table = self.line.text(line, "docno")
        (number,) = self._step_records(line)
        values: dict[str, object] = {}
        for column, text in self._columns(line, "V"):
            self._put(values, table, column, self._value(table, column, text))
        self._live[table].replace(number, values)

    def _value(self, table: str, column: str, text: str) -> object:
        letter = self._live[table].header.by_name[self.field(table, column).upper()].letter
        if letter in "NFYIB":
            return Decimal(text or 0)
        if letter in "DT":
            return date.fromisoformat(text) if text else None
        return text == "T" if letter == "L" else text

    # -- writing a new record

    def _blank(self, table: str) -> dict[str, object]:
        constants = {
            row["field"]: row["value"]
            for row in self._names
            if row["tbl"] == table and not row["col"]
        }
        return self._live[table].blank() | constants

    def _put_all(self, row: dict[str, object], table: str, **values: object) -> None:
        for column, value in values.items():
            self._put(row, table, column, value)

    def _put(self, row: dict[str, object], table: str, column: str, value: object) -> None:
        name = self._name(table, column)
        if name is None:
            return
        if isinstance(value, str):
            value = value.strip()
            if name["right"] == "True" and value:
                value = value.rjust(int(name["type"][1:]))
        row[name["field"]] = value

    def _audit(self, row: dict[str, object], table: str) -> None:
        stamp = {"added_date": TODAY, "added_time": "10:30:00"}
        self._put_all(row, table, added_by=self.setting("user"), **stamp)

    # -- the self-test

    def self_test(self, *, patience: timedelta = timedelta(seconds=20)) -> None:
        """PtSelfTest: what it finds is told in PTTEST."""
        try:
            self._told("tables", passed=True)
            live = {one: set(table.header.by_name) for one, table in self._live.items()}
            named = [(row["tbl"], row["field"].upper()) for row in self._names]
            missing = [one for one in named if one[0] in live and one[1] not in live[one[0]]]
            self._told("columns", passed=not missing)
            self._told("counter", passed=bool(self._find_counter()))
            self._told("codepage", passed=self.setting("codepage") == "1252")
            self._told("append", passed=bool(self._own["test"].numbers()))
            self._test_locks(patience)
        finally:
            self.close()

    def _test_locks(self, patience: timedelta) -> None:
        if self.setting("holding") != "Y":
            self._told("lock", passed=False)
            return
        was_refused = not self.post.flock()
        self.post.unlock()
        self._told("lock", passed=was_refused)
        if not self.post.flock(patience):
            self._told("lockback", passed=False)
            return
        self._set_control("siteholds", "Y")
        until = time.monotonic() + patience.total_seconds()
        while time.monotonic() < until and not self.setting("refused"):
            threading.Event().wait(0.01)
        self._told("lockback", passed=self.setting("refused") == "Y")
        self._set_control("siteholds", "")
        self.post.unlock()

    def _set_control(self, name: str, value: str) -> None:
        for number in self._own["ctrl"].found({"name": name}):
            self._own["ctrl"].replace(number, {"value": value})

    def _told(self, name: str, *, passed: bool) -> None:
        row = {"name": name, "passed": passed, "profile": self._profile, "ran": NOW}
        self._own["test"].insert(row)


def pass_self_test(folder: Path, company: str = "01") -> None:
    """What PtSelfTest leaves in PTTEST when everything is as it should be."""
    program = Program(folder, company)
    try:
        for name in SELF_TESTS:
            row = {"name": name, "passed": True, "profile": program.setting(site.PROFILE)}
            program._own["test"].insert({**row, "ran": NOW})
    finally:
        program.close()
