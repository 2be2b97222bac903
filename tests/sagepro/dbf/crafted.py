"""Tables byte by byte, with what our own writer never makes: null bits, doubles, old memos."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class CraftedField:
    name: str
    letter: str
    width: int
    is_nullable: bool = False
    decimals: int = 0


def craft(
    path: Path, fields: Sequence[CraftedField], records: Sequence[bytes], *, version: int = 0x30
) -> Path:
    """Write a table; records hold the delete mark and every field, hidden ones included."""
    described, offset = b"", 1
    for field in fields:
        flags = (0x02 if field.is_nullable else 0) | (0x05 if field.letter == "0" else 0)
        described += struct.pack(
            "<11s1sLBBB13x",
            field.name.encode(),
            field.letter.encode(),
            offset,
            field.width,
            field.decimals,
            flags,
        )
        offset += field.width
    size = 32 + len(described) + 1 + 263
    start = struct.pack("<BBBBLHH20x", version, 126, 11, 20, len(records), size, offset)
    path.write_bytes(start + described + b"\x0d" + bytes(263) + b"".join(records) + b"\x1a")
    return path
