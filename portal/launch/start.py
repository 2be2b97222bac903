"""`python3 run.py`: sets up and starts everything, then keeps it running until Ctrl-C."""

from __future__ import annotations

import os
import socket
import sys
from dataclasses import dataclass
from datetime import UTC, datetime

import requests

from portal.launch import (
    announcement,
    database,
    demo,
    keepsakes,
    places,
    ports,
    private_files,
    processes,
    programs,
    simulator,
    steps,
    watchdog,
)
from portal.launch.database import Addresses, EmbeddedServer
from portal.launch.demo import Demo
from portal.launch.lock_file import only_one
from portal.launch.postgres import LaunchError
from portal.launch.private_files import Facts
from portal.launch.progress import fail, step
from portal.launch.supervisor import Supervisor

RUN_ENV = places.VAR / "run.env"
Settings = dict[str, str]


def main() -> int:
    """The exit code: 0 after Ctrl-C, 1 with one sentence when it cannot start."""
    try:
        with only_one():
            return _run()
    except LaunchError as error:
        return fail(str(error))
    except OSError as error:
        return fail(f"Tieout cannot work in {places.VAR}: {error.strerror or error}.")


@dataclass
class Start:
    """What the steps of one start share."""

    supervisor: Supervisor
    server: EmbeddedServer
    kept: Facts
    listening: socket.socket

    @property
    def local_url(self) -> str:
        return f"http://127.0.0.1:{self.listening.getsockname()[1]}"


def _run() -> int:
    announcement.withdraw()
    own = database.given()
    listening = ports.listen(
        host=os.environ.get("BIND", "127.0.0.1"), wanted=os.environ.get("PORT", "")
    )
    server = EmbeddedServer()
    kept = keepsakes.load(database=server.folder)
    supervisor = Supervisor()
    try:
        facts = _start_everything(Start(supervisor, server, kept, listening), own)
        announcement.publish(facts)
        supervisor.wait()
    except KeyboardInterrupt:
        pass
    finally:
        announcement.withdraw()
        print(flush=True)
        with step("Stopping"):
            supervisor.stop_all()
    return 0


def _start_everything(start: Start, own: Addresses | None) -> Facts:
    with step("Database"):
        addresses = _start_database(start, own)
        settings = _settings(start, addresses)
    pages = steps.begin_static(settings)
    with step("Tables"):
        steps.migrate_if_needed(addresses, settings)
    with step("Pages"):
        steps.finish_static(pages)
    start.supervisor.start(programs.web(settings, listening=start.listening.fileno()))
    workers = start.supervisor.start(programs.workers(settings))
    watchdog.guard(start.supervisor, workers, addresses.app)
    start.supervisor.start(programs.sweeper(settings))
    found = _start_demo(start, settings)
    with step("Web server"):
        _wait_for_web(start)
    if demo.begin_traffic(found):
        start.supervisor.checks.append(simulator.Opening())
    start.supervisor.checks.append(demo.OrderDesk(found))
    return demo.facts(found, start.kept, url=settings["PORTAL_URL"], database_url=addresses.app)


def _start_database(start: Start, own: Addresses | None) -> Addresses:
    """The embedded server runs in any case: the sample companies live there."""
    start.supervisor.start(start.server)
    if own is None:
        return database.prepare(start.server.server, start.kept["passwords"])
    database.check(own)
    return own


def _settings(start: Start, addresses: Addresses) -> Settings:
    """What Django's settings read, for our programs and, in a file, for `manage.py`."""
    settings = {
        "SECRET_KEY": os.environ.get("SECRET_KEY") or str(start.kept["secret_key"]),
        "TIEOUT_MASTER_KEYS": os.environ.get("TIEOUT_MASTER_KEYS")
        or str(start.kept["master_keys"]),
        "DATABASE_URL": addresses.app,
        "SUPPORT_URL": addresses.support,
        "PORTAL_URL": os.environ.get("PORTAL_URL", "").rstrip("/") or start.local_url,
        "ALLOW_LOOPBACK_CONNECTIONS": "true",
    }
    lines = [f"{name}={value}" for name, value in settings.items()]
    private_files.write_text(RUN_ENV, "\n".join(lines) + "\n")
    return settings


def _start_demo(start: Start, settings: Settings) -> Demo:
    with step("Sage Pro companies"):
        today = datetime.now(UTC).date()
        companies = demo.make_companies(start.server.server, start.kept, today=today)
    with step("PayTrace simulator"):
        url = _start_simulator(start, settings)
        demo.stock_simulator(url, companies, start.kept)
    with step("Demo companies"):
        return demo.seed(Demo(companies, url), start.kept, settings)


def _start_simulator(start: Start, settings: Settings) -> str:
    start.kept["simulator_port"] = simulator.port_of(start.kept)
    keepsakes.save(start.kept)
    simulator.ANNOUNCED.unlink(missing_ok=True)
    port = start.kept["simulator_port"]
    program = simulator.program(port, programs.environment(settings))
    start.supervisor.start(program)
    return simulator.wait_until_announced(program.log)


def _wait_for_web(start: Start) -> None:
    web = start.supervisor.running["web"]

    def is_up() -> bool:
        if web.process.poll() is not None:
            raise LaunchError(
                f"The web server ended at once: {processes.last_lines(web.program.log)}"
            )
        return _answers(f"{start.local_url}/health/live")

    if not processes.wait_until(is_up, seconds=60):
        raise LaunchError(f"The web server does not answer; its log is {web.program.log}.")


def _answers(address: str) -> bool:
    with requests.Session() as session:
        session.trust_env = False
        try:
            return session.get(address, timeout=5).ok
        except requests.RequestException:
            return False


if __name__ == "__main__":
    sys.exit(main())
