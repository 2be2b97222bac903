"""The source of the house, parsed: what the architecture tests look at."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("portal", "integrations", "tenants")


@dataclass(frozen=True)
class Module:
    """One file: its dotted name, its path from the root, and its syntax tree."""

    name: str
    path: str
    tree: ast.Module

    def is_in(self, *packages: str) -> bool:
        """Whether it is one of these modules or lies below one of these packages."""
        return any(f"{self.name}.".startswith(f"{package}.") for package in packages)

    @property
    def file_name(self) -> str:
        return Path(self.path).stem


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the three packages, migrations left out: Django writes those."""
    return tuple(_read(PACKAGES))


@cache
def modules_of_tests() -> tuple[Module, ...]:
    """Every module of the tests."""
    return tuple(_read(("tests",)))


def parse(source: str, *, name: str = "integrations.example") -> Module:
    """A module made of a text, for controls."""
    return Module(name, f"{name.replace('.', '/')}.py", ast.parse(source))


@cache
def tracked_files() -> tuple[str, ...]:
    """Every file that is, or could be, committed."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return tuple(line for line in listed.stdout.splitlines() if (ROOT / line).is_file())


def _read(packages: tuple[str, ...]) -> Iterator[Module]:
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            relative = path.relative_to(ROOT)
            if "migrations" in relative.parts and path.name != "__init__.py":
                continue
            parts = relative.with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            yield Module(name, str(relative), ast.parse(path.read_text()))
