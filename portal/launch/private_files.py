"""Files that only their owner may read: secrets, settings, the facts of a running start."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

Facts = dict[str, Any]


def write_text(path: Path, text: str) -> None:
    """Replace the file's text at once, with mode 0600 from its first byte on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def write_json(path: Path, facts: Facts) -> None:
    write_text(path, json.dumps(facts, indent=2) + "\n")


def read_json(path: Path) -> Facts:
    """The facts in the file, or none when there is no file."""
    if not path.exists():
        return {}
    facts: Facts = json.loads(path.read_text(encoding="utf-8"))
    return facts
