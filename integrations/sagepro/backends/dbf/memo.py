"""Memo texts: they stand in an .FPT file beside the table."""

from __future__ import annotations

import struct
from pathlib import Path

from dbfread.memo import VFPMemoFile

from integrations.canonical.errors import FixConfiguration, TryLater
from integrations.sagepro.backends.dbf.folder import look


def pointer(data: bytes) -> int:
    """The block a memo field points at; 0 when it is empty."""
    if len(data) == 4:
        return int.from_bytes(data, "little")
    digits = data.strip(b" \0")
    return int(digits) if digits.isdigit() else 0


def read_memo(table: Path, block: int) -> bytes:
    """The bytes of a memo. Raises TryLater when they are not whole, FixConfiguration when the
    memo file is missing."""
    path = look(table.parent, f"{table.stem}.fpt")
    if path is None:
        raise FixConfiguration(
            f"{table.name} has memo columns, and its memo file {table.stem}.FPT is missing.",
            code="sage.schema_changed",
            remedy="Restore the memo file beside the table.",
        )
    try:
        with VFPMemoFile(str(path)) as memos:
            return bytes(memos[block] or b"")
    except (OSError, struct.error) as error:
        raise TryLater(
            f"{path.name} is just being written, or it is damaged: a memo is not whole.",
            code="sage.table_incomplete",
            remedy="If this stays, open the table in Sage Pro or restore it from a backup.",
        ) from error
