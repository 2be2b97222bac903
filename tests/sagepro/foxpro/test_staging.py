"""Our staging tables under fire: killed at every line, two writers, a full disk, a held lock.

Nothing of it may change a byte of a live table, index or memo file.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from itertools import islice
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from dbfread import DBF

from integrations.canonical.errors import FixConfiguration, TryLater
from integrations.canonical.posting import PostingOutcome, PostingRequest, marker_for
from integrations.sagepro.backends.dbf import own_table, staging
from integrations.sagepro.backends.dbf.connector import FoxProConnector
from integrations.sagepro.backends.dbf.locks import holding
from integrations.sagepro.backends.dbf.ranges import APPEND
from integrations.sagepro.backends.preamble import Limits
from tests.sagepro.dbf.company01 import company01_profile, live_bytes
from tests.sagepro.foxpro.company import FoxProCompany
from tests.sagepro.foxpro.model import Program
from tests.sagepro.postings import on_account, receipt

KILLED = 9
CLEARING, RECEIVABLES = "1050-000", "1100-000"


def paid(key: str = "sale-1", amount: str = "150.71") -> PostingRequest:
    """A receipt on invoice 991 of company 01, which has 150.71 open."""
    request = receipt(key, amount, invoices={"991": amount}, customer="C01021", account=CLEARING)
    journal = tuple(
        type(line)(RECEIVABLES if line.credit else line.account, line.debit, line.credit)
        for line in request.journal
    )
    return PostingRequest(**{**vars(request), "journal": journal})


def connect(folder: Path, limits: Limits | None = None) -> FoxProConnector:
    return FoxProConnector([folder], profile=company01_profile(), writer_epoch=1, limits=limits)


def staged(folder: Path) -> list[tuple[str, str, int]]:
    """Every row of PTPOST as another library reads it, with its count of whole lines."""
    lines = counted(folder / "PTLINE01.DBF")
    rows = []
    for number, row in enumerate(counted(folder / "PTPOST01.DBF"), 1):
        own = lines[row["LINE1"] - 1 : row["LINE1"] - 1 + row["LINES"]] if row["LINES"] else []
        assert [line["POST"] for line in own] == [number] * row["LINES"]
        rows.append((row["EFFKEY"], row["STATE"], len(own)))
    return rows


def counted(path: Path) -> list[dict[str, Any]]:
    """The records that count; the other library reads on to the end of the file."""
    table = DBF(str(path), encoding="cp1252")
    return list(islice(table, table.header.numrecords))


def in_child(act: Callable[[], object]) -> int:
    """Run in a process of its own; its exit code, 0 when it came to its end."""
    child = os.fork()
    if not child:
        code = 1
        try:
            act()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def kind(frame: FrameType) -> str:
    """Which of our tables a frame of OwnTable writes, and whether it is the count."""
    own = frame.f_locals.get("self")
    at = frame.f_locals.get("at", "")
    return f"{getattr(own, 'name', '')}{at if at == 1 else ''}"


def dying_at(line: int, act: Callable[[], object]) -> Callable[[], object]:
    """The act, killed before the n-th line of the writing code that it comes to."""
    files = {own_table.__file__, staging.__file__}
    writing = {"add", "append", "_write", "_nothing_counts", "_may_count"}
    seen: set[tuple[str, int, str]] = set()

    def watch(frame: FrameType, event: str, _argument: object) -> object:
        if frame.f_code.co_filename not in files or frame.f_code.co_name not in writing:
            return None
        if event == "line":
            # Once per line and kind of writing: of lines, of the row, and of each count.
            seen.add((frame.f_code.co_name, frame.f_lineno, kind(frame)))
            if len(seen) == line:
                os._exit(KILLED)
        return watch

    def traced(desk: staging.Desk, *row: Any, **more: Any) -> Any:
        sys.settrace(watch)  # type: ignore[arg-type]
        return adding(desk, *row, **more)

    adding = staging.Desk.add

    def dying() -> None:
        # In this child only, and from the writing on: watching the reading too costs a second.
        staging.Desk.add = traced  # type: ignore[method-assign,assignment]
        act()

    return dying


def test_killed_at_every_line_nothing_is_staged_by_half(company01: Path) -> None:
    """Dead before the count: the row is not there, and the next append writes over the rest.
    Dead after it: the row is whole. Asking again always ends in one staged row."""
    before = live_bytes(company01)
    seen, line = set(), 0
    while True:
        line += 1
        key = f"sale-{line}"
        known = len(staged(company01))
        ended = in_child(dying_at(line, lambda: connect(company01).post_if_absent(paid(key))))  # noqa: B023
        seen.add((ended, len(staged(company01)) - known))
        assert connect(company01).post_if_absent(paid(key)).outcome is PostingOutcome.HANDED_OVER
        assert staged(company01)[known:] == [(key, "staged", 6)]
        if not ended:
            break
    assert seen == {(KILLED, 0), (KILLED, 1), (0, 1)}
    assert line > 30, "the killer never came near the writing"
    assert live_bytes(company01) == before


def test_a_torn_record_is_written_over(company01: Path) -> None:
    """Half a record stands behind the last one that counts, as after a power cut."""
    connect(company01).post_if_absent(paid("sale-1", "10.00"))
    path = company01 / "PTPOST01.DBF"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b" half a reco")
    assert [row[0] for row in staged(company01)] == ["sale-1"]
    connect(company01).post_if_absent(paid("sale-2", "20.00"))
    assert [row[0] for row in staged(company01)] == ["sale-1", "sale-2"]
    assert b"half a reco" not in path.read_bytes()


def test_processes_at_once_stage_every_row_once(company01: Path) -> None:
    """Three processes, the same dozen keys: a dozen rows, each whole, no live byte changed."""
    before = live_bytes(company01)

    def work() -> None:
        sage = connect(company01, Limits(lock=timedelta(seconds=60)))
        for number in range(12):
            outcome = sage.post_if_absent(paid(f"sale-{number}", "1.00")).outcome
            assert outcome is PostingOutcome.HANDED_OVER

    children = []
    for _ in range(3):
        child = os.fork()
        if not child:
            code = 1
            try:
                work()
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(one, 0)[1]) for one in children] == [0] * 3
    assert sorted(staged(company01)) == sorted((f"sale-{n}", "staged", 6) for n in range(12))
    assert live_bytes(company01) == before


def test_a_full_disk_hands_nothing_over(company01: Path) -> None:
    """The file may not grow further: told in words, and what counted before still stands."""
    connect(company01).post_if_absent(paid("sale-1", "10.00"))
    size = (company01 / "PTPOST01.DBF").stat().st_size

    def work() -> None:
        for room in range(0, 1300, 130):
            resource.setrlimit(resource.RLIMIT_FSIZE, (size + room, resource.RLIM_INFINITY))
            with pytest.raises(TryLater) as full:
                connect(company01).post_if_absent(paid("sale-2", "20.00"))
            assert full.value.code == "sage.disk_full"
            if room > 900:
                break

    before = live_bytes(company01)
    # PTLINE is smaller than PTPOST at its beginning, so PTPOST is what fills the disk.
    assert (company01 / "PTLINE01.DBF").stat().st_size < size + 2000
    assert in_child(work) == 0
    assert [row[0] for row in staged(company01)] == ["sale-1"]
    connect(company01).post_if_absent(paid("sale-2", "20.00"))
    assert [row[0] for row in staged(company01)] == ["sale-1", "sale-2"]
    assert live_bytes(company01) == before


@pytest.mark.parametrize("table", ["PTPOST01.DBF", "PTLINE01.DBF"])
def test_a_held_header_is_waited_for(table: str, company01: Path) -> None:
    """Somebody adds a record to the table just now: nothing is handed over, and it is WAIT."""
    sage = connect(company01, Limits(lock=timedelta(milliseconds=50)))
    with (
        (company01 / table).open("r+b", buffering=0) as other,
        holding(other, APPEND, patience=timedelta(0), what="ours"),
    ):
        result = sage.post_if_absent(paid())
    assert result.outcome is PostingOutcome.WAIT
    assert result.evidence == {"waiting_for": f"{table} is in use; nothing was written."}
    assert staged(company01) == []
    assert sage.post_if_absent(paid()).outcome is PostingOutcome.HANDED_OVER


def test_a_renamed_column_hands_nothing_over(company01: Path) -> None:
    sage = connect(company01)
    expected = FoxProConnector(
        [company01],
        profile=company01_profile(),
        expected_fingerprint=sage.fingerprint(),
        expected_layout=sage.layout(),
        writer_epoch=1,
    )
    path = company01 / "ARCASH01.dbf"
    path.write_bytes(path.read_bytes().replace(b"DISAMT\0", b"DISCNT\0"))
    for writer, words in (
        (sage, "ARCASH01.dbf has no column disamt"),
        (expected, "Column disamt of arcash01 is gone"),
    ):
        with pytest.raises(FixConfiguration, match=words) as stopped:
            writer.post_if_absent(paid())
        assert stopped.value.code == "sage.schema_changed"
    with pytest.raises(FixConfiguration, match="Column discnt of arcash01 is new"):
        expected.withdraw("sale-1")
    assert staged(company01) == []


def test_our_table_of_another_shape_is_not_written(company01: Path) -> None:
    path = company01 / "PTPOST01.DBF"
    path.write_bytes(path.read_bytes().replace(b"MARKER\0", b"OTHERS\0"))
    with pytest.raises(FixConfiguration, match="not the table this version of Tieout makes"):
        connect(company01).post_if_absent(paid())
    path.unlink()
    with pytest.raises(FixConfiguration, match=r"PTPOST01\.DBF is not in the company's folder"):
        connect(company01).post_if_absent(paid())


def test_lines_restored_without_their_rows_are_told(company01: Path) -> None:
    sage = connect(company01)
    sage.post_if_absent(paid())
    path = company01 / "PTLINE01.DBF"
    data = bytearray(path.read_bytes())
    data[4:8] = bytes(4)
    path.write_bytes(bytes(data))
    program = Program(company01)
    program.post.replace(1, {"state": "posted"})
    program.close()
    with pytest.raises(FixConfiguration, match="one of the two tables was restored"):
        sage.post_if_absent(paid())


def test_nothing_shaped_like_a_card_number_is_staged(company01: Path) -> None:
    before = (company01 / "PTPOST01.DBF").read_bytes()
    request = PostingRequest(**{**vars(paid()), "effect_key": "card 4111 1111 1111 1111"})
    result = connect(company01).post_if_absent(request)
    assert result.outcome is PostingOutcome.REFUSED
    assert result.refusal is not None
    assert result.refusal.sentence == (
        "EFFKEY of our staging table would hold a card number, which is never written."
    )
    assert (company01 / "PTPOST01.DBF").read_bytes() == before


def test_a_value_our_table_cannot_hold_is_refused(company01: Path) -> None:
    for parent in ("parent-" * 40, "snowman \u2603"):
        request = PostingRequest(**{**vars(paid()), "reverses": parent})
        refusal = connect(company01).post_if_absent(request).refusal
        assert refusal is not None
        assert refusal.code == "value_too_long"
    assert staged(company01) == []


def test_a_hash_is_kept_in_letters(company01: Path) -> None:
    """Sixty-four digits and letters may by chance hold a card number; letters cannot."""
    connect(company01).post_if_absent(paid())
    (row,) = DBF(str(company01 / "PTPOST01.DBF"), encoding="cp1252")
    assert row["PAYHASH"].isalpha()
    assert len(row["PAYHASH"]) == 64


def test_a_marker_of_another_key_is_a_conflict(company01: Path) -> None:
    sage = connect(company01)
    sage.post_if_absent(paid("sale-1", "10.00"))
    other = PostingRequest(**{**vars(paid("sale-2", "10.00")), "marker": marker_for("sale-1")})
    assert sage.post_if_absent(other).outcome is PostingOutcome.CONFLICT


def test_a_status_is_never_written_into_a_live_table(company01: Path) -> None:
    before = live_bytes(company01)
    assert connect(company01).note_status(invoice_number="991", status="Failed") is False
    assert live_bytes(company01) == before


APPENDER = """
import sys
from decimal import Decimal
from pathlib import Path
from tests.sagepro.foxpro.engine import Table
table = Table(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[2])):
    row = {"invno": str(70000 + number).rjust(10), "custno": "ACME01",
           "invamt": Decimal(5), "balance": Decimal(5)}
    table.insert(table.blank() | row)
"""


def test_a_table_that_grows_while_it_is_read_is_read_whole(foxpro_company: FoxProCompany) -> None:
    """Another process adds invoices all the time; every reading sees whole records only."""
    path = foxpro_company.folder / "ARMAST01.DBF"
    sage = foxpro_company.connect(kind=FoxProConnector)
    before = len(sage.open_invoices("ACME01"))
    with subprocess.Popen(
        [sys.executable, "-c", APPENDER, str(path), "300"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as clerk:
        assert clerk.stdin
        assert clerk.stdout
        assert clerk.stdout.readline() == "ready\n"
        clerk.stdin.write("go\n")
        clerk.stdin.flush()
        counts = [before]
        while clerk.poll() is None:
            found = sage.open_invoices("ACME01")
            added = sorted(one.number for one in found if one.number.startswith("70"))
            assert added == [str(70000 + number) for number in range(len(found) - before)]
            assert all(one.balance for one in found)
            counts.append(len(found))
    assert counts == sorted(counts)
    assert len(sage.open_invoices("ACME01")) == before + 300
    assert sage.post_if_absent(on_account()).outcome is PostingOutcome.HANDED_OVER
