"""Every address of the portal, read from the URL resolver, and real paths made of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern
from django.utils.regex_helper import normalize

_CONVERTER = re.compile(r"<(?:[^>:]+:)?([^>]+)>")


@dataclass(frozen=True)
class Address:
    """One pattern of the resolver. `template` has `%(parameter)s` where a value belongs."""

    route: str
    template: str
    name: str
    parameters: tuple[str, ...]

    def __str__(self) -> str:
        return self.route or "/"

    @property
    def is_company_page(self) -> bool:
        return self.route.startswith("t/<")

    @property
    def is_api(self) -> bool:
        return self.route.startswith("api/v1/")

    @property
    def is_admin(self) -> bool:
        return self.route.startswith("admin/")

    def path(self, values: Mapping[str, str]) -> str:
        """The path with these values. Raises KeyError for a parameter without one."""
        return "/" + self.template % {name: values[name] for name in self.parameters}


def addresses(urlconf: str | None = None) -> list[Address]:
    """Every address, in the resolver's order."""
    return list(_walk(get_resolver(urlconf).url_patterns, "", ""))


def _walk(
    patterns: Sequence[URLPattern | URLResolver], route: str, template: str
) -> Iterator[Address]:
    for pattern in patterns:
        here, made = route + str(pattern.pattern), template + _template(pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, here, made)
        else:
            name = pattern.name or ""
            yield Address(here, _told_apart(made), name, _parameters(_told_apart(made)))


def _template(pattern: URLPattern | URLResolver) -> str:
    if isinstance(pattern.pattern, RoutePattern):
        return _CONVERTER.sub(r"%(\1)s", str(pattern.pattern))
    made: str = normalize(str(pattern.pattern))[0][0]
    return made


def _parameters(template: str) -> tuple[str, ...]:
    return tuple(re.findall(r"%\(([^)]+)\)s", template))


def _told_apart(template: str) -> str:
    """A bare `id` says nothing of whose: it is called `payments/id` after what stands before."""
    return re.sub(r"([^/]+)/%\(id\)s", r"\1/%(\1/id)s", template)
