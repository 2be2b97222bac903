"""What our own record keeps of a change, as lines `T` of PTLINE: JSON in pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from integrations.sagepro.backends.dbf.letters import as_digits, as_letters
from integrations.sagepro.backends.dbf.staging_shape import Line

_PIECE = 250
_HASH = re.compile(r'"[0-9a-f]{64}"')
_LETTERED = re.compile(r'"[a-p]{64}"')


def told_lines(told: str) -> Iterator[dict[str, Any]]:
    """The lines of that JSON; none where there is none."""
    text = _HASH.sub(lambda found: as_letters(found[0]), told)
    for start in range(0, len(text), _PIECE):
        # In quotes, so that a blank at either end is kept.
        yield {"kind": Line.TOLD, "value": f"'{text[start : start + _PIECE]}'"}


def told_of(lines: Sequence[Mapping[str, Any]]) -> str:
    """The JSON that these lines keep; empty where there is none."""
    text = "".join(line["value"][1:-1] for line in lines if line["kind"] == Line.TOLD)
    return _LETTERED.sub(lambda found: as_digits(found[0]), text)
