"""Reading a FoxPro table of receipts: our reader beside the bare library over the same rows."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from dbfread import DBF

from integrations.sagepro.backends.dbf.encoding import Shape
from integrations.sagepro.backends.dbf.snapshot import Snapshot
from integrations.sagepro.columns import ColumnType
from integrations.sagepro.sample.foxpro import file_name, write_table
from integrations.sagepro.sample.profile import foxpro_profile
from integrations.sagepro.sample.schema import TABLES
from tests.bench.report import Aim, Row
from tests.bench.sizes import Sizes
from tests.bench.turns import take_turns

_TODAY = date(2026, 11, 20)
_TABLE = "receipts"


def measure(sizes: Sizes) -> list[Row]:
    """Rows per second, and how long one look-up takes when the table has just changed."""
    with TemporaryDirectory(prefix="bench-foxpro-") as name:
        path = _make(Path(name), sizes.foxpro_rows)
        read = take_turns(
            sizes.rounds, ours=lambda _: _read(path.parent), bare=lambda _: _read_bare(path)
        )
        again = _best(sizes.repeats, lambda: _find_again(path, sizes.foxpro_rows))
    count = sizes.foxpro_rows
    return [
        read.row(
            "FoxPro receipts read",
            count,
            "per s",
            beside="bare dbfread",
            aim=Aim(least=1),
            details={"rows": count},
        ),
        Row(
            "FoxPro receipt found, table just changed",
            again * 1000,
            "ms",
            aim=Aim(most=1000),
            details={"rows": count},
        ),
    ]


def _make(folder: Path, count: int) -> Path:
    shape = Shape({name: ColumnType.parse(kind) for name, kind in TABLES["arcash"]})
    rows: list[dict[str, object]] = [
        {
            "invno": str(number).rjust(10),
            "invdte": _TODAY,
            "custno": f"C{number % 5000:05}",
            "paidamt": Decimal(number) / 100,
            "disamt": 0,
            "dtepaid": _TODAY,
            "refno": f"CHK{number:06}",
            "glaccnt": "1010-00",
            "currency": "USD",
            "adduser": "MAC",
            "adddate": _TODAY,
        }
        for number in range(count)
    ]
    path = folder / file_name("arcash")
    write_table(path, shape, rows, today=_TODAY)
    return path


def _read_bare(path: Path) -> int:
    return sum(1 for _ in DBF(str(path), encoding="cp1252"))


def _read(folder: Path) -> int:
    loaded = Snapshot([folder], foxpro_profile()).table(_TABLE)
    return sum(1 for _ in map(loaded.layout.row, loaded.image.records()))


def _find_again(path: Path, count: int) -> int:
    """What a posting costs after somebody in Sage keyed a receipt: read, index, one row."""
    live = Snapshot([path.parent], foxpro_profile())
    loaded = live.table(_TABLE)
    field = loaded.image.header.by_name["REFNO"]
    (number,) = loaded.image.index(field)[f"CHK{count // 2:06}".encode()]
    return len(loaded.layout.row(number))


def _best(repeats: int, act: Callable[[], object]) -> float:
    """Seconds of the fastest round: others use the machine too."""
    taken = []
    for _ in range(repeats):
        begun = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begun)
    return min(taken)
