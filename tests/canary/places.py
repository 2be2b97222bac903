"""Every address of the portal, filled, with bodies that it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver

from tests.isolation.addresses import Address, addresses
from tests.isolation.oracle import offered_at
from tests.isolation.samples import Body, Fill, body, fills, values_of
from tests.isolation.scene import Scene

View = Callable[..., Any]
_OF_ROWS = ("_changelist", "_add", "_change", "_delete", "_history")


@dataclass(frozen=True)
class Place:
    """One address filled in one way. `samples` are bodies that are taken, at least one."""

    address: Address
    fill: Fill
    path: str
    view: View
    samples: tuple[Body, ...]

    @property
    def takes_post(self) -> bool:
        """Whether somebody may do something here."""
        return "POST" in offered_at(self.address)

    @property
    def reads_forms(self) -> bool:
        """The same, where forms are read: the API reads JSON, and the admin's pages of rows read
        nothing but the actions of their lists (`tests/isolation` has them refuse all else)."""
        is_row = self.address.name.endswith(_OF_ROWS) or "object_id" in self.address.parameters
        is_row = is_row and self.address.is_admin
        return self.takes_post and not self.address.is_api and (any(self.samples) or not is_row)

    @property
    def shows_something(self) -> bool:
        """Whether it is a page that may have a form."""
        is_read_only = self.address.is_admin and not self.reads_forms
        return "GET" in offered_at(self.address) and not is_read_only

    def __str__(self) -> str:
        return f"{self.address} {self.fill}".strip()


def places(scene: Scene, urlconf: str | None = None) -> list[Place]:
    """Every address in every way to fill it."""
    views = dict(_views(get_resolver(urlconf).url_patterns, ""))
    return [
        Place(
            address,
            fill,
            address.path(values_of(scene.a, address, fill)),
            views[address.route],
            _samples(scene, address, fill),
        )
        for address in addresses(urlconf)
        for fill in fills(address)
    ]


def _samples(scene: Scene, address: Address, fill: Fill) -> tuple[Body, ...]:
    """An admin's list takes each of its actions, first without and then with the reason."""
    if not address.name.endswith("_changelist"):
        can_post = "POST" in offered_at(address)
        return (body(address, fill, scene.a.values) if can_post else {},)
    name = address.name.removesuffix("_changelist")
    chosen = {"_selected_action": scene.a.objects.get(name, ""), "index": "0"}
    return tuple({"action": action, **chosen, "reason": "Asked by the customer"}
                 for action in _actions(name)) or ({},)  # fmt: skip


def _actions(name: str) -> list[str]:
    """The names of the actions of an admin's list, such as `tenants_tenant`."""
    return [
        action if isinstance(action, str) else action.__name__
        for model, shown in admin.site._registry.items()
        if f"{model._meta.app_label}_{model._meta.model_name}" == name
        for action in shown.actions or ()
    ]


def _views(patterns: Sequence[URLPattern | URLResolver], route: str) -> Iterator[tuple[str, View]]:
    for pattern in patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _views(pattern.url_patterns, here)
        else:
            yield here, pattern.callback
