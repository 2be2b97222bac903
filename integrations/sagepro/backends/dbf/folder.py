"""Finding a company's files, whatever the case of their names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from integrations.canonical.errors import FixConfiguration, TryLater


def find(folders: Sequence[Path], name: str) -> Path:
    """The first file of that name in these folders; case does not matter.

    Raises TryLater when a folder cannot be listed, FixConfiguration when no folder has it.
    """
    for folder in folders:
        found = look(folder, name)
        if found:
            return found
    raise FixConfiguration(
        f"The company's folder has no file {name}.",
        code="sage.schema_changed",
        remedy="Compare the table names of the posting profile with the company's folder.",
    )


def look(folder: Path, name: str) -> Path | None:
    """The file of that name in one folder, or None. Raises TryLater when it is out of reach."""
    exact = folder / name
    try:
        if exact.is_file():
            return exact
        return next((one for one in folder.iterdir() if one.name.lower() == name.lower()), None)
    except OSError as error:
        raise away() from error


def away() -> TryLater:
    return TryLater(
        "The folder of the Sage Pro company cannot be read.",
        code="sage.unreachable",
        remedy="Check that the share is there and that this machine may read it.",
    )
