"""The process: one company's connector behind the socket it was started with.

`python -m integrations.sagepro.apart.child`, its standard input being that socket. It ends
when the worker has gone, or has asked nothing for a while.
"""

from __future__ import annotations

import sys
from multiprocessing.connection import Connection

from integrations.sagepro.apart.messages import Answer, Call, Setup, answered, pack, unpack
from integrations.sagepro.backends.preamble import Limits
from integrations.sagepro.backends.sql import SqlConnector
from integrations.sagepro.profile import PostingProfile

CALLS = frozenset(
    {
        "company_profile", "fingerprint", "layout", "gl_accounts", "fiscal_periods", "customer",
        "invoices_by_number", "open_invoices", "invoices_by_order", "receipts_for_invoice",
        "receipts_by_reference",
        "post_if_absent", "withdraw", "note_status", "self_test",
    }
)  # fmt: skip


def serve(channel: Connection) -> None:
    """Answer calls until there is nobody to answer or nothing to do."""
    setup: Setup = unpack(channel.recv_bytes())
    connector = _connector(setup)
    try:
        while channel.poll(setup.idle_seconds):
            channel.send_bytes(pack(_answer(connector, unpack(channel.recv_bytes()))))
    except (EOFError, OSError):
        return
    finally:
        connector.close()


def _connector(setup: Setup) -> SqlConnector:
    connect, lock, statement, idle = setup.limits
    return SqlConnector(
        setup.dsn,
        profile=PostingProfile.from_json(setup.profile),
        expected_fingerprint=setup.expected_fingerprint,
        expected_layout=setup.expected_layout,
        limits=Limits(connect=connect, lock=lock, statement=statement, idle=idle),
    )


def _answer(connector: SqlConnector, call: Call) -> Answer:
    if call.name not in CALLS:
        return Answer(fault="UnknownCall")
    return answered(lambda: getattr(connector, call.name)(*call.arguments, **call.named))


if __name__ == "__main__":
    serve(Connection(sys.stdin.fileno()))
