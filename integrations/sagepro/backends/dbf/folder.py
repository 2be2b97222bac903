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
    """The file of that name in one folder, or None.

    Raises TryLater when it is out of reach, FixConfiguration when it is a link that leads out
    of the folder: whoever may write here may not show us another company's tables.
    """
    exact = folder / name
    try:
        found = exact if exact.is_file() else _by_any_case(folder, name)
        if found is not None and found.is_symlink():
            _check_stays(found)
    except OSError as error:
        raise away() from error
    return found


def _by_any_case(folder: Path, name: str) -> Path | None:
    return next((one for one in folder.iterdir() if one.name.lower() == name.lower()), None)


def _check_stays(link: Path) -> None:
    if link.resolve().parent != link.parent.resolve():
        raise FixConfiguration(
            f"{link.name} in the company's folder is a link to another folder.",
            code="sage.schema_changed",
            remedy="Put the table itself there.",
        )


def away() -> TryLater:
    return TryLater(
        "The folder of the Sage Pro company cannot be read.",
        code="sage.unreachable",
        remedy="Check that the share is there and that this machine may read it.",
    )
