"""One call of PayTrace's API: where it is, and how we know."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote


class Basis(StrEnum):
    """How sure we are of a path, a field or a sample."""

    DOCUMENTED = "documented"
    SEEN_IN_CODE = "seen in code"
    INFERRED = "inferred"


@dataclass(frozen=True)
class Endpoint:
    """Method and path, shared by the client and the simulator. `{id}` stands for one part."""

    method: str
    path: str
    basis: Basis
    source: str

    def at(self, part: str) -> str:
        """The path with `{id}` replaced by the part, quoted."""
        return self.path.replace("{id}", quote(part, safe=""))


def documented(method: str, path: str, source: str) -> Endpoint:
    return Endpoint(method, path, Basis.DOCUMENTED, source)


def seen_in_code(method: str, path: str, source: str) -> Endpoint:
    return Endpoint(method, path, Basis.SEEN_IN_CODE, source)


def inferred(method: str, path: str, source: str) -> Endpoint:
    return Endpoint(method, path, Basis.INFERRED, source)
