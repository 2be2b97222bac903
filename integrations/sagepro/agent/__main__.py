"""`tieout-agent`: pair with the portal, run, and look at what was done."""

from __future__ import annotations

import argparse
import getpass
import platform
import signal
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from integrations.canonical.errors import IntegrationError
from integrations.sagepro.agent import (
    foxpro_site,
    journal_words,
    logs,
    renewing,
    settings,
    ways,
    wire,
)
from integrations.sagepro.agent.journal import Journal, SpoolFull
from integrations.sagepro.agent.keeping import Kept, NotPaired, keep, kept
from integrations.sagepro.agent.portal import PairingEnded, Portal, PortalAway, PortalRefused
from integrations.sagepro.agent.running import Stop, at_work, run
from integrations.sagepro.agent.single import AlreadyRunning
from integrations.sagepro.agent.sql_server import Line
from integrations.sagepro.agent.version import VERSION

_TOLD = (
    settings.BadSettings, NotPaired, AlreadyRunning, PairingEnded, PortalAway, PortalRefused,
    SpoolFull, PermissionError,
)  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when it went well. What went wrong is one sentence on stderr."""
    given = _parser().parse_args(arguments)
    folder = Path(given.home or settings.home()).absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        code: int = given.command(folder, given)
    except IntegrationError as error:
        _say(f"{error.sentence} {error.remedy}".strip(), to_errors=True)
        return 1
    except _TOLD as error:
        _say(str(error), to_errors=True)
        return 1
    return code


def pair(folder: Path, given: argparse.Namespace) -> int:
    """Exchange a pairing code for this agent's own secret."""
    url = settings.check_url(given.portal)
    ways.check_address(given.way, given.address)
    password = _password(given)
    portal = Portal(url, ca_file=given.ca_file)
    about = {"host": platform.node(), "platform": platform.platform(terse=True)}
    answer = portal.call("pair", {"code": given.code, "version": VERSION, **about})
    secret = str(answer["secret"])
    found = Kept(
        secret=secret,
        job_key=wire.job_key(secret).hex(),
        epoch=int(answer["epoch"]),
        company_number=str(answer["company_number"]),
        password=password,
        renewed_at=datetime.now(UTC).isoformat(),
    )
    settings.write(
        folder,
        portal_url=url,
        ca_file=given.ca_file,
        way=given.way,
        address=given.address,
        line=Line(given.sage_ca_file, is_checked=not given.any_certificate),
    )
    where = keep(folder, found)
    _say(f"Paired with {answer['company']}, company {found.company_number}.")
    _say(f"The secret is kept {where}.")
    return 0


def start(folder: Path, given: argparse.Namespace) -> int:  # noqa: ARG001 one shape of commands
    """Work until stopped."""
    stop = Stop()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.request())
    logs.to_stderr()
    why = run(folder, stop=stop)
    if why:
        _say(why, to_errors=True)
        return 2
    return 0


def status(folder: Path, given: argparse.Namespace) -> int:  # noqa: ARG001 one shape of commands
    """What is set here, and whether the portal knows this agent."""
    chosen, found = settings.read(folder), kept(folder)
    _say(f"Tieout agent {VERSION} in {folder}")
    _say(f"Portal: {chosen.portal_url}")
    _say(f"Company {found.company_number}, reached by {chosen.way}; pairing {found.epoch}")
    portal = Portal(chosen.portal_url, ca_file=chosen.ca_file, secret=found.secret)
    portal.call("setup", {})
    _say("The portal knows this agent.")
    return 0


def self_test(folder: Path, given: argparse.Namespace) -> int:  # noqa: ARG001 one shape of commands
    """Look at Sage, the disk, the clock and the switches."""
    with at_work(folder) as worker:
        findings = worker.examine()
    for one in findings:
        mark = {True: "ok  ", False: "BAD ", None: "    "}[one.ok]
        _say(f"{mark}{one.label}: {one.sentence}")
    return 0 if all(one.ok is not False for one in findings) else 1


def prepare(folder: Path, given: argparse.Namespace) -> int:  # noqa: ARG001 one shape of commands
    """FoxPro tables: make Tieout's own tables beside the company's."""
    place = foxpro_site.open_site(folder)
    try:
        place.prepare(today=_today())
    except OSError as error:
        _say(f"{place.folder} cannot be written ({error.strerror}).", to_errors=True)
        return 1
    _say(f"Our tables and TIEOUT.PRG are in {place.folder}. Next: tieout-agent prove")
    return 0


def prove(folder: Path, given: argparse.Namespace) -> int:
    """FoxPro tables: test the site together with Sage Pro, and sign what was found."""
    place = foxpro_site.open_site(folder)
    patience = timedelta(minutes=given.minutes)
    found = place.prove(today=_today(), patience=patience, say=_say)
    for check in found.checks:
        _say(f"{'ok  ' if check.is_ok else 'BAD '}{check.label}: {check.sentence}")
    _say("The result is signed. Test the connection in the portal now.")
    return 0 if found.is_passed else 1


def hold(folder: Path, given: argparse.Namespace) -> int:
    """Write nothing until `go-on`; the portal shows it and cannot end it."""
    since = f"since {datetime.now().astimezone():%Y-%m-%d %H:%M}"
    (folder / settings.HOLD).write_text(f"{given.why.strip()} ({since})".strip(), encoding="utf-8")
    foxpro_site.switch(folder, is_held=True, today=_today())
    _say("Nothing is written into Sage until: tieout-agent go-on")
    return 0


def go_on(folder: Path, given: argparse.Namespace) -> int:  # noqa: ARG001 one shape of commands
    """End a hold."""
    foxpro_site.switch(folder, is_held=False, today=_today())
    (folder / settings.HOLD).unlink(missing_ok=True)
    _say("Writing goes on.")
    return 0


def journal(folder: Path, given: argparse.Namespace) -> int:
    """Print the latest writes, newest first."""
    read = Journal(folder)
    for one in read.entries(limit=given.limit):
        told = "told" if one.reported_at else "not told yet"
        when, what = journal_words.moment(one.started_at), journal_words.call_in_words(one.call)
        came = journal_words.outcome(one.answer)
        _say(f"{when}  {one.sequence:>6}  {what}  {one.about}  {came}, {told}")
    read.close()
    return 0


def renew(folder: Path, given: argparse.Namespace) -> int:  # noqa: ARG001 one shape of commands
    """Exchange the secret for another one."""
    chosen, found = settings.read(folder), kept(folder)
    portal = Portal(chosen.portal_url, ca_file=chosen.ca_file, secret=found.secret)
    _, where = renewing.renew(folder, found, portal, now=datetime.now(UTC))
    portal.call("setup", {})
    _say(f"The new secret is kept {where}. A running agent must be started again.")
    return 0


def _today() -> date:
    return datetime.now(UTC).date()


def _password(given: argparse.Namespace) -> str:
    if given.password_stdin:
        return sys.stdin.readline().rstrip("\n")
    if given.way == "sql" and sys.stdin.isatty():
        return getpass.getpass("Password of the Sage Pro database user (empty for none): ")
    return ""


def _say(text: str, *, to_errors: bool = False) -> None:
    stream = sys.stderr if to_errors else sys.stdout
    stream.write(f"{text}\n")
    stream.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tieout-agent", description=__doc__)
    parser.add_argument("--home", default="", help="folder of this agent's files")
    commands = parser.add_subparsers(required=True, metavar="command")
    pairing = commands.add_parser("pair", help=pair.__doc__)
    pairing.add_argument("--portal", required=True, help="address of the portal, https://…")
    pairing.add_argument("--code", required=True, help="the code from the connection's page")
    pairing.add_argument("--way", default="sql", choices=["sql", "dbf"], help="how")
    pairing.add_argument(
        "--address", required=True, help="mssql://user@server:1433/database, or FoxPro folders"
    )
    pairing.add_argument("--ca-file", default="", help="your own certificate authority, if any")
    pairing.add_argument("--sage-ca-file", default="", help="who signed SQL Server's certificate")
    pairing.add_argument(
        "--any-certificate", action="store_true", help="do not check SQL Server's certificate"
    )
    pairing.add_argument("--password-stdin", action="store_true", help="read the password there")
    pairing.set_defaults(command=pair)
    for name, command in (
        ("run", start), ("status", status), ("self-test", self_test), ("renew-secret", renew),
        ("prepare", prepare), ("go-on", go_on),
    ):  # fmt: skip
        commands.add_parser(name, help=command.__doc__).set_defaults(command=command)
    reading = commands.add_parser("journal", help=journal.__doc__)
    reading.add_argument("--limit", type=int, default=50, help="how many lines")
    reading.set_defaults(command=journal)
    proving = commands.add_parser("prove", help=prove.__doc__)
    proving.add_argument("--minutes", type=int, default=5, help="how long to wait for Sage Pro")
    proving.set_defaults(command=prove)
    holding = commands.add_parser("hold", help=hold.__doc__)
    holding.add_argument("--why", default="", help="a reason that the portal shows")
    holding.set_defaults(command=hold)
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
