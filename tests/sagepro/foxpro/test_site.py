"""Preparing a site, proving it with Sage Pro's half played by the model, and the program's text."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from integrations.canonical.errors import TryLater
from integrations.canonical.posting import PostingOutcome
from integrations.sagepro.backends.dbf import site
from integrations.sagepro.backends.dbf.connector import FoxProConnector
from integrations.sagepro.backends.dbf.locks import range_locks
from integrations.sagepro.backends.dbf.ranges import APPEND, WHOLE_FILE, record
from integrations.sagepro.backends.dbf.staging_shape import SELF_TESTS, SHAPES, Line, State
from integrations.sagepro.connector import ProvesItself, ShowsLayout
from integrations.sagepro.foxpro.__main__ import main
from integrations.sagepro.foxpro.holding import PROGRAM, try_locks
from integrations.sagepro.sample.foxpro import create_foxpro_company
from integrations.sagepro.sample.profile import FOXPRO_PROFILE_PATH, foxpro_profile
from tests.sagepro.dbf.company01 import live_bytes
from tests.sagepro.foxpro.company import TODAY, FoxProCompany
from tests.sagepro.foxpro.engine import Table
from tests.sagepro.foxpro.model import Program
from tests.sagepro.postings import receipt


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A company's folder before anybody has prepared it."""
    create_foxpro_company(tmp_path, today=TODAY)
    return tmp_path


def run(word: str, folder: Path) -> int:
    return main([word, "--folder", str(folder), "--profile", str(FOXPRO_PROFILE_PATH)])


def test_a_site_is_prepared_proven_and_then_written(
    fresh: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = live_bytes(fresh)
    assert run("prepare", fresh) == 0
    assert (fresh / "TIEOUT.PRG").read_bytes() == PROGRAM.read_bytes()
    assert run("status", fresh) == 1
    told = capsys.readouterr()
    assert told.out.count("MISSING") == len(SELF_TESTS)
    assert "The site's self-test has not passed" in told.err
    said: list[str] = []
    with ThreadPoolExecutor(1) as threads:
        ours = threads.submit(
            try_locks, fresh, "01", today=TODAY, patience=timedelta(seconds=20), say=said.append
        )
        while not said:
            assert not ours.done(), ours.result()
        Program(fresh).self_test()
        assert ours.result() is True
    assert run("status", fresh) == 0
    assert "MISSING" not in capsys.readouterr().out
    sage = FoxProConnector([fresh], profile=foxpro_profile(), writer_epoch=1)
    assert sage.self_test().is_passed
    assert sage.post_if_absent(receipt()).outcome is PostingOutcome.HANDED_OVER
    (fresh / "TIEOUT.PRG").unlink()
    assert live_bytes(fresh) == before


def test_the_lock_test_fails_when_nobody_holds_the_table(foxpro_company: FoxProCompany) -> None:
    Program(foxpro_company.folder).self_test()
    sage = foxpro_company.connect(kind=FoxProConnector)
    failed = [check.label for check in sage.self_test().checks if not check.is_ok]
    assert failed == ["Sage Pro waits for our lock"]


def test_nobody_at_the_other_side_is_told(foxpro_company: FoxProCompany) -> None:
    with pytest.raises(TryLater, match="did not come to the lock test in time"):
        try_locks(
            foxpro_company.folder, "01", today=TODAY, patience=timedelta(0), say=lambda _: None
        )
    assert site.told(foxpro_company.folder, "01")[site.HOLDING] == ""


def test_preparing_again_changes_nothing_and_keeps_the_switch(
    foxpro_company: FoxProCompany,
) -> None:
    folder = foxpro_company.folder
    site.tell(folder, "01", today=TODAY, readonly="Y")
    before = {path.name: path.read_bytes() for path in folder.glob("PT*")}
    site.prepare(folder, foxpro_company.profile, epoch=1, today=TODAY)
    assert {path.name: path.read_bytes() for path in folder.glob("PT*")} == before


def test_a_profile_or_folder_that_cannot_be_read_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "profile.json"
    wrong.write_text(json.dumps({"name": "x"}))
    assert main(["status", "--folder", str(tmp_path), "--profile", str(wrong)]) == 1
    assert "The posting profile is not usable: edition must be a text." in capsys.readouterr().err
    assert run("status", tmp_path) == 1
    told = capsys.readouterr()
    assert "MISSING  Our tables." in told.out
    assert "PTCTRL01.DBF is not in the company's folder" in told.err
    assert main(["status", "--folder", "x", "--profile", str(tmp_path / "none")]) == 1
    assert "This cannot be read or written" in capsys.readouterr().err


def test_a_lock_holds_against_another_handle_and_survives_closing_one(
    foxpro_company: FoxProCompany,
) -> None:
    """Classic POSIX locks would be lost when any handle of the process on the file is closed."""
    path = foxpro_company.folder / "PTPOST01.DBF"
    locks = range_locks()
    with path.open("r+b", buffering=0) as ours, path.open("r+b", buffering=0) as theirs:
        assert locks.take(ours, WHOLE_FILE)
        path.open("rb").close()
        assert not locks.take(theirs, WHOLE_FILE)
        assert locks.take(theirs, APPEND)
        table = Table(path)
        assert not table.rlock(1), "FLOCK() keeps RLOCK() out"
        table.close()
        locks.release(ours, WHOLE_FILE)
        assert locks.take(theirs, WHOLE_FILE)
        assert record(table.header, 1) == (0x40000000 + table.header.size, 1)


def test_the_connector_shows_its_layout_and_proves_itself(foxpro_company: FoxProCompany) -> None:
    sage = foxpro_company.connect()
    assert isinstance(sage, ShowsLayout)
    assert isinstance(sage, ProvesItself)


def test_the_program_and_its_model_have_the_same_procedures() -> None:
    """The model plays the program: a procedure of one that the other lacks is a step untested."""
    text = PROGRAM.read_text()
    theirs = {
        _snake(name) for name in re.findall(r"^(?:PROCEDURE|FUNCTION) Pt(\w+)", text, re.MULTILINE)
    }
    ours = {name.strip("_") for name in vars(Program) if not name.startswith("__")}
    # Opening, names and FoxPro's own ways with work areas have no counterpart worth a name.
    theirs -= {"open", "open_live", "open_more", "setting2", "field2", "sentence", "same", "now",
               "copy", "constants", "first_document", "test_columns", "unlock", "step_count",
               "has_keys", "filled"}  # fmt: skip
    ours -= {"run", "read_names", "file", "name", "lines", "kind", "posted", "state_of", "put_all",
             "blank", "unlock_all", "columns", "step_records", "lock_step"}  # fmt: skip
    assert theirs == ours


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def test_the_program_names_no_site_and_only_our_own_columns() -> None:
    """Columns of our tables stand in it as they are; a site's come from PTNAME."""
    code = "\n".join(line for line in PROGRAM.read_text().splitlines() if not line.startswith("*"))
    for name in ("armast", "arcash", "arcust", "invno", "paidamt", "sysdata", "ardist"):
        assert name not in code.lower()
    for alias, table in (("post", "ptpost"), ("line", "ptline"), ("ctrl", "ptctrl")):
        used = set(re.findall(rf"\b{alias}\.(\w+)", code))
        assert used <= set(SHAPES[table].columns), alias
    staged = {State.STAGED, State.TAKEN, State.POSTED, State.RETURNED, State.PARTIAL}
    assert all(f'"{state}"' in code for state in staged)
    assert f'PtSetting("program") == "{site.PROGRAM}"' in code
    assert all(f'"{line}"' in code for line in Line)
    assert all(f'"{name}"' in code for name in SELF_TESTS)


def test_every_line_of_the_program_fits_and_every_block_is_closed() -> None:
    """We cannot compile it; what can be counted is counted."""
    code = [line.split("&&")[0].strip().upper() for line in PROGRAM.read_text().splitlines()]
    code = [line for line in code if line and not line.startswith("*")]
    opened = {"IF ": "ENDIF", "FOR ": "ENDFOR", "DO WHILE ": "ENDDO", "DO CASE": "ENDCASE",
              "SCAN ": "ENDSCAN", "FUNCTION ": "ENDFUNC", "PROCEDURE ": "ENDPROC"}  # fmt: skip
    stack: list[str] = []
    for line in code:
        end = next((end for begin, end in opened.items() if line.startswith(begin)), None)
        if end:
            stack.append(end)
        elif line in opened.values():
            assert stack.pop() == line
    assert stack == []
    called = set(re.findall(r"\bDO (PT\w+)", "\n".join(code)))
    called |= set(re.findall(r"\b(PT\w+)\(", "\n".join(code)))
    defined = set(re.findall(r"^(?:FUNCTION|PROCEDURE) (PT\w+)", "\n".join(code), re.MULTILINE))
    assert called == defined - {"PTSELFTEST"}
