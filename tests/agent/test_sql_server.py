"""The agent's line to SQL Server: whom it believes, over the real driver and a server that says
what a test wants."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from integrations.canonical.errors import FixConfiguration, TryLater
from integrations.sagepro.agent import __main__ as program
from integrations.sagepro.agent import settings, sql_server, ways
from integrations.sagepro.agent.self_test import Finding, examine
from integrations.sagepro.agent.sql_server import Line
from tests.agent.scene import AgentScene
from tests.architecture.sources import ROOT
from tests.sagepro.certificates import Issuer
from tests.sagepro.tds_server import Answer, Count, Rows, TdsServer
from tests.sagepro.test_mssql import answering

# A process of its own, as an agent is: the driver's settings are its whole process's.
_ASK = """
import json, sys
from datetime import timedelta
from pathlib import Path
from integrations.canonical.errors import IntegrationError
from integrations.sagepro.agent.sql_server import Line
from integrations.sagepro.agent.ways import Place, open_company
from integrations.sagepro.sample.profile import sample_profile
address, folder, ca_file, is_checked = sys.argv[1:]
place = Place(
    way="sql", address=address, password="s3cret", epoch=7,
    setup={"profile": sample_profile().as_json()},
    line=Line(ca_file, is_checked=is_checked == "True"), folder=Path(folder),
)
try:
    open_company(place).take_over()
    print("spoken to")
except IntegrationError as error:
    print(error.code)
"""


_NONE = timedelta(0)


def _away() -> ways.Reached:
    raise TryLater("Nobody is there.", code="sage.unreachable")


def _nothing(statement: str) -> Answer:
    """There is no row, and every other statement is taken."""
    return Rows(("none",), []) if statement.startswith("SELECT") else Count(1)


def _ask(tmp_path: Path, *, server: Issuer | None, line: Line) -> tuple[str, bool]:
    """What became of it, and whether the server was told anything."""
    tls = server.server("localhost", folder=tmp_path) if server else None
    with TdsServer(answering(_nothing), tls=tls) as there:
        address = f"mssql://tieout@localhost:{there.port}/PRO01"
        said = subprocess.run(
            [sys.executable, "-c", _ASK, address, tmp_path, line.ca_file, str(line.is_checked)],
            cwd=ROOT, check=True, capture_output=True, text=True,
        )  # fmt: skip
        return said.stdout.strip(), bool(there.heard)


def _pem(tmp_path: Path, issuer: Issuer) -> str:
    path = tmp_path / "ca.pem"
    path.write_bytes(issuer.pem)
    return str(path)


def test_a_server_that_the_site_s_authority_signed_is_spoken_to(tmp_path: Path) -> None:
    own = Issuer("Acme root")
    told, heard = _ask(tmp_path, server=own, line=Line(_pem(tmp_path, own)))
    assert (told, heard) == ("spoken to", True)


@pytest.mark.parametrize(
    "ca", ["another authority", pytest.param("the public ones", marks=pytest.mark.slow)]
)
def test_a_server_nobody_vouches_for_is_told_nothing(ca: str, tmp_path: Path) -> None:
    own, other = Issuer("Acme root"), Issuer("Somebody else")
    line = Line(_pem(tmp_path, other) if ca == "another authority" else "")
    assert _ask(tmp_path, server=own, line=line) == ("sage.unreachable", False)


def test_a_server_without_encryption_is_told_nothing(tmp_path: Path) -> None:
    assert _ask(tmp_path, server=None, line=Line(is_checked=False)) == ("sage.unreachable", False)


def test_a_site_may_choose_to_believe_whichever_server_answers(tmp_path: Path) -> None:
    told, heard = _ask(tmp_path, server=Issuer("Itself"), line=Line(is_checked=False))
    assert (told, heard) == ("spoken to", True)


def test_an_authority_that_is_no_certificate_is_named(tmp_path: Path) -> None:
    place = ways.Place(
        way="sql", address="mssql://t@books:1433/PRO01", password="", epoch=1, setup={},
        line=Line(str(tmp_path / "none.pem")), folder=tmp_path,
    )  # fmt: skip
    with pytest.raises(FixConfiguration, match=r"none\.pem is no certificate in PEM") as refused:
        ways.open_company(place)
    assert refused.value.field == "sage.ca_file"


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("books", "cannot be read"),
        ("mssql://tieout@books:1433", "cannot be read"),
        ("oracle://tieout@books/PRO01", "cannot be read"),
        ("mssql://tieout:hunter2@books:1433/PRO01", "holds a password"),
        (r"mssql://tieout@books\SAGE/PRO01", "names an instance"),
        ("mssql://books:1433/PRO01", "names no server or no user"),
    ],
)
def test_an_address_is_refused_in_words_before_a_code_is_used(
    address: str, sentence: str, scene: AgentScene, capsys: pytest.CaptureFixture[str]
) -> None:
    code, home = scene.code(), scene.folder / "refused"
    arguments = ["--home", str(home), "pair", "--portal", scene.url, "--code", code]
    assert program.main([*arguments, "--address", address]) == 1
    said = capsys.readouterr().err
    assert sentence in said
    assert "mssql://USER@SERVER:1433/DATABASE" in said
    assert "hunter2" not in said
    assert scene.pair(code=code)


def test_what_was_chosen_is_kept_in_the_settings_and_shown(tmp_path: Path) -> None:
    def kept(line: Line) -> list[Finding]:
        settings.write(
            tmp_path, portal_url="https://t.example", ca_file="", way="sql",
            address="mssql://t@books:1433/PRO01", line=line,
        )  # fmt: skip
        assert settings.read(tmp_path).line == line
        found = examine(tmp_path, reach=_away, skew=_NONE, holds="")
        return [one for one in found if one.label == "Encryption"]

    who = str(tmp_path / "ca.pem")
    assert kept(Line(who)) == [
        Finding(
            "Encryption",
            f"The line to SQL Server is encrypted, and its certificate checked by {who}.",
            ok=True,
        )
    ]
    (unchecked,) = kept(Line(is_checked=False))
    assert unchecked.ok is None
    assert "not checked, as set on this computer" in unchecked.sentence


def test_settings_of_before_check_the_certificate(tmp_path: Path) -> None:
    (tmp_path / settings.FILE).write_text(
        '[portal]\nurl = "https://t.example"\n[sage]\naddress = "mssql://t@books:1433/PRO01"\n'
    )
    assert settings.read(tmp_path).line == Line("", is_checked=True)
    assert sql_server.Line().told("postgresql://t@books/sage01") == ""
