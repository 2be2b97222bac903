"""Company 01: tables with compound indexes that an independent engine wrote, and its profile."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from integrations.sagepro.backends.dbf import site
from integrations.sagepro.backends.dbf.encoding import Shape
from integrations.sagepro.columns import ColumnType
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.sample import accounts
from integrations.sagepro.sample.foxpro import write_table
from integrations.sagepro.sample.schema import TABLES
from tests.sagepro.foxpro.model import pass_self_test

TODAY = date(2026, 11, 20)
SOURCE = Path(__file__).parent / "company01"
_MADE: dict[str, list[dict[str, object]]] = {
    "ardist": [],
    "sysdata": [{"sysid": "AR", "compid": "01", "int1": 700, "int2": 0}],
    "syccomp": [{"compid": "01", "company": "Company 01"}],
    "sycdfis": accounts.period_records(TODAY),
}


def company01_profile() -> PostingProfile:
    text = (SOURCE / "profile.json").read_text()
    return PostingProfile.from_json(json.loads(text, parse_float=Decimal))


def make_company01(folder: Path) -> None:
    """Copy the tables and make the four it lacks."""
    for source in SOURCE.glob("AR*.*"):
        shutil.copy(source, folder)
    for source in SOURCE.glob("GL*.*"):
        shutil.copy(source, folder)
    profile = company01_profile()
    names = {one.name: profile.physical_table(key) for key, one in profile.tables.items()}
    for name, rows in _MADE.items():
        shape = Shape({column: ColumnType.parse(kind) for column, kind in TABLES[name]})
        write_table(folder / f"{names[name]}.dbf", shape, rows, today=TODAY)


def live_bytes(folder: Path) -> dict[str, str]:
    """File → SHA-256 of everything that is not ours: tables, indexes, memos."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if not path.name.startswith("PT")
    }


@pytest.fixture
def company01(tmp_path: Path) -> Path:
    """A folder with company 01, prepared and proven."""
    folder = tmp_path / "company01"
    folder.mkdir()
    make_company01(folder)
    site.prepare(folder, company01_profile(), epoch=1, today=TODAY)
    pass_self_test(folder)
    return folder
