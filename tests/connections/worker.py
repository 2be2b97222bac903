"""A worker of its own process: makes one PayTrace call and says what came of it."""

from __future__ import annotations

import sys
import uuid

import django


def main() -> None:
    """`python -m tests.connections.worker <tenant> <connection>`: waits for a line, then calls."""
    django.setup()
    from integrations.canonical.errors import IntegrationError  # noqa: PLC0415 needs the set-up
    from integrations.connections.clients import paytrace_client  # noqa: PLC0415

    tenant_id, connection_id = (uuid.UUID(text) for text in sys.argv[1:3])
    print("ready", flush=True)  # noqa: T201 how this worker talks
    sys.stdin.readline()
    try:
        client = paytrace_client(tenant_id=tenant_id, connection_id=connection_id)
        client.transaction("392483001")
    except IntegrationError as error:
        print(error.code)  # noqa: T201
    else:
        print("answered")  # noqa: T201


if __name__ == "__main__":
    main()
