"""The portal's listening socket, bound before anything starts.

The launcher holds it and hands it to the web server, so nothing can take the port in
between, and requests wait instead of failing while the web server restarts.
"""

from __future__ import annotations

import socket

from portal.launch.postgres import LaunchError

FIRST = 8000
TRIED = 20


def listen(*, host: str = "127.0.0.1", wanted: str = "") -> socket.socket:
    """A listening socket on port `wanted`, or else on the first free one from 8000 on.

    Raises LaunchError with one sentence when the port is taken or is not a port.
    """
    if wanted:
        return _wanted(host, wanted)
    for port in range(FIRST, FIRST + TRIED):
        found = _bind(host, port)
        if found is not None:
            return found
    raise LaunchError(
        f"Ports {FIRST} to {FIRST + TRIED - 1} are all taken; free one, "
        "or name another: PORT=9000 python3 run.py"
    )


def free_port(host: str = "127.0.0.1") -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    found = _bind(host, port)
    if found is not None:
        found.close()
    return found is not None


def _wanted(host: str, wanted: str) -> socket.socket:
    if not wanted.isdecimal() or not 0 < int(wanted) < 65536:
        raise LaunchError(f"PORT must be a number from 1 to 65535; it is ‘{wanted}’.")
    found = _bind(host, int(wanted))
    if found is None:
        raise LaunchError(
            f"Port {wanted} is taken or not allowed; free it, "
            "or leave PORT out and the next free port is used."
        )
    return found


def _bind(host: str, port: int) -> socket.socket | None:
    opened = socket.socket()
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((host, port))
        opened.listen(512)
    except OSError:
        opened.close()
        return None
    return opened
