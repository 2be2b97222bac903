"""Reading FoxPro tables: every type, every oddity, and only the mapped columns."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from dbfread import DBF

from integrations.canonical.errors import FixConfiguration, TryLater
from integrations.canonical.ledger_documents import InvoiceStatus
from integrations.sagepro.backends.dbf.connector import FoxProConnector
from integrations.sagepro.backends.dbf.image import Image
from integrations.sagepro.backends.dbf.layout import Layout
from integrations.sagepro.backends.dbf.snapshot import Snapshot
from integrations.sagepro.columns import ColumnMap, ColumnType
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.sample.profile import foxpro_profile
from integrations.sagepro.sample.schema import SENSITIVE
from tests.sagepro.dbf.company01 import company01_profile, live_bytes
from tests.sagepro.dbf.crafted import CraftedField, craft
from tests.sagepro.foxpro.company import FoxProCompany
from tests.sagepro.foxpro.engine import Table


def connect(folder: Path, *others: Path, profile: PostingProfile | None = None) -> FoxProConnector:
    return FoxProConnector([folder, *others], profile=profile or company01_profile())


def rows_of(path: Path, **types: str) -> list[Mapping[str, object]]:
    """Every record, with columns read as these types."""
    image = Image(path.read_bytes(), name=path.name)
    mapped = {name: ColumnMap(name, ColumnType.parse(kind)) for name, kind in types.items()}
    layout = Layout(image, mapped, path=path, code_page="cp1252")
    return [layout.row(number) for number in image.records()]


def test_everything_reads_as_another_library_reads_it(
    company01: Path, foxpro_company: FoxProCompany
) -> None:
    """Every mapped column of every table, record by record; money as exact decimals."""
    compared = 0
    for folder, profile in (
        (company01, company01_profile()),
        (foxpro_company.folder, foxpro_profile()),
    ):
        live = Snapshot([folder], profile)
        for table in profile.all_tables:
            if table == "postings":
                continue
            loaded = live.table(table)
            theirs = DBF(str(loaded.path), encoding="cp1252", char_decode_errors="replace")
            mapped = profile.table_map(table).columns
            numbers = list(loaded.image.records())
            for number, record in zip(numbers, theirs, strict=True):
                row = loaded.layout.row(number)
                for key, column in mapped.items():
                    if key != "row_id":
                        compared += 1
                        assert _same(row[key], record[column.name.upper()]), (table, key, record)
    assert compared > 20_000


def _same(ours: object, theirs: object) -> bool:
    if isinstance(ours, Decimal):
        return ours == Decimal(str(theirs or 0))
    if isinstance(ours, str):
        return ours == str(theirs or "").strip()
    return ours == (False if theirs is None and isinstance(ours, bool) else theirs)


def test_company_01_tells_who_it_is(company01: Path) -> None:
    found = connect(company01).company_profile()
    assert (found.name, found.edition, found.customer_count) == ("Company 01", "dbf", 30)
    assert (found.open_invoice_count, found.gl_account_count) == (248, 14)


def test_numbers_of_different_lengths_are_found_however_padded(company01: Path) -> None:
    sage = connect(company01)
    found = sage.invoices_by_number(["991", "  991", "991   "])
    assert [(one.number, one.customer_number, str(one.amount)) for one in found] == [
        ("991", "C01021", "150.71")
    ]
    assert [one.number for one in sage.invoices_by_order("60001")] == ["991", "50001"]
    assert sage.invoices_by_number(["0991", "99"]) == []


def test_void_cancelled_locked_and_credit_rows_say_so(company01: Path) -> None:
    rows = [dict(row) for row in DBF(str(company01 / "ARMAST01.dbf"), encoding="latin1")]
    sage = connect(company01)
    for column, value, seen in (
        ("ARSTAT", "V", lambda one: one.status is InvoiceStatus.VOID),
        ("ARSTAT", "X", lambda one: one.status is InvoiceStatus.VOID),
        ("ARTYPE", "O", lambda one: one.status is InvoiceStatus.CREDIT),
        ("LCKSTAT", "L", lambda one: one.is_locked),
    ):
        numbers = [row["INVNO"] for row in rows if row[column] == value]
        assert numbers
        assert all(seen(one) for one in sage.invoices_by_number(numbers))


def test_deleted_records_are_not_there(company01: Path) -> None:
    (gone,) = DBF(str(company01 / "ARMAST01.dbf"), encoding="latin1").deleted
    assert connect(company01).invoices_by_number([gone["INVNO"]]) == []


def test_an_undefined_byte_leaves_the_rest_readable(company01: Path) -> None:
    broken = connect(company01).customer("C01030")
    assert broken is not None
    assert broken.name == "Broken\ufffdByte Ltd"
    cafe = connect(company01).customer("C01003")
    assert cafe is not None
    assert cafe.name == "Café Montréal"


def test_a_card_number_in_free_text_never_comes_out(company01: Path) -> None:
    table = Table(company01 / "ARMAST01.dbf")
    (number,) = table.found({"invno": "991"})
    table.replace(number, {"ponum": "4111 1111 1111 1111"})
    table.close()
    sage = connect(company01)
    assert "1111 1111" not in repr(sage.invoices_by_number(["991"])[0])
    assert "4111" not in repr(sage.customer("C01009"))


def test_card_columns_are_never_decoded(foxpro_company: FoxProCompany) -> None:
    """The pattern that takes bytes out of a record leaves these out."""
    live = Snapshot([foxpro_company.folder], foxpro_profile())
    loaded = live.table("customers")
    taken = {column.field.name.lower() for column in loaded.layout.columns}
    assert taken == {one.name for one in foxpro_profile().tables["customers"].columns.values()}
    assert taken & SENSITIVE == set()
    assert loaded.image.data.count(b"4111111111111111") == 2


def test_a_profile_that_maps_a_card_column_is_refused(foxpro_company: FoxProCompany) -> None:
    profile = foxpro_profile()
    customers = profile.tables["customers"]
    columns = {**customers.columns, "email": ColumnMap("cc_num", ColumnType.parse("C20"))}
    greedy = replace(
        profile, tables={**profile.tables, "customers": replace(customers, columns=columns)}
    )
    with pytest.raises(FixConfiguration, match=r"ARCUST01\.DBF\.cc_num may hold card data") as no:
        connect(foxpro_company.folder, profile=greedy).customer("GLENN1")
    assert no.value.code == "sage.column_forbidden"


@pytest.mark.parametrize("version", [0x30, 0x31, 0x32])
def test_every_type_of_every_visual_foxpro_version_is_read(version: int, tmp_path: Path) -> None:
    moment = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
    days = moment.toordinal() + 1_721_425
    fields = [
        CraftedField("TEXT", "C", 6),
        CraftedField("MONEY", "Y", 8),
        CraftedField("WHOLE", "I", 4),
        CraftedField("EXACT", "N", 9),
        CraftedField("DOUBLE", "B", 8),
        CraftedField("DAY", "D", 8),
        CraftedField("MOMENT", "T", 8),
        CraftedField("YES", "L", 1),
        CraftedField("VARIED", "V", 5),
        CraftedField("_NullFlags", "0", 1),
    ]
    record = (
        b" " + b"Zo\xeb   " + struct.pack("<q", -7400001) + struct.pack("<i", -3)
        + b"   -12.50" + struct.pack("<d", 0.1) + b"20261120"
        + struct.pack("<ll", days, 52_200_000) + b"T" + b"ab \0\0" + b"\0"
    )  # fmt: skip
    blank = b" " + b" " * 6 + bytes(8) + bytes(4) + b" " * 9 + bytes(8) + b" " * 8 + bytes(8)
    blank += b" " + b" " * 5 + b"\0"
    path = craft(
        tmp_path / "kinds.dbf", fields, [record, blank, b"*" + record[1:]], version=version
    )
    types = {"text": "C6", "money": "Y", "whole": "I", "exact": "N9.2", "double": "N12.6",
             "day": "D", "moment": "T", "yes": "L", "varied": "C5"}  # fmt: skip
    assert rows_of(path, **types) == [
        {
            "text": "Zoë",
            "money": Decimal("-740.0001"),
            "whole": -3,
            "exact": Decimal("-12.50"),
            "double": Decimal("0.1"),
            "day": date(2026, 11, 20),
            "moment": moment,
            "yes": True,
            "varied": "ab",
        },
        {
            "text": "",
            "money": Decimal(0),
            "whole": 0,
            "exact": Decimal(0),
            "double": Decimal(0),
            "day": None,
            "moment": None,
            "yes": False,
            "varied": "",
        },
    ]
    assert rows_of(path, moment="D")[0] == {"moment": date(2026, 11, 20)}


def test_null_reads_as_blank(tmp_path: Path) -> None:
    """The bit of a nullable column counts, not the stale bytes below it."""
    fields = [
        CraftedField("A", "C", 3),
        CraftedField("B", "N", 5, is_nullable=True),
        CraftedField("C", "C", 3, is_nullable=True),
        CraftedField("_NullFlags", "0", 1),
    ]
    records = [b" one   12two\x00", b" one   12two\x01", b" one   12two\x02", b" one   12two\x03"]
    path = craft(tmp_path / "nulls.dbf", fields, records)
    assert [(row["b"], row["c"]) for row in rows_of(path, a="C3", b="N5", c="C3")] == [
        (Decimal(12), "two"),
        (Decimal(0), "two"),
        (Decimal(12), ""),
        (Decimal(0), ""),
    ]


def test_memos_are_read_and_a_torn_one_is_told(foxpro_company: FoxProCompany) -> None:
    sage = foxpro_company.connect()
    acme = sage.customer("ACME01")
    assert acme is not None
    assert acme.email == "payables@acme01.example"
    memo = foxpro_company.folder / "ARCUST01.FPT"
    memo.write_bytes(memo.read_bytes()[:600])
    with pytest.raises(TryLater, match=r"ARCUST01\.FPT is just being written, or it is damaged"):
        sage.customer("ZENITH")
    memo.unlink()
    with pytest.raises(FixConfiguration, match=r"its memo file ARCUST01\.FPT is missing"):
        sage.customer("ZENITH")


def test_memo_pointers_of_foxpro_2_are_read(tmp_path: Path) -> None:
    fields = [CraftedField("NOTE", "M", 10)]
    path = craft(
        tmp_path / "old.dbf", fields, [b" " + b"         8", b" " + b" " * 10], version=0xF5
    )
    block = struct.pack(">LL", 1, 5) + b"Caf\xe9!"
    (tmp_path / "OLD.FPT").write_bytes(struct.pack(">LHH504x", 9, 0, 64) + block.ljust(64, b"\0"))
    assert rows_of(path, note="M") == [{"note": "Café!"}, {"note": ""}]


def test_a_half_written_table_is_told_and_not_read(company01: Path) -> None:
    path = company01 / "ARMAST01.dbf"
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(TryLater) as stale:
        connect(company01).invoices_by_number(["991"])
    assert stale.value.sentence == (
        "ARMAST01.dbf says it has 320 records and holds 318: it is just being written, or it is "
        "damaged."
    )
    assert stale.value.code == "sage.table_incomplete"


@pytest.mark.parametrize("damage", [b"", b"MZ" + bytes(400), b"\x30" + bytes(20), bytes(2000)])
def test_what_is_no_table_is_told(damage: bytes, company01: Path) -> None:
    (company01 / "ARMAST01.dbf").write_bytes(damage)
    with pytest.raises(FixConfiguration, match=r"ARMAST01\.dbf is not a FoxPro table") as told:
        connect(company01).invoices_by_number(["991"])
    assert told.value.remedy


def test_a_value_that_is_none_is_told_with_its_place(company01: Path) -> None:
    table = Table(company01 / "ARMAST01.dbf")
    (number,) = table.found({"invno": "991"})
    field = table.header.by_name["BALANCE"]
    table.close()
    data = bytearray((company01 / "ARMAST01.dbf").read_bytes())
    at = table.header.end_of(number - 1) + field.offset
    data[at : at + 12] = b"************"
    (company01 / "ARMAST01.dbf").write_bytes(bytes(data))
    with pytest.raises(FixConfiguration) as told:
        connect(company01).invoices_by_number(["991"])
    assert told.value.sentence == (
        f"Record {number} of ARMAST01.dbf.balance holds ‘************’, which is not what the "
        "column is for."
    )


def test_a_missing_table_or_column_is_told(company01: Path) -> None:
    rename(company01 / "ARCASH01.dbf", "REFNO", "MYREF")
    with pytest.raises(FixConfiguration, match=r"ARCASH01\.dbf has no column refno") as told:
        connect(company01).receipts_for_invoice("991")
    assert told.value.code == "sage.schema_changed"
    (company01 / "ARCASH01.dbf").unlink()
    with pytest.raises(FixConfiguration, match=r"has no file arcash01\.dbf"):
        connect(company01).receipts_for_invoice("991")
    with pytest.raises(TryLater) as away:
        connect(company01 / "nowhere").receipts_for_invoice("991")
    assert away.value.code == "sage.unreachable"


def test_a_column_of_another_type_is_told(company01: Path) -> None:
    profile = company01_profile()
    invoices = profile.tables["invoices"]
    for kind, sentence in (
        ("L", "ARMAST01.dbf.arstat is C1, and the posting profile says L."),
        ("C4", "ARMAST01.dbf.arstat is C1, and the posting profile says C4."),
    ):
        columns = {**invoices.columns, "status": ColumnMap("arstat", ColumnType.parse(kind))}
        wrong = replace(
            profile, tables={**profile.tables, "invoices": replace(invoices, columns=columns)}
        )
        with pytest.raises(FixConfiguration) as told:
            connect(company01, profile=wrong).invoices_by_number(["991"])
        assert told.value.sentence == sentence


def rename(path: Path, column: str, name: str) -> None:
    data = path.read_bytes()
    old, new = (text.encode().ljust(11, b"\0") for text in (column, name))
    assert data.count(old) == 1
    path.write_bytes(data.replace(old, new))


def test_tables_are_found_in_any_case_and_in_several_folders(
    company01: Path, tmp_path: Path
) -> None:
    system = tmp_path / "system"
    system.mkdir()
    for name in ("sycdfis.dbf", "syccomp.dbf", "sysdata.dbf"):
        (company01 / name).rename(system / name.upper())
    sage = connect(company01, system)
    assert sage.company_profile().name == "Company 01"
    assert len(sage.fiscal_periods()) == 36


def test_only_a_changed_table_is_read_again(company01: Path) -> None:
    live = Snapshot([company01], company01_profile())
    invoices, accounts = live.table("invoices"), live.table("accounts")
    assert live.table("invoices") is invoices
    table = Table(company01 / "ARMAST01.dbf")
    (number,) = table.found({"invno": "991"})
    table.replace(number, {"balance": Decimal("1.25")})
    table.close()
    again = live.table("invoices")
    assert again is not invoices
    assert again.layout.row(number)["balance"] == Decimal("1.25")
    assert live.table("accounts") is accounts


def test_the_layout_is_shown_and_a_change_of_it_in_words(company01: Path) -> None:
    sage = connect(company01)
    before = sage.fingerprint()
    assert str(sage.layout()["armast01"]["invno"]) == "text, 10 wide"
    assert str(sage.layout()["armast01"]["balance"]) == "a number of 12 digits, 2 of them decimals"
    rename(company01 / "ARMAST01.dbf", "NOTES", "REMARK")
    assert connect(company01).fingerprint() != before


def test_reading_changes_no_byte(company01: Path) -> None:
    before = live_bytes(company01)
    sage = connect(company01)
    sage.company_profile()
    sage.open_invoices("C01001")
    sage.receipts_for_invoice("991")
    sage.gl_accounts()
    sage.fingerprint()
    assert live_bytes(company01) == before
    assert len([name for name in before if name.lower().endswith((".cdx", ".fpt"))]) == 9
