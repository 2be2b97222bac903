"""The sample company in FoxPro tables, with Sage Pro's program played by its model."""

from __future__ import annotations

import hashlib
import shutil
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from dbfread import DBF

from integrations.canonical.flagged import FlagAnswer
from integrations.canonical.orders import CustomerRequest, OrderRequest
from integrations.canonical.posting import Hands, PostingOutcome, PostingRequest, PostingResult
from integrations.canonical.stock import Allocation, ChangeResult
from integrations.sagepro.backends.dbf import site
from integrations.sagepro.backends.dbf.connector import FoxProConnector
from integrations.sagepro.backends.dbf.staged_rows import Record, as_posting
from integrations.sagepro.backends.preamble import Limits
from integrations.sagepro.connector import Connector
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.sample.books import (
    HIDDEN,
    TABLES_OF_BOOKS,
    Books,
    Changes,
    Row,
    changes,
    order_of,
    text_of,
)
from integrations.sagepro.sample.foxpro import create_foxpro_company, file_name
from integrations.sagepro.sample.profile import foxpro_profile
from integrations.sagepro.sample.schema import TABLES
from tests.sagepro.foxpro.engine import Table
from tests.sagepro.foxpro.model import Program, pass_self_test

TODAY = date(2026, 11, 20)
_ASKED_AT_MOST = 200
# Most tables stay as they are in the template: each state of one is read once.
_READ: dict[tuple[str, bytes], list[Row]] = {}


class AtSite(FoxProConnector):
    """A connector at a site where Sage Pro's program runs whenever something is handed over."""

    def post_if_absent(self, request: PostingRequest) -> PostingResult:
        for _ in range(_ASKED_AT_MOST):
            result = super().post_if_absent(request)
            if result.outcome is not PostingOutcome.HANDED_OVER:
                return result
            Program(self._folder).run()
        raise AssertionError("The program never posted what was handed over")

    def note_status(self, *, invoice_number: str, status: str) -> bool:
        is_noted = super().note_status(invoice_number=invoice_number, status=status)
        Program(self._folder).run()
        return is_noted

    def allocate_stock(self, allocation: Allocation) -> ChangeResult:
        ask = super().allocate_stock
        return _at_site(self, lambda: ask(allocation))

    def upsert_order(self, order: OrderRequest) -> ChangeResult:
        ask = super().upsert_order
        return _at_site(self, lambda: ask(order))

    def create_or_match_customer(self, customer: CustomerRequest) -> ChangeResult:
        ask = super().create_or_match_customer
        return _at_site(self, lambda: ask(customer))

    def answer_flagged(self, answer: FlagAnswer) -> ChangeResult:
        ask = super().answer_flagged
        return _at_site(self, lambda: ask(answer))


def _at_site(sage: FoxProConnector, ask: Callable[[], ChangeResult]) -> ChangeResult:
    """Asked again while Sage Pro's own program has something to do first."""
    for _ in range(_ASKED_AT_MOST):
        result = ask()
        if result.evidence.get("held_by") != Hands.SAGE.value:
            return result
        Program(sage._folder).run()
    raise AssertionError("The program never wrote what was handed over")


@dataclass
class FoxProCompany:
    """One company's folder; see `AnyCompany`."""

    folder: Path
    opened: list[Connector] = field(default_factory=list, repr=False)

    @property
    def profile(self) -> PostingProfile:
        return foxpro_profile()

    def connect(
        self,
        *,
        profile: PostingProfile | None = None,
        limits: Limits | None = None,
        expected_fingerprint: str = "",
        kind: type[FoxProConnector] = AtSite,
        writer_epoch: int = 1,
    ) -> FoxProConnector:
        connector = kind(
            [self.folder],
            profile=profile or self.profile,
            expected_fingerprint=expected_fingerprint,
            writer_epoch=writer_epoch,
            limits=limits,
        )
        self.opened.append(connector)
        return connector

    def run_program(self, before: Callable[[str], None] | None = None) -> None:
        Program(self.folder, before=before).run()

    def books(self) -> Books:
        """Read with a library of its own, so that our reader is not its own witness."""
        found = {name: self._rows(name) for name in TABLES_OF_BOOKS if name != "ptpost"}
        return found | {"ptpost": self._postings()}

    def _rows(self, name: str) -> list[Row]:
        path = self.folder / file_name(name)
        digest = hashlib.sha256(path.read_bytes()).digest()
        if (name, digest) not in _READ:
            _READ[name, digest] = self._read(name, path)
        return _READ[name, digest]

    def _read(self, name: str, path: Path) -> list[Row]:
        rows = []
        shown = {column: kind for column, kind in TABLES[name] if column not in HIDDEN}
        for record in DBF(str(path), encoding="cp1252"):
            texts = {
                column: text_of(_value(kind, record[column.upper()]))
                for column, kind in shown.items()
            }
            rows.append({column: text for column, text in texts.items() if text})
        return sorted(rows, key=lambda row: order_of(name, row))

    def _postings(self) -> list[Row]:
        posts = self._own("PTPOST01.DBF")
        lines = self._own("PTLINE01.DBF")
        columns = {key: one.name for key, one in self.profile.tables["postings"].columns.items()}
        rows = []
        for post in posts:
            own = lines[post["line1"] - 1 : post["line1"] - 1 + post["lines"]]
            posting = as_posting(post, own if post["lines"] else [])
            if posting:
                texts = {columns[key]: text_of(value) for key, value in posting.items()}
                rows.append({name: text for name, text in texts.items() if text and name != "done"})
        return sorted(rows, key=lambda row: order_of("ptpost", row))

    def _own(self, name: str) -> list[Record]:
        table = DBF(str(self.folder / name), encoding="cp1252", lowernames=True)
        return [dict(row) for row in table]

    def during(self, act: Callable[[], object]) -> Changes:
        before = self.books()
        act()
        return changes(before, self.books())

    def named(self, sentence: str) -> str:
        names = {name: file_name(name).split(".")[0].lower() for name in TABLES}
        return sentence.format_map(names)

    @contextmanager
    def table(self, name: str) -> Iterator[Table]:
        """A live table, as somebody in Sage has it open."""
        table = Table(self.folder / file_name(name))
        yield table
        table.close()

    def add(self, table: str, **values: object) -> None:
        with self.table(table) as opened:
            opened.insert(opened.blank() | values)

    def change(self, table: str, where: dict[str, object], **values: object) -> None:
        with self.table(table) as opened:
            for number in _found(opened, where):
                opened.replace(number, values)

    def remove(self, table: str, where: dict[str, object]) -> None:
        with self.table(table) as opened:
            for number in _found(opened, where):
                opened.delete(number)

    def move_to_history(self, number: str) -> None:
        self._move("armast", "arymst", {"invno": number})

    def move_order_to_history(self, number: str) -> None:
        self._move("somast", "soymst", {"sono": number})

    def _move(self, table: str, to: str, where: dict[str, str]) -> None:
        with self.table(table) as current, self.table(to) as history:
            (row,) = current.found(where)
            names = [field.name.lower() for field in current.header.fields]
            blank = history.blank()
            history.insert(
                blank | {one: current.value(row, one) for one in names if one != "notes"}
            )
            current.delete(row)

    def forget_posting(self, effect_key: str) -> None:
        """PTPOST as it was copied before that row; a restored file is another file."""
        path = self.folder / "PTPOST01.DBF"
        table = Table(path)
        (first, *_) = table.found({"effkey": effect_key})
        table.close()
        data = bytearray(path.read_bytes())
        struct.pack_into("<L", data, 4, first - 1)
        path.unlink()
        path.write_bytes(bytes(data))

    @property
    def leaves_record(self) -> bool:
        return True

    @contextmanager
    def busy(self) -> Iterator[None]:
        table = Table(self.folder / "PTPOST01.DBF")
        assert table.flock()
        yield
        table.close()


def _found(table: Table, where: dict[str, object]) -> list[int]:
    texts = {name: value for name, value in where.items() if isinstance(value, str)}
    others = {name: value for name, value in where.items() if not isinstance(value, str)}
    return [
        number
        for number in table.found(texts)
        if all(table.value(number, name) == value for name, value in others.items())
    ]


def _value(kind: str, value: object) -> object:
    # The other library reads numbers as float.
    return Decimal(str(value)) if kind.startswith("N") and value is not None else value


@pytest.fixture(scope="session")
def foxpro_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the sample company, prepared and proven, to copy."""
    folder = tmp_path_factory.mktemp("foxpro") / "company"
    folder.mkdir()
    create_foxpro_company(folder, today=TODAY)
    site.prepare(folder, foxpro_profile(), epoch=1, today=TODAY)
    pass_self_test(folder)
    return folder


@pytest.fixture
def foxpro_company(foxpro_template: Path, tmp_path: Path) -> Iterator[FoxProCompany]:
    """A fresh company in a folder of its own."""
    company = FoxProCompany(Path(shutil.copytree(foxpro_template, tmp_path / "company")))
    yield company
    for connector in company.opened:
        connector.close()
