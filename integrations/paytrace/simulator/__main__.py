"""python -m integrations.paytrace.simulator --port 0 --state FILE.sqlite --announce FILE.json"""

from __future__ import annotations

import argparse
import json
import os
import signal
import threading
from pathlib import Path

from integrations.paytrace.simulator.notices import Notifier
from integrations.paytrace.simulator.server import SimulatorServer
from integrations.paytrace.simulator.store import Store
from integrations.paytrace.simulator.traffic import Traffic
from integrations.paytrace.simulator.world import World


def main() -> None:
    """Serve until SIGTERM or SIGINT. The announce file appears when calls are answered."""
    options = _options()
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    notifier = Notifier()
    world = World(Store(options.state), notifier)
    server = SimulatorServer((options.host, options.port), world=world)
    server.stopped = stopped
    threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True
    ).start()
    threading.Thread(target=_tick, args=(world, stopped), daemon=True).start()
    if options.traffic:
        threading.Thread(target=Traffic(world, options.traffic, stopped).run, daemon=True).start()
    _announce(options.announce, server)
    stopped.wait()
    notifier.stop()
    server.shutdown()
    world.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="integrations.paytrace.simulator")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--announce", type=Path, required=True)
    parser.add_argument("--traffic", type=Path)
    return parser.parse_args()


def _announce(path: Path, server: SimulatorServer) -> None:
    """Written whole, then named: a reader never sees half of it."""
    host, port = server.server_address[:2]
    text = json.dumps({"url": f"http://{host!s}:{port}", "pid": os.getpid()})
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_text(text)
    unfinished.replace(path)


def _tick(world: World, stopped: threading.Event) -> None:
    """Let the settlement hour pass even when nobody calls."""
    while not stopped.wait(1):
        with world.turn():
            pass


if __name__ == "__main__":
    main()
