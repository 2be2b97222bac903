"""What an actor must be answered at an address: one status, or any of a few."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tenants.roles import Ability, may
from tests.isolation.addresses import Address
from tests.isolation.oracle import API, AT_ONCE, COMPANY, OPEN, OPEN_ROUTES
from tests.isolation.samples import NOT_OFFERED, Fill
from tests.isolation.scene import Actor

SIGN_IN = frozenset({302})
FINE = frozenset({200, 201, 202, 204, 302})
NOT_BROKEN = frozenset(range(200, 500))
ADMIN_REFUSES = frozenset({302, 403, 404, 405})


@dataclass(frozen=True)
class Verdict:
    """`statuses` are right; `may_write` tells whether anything may change."""

    statuses: frozenset[int]
    may_write: bool = False


class NotClassified(LookupError):  # noqa: N818 told to whoever adds a URL
    """An address that `oracle` does not know: enter it there."""


def verdict(
    address: Address, fill: Fill, actor: Actor, method: str, *, slug: str, row: str
) -> Verdict:
    """The right answer where the path has this slug and names a row that is `own`, `foreign`,
    `absent` or `dev`. Raises NotClassified."""
    if address.is_company_page:
        return _company_page(address, fill, actor, method, slug=slug, row=row)
    if address.route in API:
        return _api(address, actor, method, row=row)
    if address.is_admin:
        return Verdict(NOT_BROKEN if actor.is_staff else ADMIN_REFUSES)
    if address.name in OPEN or address.route in OPEN_ROUTES:
        fine = NOT_BROKEN | {503} if address.name == "health_ready" else NOT_BROKEN
        return Verdict(fine, may_write=method == "POST" and bool(actor.session))
    raise NotClassified(f"{address}: who may do what here? Enter it in tests/isolation/oracle.py")


def _company_page(
    address: Address, fill: Fill, actor: Actor, method: str, *, slug: str, row: str
) -> Verdict:
    needs: Mapping[str, Ability] | None = COMPANY.get(address.name)
    if needs is None:
        raise NotClassified(f"{address}: enter its abilities in tests/isolation/oracle.py")
    if method not in needs:
        return _only(405)
    if not actor.is_known or actor.key:
        return Verdict(SIGN_IN)
    role = actor.roles.get(slug)
    if role is None:
        return _only(404)
    if not may(role, needs[method]):
        return _only(403)
    if row != "own" or str(fill) in NOT_OFFERED:
        return _only(404)
    return Verdict(FINE, may_write=method == "POST")


def _api(address: Address, actor: Actor, method: str, *, row: str) -> Verdict:
    scopes = API[address.route]
    if not (actor.key and actor.scopes):
        return Verdict(frozenset({401} if method in scopes else {401, 405}))
    if method not in scopes:
        return _only(405)
    if scopes[method] not in actor.scopes:
        return _only(403)
    if row != "own":
        return _only(404)
    is_at_once = method == "POST" and address.route in AT_ONCE
    return Verdict(FINE | {409} if is_at_once else FINE, may_write=method == "POST")


def _only(status: int) -> Verdict:
    return Verdict(frozenset({status}))
