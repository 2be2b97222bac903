"""The process: one company's connector behind the socket it was started with.

`python -m integrations.sagepro.apart.child`, its standard input being that socket. It ends
when the worker has gone, or has asked nothing for a while.
"""

from __future__ import annotations

import sys
from multiprocessing.connection import Connection

from integrations.sagepro.agent import calls
from integrations.sagepro.apart.messages import Asked, Setup, pack, unpack
from integrations.sagepro.backends.sql import SqlConnector
from integrations.sagepro.profile import PostingProfile


def serve(channel: Connection) -> None:
    """Answer calls until there is nobody to answer or nothing to do."""
    setup: Setup = unpack(Setup, channel.recv_bytes())
    connector = SqlConnector(
        setup.dsn,
        profile=PostingProfile.from_json(setup.profile),
        expected_fingerprint=setup.expected_fingerprint,
        expected_layout=setup.expected_layout,
        limits=setup.limits,
    )
    try:
        while channel.poll(setup.idle_seconds):
            asked: Asked = unpack(Asked, channel.recv_bytes())
            channel.send_bytes(pack(calls.call(connector, asked.name, asked.arguments)))
    except (EOFError, OSError):
        return
    finally:
        connector.close()


if __name__ == "__main__":
    serve(Connection(sys.stdin.fileno()))
