"""Whether the list of what is planted in is whole."""

from __future__ import annotations

from collections.abc import Iterator

from django import forms

from tests.canary.interfaces import Interface, named_by_schema
from tests.isolation.addresses import addresses

_ANY_ROUTE = "api/v1/^.*$"
_OF_ADMIN = frozenset({"index", "app_list", "autocomplete", "jsi18n", "password_change_done"})
# They take a POST and read nothing of it: all they need is who asks, and the address.
READ_NOTHING = frozenset({
    "/", ".well-known/security.txt", "account/closed/", "account/password/reset/changed/",
    "account/password/reset/sent/", "admin/(?P<url>.*)$", "api/docs/", "api/schema/",
    "health/live", "health/metrics", "health/ready", "join/<str:token>/",
    "t/<slug:slug>/charges/links/<str:link_id>/cancel/",
    "t/<slug:slug>/connections/<str:connection_id>/agent/<str:deed>/",
    "t/<slug:slug>/connections/<str:connection_id>/past-days/<str:backfill_id>/do/<str:what>/",
    "t/<slug:slug>/connections/<str:connection_id>/posting-profile/<int:version>/restore/",
    "t/<slug:slug>/exceptions/<str:case_id>/ask/<str:what>/",
})  # fmt: skip


def holes(every: list[Interface]) -> list[str]:
    """What is missing in the list, in sentences."""
    found = [f"{one}: not in the list" for one in set(addresses()) - {i.address for i in every}]
    found += [f"{name}: takes a form and has no field" for name in without_fields(every)]
    return [*found, *_holes_of_api(every), *_holes_of_forms(every)]


def without_fields(every: list[Interface]) -> set[str]:
    """The addresses that take a form and have no field, but for those that read nothing at all."""
    taking = [one for one in every if one.place.reads_forms and not _is_of_django(one)]
    have = {str(one.address) for one in taking if one.typed or one.files}
    return {str(one.address) for one in taking} - have - READ_NOTHING


def _is_of_django(one: Interface) -> bool:
    """The admin's own pages without a form."""
    return one.address.is_admin and one.address.name in _OF_ADMIN


def _holes_of_api(every: list[Interface]) -> Iterator[str]:
    by_route = {one.address.route: one for one in every if one.address.is_api}
    schema = named_by_schema()
    yield from (f"{one}: not in the schema" for one in set(by_route) - set(schema) - {_ANY_ROUTE})
    for route, names in schema.items():
        one = by_route[route]
        missing = {*names.typed, *names.queries} - {*one.typed, *one.queries}
        yield from (f"{one}: {name} is not planted in" for name in missing)


def _holes_of_forms(every: list[Interface]) -> Iterator[str]:
    planted = {name.rpartition("-")[2] for one in every for name in one.typed + one.queries}
    planted |= {name for one in every for name in one.files}
    for form in _forms(forms.Form):
        if form.__module__.startswith("portal."):
            missing = form.base_fields.keys() - planted
            yield from (f"{form.__qualname__}.{name} is not planted in" for name in missing)


def _forms(kind: type[forms.Form]) -> Iterator[type[forms.Form]]:
    for each in kind.__subclasses__():
        yield each
        yield from _forms(each)
