"""A posting profile that cannot be used, told by the path of the field at fault."""

from __future__ import annotations

from integrations.canonical.errors import FixConfiguration


def invalid(path: str, problem: str) -> FixConfiguration:
    """The failure to raise; `problem` follows the path: "must be a text"."""
    return FixConfiguration(
        f"The posting profile is not usable: {path} {problem}.",
        code="sage.profile_invalid",
        field=path,
        remedy="Correct this field of the posting profile, or run the calibration again.",
    )
