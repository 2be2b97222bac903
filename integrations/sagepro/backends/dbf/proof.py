"""A seal under what a site's self-test found, so that no other result passes for it.

The rows of PTTEST say what the program inside Sage Pro found. They are copied with the folder,
restored with it, and may be typed. The seal is set by our half of the test, with a key of the
pairing, over these very rows, the profile and the place: with another pairing, in another
folder or for another profile the site has to be proven again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from pathlib import Path

from integrations.sagepro.backends.dbf.letters import as_letters
from integrations.sagepro.backends.dbf.staged_rows import Record

_COLUMNS = ("name", "passed", "detail", "profile", "ran")


def key_of(secret: bytes) -> bytes:
    """The key of these seals, derived from a secret of the pairing."""
    return hmac.new(secret, b"tieout site proof", hashlib.sha256).digest()


def seal(rows: Sequence[Record], *, key: bytes, folder: Path, company: str, profile: str) -> str:
    """HMAC-SHA256 in 64 letters. `rows` are those of PTTEST that count, `profile` their digest."""
    found = sorted([str(row[column]) for column in _COLUMNS] for row in rows)
    text = json.dumps([str(folder), company, profile, found])
    return as_letters(hmac.new(key, text.encode(), hashlib.sha256).hexdigest())


def is_sealed(
    given: str, rows: Sequence[Record], *, key: bytes, folder: Path, company: str, profile: str
) -> bool:
    """Whether `given` is the seal under these rows."""
    wanted = seal(rows, key=key, folder=folder, company=company, profile=profile)
    return hmac.compare_digest(given, wanted)
