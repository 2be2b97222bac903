"""The paths an address is asked at: own, foreign and absent ids, and where each leads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.isolation.addresses import Address
from tests.isolation.samples import BY_ENVIRONMENT, Fill, Values, absent_values, values_of
from tests.isolation.scene import Scene

ABSENT = "absent"
IN_DEV = " in Dev"


@dataclass(frozen=True)
class Target:
    """A path, and the values it was made of."""

    path: str
    values: Values
    place: str
    """`A`, `B` or `absent`: whose slug the path has; empty outside of company pages."""
    owner: str
    """`A`, `B`, `A in Dev` or `absent`: whose row it names; empty when it names none."""

    @property
    def slug(self) -> str:
        return self.values.get("slug", "")

    def row(self, home: str) -> str:
        """`own`, `dev` (own, of another environment), `foreign` or `absent`, seen from `home`."""
        if self.owner in {"", home}:
            return "own"
        if ABSENT in {self.owner, home}:
            return ABSENT
        return "dev" if self.owner[:1] == home[:1] else "foreign"


def targets(
    address: Address, fill: Fill, scene: Scene, *, everywhere: bool = True
) -> Iterator[Target]:
    """Every path worth asking; or each company's ids in its own place, and B's and nobody's in
    A's. Raises NoSample."""
    rows = _rows(address, fill, scene)
    names_rows = set(address.parameters) - {"slug"} - set(fill.words)
    if not address.is_company_page:
        owners = rows if names_rows else {"A": rows["A"]}
        for owner, values in owners.items():
            yield Target(address.path(values), values, "", owner if names_rows else "")
        return
    for place in ("A", "B", ABSENT):
        for owner in _owners(place, rows, everywhere=everywhere) if names_rows else ("",):
            values = {**rows[owner or place], "slug": rows[place]["slug"]}
            yield Target(address.path(values), values, place, owner)


def _rows(address: Address, fill: Fill, scene: Scene) -> dict[str, Values]:
    found = {
        "A": values_of(scene.a, address, fill),
        "B": values_of(scene.b, address, fill),
        ABSENT: absent_values(address, fill),
    }
    if BY_ENVIRONMENT & set(address.parameters):
        found[f"A{IN_DEV}"] = values_of(scene.a, address, fill, dev=True)
    return found


def _owners(place: str, rows: dict[str, Values], *, everywhere: bool) -> tuple[str, ...]:
    if not everywhere:
        return ("A", "B", ABSENT) if place == "A" else (place,)
    if place == ABSENT:
        return (ABSENT, "A")
    return tuple(owner for owner in rows if place == "A" or not owner.endswith(IN_DEV))
