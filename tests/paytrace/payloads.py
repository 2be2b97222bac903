"""Sample payloads by name; each file says where its shape comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from integrations.paytrace import wire

FOLDER = Path(__file__).parents[1] / "payloads" / "paytrace"


def payload(name: str) -> Any:
    """The payload of tests/payloads/paytrace/<name>.json, fractions as Decimal."""
    return wire.loads((FOLDER / f"{name}.json").read_bytes())["payload"]
