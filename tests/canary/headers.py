"""The names of the headers that our code reads, taken from its source."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

from integrations.events.signatures import _MISSING as OF_NOTICES
from tests.architecture.sources import ROOT

# What Django, allauth, htmx and a proxy in front of them read.
OF_LIBRARIES = (
    "Accept", "Accept-Language", "Cookie", "HX-Current-URL", "HX-Prompt", "HX-Target", "Referer",
    "User-Agent", "X-Forwarded-For", "X-Requested-With", "X-Card",
)  # fmt: skip
_PACKAGES = ("portal", "integrations/events", "tenants")


def read_headers() -> list[str]:
    """Every name, once."""
    ours = (name for path in _sources() for name in _read_in(path))
    return sorted({*OF_NOTICES, *OF_LIBRARIES, *ours})


def _sources() -> Iterator[Path]:
    for package in _PACKAGES:
        yield from (ROOT / package).rglob("*.py")


def _read_in(path: Path) -> Iterator[str]:
    text = path.read_text()
    for node in ast.walk(ast.parse(text)) if "headers.get(" in text else ():
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        place, asked = node.func.value, node.args[0]
        if node.func.attr != "get" or getattr(place, "attr", "") != "headers":
            continue
        if isinstance(asked, ast.Name):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield getattr(importlib.import_module(module), asked.id)
        elif isinstance(asked, ast.Constant):
            yield str(asked.value)
