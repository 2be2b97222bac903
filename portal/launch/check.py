"""`python3 run.py check`: lint, format, types, arrows, migrations, then the suite."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from portal.launch import places, test
from portal.launch.progress import fail, say

_TOOLS = Path(sys.executable).parent
CHECKS: dict[str, Sequence[str]] = {
    "ruff check": (str(_TOOLS / "ruff"), "check", "."),
    "ruff format": (str(_TOOLS / "ruff"), "format", "--check", "."),
    "mypy": (str(_TOOLS / "mypy"), "run.py", "manage.py", "portal", "integrations", "tenants",
             "tests"),
    "lint-imports": (str(_TOOLS / "lint-imports"),),
    "makemigrations": (sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"),
}  # fmt: skip


def main(arguments: Sequence[str]) -> int:
    """0 when everything holds. Every check runs, so that one start shows all there is to do."""
    failed = [name for name, command in CHECKS.items() if not _passes(name, command)]
    if test.main(arguments) != 0:
        failed.append("tests")
    return fail(f"Not in order: {', '.join(failed)}.") if failed else 0


def _passes(name: str, command: Sequence[str]) -> bool:
    done = subprocess.run(
        command,
        cwd=places.CHECKOUT,
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    say(f"{name:<16} {'in order' if done.returncode == 0 else 'FAILED'}")
    if done.returncode != 0:
        print(done.stdout, flush=True)
    return done.returncode == 0


def _environment() -> dict[str, str]:
    """Settings must be readable for types and migrations; no database is asked."""
    nowhere = "postgresql://nobody@/nowhere"
    settings = {
        "SECRET_KEY": "only-for-checks",
        "DATABASE_URL": nowhere,
        "SUPPORT_URL": nowhere,
        "TIEOUT_MASTER_KEYS": f"v1:{base64.b64encode(bytes(32)).decode()}",
    }
    return {**os.environ, **settings}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
